//! Composition root: what `migrate` is made of, and nothing it does.

use shared::runtime;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), runtime::Fatal> {
    let (common, settings) = runtime::start(migrate::Settings::read)?;
    runtime::serve_invocation(migrate::Deps::new(&common, settings), migrate::handle).await
}
