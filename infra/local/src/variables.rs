//! What differs between a deployment's variables and those of the local stack.

use std::collections::BTreeMap;

use crate::error::Result;
use crate::machine;
use crate::postgres::{self, Cluster};
use crate::template::Function;

/// Variables that functions read only where ENVIRONMENT is `local`, with their values there.
const LOCAL_ONLY: [(&str, Option<&str>); 3] =
    [("CLOCK_OFFSET_SECONDS", None), ("READS_PER_MINUTE", Some("60000")), ("WRITES_PER_MINUTE", Some("60000"))];

/// A random password for every database role that a function names, and for the migrator.
///
/// # Errors
/// When the operating system has no random bytes.
pub fn passwords(functions: &[Function]) -> Result<BTreeMap<String, String>> {
    let mut passwords = BTreeMap::from([(postgres::MIGRATOR.to_owned(), machine::random_password()?)]);
    for role in functions.iter().filter_map(Function::database_role) {
        passwords.insert(role.to_owned(), machine::random_password()?);
    }
    Ok(passwords)
}

/// Adds what a function needs on this machine: a password, the cluster's authority, the local-only variables.
pub fn make_local(function: &mut Function, cluster: &Cluster, passwords: &BTreeMap<String, String>) {
    let password = function.database_role().and_then(|role| Some((role.to_owned(), passwords.get(role)?)));
    if let Some((role, password)) = password {
        function.variables.insert("DATABASE_URL".to_owned(), cluster.url(&role, password));
        function.variables.insert("DATABASE_CA_FILE".to_owned(), cluster.authority().display().to_string());
    }
    for (name, default) in LOCAL_ONLY {
        if let Some(value) = machine::variable(name).or(default.map(str::to_owned)) {
            function.variables.insert(name.to_owned(), value);
        }
    }
}

/// The file `.local/env`: URLs for people who look inside, to be sourced by a shell, and what an AWS SDK asks for.
#[must_use]
pub fn for_people(cluster: &Cluster, passwords: &BTreeMap<String, String>, sdk: &[(String, String)]) -> String {
    let authority = format!("&sslrootcert={}", cluster.authority().display());
    let superuser = format!("{}{authority}", cluster.superuser_url());
    let mut lines = vec![
        format!("DATABASE_URL_SUPERUSER='{superuser}'"),
        format!("DATABASE_URL_OWNER='{superuser}&options=-c%20role%3Ddoorbook_owner'"),
    ];
    for (role, password) in passwords {
        let name = match role.as_str() {
            postgres::MIGRATOR => "MIGRATOR".to_owned(),
            role => role.to_uppercase(),
        };
        lines.push(format!("DATABASE_URL_{name}='{}{authority}'", cluster.url(role, password)));
    }
    lines.extend(sdk.iter().map(|(name, value)| format!("{name}='{value}'")));
    lines.push(String::new());
    lines.join("\n")
}
