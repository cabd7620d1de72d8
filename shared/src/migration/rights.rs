//! What a function's database role may do: what its grant says, and nothing that was there before.
//!
//! Names are checked before they stand in a statement, since none of these statements takes parameters.

use tokio_postgres::Client;

use super::{failed::failed, script::Script};
use crate::error::{Error, Result};

/// The role whose rights a grant says: `check_in.sql` is for `fn_check_in`.
pub(super) fn role_of(grant: &Script) -> Result<String> {
    let stem = grant.name.strip_suffix(".sql").unwrap_or_default();
    let is_plain = stem.starts_with(|first: char| first.is_ascii_lowercase())
        && stem.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_')
        // Longer names are cut by PostgreSQL.
        && stem.len() <= 60;
    if is_plain {
        Ok(format!("fn_{stem}"))
    } else {
        Err(Error::unprocessable(format!("/grants/{}", grant.name), "not_the_name_of_a_function"))
    }
}

/// Makes the role if it is not there, as the migrator: the owner, whose rights functions borrow, can make none. A
/// role that has more attributes than these is refused. Where roles sign in with IAM, this one may.
pub(super) fn make(role: &str) -> String {
    format!(
        "DO $$ BEGIN
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{role}') THEN
    CREATE ROLE {role} LOGIN NOINHERIT NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE NOREPLICATION;
  END IF;
  IF EXISTS (SELECT FROM pg_roles WHERE rolname = '{role}'
      AND (rolsuper OR rolbypassrls OR rolcreatedb OR rolcreaterole OR rolreplication OR rolinherit OR NOT rolcanlogin)) THEN
    RAISE EXCEPTION '{role} exists with other attributes than a function''s role has';
  END IF;
  IF EXISTS (SELECT FROM pg_roles AS r WHERE r.rolname = 'rds_iam'
      AND NOT EXISTS (SELECT FROM pg_auth_members AS m WHERE m.member = '{role}'::regrole AND m.roleid = r.oid)) THEN
    GRANT rds_iam TO {role};
  END IF;
  IF EXISTS (SELECT FROM pg_auth_members WHERE member = '{role}'::regrole AND roleid::regrole::text <> 'rds_iam') THEN
    RAISE EXCEPTION '{role} is a member of another role';
  END IF;
END $$"
    )
}

/// Takes every right away from the role, in the transaction that gives it those of its grant. What cannot be taken
/// away here is refused, so that rights equal the grant or nothing is changed.
pub(super) fn take_away(role: &str) -> String {
    format!(
        "DO $$
DECLARE
  ours name;
  left_over text;
BEGIN
  FOR ours IN SELECT nspname FROM pg_namespace WHERE nspowner = 'doorbook_owner'::regrole LOOP
    EXECUTE format('REVOKE ALL ON ALL TABLES IN SCHEMA %I FROM {role}', ours);
    EXECUTE format('REVOKE ALL ON ALL SEQUENCES IN SCHEMA %I FROM {role}', ours);
    EXECUTE format('REVOKE ALL ON ALL ROUTINES IN SCHEMA %I FROM {role}', ours);
    EXECUTE format('REVOKE ALL ON SCHEMA %I FROM {role}', ours);
  END LOOP;
  EXECUTE format('REVOKE ALL ON DATABASE %I FROM {role}', current_database());
  DELETE FROM public.audit_actions WHERE role = '{role}';
  SELECT string_agg(pg_describe_object(classid, objid, objsubid), ', ') INTO left_over FROM pg_shdepend
    WHERE refclassid = 'pg_authid'::regclass AND refobjid = '{role}'::regrole
      AND (dbid = (SELECT oid FROM pg_database WHERE datname = current_database())
        OR dbid = 0 AND classid = 'pg_database'::regclass
          AND objid = (SELECT oid FROM pg_database WHERE datname = current_database()));
  IF left_over IS NOT NULL THEN
    RAISE EXCEPTION '{role} has rights that its grant cannot take away: %', left_over;
  END IF;
END $$;"
    )
}

/// Lets the role connect. The name of the database is known here only, so no grant can say it.
pub(super) fn let_in(role: &str) -> String {
    format!("DO $$ BEGIN EXECUTE format('GRANT CONNECT ON DATABASE %I TO {role}', current_database()); END $$")
}

/// Every function's role that the server knows.
pub(super) async fn all_roles(client: &Client) -> Result<Vec<String>> {
    let read = "-- migrate.all_roles\nSELECT rolname::text AS role FROM pg_roles WHERE rolname ~ '^fn_[a-z_]+$' ORDER BY rolname";
    let rows = client.query_typed(read, &[]).await.map_err(failed("the list of roles"))?;
    rows.iter().map(|row| row.try_get("role").map_err(Error::internal)).collect()
}
