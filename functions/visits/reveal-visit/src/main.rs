//! Composition root: what `reveal-visit` is made of, and nothing it does.

use shared::runtime;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), runtime::Fatal> {
    let (common, settings) = runtime::start(reveal_visit::Settings::read)?;
    let deps = reveal_visit::Deps::connect(&common, &settings).await?;
    runtime::serve_http(common.clock, deps, reveal_visit::handle).await
}
