//! `migrate` promises: the schema of this version, once, and for every role exactly the rights of its grant.

use std::path::Path;

use migrate::{Report, Scripts};
use shared::{Error, Result, clock::Clock, migration::Script, settings::DatabaseSettings};
use tokio_postgres::Client;

use crate::harness::{postgres, stack, tap::Tap};

mod limits;

const CLOCK: Clock = Clock::System { offset_s: 0 };

/// An empty database that the administrator has just prepared.
struct Fresh {
    name: String,
    database: Client,
}

impl Fresh {
    async fn new() -> Self {
        let name = format!("migrate_{}", uuid::Uuid::new_v4().simple());
        let create = format!("CREATE DATABASE {name} TEMPLATE template0 ENCODING 'UTF8'");
        postgres::superuser().await.batch_execute(&create).await.expect("a database");
        let database = postgres::superuser_in(&name).await;
        database.batch_execute(include_str!("../../../infra/bootstrap.sql")).await.expect("the bootstrap");
        Self { name, database }
    }

    fn settings(&self, role: &str) -> DatabaseSettings {
        let settings = DatabaseSettings::read(&stack::variables(role, &[])).expect("settings");
        DatabaseSettings { database: self.name.clone(), ..settings }
    }

    async fn run(&self, scripts: &Scripts) -> Result<Report> {
        migrate::run(&self.settings("doorbook_migrator"), CLOCK, scripts).await
    }

    async fn texts(&self, sql: &str) -> Vec<String> {
        let rows = self.database.query_typed(sql, &[]).await.expect("rows");
        rows.iter().map(|row| row.get(0)).collect()
    }

    /// Every right of the functions' roles, one a line.
    async fn rights(&self) -> Vec<String> {
        self.texts(include_str!("migrate_rights.sql")).await
    }
}

