//! Composition root: what `appoint-staff` is made of, and nothing it does.

use shared::runtime;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), runtime::Fatal> {
    let (common, settings) = runtime::start(appoint_staff::Settings::read)?;
    let deps = appoint_staff::Deps::connect(&common, &settings).await?;
    runtime::serve_invocation(deps, appoint_staff::handle).await
}
