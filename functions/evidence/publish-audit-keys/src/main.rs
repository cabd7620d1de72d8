//! Composition root: what `publish-audit-keys` is made of, and nothing it does.

use shared::runtime;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), runtime::Fatal> {
    let (common, settings) = runtime::start(publish_audit_keys::Settings::read)?;
    let deps = publish_audit_keys::Deps::connect(&common, settings).await?;
    runtime::serve_http(common.clock, deps, publish_audit_keys::handle).await
}
