//! Composition root: what `create-organization` is made of, and nothing it does.

use shared::runtime;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), runtime::Fatal> {
    let (common, settings) = runtime::start(create_organization::Settings::read)?;
    let deps = create_organization::Deps::connect(&common, &settings).await?;
    runtime::serve_invocation(deps, create_organization::handle).await
}
