//! Composition root: what `manage-api-tokens` is made of, and nothing it does.

use shared::runtime;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), runtime::Fatal> {
    let (common, settings) = runtime::start(manage_api_tokens::Settings::read)?;
    let deps = manage_api_tokens::Deps::connect(&common, &settings).await?;
    runtime::serve_http(common.clock, deps, manage_api_tokens::handle).await
}
