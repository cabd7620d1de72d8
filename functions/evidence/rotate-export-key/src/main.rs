//! Composition root: what `rotate-export-key` is made of, and nothing it does.

use shared::runtime;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), runtime::Fatal> {
    let (common, settings) = runtime::start(rotate_export_key::Settings::read)?;
    let deps = rotate_export_key::Deps::connect(&common, &settings).await?;
    runtime::serve_http(common.clock, deps, rotate_export_key::handle).await
}
