//! Composition root: what `sign-in` is made of, and nothing it does.

use shared::runtime;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), runtime::Fatal> {
    let (common, settings) = runtime::start(sign_in::Settings::read)?;
    let deps = sign_in::Deps::connect(&common, &settings).await?;
    runtime::serve_http(common.clock, deps, sign_in::handle).await
}
