//! From an empty database to one that functions can use: bootstrap, migrations, grants, passwords.

use std::path::{Path, PathBuf};

use super::cluster::{Cluster, DATABASE};
use super::connection::{Connection, connect};
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

/// Applies every migration and every grant in the order of their names, as the migrator would at a deployment.
///
/// # Errors
/// When a file cannot be read or PostgreSQL refuses it; the line names the file.
pub async fn migrate(cluster: &Cluster, infra: &Path, migrator_password: &str) -> Result<()> {
    let url = cluster.url(MIGRATOR, migrator_password);
    let connection = connect(&url, cluster.authority()).await?;
    let grants = sql_files(&infra.join("grants"))?;
    let roles: Vec<String> =
        grants.iter().filter_map(|file| Some(format!("fn_{}", file.file_stem()?.to_str()?))).collect();
    for role in &roles {
        // Only the migrator may make roles; the owner, whose rights functions borrow, may not.
        connection.run(&format!("cannot make {role}"), &format!("CREATE ROLE \"{role}\" LOGIN NOINHERIT")).await?;
    }
    connection.run("the migrator cannot become the owner", "SET ROLE doorbook_owner").await?;
    for file in sql_files(&infra.join("migrations"))?.iter().chain(&grants) {
        run_file(&connection, file).await?;
    }
    for role in &roles {
        let statement = format!("GRANT CONNECT ON DATABASE {DATABASE} TO \"{role}\"");
        connection.run(&format!("{role} cannot be let in"), &statement).await?;
    }
    Ok(())
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

fn sql_files(folder: &Path) -> Result<Vec<PathBuf>> {
    let unreadable = || format!("cannot read {}", folder.display());
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(Error::io(unreadable()))? {
        let path = entry.map_err(Error::io(unreadable()))?.path();
        if path.extension().is_some_and(|extension| extension == "sql") {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

async fn run_file(connection: &Connection, file: &Path) -> Result<()> {
    let what = file.display().to_string();
    let sql = std::fs::read_to_string(file).map_err(Error::io(format!("cannot read {what}")))?;
    connection.run(&what, &sql).await
}
