//! Composition root: what `set-password` is made of, and nothing it does.

use shared::runtime;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), runtime::Fatal> {
    let (common, settings) = runtime::start(set_password::Settings::read)?;
    let deps = set_password::Deps::connect(&common, &settings).await?;
    runtime::serve_http(common.clock, deps, set_password::handle).await
}
