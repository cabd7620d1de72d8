//! Composition root: what `enrol-second-factor` is made of, and nothing it does.

use shared::runtime;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), runtime::Fatal> {
    let (common, settings) = runtime::start(enrol_second_factor::Settings::read)?;
    let deps = enrol_second_factor::Deps::connect(&common, &settings).await?;
    runtime::serve_http(common.clock, deps, enrol_second_factor::handle).await
}
