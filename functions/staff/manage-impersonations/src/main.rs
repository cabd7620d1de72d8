//! Composition root: what `manage-impersonations` is made of, and nothing it does.

use shared::runtime;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), runtime::Fatal> {
    let (common, settings) = runtime::start(manage_impersonations::Settings::read)?;
    let deps = manage_impersonations::Deps::connect(&common, &settings).await?;
    runtime::serve_http(common.clock, deps, manage_impersonations::handle).await
}
