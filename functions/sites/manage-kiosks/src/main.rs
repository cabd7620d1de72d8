//! Composition root: what `manage-kiosks` is made of, and nothing it does.

use shared::runtime;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), runtime::Fatal> {
    let (common, settings) = runtime::start(manage_kiosks::Settings::read)?;
    let deps = manage_kiosks::Deps::connect(&common, &settings).await?;
    runtime::serve_http(common.clock, deps, manage_kiosks::handle).await
}
