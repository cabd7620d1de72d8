//! Composition root: what `manage-access-reviews` is made of, and nothing it does.

use shared::runtime;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), runtime::Fatal> {
    let (common, settings) = runtime::start(manage_access_reviews::Settings::read)?;
    let deps = manage_access_reviews::Deps::connect(&common, &settings).await?;
    runtime::serve_http(common.clock, deps, manage_access_reviews::handle).await
}
