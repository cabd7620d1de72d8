//! The mutation gate: each protection is taken away and each forbidden right given, and the checks must turn red.

use super::{
    database::{connect_apart, texts},
    findings::{Probed, probe},
};

/// What no function role may be given. `{role}` is the role.
const OF_ROLES: &[&str] = &[
    "ALTER ROLE {role} BYPASSRLS",
    "ALTER ROLE {role} SUPERUSER",
    "ALTER ROLE {role} CREATEROLE",
    "ALTER ROLE {role} CREATEDB",
    "ALTER ROLE {role} REPLICATION",
    "ALTER ROLE {role} INHERIT",
    "ALTER ROLE {role} SET app.organization_id = '00000000-0000-0000-0000-000000000000'",
    "ALTER ROLE {role} SET row_security = off",
    "ALTER ROLE {role} IN DATABASE {database} SET row_security = off",
    "ALTER ROLE {role} IN DATABASE {database} SET statement_timeout = 0",
    "ALTER ROLE {role} IN DATABASE {database} RESET lock_timeout",
    "ALTER ROLE {role} IN DATABASE {database} RESET ALL",
    "ALTER ROLE {role} CONNECTION LIMIT -1",
    "GRANT doorbook_owner TO {role}",
    "GRANT doorbook_migrator TO {role}",
    "GRANT pg_read_all_data TO {role}",
    "GRANT {role} TO isolation_probe",
    "GRANT UPDATE ON audit_log TO {role}",
    "GRANT DELETE ON audit_log TO {role}",
    "GRANT TRUNCATE ON audit_log TO {role}",
    "GRANT TRIGGER ON audit_log TO {role}",
    "GRANT INSERT (entry) ON audit_log TO {role}",
    "GRANT SELECT ON audit_heads TO {role}",
    "GRANT TRUNCATE ON visits TO {role}",
    "GRANT REFERENCES ON visits TO {role}",
    "GRANT DELETE ON organizations TO {role}",
    "GRANT SELECT ON plans TO {role}",
    "GRANT SELECT (slug) ON directory TO {role}",
    "GRANT INSERT ON audit_actions TO {role}",
    "GRANT EXECUTE ON FUNCTION app.take_token TO {role}",
    "GRANT EXECUTE ON PROCEDURE app.protect TO {role}",
    "GRANT CREATE ON SCHEMA public TO {role}",
    "GRANT CREATE ON SCHEMA app TO {role}",
    "GRANT TEMP ON DATABASE {database} TO {role}",
    "GRANT CREATE ON DATABASE {database} TO {role}",
    "GRANT USAGE ON SCHEMA directory TO {role} WITH GRANT OPTION",
    "GRANT EXECUTE ON FUNCTION pg_catalog.lo_create(oid) TO {role}",
    "ALTER DEFAULT PRIVILEGES FOR ROLE doorbook_owner GRANT SELECT ON TABLES TO {role}",
    "INSERT INTO audit_actions VALUES ('{role}', 'organization.closed')",
    "DROP OWNED BY {role}",
];

