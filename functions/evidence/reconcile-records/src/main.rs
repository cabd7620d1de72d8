//! Composition root: what `reconcile-records` is made of, and nothing it does.

use shared::runtime;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), runtime::Fatal> {
    let (common, settings) = runtime::start(reconcile_records::Settings::read)?;
    let deps = reconcile_records::Deps::connect(&common, &settings).await?;
    runtime::serve_http(common.clock, deps, reconcile_records::handle).await
}
