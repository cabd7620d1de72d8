//! SAY WHAT IT SWEEPS. Contract in `functions/@area@/@name@/README.md`.

use shared::{
    Result,
    schedule::{Outcome, Tick},
};

use crate::Deps;

/// Sweeps. SAY IN WHICH ORGANIZATIONS: `tick.for_each_due` or `tick.for_each_in_turn`.
///
/// # Errors
/// When the database does not say whose turn it is.
pub async fn sweep(_deps: &Deps, _tick: &Tick) -> Result<Outcome> {
    Ok(Outcome::default())
}
