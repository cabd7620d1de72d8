//! Composition root: what `read-audit-log` is made of, and nothing it does.

use shared::runtime;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), runtime::Fatal> {
    let (common, settings) = runtime::start(read_audit_log::Settings::read)?;
    let deps = read_audit_log::Deps::connect(&common, &settings).await?;
    runtime::serve_http(common.clock, deps, read_audit_log::handle).await
}
