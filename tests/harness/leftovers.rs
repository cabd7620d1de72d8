//! What is past its time, swept in one organization. A sweep of all of them would hold up every test beside it, and at
//! another moment than the present one would take their bundles away.

use std::time::Duration;

use serde_json::json;
use shared::{
    Result,
    clock::Clock,
    runtime::{self, Fired},
    schedule::{Outcome, Tick},
};

use super::{World, stack};

struct One<'w> {
    deps: sweep_leftovers::Deps,
    world: &'w World,
}

/// `sweep-leftovers` as the stack runs it, with some settings changed.
pub(crate) async fn sweeper(changes: &[(&str, &str)]) -> sweep_leftovers::Deps {
    let variables = stack::variables("fn_sweep_leftovers", changes);
    stack::connect::<sweep_leftovers::Deps>(&variables).await
}

/// A tick with so much time.
pub(crate) fn fired(remaining: Duration) -> Fired {
    Fired { event: json!({}), request_id: "test".to_owned(), remaining }
}

async fn sweep_one(one: &One<'_>, tick: &Tick) -> Result<Outcome> {
    let work = tick.work(&one.deps.db, one.world.organization);
    let done = sweep_leftovers::sweep_one(&one.deps, tick, &work).await?;
    Ok(Outcome { organizations: 1, done, failed: 0 })
}

/// Sweeps a world some seconds from now; how much was removed.
pub(crate) async fn sweep(world: &World, offset_s: i64) -> u64 {
    let one = One { deps: sweeper(&[]).await, world };
    let swept = runtime::sweep(Clock::System { offset_s }, &one, sweep_one, fired(Duration::from_secs(60))).await;
    swept.expect("a tick that ends well").done
}
