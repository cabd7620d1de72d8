//! Composition root: what `request-impersonation` is made of, and nothing it does.

use shared::runtime;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), runtime::Fatal> {
    let (common, settings) = runtime::start(request_impersonation::Settings::read)?;
    let deps = request_impersonation::Deps::connect(&common, &settings).await?;
    runtime::serve_http(common.clock, deps, request_impersonation::handle).await
}
