//! Composition root: what `list-visits` is made of, and nothing it does.

use shared::runtime;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), runtime::Fatal> {
    let (common, settings) = runtime::start(list_visits::Settings::read)?;
    let deps = list_visits::Deps::connect(&common, &settings).await?;
    runtime::serve_http(common.clock, deps, list_visits::handle).await
}
