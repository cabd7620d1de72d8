//! Composition root: what `build-export` is made of, and nothing it does.

use shared::runtime;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), runtime::Fatal> {
    let (common, settings) = runtime::start(build_export::Settings::read)?;
    let deps = build_export::Deps::connect(&common, &settings).await?;
    runtime::serve_work(common.clock, deps, build_export::consume, build_export::sweep).await
}
