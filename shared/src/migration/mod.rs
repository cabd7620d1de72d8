//! Bringing the database to the version of this deployment: the one work that is done as the owner of everything.
//!
//! It owns its connection, so that no function can reach the owner through the connection that requests use. Only
//! `doorbook_migrator` may become the owner, and only the function that signs in as it builds this module.

mod failed;
mod limits;
mod rights;
mod script;

use std::collections::BTreeMap;

use tokio_postgres::Client;

use failed::failed;
pub use limits::Limits;
pub use script::Script;

use crate::{
    clock::Clock,
    error::{Error, Result},
    settings::DatabaseSettings,
    tenant::connection::Connector,
    wiring::{Fatal, Needs, Part, Right, Start, Variable},
};

/// The oldest PostgreSQL that the migrations run on, as it says itself.
const SERVER_VERSION_MIN: i32 = 150_000;
/// Two migrations at once would both see the same script missing. Any number; ours alone.
const LOCK: i64 = 0x0064_6f6f_7262_6f6f;

/// How the migrator signs in. Nothing is opened at the start: a migration opens a connection of its own.
#[derive(Clone, Debug)]
pub struct MigratorLogin(pub DatabaseSettings);

impl Part for MigratorLogin {
    fn needs() -> Needs {
        let connect = Right::new(&["rds-db:connect"], &["${Database.Outputs.Users}/doorbook_migrator"]);
        Needs::of(&[Variable::required("DATABASE_URL"), Variable::optional("DATABASE_CA_FILE")], &[connect])
    }

    fn build(start: &mut Start) -> Result<Self, Fatal> {
        Ok(Self(DatabaseSettings::read(start.told())?))
    }
}

/// A connection that may become the owner, and the only one at a time.
pub struct Migrator {
    client: Client,
    clock: Clock,
    server_version: i32,
}

/// What was done to the functions' roles.
pub struct Granted {
    /// Those that have their rights again.
    pub roles: Vec<String>,
    /// Those that had other limits than the ones laid down for them, and have these again.
    pub limited: Vec<String>,
}

impl Migrator {
    /// Connects, and waits until no other migration of this database runs.
    ///
    /// # Errors
    /// [`Error::Unavailable`] when the database does not answer; [`Error::Unprocessable`] when it is too old.
    pub async fn connect(settings: &DatabaseSettings, clock: Clock) -> Result<Self> {
        let client = Connector::new(settings, clock)?.connect().await?;
        let version = "-- migrate.version\nSELECT current_setting('server_version_num')::integer AS version";
        let rows = client.query_typed(version, &[]).await.map_err(failed("the server's version"))?;
        let version: i32 = rows.first().ok_or(Error::NotFound)?.try_get("version").map_err(Error::internal)?;
        if version < SERVER_VERSION_MIN {
            return Err(Error::unprocessable("/server", "older_than_postgresql_15"));
        }
        let lock = format!("SELECT pg_advisory_lock({LOCK})");
        client.batch_execute(&lock).await.map_err(failed("the lock of migrations"))?;
        Ok(Self { client, clock, server_version: version })
    }

    /// Applies the scripts that were not applied yet, each in a transaction of its own, and names them.
    ///
    /// # Errors
    /// [`Error::Unprocessable`] naming a script that is not what was applied under its name; [`Error::Internal`] when
    /// PostgreSQL refuses one, which then left nothing.
    pub async fn apply(&self, scripts: &[Script]) -> Result<Vec<String>> {
        self.as_owner("the ledger", script::OPEN_LEDGER).await?;
        let applied = script::read_ledger(&self.client).await?;
        let mut names = Vec::new();
        for script in script::missing(scripts, &applied)? {
            let record = script.record(self.clock.now());
            self.as_owner(&script.name, &format!("SET LOCAL lock_timeout = '10s';\n{}\n;{record}", script.sql)).await?;
            tracing::info!(migration.name = script.name, "migration applied");
            names.push(script.name.clone());
        }
        Ok(names)
    }

    /// Gives the role of each grant exactly the rights and the limits that the grant says, and all other functions'
    /// roles no right.
    ///
    /// # Errors
    /// [`Error::Unprocessable`] naming a role that is stronger than its rights, or a grant that says no limits;
    /// [`Error::Internal`] when PostgreSQL refuses a grant, whose role then keeps the rights it had.
    pub async fn grant(&self, grants: &[Script]) -> Result<Granted> {
        let roles = grants.iter().map(rights::role_of).collect::<Result<Vec<_>>>()?;
        let limits = grants.iter().map(Limits::of).collect::<Result<Vec<_>>>()?;
        let wanted = roles.iter().cloned().zip(limits).collect::<BTreeMap<_, _>>();
        let limited = limits::changed(&self.client, &wanted, self.server_version).await?;
        for role in &limited {
            tracing::warn!(database.role = role, "the role had other limits than were laid down for it");
        }
        for (role, limits) in &wanted {
            self.run(role, &rights::make(role)).await?;
            self.run(role, &limits.lay_down(role, self.server_version)).await?;
        }
        for (role, grant) in roles.iter().zip(grants) {
            let statements = format!("{}\n{}\n;{}", rights::take_away(role), grant.sql, rights::let_in(role));
            self.as_owner(&grant.name, &statements).await?;
        }
        for role in rights::all_roles(&self.client).await?.iter().filter(|role| !roles.contains(role)) {
            self.as_owner(role, &rights::take_away(role)).await?;
        }
        Ok(Granted { roles, limited })
    }

    /// Statements as the owner of everything, in one transaction.
    async fn as_owner(&self, name: &str, statements: &str) -> Result<()> {
        // A script that ends its transaction also ends being the owner, and fails by what follows it.
        self.run(name, &format!("BEGIN; SET LOCAL ROLE doorbook_owner;\n{statements}\n;COMMIT")).await
    }

    async fn run(&self, name: &str, statements: &str) -> Result<()> {
        let outcome = self.client.batch_execute(statements).await.map_err(failed(name));
        if outcome.is_err() {
            self.client.batch_execute("ROLLBACK").await.map_err(failed("the end of a failed transaction"))?;
        }
        outcome
    }
}
