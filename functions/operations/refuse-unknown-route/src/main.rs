//! Composition root: what `refuse-unknown-route` is made of, and nothing it does.

use shared::runtime;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), runtime::Fatal> {
    let (common, ()) = runtime::start(|_| Ok(()))?;
    runtime::serve_http(common.clock, (), refuse_unknown_route::handle).await
}
