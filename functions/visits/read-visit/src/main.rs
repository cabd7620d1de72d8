//! Composition root: what `read-visit` is made of, and nothing it does.

use shared::runtime;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), runtime::Fatal> {
    let (common, settings) = runtime::start(read_visit::Settings::read)?;
    let deps = read_visit::Deps::connect(&common, &settings).await?;
    runtime::serve_http(common.clock, deps, read_visit::handle).await
}
