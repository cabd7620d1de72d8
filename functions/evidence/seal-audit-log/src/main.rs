//! Composition root: what `seal-audit-log` is made of, and nothing it does.

use shared::runtime;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), runtime::Fatal> {
    let (common, settings) = runtime::start(seal_audit_log::Settings::read)?;
    let deps = seal_audit_log::Deps::connect(&common, settings).await?;
    runtime::serve_work(common.clock, deps, seal_audit_log::consume, seal_audit_log::sweep).await
}
