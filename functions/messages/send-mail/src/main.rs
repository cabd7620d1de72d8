//! Composition root: what `send-mail` is made of, and nothing it does.

use shared::runtime;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), runtime::Fatal> {
    let (common, settings) = runtime::start(send_mail::Settings::read)?;
    let deps = send_mail::Deps::connect(&common, &settings).await?;
    runtime::serve_work(common.clock, deps, send_mail::consume, send_mail::sweep).await
}
