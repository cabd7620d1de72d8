//! Our own contestant: the handler, called as the binary calls it, each with a connection of its own.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use shared::door::WriteDoor;
use tokio::task::JoinSet;

use crate::{
    arrival::Arrival,
    harness::stack,
    samples::number,
    tenants::{Tenant, Tenants},
};

/// What a turn brought.
#[derive(Default)]
pub(crate) struct Turn {
    /// Check-ins a second.
    pub(crate) per_second: f64,
    /// How long each took, in milliseconds.
    pub(crate) took_ms: Vec<f64>,
}

/// One warm function with a connection of its own. The unwrapped keys are the same for all, so that warming them
/// up takes one call each.
pub(crate) async fn warm_deps(tenants: &Tenants, changes: &[(&str, &str)]) -> check_in::Deps {
    let variables = stack::variables("fn_check_in", changes);
    let (objects, db) = (stack::connect(&variables).await, stack::connect(&variables).await);
    check_in::Deps { door: WriteDoor::new(db, tenants.vault.clone(), &stack::common(&variables)), objects }
}

/// Several functions at once, for as long as a turn takes, over these organizations.
pub(crate) async fn turn(functions: &[Arc<check_in::Deps>], tenants: &Arc<Vec<Tenant>>, length: Duration) -> Turn {
    let started = Instant::now();
    let mut running = JoinSet::new();
    for (nth, deps) in functions.iter().enumerate() {
        let (deps, tenants) = (Arc::clone(deps), Arc::clone(tenants));
        running.spawn(async move {
            // A stride of its own, so that no two of them walk side by side.
            let (mut at, mut took) = (nth * 61, Vec::new());
            while started.elapsed() < length {
                at += 617;
                took.push(Arrival::of(&tenants[at % tenants.len()]).check_in(&deps).await.as_secs_f64() * 1e3);
            }
            took
        });
    }
    let took_ms: Vec<f64> = running.join_all().await.into_iter().flatten().collect();
    Turn { per_second: number(took_ms.len()) / started.elapsed().as_secs_f64(), took_ms }
}
