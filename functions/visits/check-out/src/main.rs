//! Composition root: what `check-out` is made of, and nothing it does.

use shared::{queue::QueueSender, runtime};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), runtime::Fatal> {
    let (common, settings) = runtime::start(check_out::Settings::read)?;
    let deps = check_out::Deps::connect(&common, &settings).await?;
    let queue = QueueSender::to_outbox(&settings.queue, &settings.aws);
    runtime::serve_http_and_nudge("check-out", common.clock, queue, deps, check_out::handle).await
}
