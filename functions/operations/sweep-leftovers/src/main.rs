//! Composition root: what `sweep-leftovers` is made of, and nothing it does.

use shared::runtime;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), runtime::Fatal> {
    let (common, settings) = runtime::start(sweep_leftovers::Settings::read)?;
    let deps = sweep_leftovers::Deps::connect(&common, &settings).await?;
    runtime::serve_schedule(common.clock, deps, sweep_leftovers::sweep).await
}