/// What may not happen to the database as a whole.
const OF_THE_DATABASE: &[&str] = &[
    "CREATE TABLE planted (organization_id uuid PRIMARY KEY)",
    "CREATE TABLE planted (id uuid PRIMARY KEY)",
    "CREATE TABLE planted (organization_id uuid PRIMARY KEY); CALL app.protect('planted'); DROP TRIGGER refuse_truncate ON planted",
    "CREATE SCHEMA planted CREATE TABLE planted (id uuid)",
    "CREATE VIEW planted AS SELECT * FROM visits",
    "CREATE VIEW planted WITH (security_invoker = true) AS SELECT * FROM visits; ALTER VIEW planted OWNER TO doorbook_owner; GRANT SELECT ON planted TO PUBLIC",
    "CREATE MATERIALIZED VIEW planted AS SELECT * FROM visits; GRANT SELECT ON planted TO fn_check_in",
    "CREATE SEQUENCE planted",
    "CREATE POLICY planted ON visits USING (true)",
    "CREATE POLICY planted ON visits AS RESTRICTIVE USING (true)",
    "CREATE RULE planted AS ON DELETE TO visits DO INSTEAD NOTHING",
    "CREATE INDEX planted ON visits (badge_sha256)",
    "CREATE UNIQUE INDEX planted ON members (member_id)",
    "ALTER TABLE visits ADD FOREIGN KEY (organization_id, host_id) REFERENCES hosts ON DELETE CASCADE",
    "ALTER TABLE hosts ADD UNIQUE (host_id); ALTER TABLE visits ADD CONSTRAINT planted FOREIGN KEY (host_id) REFERENCES hosts (host_id)",
    "CREATE FUNCTION app.planted() RETURNS int LANGUAGE sql SECURITY DEFINER AS 'SELECT 1'; ALTER FUNCTION app.planted() OWNER TO doorbook_owner",
    "ALTER FUNCTION app.settle RESET search_path",
    "ALTER FUNCTION app.settle SET search_path = public",
    "ALTER FUNCTION app.organization_id() IMMUTABLE",
    "ALTER FUNCTION app.organization_id() VOLATILE",
    "ALTER FUNCTION app.reaches_site LEAKPROOF",
    "GRANT EXECUTE ON FUNCTION app.settle TO PUBLIC",
    "GRANT SELECT ON sites TO PUBLIC",
    "GRANT TEMP ON DATABASE {database} TO PUBLIC",
    "GRANT USAGE ON SCHEMA public TO PUBLIC",
    "ALTER DEFAULT PRIVILEGES FOR ROLE doorbook_owner GRANT SELECT ON TABLES TO PUBLIC",
    "ALTER DATABASE {database} SET app.organization_id = '00000000-0000-0000-0000-000000000000'",
    "ALTER ROLE doorbook_owner LOGIN",
    "ALTER ROLE doorbook_owner CREATEROLE",
    "ALTER ROLE doorbook_migrator BYPASSRLS",
    "ALTER ROLE doorbook_migrator SET row_security = off",
    "CREATE ROLE fn_planted LOGIN NOINHERIT",
    "ALTER TABLE audit_log DISABLE TRIGGER append",
    "ALTER TABLE audit_log ENABLE TRIGGER append",
    "ALTER TABLE audit_log DISABLE TRIGGER append_only",
    "ALTER TABLE audit_log ENABLE TRIGGER append_only",
    "ALTER TABLE audit_log ENABLE TRIGGER refuse_truncate",
    "DROP TRIGGER append_only ON audit_log",
    "ALTER TABLE credentials DISABLE TRIGGER expect_entry",
    "DROP TRIGGER expect_entry ON credentials",
    "CREATE OR REPLACE FUNCTION app.organization_id() RETURNS uuid LANGUAGE sql STABLE AS $$ SELECT nullif(current_setting('app.organization_id', true), '')::uuid $$",
    "DELETE FROM audit_actions WHERE role = 'fn_check_in'",
    "CREATE PUBLICATION planted",
];

/// What no function role may be given, where only one role can have it.
const OF_ONE_ROLE: &[&str] =
    &["ALTER TABLE visits OWNER TO {role}", "ALTER FUNCTION app.organization_id() OWNER TO {role}"];

/// Each protection of each table: what takes it away.
const OF_TABLES: &str = "SELECT format('ALTER TABLE %s NO FORCE ROW LEVEL SECURITY', name) FROM pg_temp.tenant_tables()
    UNION ALL SELECT format('ALTER TABLE %s DISABLE ROW LEVEL SECURITY', name) FROM pg_temp.tenant_tables()
    UNION ALL SELECT format('ALTER TABLE %s DISABLE TRIGGER refuse_truncate', name) FROM pg_temp.tenant_tables()
    UNION ALL SELECT format('DROP POLICY %I ON %s', polname, polrelid::regclass) FROM pg_policy
    UNION ALL SELECT format('ALTER POLICY %I ON %s USING (true)', polname, polrelid::regclass) FROM pg_policy
      WHERE pg_get_expr(polqual, polrelid) <> 'true'
    UNION ALL SELECT format('ALTER POLICY %I ON %s WITH CHECK (true)', polname, polrelid::regclass) FROM pg_policy
      WHERE pg_get_expr(polwithcheck, polrelid) <> 'true'";

/// Roles in whose place every other may stand: with the most rights, with the fewest, and one that may read a secret.
const REPRESENTATIVES: &str = "WITH held AS (
      SELECT role, count(*) AS rights, bool_or(label LIKE 'credentials.%') AS reads_credentials FROM rights
      WHERE role IN (SELECT rolname FROM our_roles) GROUP BY role)
    (SELECT role FROM held ORDER BY rights DESC, role LIMIT 1) UNION (SELECT role FROM held ORDER BY rights, role LIMIT 1)
    UNION (SELECT role FROM held WHERE reads_credentials ORDER BY role LIMIT 1)";

