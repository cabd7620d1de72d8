//! Composition root: what `read-export` is made of, and nothing it does.

use shared::runtime;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), runtime::Fatal> {
    let (common, settings) = runtime::start(read_export::Settings::read)?;
    let deps = read_export::Deps::connect(&common, &settings).await?;
    runtime::serve_http(common.clock, deps, read_export::handle).await
}
