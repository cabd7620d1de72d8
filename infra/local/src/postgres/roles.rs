//! From an empty database to one that functions can use: bootstrap, migrations, grants, passwords.

use std::path::Path;

use ::migrate::Scripts;
use shared::{
    clock::Clock,
    settings::{DatabaseSettings, Variables},
};

use super::cluster::Cluster;
use super::connection::Connection;
use crate::error::{Error, Result};

/// The role that runs migrations and nothing else.
pub const MIGRATOR: &str = "doorbook_migrator";

/// Makes the two roles that migrations need, by the same file that a real deployment runs once.
///
/// # Errors
/// When the file is missing or PostgreSQL refuses it.
pub async fn bootstrap(cluster: &Cluster, infra: &Path) -> Result<()> {
    let connection = cluster.superuser().await?;
    run_file(&connection, &infra.join("bootstrap.sql")).await
}

/// Applies every migration and every grant as a deployment does: by what the function `migrate` runs. The files are
/// read from the folder, so that a change is seen without building anything.
///
/// # Errors
/// When a file cannot be read or PostgreSQL refuses it; the line names the file.
pub async fn migrate(cluster: &Cluster, infra: &Path, migrator_password: &str) -> Result<()> {
    let authority = cluster.authority().display().to_string();
    let variables = [("DATABASE_URL", cluster.url(MIGRATOR, migrator_password)), ("DATABASE_CA_FILE", authority)];
    let variables = variables.into_iter().map(|(name, value)| (name.to_owned(), value)).collect::<Variables>();
    let settings = DatabaseSettings::read(&variables).map_err(|refusal| Error::stack(refusal.to_string()))?;
    let scripts = Scripts::of_folder(infra).map_err(|error| failed(&error))?;
    let migrated = ::migrate::run(&settings, Clock::System { offset_s: 0 }, &scripts).await;
    migrated.map(drop).map_err(|error| failed(&error))
}

fn failed(error: &shared::Error) -> Error {
    let mut line = format!("the migration failed: {error}");
    let mut cause = std::error::Error::source(error);
    while let Some(reason) = cause {
        line.push_str(&format!(": {reason}"));
        cause = reason.source();
    }
    Error::stack(line)
}

/// The names of the functions' roles, as the database has them now.
///
/// # Errors
/// When PostgreSQL refuses the question.
pub async fn function_roles(connection: &Connection) -> Result<Vec<String>> {
    let statement = "SELECT rolname::text FROM pg_catalog.pg_roles WHERE rolname LIKE 'fn\\_%' ORDER BY 1";
    connection.texts("cannot list the functions' roles", statement).await
}

/// Gives a role a password. Its name and password hold nothing that needs quoting inside a literal.
///
/// # Errors
/// When the name or the password has other characters than letters, digits and `_`, or the role does not exist.
pub async fn set_password(connection: &Connection, role: &str, password: &str) -> Result<()> {
    let is_plain = |text: &str| text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    if !is_plain(role) || !is_plain(password) {
        return Err(Error::stack(format!("the role {role} cannot be given a password")));
    }
    let statement = format!("ALTER ROLE \"{role}\" PASSWORD '{password}'");
    connection.run(&format!("cannot give {role} a password"), &statement).await
}

async fn run_file(connection: &Connection, file: &Path) -> Result<()> {
    let what = file.display().to_string();
    let sql = std::fs::read_to_string(file).map_err(Error::io(format!("cannot read {what}")))?;
    connection.run(&what, &sql).await
}
