//! Composition root: what `request-export` is made of, and nothing it does.

use shared::{queue::QueueSender, runtime};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), runtime::Fatal> {
    let (common, settings) = runtime::start(request_export::Settings::read)?;
    let deps = request_export::Deps::connect(&common, &settings).await?;
    let queue = QueueSender::to_exports(&settings.queue, &settings.aws);
    runtime::serve_http_and_nudge("request-export", common.clock, queue, deps, request_export::handle).await
}
