//! Composition root: what `manage-log-streams` is made of, and nothing it does.

use shared::runtime;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), runtime::Fatal> {
    let (common, settings) = runtime::start(manage_log_streams::Settings::read)?;
    let deps = manage_log_streams::Deps::connect(&common, &settings).await?;
    runtime::serve_http(common.clock, deps, manage_log_streams::handle).await
}
