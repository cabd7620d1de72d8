//! How long a function's database role may work, wait and hold what others wait for.
//!
//! A grant says to which class its role belongs. The settings are laid down in the database for each role, so that no
//! client sends them and RDS Proxy pins no connection for them. A role may lay down other settings for itself, and they
//! would outlive its sessions: `migrate` therefore compares and repairs them each time it runs.

use std::collections::BTreeMap;

use tokio_postgres::Client;

use super::{failed::failed, script::Script};
use crate::error::{Error, Result};

/// How a grant begins the line that names its role's class.
const LINE: &str = "-- Limits: ";
/// The first version of PostgreSQL that bounds a whole transaction.
const TRANSACTION_TIMEOUT_SINCE: i32 = 170_000;

/// The limits of a role.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Limits {
    /// Of a function whose caller waits. Its client gives a round trip up after ten seconds, and runs a request at
    /// most three times within the twenty seconds that Lambda gives it.
    Request,
    /// Of a function that works through a queue or by a schedule.
    Worker,
}

impl Limits {
    /// The class that a grant names.
    ///
    /// # Errors
    /// [`Error::Unprocessable`] naming a grant that says none, two, or one that does not exist.
    pub fn of(grant: &Script) -> Result<Self> {
        let mut named = grant.sql.lines().filter_map(|line| line.strip_prefix(LINE));
        match (named.next(), named.next()) {
            (Some("request"), None) => Ok(Self::Request),
            (Some("worker"), None) => Ok(Self::Worker),
            _ => Err(Error::unprocessable(format!("/grants/{}", grant.name), "names_no_limits")),
        }
    }

    /// How many connections the role may have at a time: fewer than the server has, so that no role keeps others out.
    const fn connections(self) -> i32 {
        match self {
            Self::Request => 200,
            Self::Worker => 40,
        }
    }

    /// Settings of every session of the role.
    const fn settings(self) -> [(&'static str, &'static str); 3] {
        match self {
            Self::Request => [
                // Three attempts fit into the time of an invocation.
                ("statement_timeout", "5s"),
                // A caller who waits for a lock that another session holds is told to come again, and soon.
                ("lock_timeout", "2s"),
                // A request thinks between two statements, and waits for nothing but the database.
                ("idle_in_transaction_session_timeout", "5s"),
            ],
            Self::Worker => [
                // Longer than the client waits for any round trip, so nothing is cut off that is still wanted.
                ("statement_timeout", "15s"),
                ("lock_timeout", "5s"),
                // A worker may compress and seal between two statements of one transaction.
                ("idle_in_transaction_session_timeout", "60s"),
            ],
        }
    }

    const fn transaction_timeout(self) -> &'static str {
        match self {
            Self::Request => "15s",
            // As long as Lambda lets any function run.
            Self::Worker => "15min",
        }
    }

    /// What is laid down for the role, as `pg_db_role_setting` shows it.
    fn laid_down(self, server_version: i32) -> Vec<String> {
        let timeout = [("transaction_timeout", self.transaction_timeout())];
        let timeout = timeout.iter().filter(|_| server_version >= TRANSACTION_TIMEOUT_SINCE);
        self.settings().iter().chain(timeout).map(|(name, value)| format!("{name}={value}")).collect()
    }

    /// The statement that lays the limits down for a role in the database that is open, where anything else is there.
    /// Where roles sign in with IAM, a password that the role gave itself is taken away.
    #[must_use]
    pub fn lay_down(self, role: &str, server_version: i32) -> String {
        let wanted = self.laid_down(server_version);
        let settings = wanted.iter().filter_map(|setting| setting.split_once('='));
        let set = settings.map(|(name, value)| {
            format!(
                "    EXECUTE format('ALTER ROLE {role} IN DATABASE %I SET {name} = ''{value}''', current_database());\n"
            )
        });
        format!(
            "DO $$ BEGIN
  IF EXISTS (SELECT FROM pg_db_role_setting WHERE setrole = '{role}'::regrole AND setdatabase = 0) THEN
    ALTER ROLE {role} RESET ALL;
  END IF;
  IF '{{{wanted}}}'::text[] IS DISTINCT FROM (SELECT s.setconfig FROM pg_db_role_setting AS s
      WHERE s.setrole = '{role}'::regrole AND s.setdatabase = (SELECT oid FROM pg_database WHERE datname = current_database())) THEN
    EXECUTE format('ALTER ROLE {role} IN DATABASE %I RESET ALL', current_database());
{set}  END IF;
  IF EXISTS (SELECT FROM pg_roles WHERE rolname = '{role}' AND rolconnlimit <> {connections}) THEN
    ALTER ROLE {role} CONNECTION LIMIT {connections};
  END IF;
  IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'rds_iam') THEN
    ALTER ROLE {role} PASSWORD NULL;
  END IF;
END $$",
            wanted = wanted.join(","),
            set = set.collect::<String>(),
            connections = self.connections(),
        )
    }
}

/// The roles that have other limits than those that were laid down for them: a role changed its own settings, or a
/// release changed the limits. Roles that have none in this database are new to it.
pub(super) async fn changed(client: &Client, wanted: &BTreeMap<String, Limits>, version: i32) -> Result<Vec<String>> {
    let read = "-- migrate.changed_limits
SELECT r.rolname::text AS role, r.rolconnlimit AS connections, here.setconfig AS here, everywhere.setrole IS NOT NULL AS is_everywhere
FROM pg_roles AS r
JOIN pg_db_role_setting AS here ON here.setrole = r.oid
  AND here.setdatabase = (SELECT oid FROM pg_database WHERE datname = current_database())
LEFT JOIN pg_db_role_setting AS everywhere ON everywhere.setrole = r.oid AND everywhere.setdatabase = 0
WHERE r.rolname ~ '^fn_[a-z_]+$' ORDER BY r.rolname";
    let rows = client.query_typed(read, &[]).await.map_err(failed("the roles' limits"))?;
    let mut changed = Vec::new();
    for row in rows {
        let role: String = row.try_get("role").map_err(Error::internal)?;
        let Some(limits) = wanted.get(&role) else { continue };
        let connections: i32 = row.try_get("connections").map_err(Error::internal)?;
        let here: Vec<String> = row.try_get("here").map_err(Error::internal)?;
        let is_everywhere: bool = row.try_get("is_everywhere").map_err(Error::internal)?;
        if is_everywhere || connections != limits.connections() || here != limits.laid_down(version) {
            changed.push(role);
        }
    }
    Ok(changed)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(sql: &'static str) -> Result<Limits> {
        Limits::of(&Script { name: "check_in.sql".to_owned(), sql: sql.into() })
    }

    #[test]
    fn a_grant_names_exactly_one_class() {
        assert_eq!(of("-- What.\n-- Limits: request\nSELECT 1").unwrap(), Limits::Request);
        assert_eq!(of("-- Limits: worker").unwrap(), Limits::Worker);
        for wrong in
            ["", "-- Limits: none", "-- Limits: ", "SELECT 1 -- Limits: worker", "-- Limits: worker\n-- Limits: worker"]
        {
            assert_eq!(of(wrong).unwrap_err().fields()[0].code, "names_no_limits", "{wrong}");
        }
    }

    #[test]
    fn a_transaction_is_bounded_where_the_server_can() {
        assert!(!Limits::Request.lay_down("fn_check_in", 150_018).contains("transaction_timeout"));
        assert!(Limits::Request.lay_down("fn_check_in", 170_000).contains("SET transaction_timeout = ''15s''"));
    }
}
