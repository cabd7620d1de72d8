//! A database of its own on the test server, made as a deployment makes one: DDL that is rolled back, and locks
//! on whole tables, would hold up every other test.

use std::{
    path::{Path, PathBuf},
    sync::atomic::{AtomicUsize, Ordering},
};

use shared::migration::{Limits, Script};
use tokio::sync::OnceCell;
use tokio_postgres::{Client, SimpleQueryMessage};

use crate::harness::postgres::{superuser, superuser_in};

static DATABASE: OnceCell<String> = OnceCell::const_new();

/// A superuser's connection to the suite's own database.
pub(crate) async fn connect() -> Client {
    superuser_in(DATABASE.get_or_init(create).await).await
}

/// A superuser's connection to a database of its own, for tests that take its protections away.
pub(crate) async fn connect_apart() -> Client {
    superuser_in(&create().await).await
}

/// A connection that the database takes for a login as the role: `session_user` is the role, too.
pub(crate) async fn connect_as(role: &str) -> Client {
    let client = connect().await;
    run(&client, &format!("SET SESSION AUTHORIZATION {role}")).await;
    client
}

/// The function roles that infra/grants names, each with what its file says.
pub(crate) fn grants() -> Vec<(String, String)> {
    let named = |file: PathBuf| {
        let stem = file.file_stem().unwrap().to_str().unwrap().to_owned();
        (format!("fn_{stem}"), std::fs::read_to_string(file).unwrap())
    };
    sql_files("grants").into_iter().map(named).collect()
}

async fn create() -> String {
    static MADE: AtomicUsize = AtomicUsize::new(0);
    let name = format!("isolation_{}_{}", std::process::id(), MADE.fetch_add(1, Ordering::Relaxed));
    let server = superuser().await;
    run(&server, &format!("DROP DATABASE IF EXISTS {name}")).await;
    run(&server, &format!("CREATE DATABASE {name} TEMPLATE template0 ENCODING 'UTF8'")).await;

    let client = superuser_in(&name).await;
    run(&client, &std::fs::read_to_string(infra().join("bootstrap.sql")).unwrap()).await;
    for (role, grant) in grants() {
        let exists = format!("SELECT 1 FROM pg_roles WHERE rolname = '{role}'");
        if texts(&client, &exists).await.is_empty() {
            run(&client, &format!("CREATE ROLE {role} LOGIN NOINHERIT")).await;
        }
        lay_limits_down(&client, &role, &grant).await;
    }
    run(&client, "SET ROLE doorbook_owner").await;
    for file in sql_files("migrations") {
        run(&client, &std::fs::read_to_string(file).unwrap()).await;
    }
    for (_, file) in grants() {
        run(&client, &file).await;
    }
    name
}

/// Lays down for a role the limits that a grant names, as `migrate` does.
pub(crate) async fn lay_limits_down(client: &Client, role: &str, grant: &str) {
    let script = Script { name: role.to_owned(), sql: grant.to_owned().into() };
    let version = text(client, "SHOW server_version_num").await.parse().expect("a version");
    run(client, &Limits::of(&script).expect("limits").lay_down(role, version)).await;
}

fn infra() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../infra")
}

fn sql_files(folder: &str) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(infra().join(folder)).unwrap();
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    files.retain(|file| file.extension().is_some_and(|extension| extension == "sql"));
    files.sort();
    files
}

/// Runs statements that must succeed.
pub(crate) async fn run(client: &Client, statements: &str) {
    if let Err(error) = client.batch_execute(statements).await {
        panic!("{}\nfailed with {error:?}", statements.get(..statements.len().min(400)).unwrap_or(statements));
    }
}

/// The first column of what statements answer; nulls are left out.
pub(crate) async fn texts(client: &Client, statements: &str) -> Vec<String> {
    try_texts(client, statements).await.unwrap_or_else(|code| panic!("{statements}\nfailed with {code}"))
}

/// As `texts`, or the SQLSTATE of the refusal.
pub(crate) async fn try_texts(client: &Client, statements: &str) -> Result<Vec<String>, String> {
    let first = |message: &SimpleQueryMessage| match message {
        SimpleQueryMessage::Row(row) => row.try_get(0).ok().flatten().map(str::to_owned),
        _ => None,
    };
    match client.simple_query(statements).await {
        Ok(messages) => Ok(messages.iter().filter_map(first).collect()),
        Err(error) => Err(error.code().expect("an answer of the server").code().to_owned()),
    }
}

/// The single value that statements answer.
pub(crate) async fn text(client: &Client, statements: &str) -> String {
    texts(client, statements).await.pop().expect("a value")
}

/// How many rows the last statement touched, or the SQLSTATE of its refusal. The transaction is undone.
pub(crate) async fn outcome(client: &Client, statements: &str) -> String {
    let answer = client.simple_query(&format!("BEGIN; {statements}")).await;
    run(client, "ROLLBACK").await;
    match answer {
        Ok(messages) => messages
            .iter()
            .rev()
            .find_map(|message| match message {
                SimpleQueryMessage::CommandComplete(touched) => Some(touched.to_string()),
                _ => None,
            })
            .expect("a statement"),
        Err(error) => error.code().expect("an answer of the server").code().to_owned(),
    }
}

/// Two organizations, each with one row in every table, committed under new ids.
pub(crate) async fn two_organizations(client: &Client) -> (String, String) {
    let pair = (new_id(client).await, new_id(client).await);
    for organization in [&pair.0, &pair.1] {
        run(client, &format!("BEGIN; {} COMMIT", seed(organization))).await;
    }
    pair
}

pub(crate) async fn new_id(client: &Client) -> String {
    text(client, "SELECT gen_random_uuid()").await
}

/// The statements that give an organization a row in every table.
pub(crate) fn seed(organization: &str) -> String {
    include_str!("seed.sql").replace("{o}", organization)
}
