//! Composition root: what `stream-audit-log` is made of, and nothing it does.

use shared::runtime;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), runtime::Fatal> {
    let (common, settings) = runtime::start(stream_audit_log::Settings::read)?;
    let deps = stream_audit_log::Deps::connect(&common, settings).await?;
    runtime::serve_schedule(common.clock, deps, stream_audit_log::sweep).await
}