/// The mutations after which nothing is found. Each is made alone, and taken back.
async fn unnoticed(probed: &Probed<'_>, mutations: Vec<String>) -> Vec<String> {
    let database = texts(probed.client(), "SELECT current_database()").await.concat();
    let mut unnoticed = Vec::new();
    for mutation in mutations {
        let mutation = mutation.replace("{database}", &database);
        probed.mutate(&mutation).await;
        if probed.findings().await.is_empty() {
            unnoticed.push(mutation);
        }
        probed.undo().await;
    }
    unnoticed
}

/// True where a finding speaks of a role, and not only of one whose name begins alike.
fn names(finding: &str, role: &str) -> bool {
    finding.split(|letter: char| !letter.is_ascii_alphanumeric() && letter != '_').any(|word| word == role)
}

fn for_each(mutations: &[&str], roles: &[String]) -> Vec<String> {
    mutations.iter().flat_map(|mutation| roles.iter().map(|role| mutation.replace("{role}", role))).collect()
}

/// Alone for a few roles; and for all of them at once, after which what is found must name each.
#[tokio::test]
async fn whatever_right_a_role_is_given_is_noticed() {
    let client = connect_apart().await;
    let probed = probe(&client).await;
    assert_eq!(probed.findings().await, Vec::<String>::new());
    let roles = texts(&client, "SELECT rolname FROM our_roles").await;
    let representatives = texts(&client, REPRESENTATIVES).await;
    assert!(roles.len() > 30 && representatives.len() >= 2, "{roles:?}, {representatives:?}");

    let alone = [OF_ROLES, OF_ONE_ROLE].concat();
    assert_eq!(unnoticed(&probed, for_each(&alone, &representatives)).await, Vec::<String>::new());

    let database = texts(&client, "SELECT current_database()").await.concat();
    for mutation in OF_ROLES {
        probed.mutate(&for_each(&[mutation], &roles).join("; ").replace("{database}", &database)).await;
        let found = probed.findings_by_catalogue().await;
        let overlooked: Vec<_> =
            roles.iter().filter(|role| !found.iter().any(|finding| names(finding, role))).collect();
        assert!(overlooked.is_empty(), "{mutation} is not noticed for {overlooked:?}: {found:?}");
        probed.undo().await;
    }
    assert_eq!(probed.findings().await, Vec::<String>::new());
}

#[tokio::test]
async fn every_protection_that_is_taken_away_is_noticed() {
    let client = connect_apart().await;
    let probed = probe(&client).await;
    assert_eq!(probed.findings().await, Vec::<String>::new());

    let of_tables = texts(&client, OF_TABLES).await;
    assert!(of_tables.len() > 200, "{of_tables:?}");
    let of_the_database = OF_THE_DATABASE.iter().map(|mutation| (*mutation).to_owned());
    assert_eq!(unnoticed(&probed, of_tables.into_iter().chain(of_the_database).collect()).await, Vec::<String>::new());

    assert_eq!(probed.findings().await, Vec::<String>::new());
}

/// Nothing is left to how the catalogue spells a policy: what an attacker could do is tried, too.
#[tokio::test]
async fn the_probes_alone_notice_every_weak_policy() {
    let client = connect_apart().await;
    let probed = probe(&client).await;
    // The audit trigger writes the organization itself, so there the check of what is written stands behind it.
    let weakened = "SELECT format(mutation, p.polname, p.polrelid::regclass) FROM pg_policy AS p,
          unnest('{DROP POLICY %I ON %s,ALTER POLICY %I ON %s USING (true),ALTER POLICY %I ON %s WITH CHECK (true)}'::text[]) AS mutation
        WHERE p.polname = 'own_organization' AND NOT (p.polrelid = 'audit_log'::regclass AND mutation LIKE '%CHECK%')";

    let mut unnoticed = Vec::new();
    for mutation in texts(&client, weakened).await {
        probed.mutate(&mutation).await;
        if probed.findings_by_probes().await.is_empty() {
            unnoticed.push(mutation.clone());
        }
        probed.undo().await;
    }

    assert_eq!(unnoticed, Vec::<String>::new());
}
