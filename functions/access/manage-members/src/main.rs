//! Composition root: what `manage-members` is made of, and nothing it does.

use shared::{queue::QueueSender, runtime};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), runtime::Fatal> {
    let (common, settings) = runtime::start(manage_members::Settings::read)?;
    let deps = manage_members::Deps::connect(&common, &settings).await?;
    let queue = QueueSender::to_mails(&settings.queue, &settings.aws);
    runtime::serve_http_and_nudge("manage-members", common.clock, queue, deps, manage_members::handle).await
}