fn scripts() -> Scripts {
    Scripts::of_folder(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../infra")).expect("scripts")
}

fn script(name: &str, sql: &'static str) -> Script {
    Script { name: name.to_owned(), sql: sql.into() }
}

fn problem(outcome: Result<Report>) -> String {
    let error = outcome.expect_err("a refusal");
    let fields: Vec<String> = error.fields().iter().map(|field| format!("{}:{}", field.pointer, field.code)).collect();
    format!("{} {}", error.code().name(), fields.join(" "))
}

#[tokio::test]
async fn an_empty_database_gets_everything_and_again_nothing() {
    let (fresh, scripts) = (Fresh::new().await, scripts());

    let first = fresh.run(&scripts).await.unwrap();
    let rights = fresh.rights().await;
    let second = fresh.run(&scripts).await.unwrap();

    let names: Vec<String> = scripts.migrations.iter().map(|script| script.name.clone()).collect();
    assert_eq!((first.applied, second.applied), (names.clone(), vec![]));
    assert_eq!(first.roles.len(), scripts.grants.len());
    assert_eq!((first.limited, second.limited), (vec![], vec![]));
    assert_eq!(fresh.texts("SELECT name FROM schema_migrations ORDER BY name").await, names);
    assert!(rights.iter().any(|right| right == "fn_check_in CONNECT database"));
    assert_eq!(fresh.rights().await, rights);
}

#[tokio::test]
async fn the_ledger_is_the_owners_alone() {
    let fresh = Fresh::new().await;
    fresh.run(&scripts()).await.unwrap();

    let rights = "SELECT grantee::regrole::text FROM pg_class, aclexplode(relacl) WHERE relname = 'schema_migrations'";

    assert!(fresh.texts(rights).await.iter().all(|role| role == "doorbook_owner"));
    assert_eq!(
        fresh.texts("SELECT tableowner FROM pg_tables WHERE tablename = 'schema_migrations'").await,
        ["doorbook_owner"]
    );
}

#[tokio::test]
async fn what_was_applied_cannot_change_go_or_be_overtaken() {
    let (fresh, scripts) = (Fresh::new().await, scripts());
    fresh.run(&scripts).await.unwrap();
    let rights = fresh.rights().await;

    let mut changed = scripts.clone();
    changed.migrations[3].sql.to_mut().push_str("\n-- a comment\n");
    let mut older = scripts.clone();
    older.migrations.truncate(8);
    older.grants.clear();
    let mut overtaking = scripts.clone();
    overtaking.migrations.insert(0, script("0000_before.sql", "SELECT 1"));

    let next = &scripts.migrations[8].name;
    assert_eq!(
        problem(fresh.run(&changed).await),
        "unprocessable /migrations/0004_audit.sql:changed_since_it_was_applied"
    );
    assert_eq!(
        problem(fresh.run(&older).await),
        format!("unprocessable /migrations/{next}:applied_and_not_in_this_version")
    );
    assert_eq!(
        problem(fresh.run(&overtaking).await),
        "unprocessable /migrations/0000_before.sql:before_one_that_was_applied"
    );
    assert_eq!(fresh.rights().await, rights);
}

#[tokio::test]
async fn a_migration_that_fails_leaves_nothing_of_itself_and_the_next_run_goes_on() {
    let (fresh, mut scripts) = (Fresh::new().await, scripts());
    let applied = scripts.migrations.len();
    scripts.migrations.push(script("0990_half.sql", "CREATE TABLE half (id uuid); SELECT 1 / 0;"));
    scripts.migrations.push(script("0991_later.sql", "SELECT 1"));

    assert!(
        matches!(fresh.run(&scripts).await, Err(Error::Internal(cause)) if cause.to_string() == "0990_half.sql failed")
    );

    assert_eq!(fresh.texts("SELECT name FROM schema_migrations").await.len(), applied);
    assert_eq!(fresh.texts("SELECT relname::text FROM pg_class WHERE relname = 'half'").await, [""; 0]);
    scripts.migrations[applied] = script("0990_half.sql", "CREATE TABLE half (id uuid)");
    assert_eq!(fresh.run(&scripts).await.unwrap().applied, ["0990_half.sql", "0991_later.sql"]);
}

#[tokio::test]
async fn rights_that_no_grant_says_are_taken_away() {
    let (fresh, scripts) = (Fresh::new().await, scripts());
    fresh.run(&scripts).await.unwrap();
    let rights = fresh.rights().await;
    let widen = "GRANT SELECT ON sites TO fn_check_in; GRANT UPDATE (name) ON hosts TO fn_check_in;
      GRANT CREATE ON SCHEMA app TO fn_check_in; GRANT EXECUTE ON FUNCTION directory.by_slug(text) TO fn_check_in;
      INSERT INTO audit_actions VALUES ('fn_check_in', 'site.changed')";
    fresh.database.batch_execute(&format!("SET ROLE doorbook_owner; {widen}; RESET ROLE")).await.unwrap();
    assert_ne!(fresh.rights().await, rights);

    fresh.run(&scripts).await.unwrap();

    assert_eq!(fresh.rights().await, rights);
}

#[tokio::test]
async fn a_role_whose_grant_is_gone_keeps_no_right() {
    let (fresh, mut scripts) = (Fresh::new().await, scripts());
    fresh.run(&scripts).await.unwrap();

    scripts.grants.retain(|grant| grant.name != "check_in.sql");
    fresh.run(&scripts).await.unwrap();

    assert!(!fresh.rights().await.iter().any(|right| right.starts_with("fn_check_in ")));
    let settings = fresh.settings("fn_check_in");
    assert!(migrate::run(&settings, CLOCK, &scripts).await.is_err());
}

#[tokio::test]
async fn a_grant_that_fails_leaves_its_role_as_it_was() {
    let (fresh, mut scripts) = (Fresh::new().await, scripts());
    fresh.run(&scripts).await.unwrap();
    let rights = fresh.rights().await;
    let grant = scripts.grants.iter_mut().find(|grant| grant.name == "check_in.sql").unwrap();
    grant.sql.to_mut().push_str("\nGRANT SELECT ON nothing TO fn_check_in;");

    assert!(
        matches!(fresh.run(&scripts).await, Err(Error::Internal(cause)) if cause.to_string() == "check_in.sql failed")
    );

    assert_eq!(fresh.rights().await, rights);
}

#[tokio::test]
async fn a_right_that_cannot_be_taken_away_is_refused() {
    let (fresh, scripts) = (Fresh::new().await, scripts());
    fresh.run(&scripts).await.unwrap();
    fresh
        .database
        .batch_execute("CREATE TABLE public.strange (); GRANT SELECT ON public.strange TO fn_check_in")
        .await
        .unwrap();

    assert!(fresh.run(&scripts).await.is_err());
}

#[tokio::test]
async fn three_at_once_apply_each_migration_once() {
    let (fresh, scripts) = (Fresh::new().await, scripts());
    let mut racers = tokio::task::JoinSet::new();
    for _ in 0..3 {
        let (settings, scripts) = (fresh.settings("doorbook_migrator"), scripts.clone());
        racers.spawn(async move { migrate::run(&settings, CLOCK, &scripts).await.expect("a report").applied.len() });
    }

    let applied: usize = racers.join_all().await.into_iter().sum();

    assert_eq!(applied, scripts.migrations.len());
}

#[tokio::test]
async fn a_role_that_may_not_become_the_owner_changes_nothing() {
    let fresh = Fresh::new().await;

    assert!(migrate::run(&fresh.settings("fn_check_in"), CLOCK, &scripts()).await.is_err());

    assert_eq!(fresh.texts("SELECT tablename::text FROM pg_tables WHERE schemaname = 'public'").await, [""; 0]);
}

#[tokio::test]
async fn an_answer_lost_anywhere_is_mended_by_the_next_run() {
    let scripts = scripts();
    for lost in [0, 1, 2, 6, 8, 15, 25] {
        let fresh = Fresh::new().await;
        let settings = fresh.settings("doorbook_migrator");
        let tap = Tap::before(&format!("{}:{}", settings.host, settings.port)).await;
        let tapped = DatabaseSettings { port: tap.port(), ..settings };
        // The handshakes of TLS and SCRAM are requests too.
        tap.lose_one_answer_after(4 + lost);

        assert!(migrate::run(&tapped, CLOCK, &scripts).await.is_err(), "{lost} answers");
        fresh.run(&scripts).await.unwrap();

        let names = fresh.texts("SELECT name FROM schema_migrations ORDER BY name").await;
        assert_eq!(names.len(), scripts.migrations.len());
    }
}

#[test]
fn an_invocation_says_nothing() {
    assert!(shared::http::read_json::<migrate::Question>(b"{}").is_ok());
    assert!(shared::http::read_json::<migrate::Question>(br#"{"steps":1}"#).is_err());
}
