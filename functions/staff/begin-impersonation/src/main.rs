//! Composition root: what `begin-impersonation` is made of, and nothing it does.

use shared::runtime;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), runtime::Fatal> {
    let (common, settings) = runtime::start(begin_impersonation::Settings::read)?;
    let deps = begin_impersonation::Deps::connect(&common, &settings).await?;
    runtime::serve_http(common.clock, deps, begin_impersonation::handle).await
}
