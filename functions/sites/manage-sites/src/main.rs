//! Composition root: what `manage-sites` is made of, and nothing it does.

use shared::runtime;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), runtime::Fatal> {
    let (common, settings) = runtime::start(manage_sites::Settings::read)?;
    let deps = manage_sites::Deps::connect(&common, &settings).await?;
    runtime::serve_http(common.clock, deps, manage_sites::handle).await
}
