//! Composition root: what `check-in` is made of, and nothing it does.

use shared::{queue::QueueSender, runtime};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), runtime::Fatal> {
    let (common, settings) = runtime::start(check_in::Settings::read)?;
    let deps = check_in::Deps::connect(&common, &settings).await?;
    let queue = QueueSender::to_outbox(&settings.queue, &settings.aws);
    runtime::serve_http_and_nudge("check-in", common.clock, queue, deps, check_in::handle).await
}
