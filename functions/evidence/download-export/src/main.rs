//! Composition root: what `download-export` is made of, and nothing it does.

use shared::runtime;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), runtime::Fatal> {
    let (common, settings) = runtime::start(download_export::Settings::read)?;
    let deps = download_export::Deps::connect(&common, &settings).await?;
    runtime::serve_http(common.clock, deps, download_export::handle).await
}
