//! Composition root: what `relay-outbox` is made of, and nothing it does.

use shared::runtime;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), runtime::Fatal> {
    let (common, settings) = runtime::start(relay_outbox::Settings::read)?;
    let deps = relay_outbox::Deps::connect(&common, &settings).await?;
    runtime::serve_work(common.clock, deps, relay_outbox::consume, relay_outbox::sweep).await
}
