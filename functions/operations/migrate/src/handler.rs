//! Applies missing migrations and sets every role's grants. Contract in `functions/operations/migrate/README.md`.
//! Promises T1, T6.

use serde::{Deserialize, Serialize};
use shared::{
    Result,
    clock::Clock,
    migration::{Granted, Migrator},
    runtime::Invocation,
    settings::DatabaseSettings,
};
use utoipa::ToSchema;

use crate::{Deps, Scripts};

/// An invocation in which nothing is said.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Question {}

/// What was done.
#[derive(Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Report {
    /// Names of the migrations that were missing, in the order in which they were applied.
    pub applied: Vec<String>,
    /// Database roles that have their rights again.
    pub roles: Vec<String>,
    /// Those of them that had other limits than were laid down for them, and have these again.
    pub limited: Vec<String>,
}

/// Brings the database to the version of this binary.
///
/// # Errors
/// The refusals of the contract; see the README's table.
pub async fn handle(deps: &Deps, _invocation: &Invocation, _question: Question) -> Result<Report> {
    run(&deps.login.0, deps.clock, &Scripts::embedded()).await
}

/// Applies what is missing, then makes every role's rights and limits equal to its grant.
///
/// # Errors
/// The refusals of the contract; see the README's table.
pub async fn run(database: &DatabaseSettings, clock: Clock, scripts: &Scripts) -> Result<Report> {
    let migrator = Migrator::connect(database, clock).await?;
    let applied = migrator.apply(&scripts.migrations).await?;
    let Granted { roles, limited } = migrator.grant(&scripts.grants).await?;
    Ok(Report { applied, roles, limited })
}
