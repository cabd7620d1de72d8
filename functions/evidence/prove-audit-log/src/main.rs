//! Composition root: what `prove-audit-log` is made of, and nothing it does.

use shared::runtime;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), runtime::Fatal> {
    let (common, settings) = runtime::start(prove_audit_log::Settings::read)?;
    let deps = prove_audit_log::Deps::connect(&common, &settings).await?;
    runtime::serve_http(common.clock, deps, prove_audit_log::handle).await
}
