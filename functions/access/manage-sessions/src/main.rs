//! Composition root: what `manage-sessions` is made of, and nothing it does.

use shared::runtime;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), runtime::Fatal> {
    let (common, settings) = runtime::start(manage_sessions::Settings::read)?;
    let deps = manage_sessions::Deps::connect(&common, &settings).await?;
    runtime::serve_http(common.clock, deps, manage_sessions::handle).await
}
