//! Composition root: what `open-access-reviews` is made of, and nothing it does.

use shared::runtime;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), runtime::Fatal> {
    let (common, settings) = runtime::start(open_access_reviews::Settings::read)?;
    let deps = open_access_reviews::Deps::connect(&common, &settings).await?;
    runtime::serve_schedule(common.clock, deps, open_access_reviews::sweep).await
}
