//! Composition root: what `pair-kiosk` is made of, and nothing it does.

use shared::runtime;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), runtime::Fatal> {
    let (common, settings) = runtime::start(pair_kiosk::Settings::read)?;
    let deps = pair_kiosk::Deps::connect(&common, &settings).await?;
    runtime::serve_http(common.clock, deps, pair_kiosk::handle).await
}
