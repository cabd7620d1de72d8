//! Scripts, and the ledger of those that were applied.

use std::borrow::Cow;

use tokio_postgres::Client;

use super::failed::failed;
use crate::{
    audit::hex,
    authn::sha256,
    clock::Timestamp,
    error::{Error, Result},
};

/// One file of SQL.
#[derive(Clone, Debug)]
pub struct Script {
    /// Name of the file, as `0001_foundation.sql`; scripts are applied in the order of their names.
    pub name: String,
    /// What stands in it.
    pub sql: Cow<'static, str>,
}

/// A script that the ledger knows.
pub(super) struct Applied {
    name: String,
    sha256: String,
}

/// The owner's alone: no other role has a right on it. The migrator's right to connect was PUBLIC's until the first
/// migration took that away; it inherits none from the owner.
pub(super) const OPEN_LEDGER: &str = "
DO $$ BEGIN EXECUTE format('GRANT CONNECT ON DATABASE %I TO doorbook_migrator', current_database()); END $$;
CREATE TABLE IF NOT EXISTS public.schema_migrations (
  name text PRIMARY KEY,
  sha256 text NOT NULL CHECK (sha256 ~ '^[0-9a-f]{64}$'),
  applied_at timestamptz NOT NULL
)";

/// What was applied, in order.
pub(super) async fn read_ledger(client: &Client) -> Result<Vec<Applied>> {
    let failed = || failed("the ledger");
    client.batch_execute("BEGIN; SET LOCAL ROLE doorbook_owner").await.map_err(failed())?;
    let read = "-- migrate.read_ledger\nSELECT name, sha256 FROM public.schema_migrations ORDER BY name COLLATE \"C\"";
    let rows = client.query_typed(read, &[]).await.map_err(failed())?;
    client.batch_execute("COMMIT").await.map_err(failed())?;
    let text = |row: &tokio_postgres::Row, column: &str| row.try_get::<_, String>(column).map_err(Error::internal);
    rows.iter().map(|row| Ok(Applied { name: text(row, "name")?, sha256: text(row, "sha256")? })).collect()
}

/// The scripts that come after those applied. What was applied must be how the list begins, byte for byte: a script
/// changed afterwards would stand for two schemas, and one that a later version brought makes this version too old.
pub(super) fn missing<'s>(scripts: &'s [Script], applied: &[Applied]) -> Result<&'s [Script]> {
    for (index, known) in applied.iter().enumerate() {
        let refused = |name: &str, code| Err(Error::unprocessable(format!("/migrations/{name}"), code));
        match scripts.get(index) {
            Some(script) if script.name == known.name && script.sha256() == known.sha256 => {}
            Some(script) if script.name == known.name => return refused(&known.name, "changed_since_it_was_applied"),
            Some(script) if script.name < known.name => return refused(&script.name, "before_one_that_was_applied"),
            _ => return refused(&known.name, "applied_and_not_in_this_version"),
        }
    }
    Ok(scripts.get(applied.len()..).unwrap_or_default())
}

impl Script {
    fn sha256(&self) -> String {
        hex(&sha256(self.sql.as_bytes()))
    }

    /// The statement that enters the script in the ledger, in the transaction that applies it.
    pub(super) fn record(&self, now: Timestamp) -> String {
        let name = self.name.replace('\'', "''");
        format!("INSERT INTO public.schema_migrations VALUES ('{name}', '{}', '{now}')", self.sha256())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn script(name: &str, sql: &'static str) -> Script {
        Script { name: name.to_owned(), sql: sql.into() }
    }

    fn ledger(scripts: &[Script]) -> Vec<Applied> {
        scripts.iter().map(|script| Applied { name: script.name.clone(), sha256: script.sha256() }).collect()
    }

    fn refusal(scripts: &[Script], applied: &[Applied]) -> String {
        let error = missing(scripts, applied).unwrap_err();
        error.fields().iter().map(|field| format!("{} {}", field.pointer, field.code)).collect()
    }

    #[test]
    fn only_what_comes_after_is_missing() {
        let [one, two] = [script("1.sql", "a"), script("2.sql", "b")];
        let scripts = [one.clone(), two];
        let missing = missing(&scripts, &ledger(&[one])).unwrap();
        assert_eq!(missing.iter().map(|script| script.name.as_str()).collect::<Vec<_>>(), ["2.sql"]);
    }

    #[test]
    fn what_was_applied_cannot_change_go_or_be_overtaken() {
        let both = [script("1.sql", "a"), script("2.sql", "b")];
        let [one, two] = both.each_ref().map(std::slice::from_ref);
        let changed = [script("1.sql", "x")];
        assert_eq!(refusal(&changed, &ledger(one)), "/migrations/1.sql changed_since_it_was_applied");
        assert_eq!(refusal(one, &ledger(&both)), "/migrations/2.sql applied_and_not_in_this_version");
        assert_eq!(refusal(&both, &ledger(two)), "/migrations/1.sql before_one_that_was_applied");
    }
}
