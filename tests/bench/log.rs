//! The statements of one check-in, as PostgreSQL's log shows them: what is compared is what was sent.

use std::time::Duration;

use crate::{
    arrival::Arrival,
    driver,
    harness::stack,
    tenants::{Tenant, Tenants},
};

/// A statement with the texts of its parameters.
pub(crate) struct Logged {
    pub(crate) sql: String,
    pub(crate) parameters: Vec<Option<String>>,
}

/// Checks a visitor in with the log open, and reads what was sent.
pub(crate) async fn statements_of_a_check_in(tenants: &Tenants, tenant: &Tenant) -> Vec<Logged> {
    let check_in = async || {
        let deps = driver::warm_deps(tenants, &[]).await;
        Arrival::of(tenant).check_in(&deps).await;
    };
    let logged = statements(tenants, "fn_check_in", check_in).await;
    assert!(logged.len() == 2, "the log shows {} statements", logged.len());
    logged
}

/// What a role sends while something is done, on connections that are made for it.
pub(crate) async fn statements(tenants: &Tenants, role: &str, work: impl AsyncFnOnce()) -> Vec<Logged> {
    let log = stack::variable("DOORBOOK_TEST_DATABASE_LOG");
    tenants
        .script(&format!(
            "ALTER ROLE {role} SET log_statement = 'all'; ALTER ROLE {role} SET log_error_verbosity = 'default'"
        ))
        .await;
    let before = std::fs::read_to_string(&log).expect("the server's log").len();
    work().await;
    tenants.script(&format!("ALTER ROLE {role} RESET ALL")).await;
    tokio::time::sleep(Duration::from_millis(300)).await;
    read(&std::fs::read_to_string(&log).expect("the server's log")[before..])
}

fn read(log: &str) -> Vec<Logged> {
    let mut statements: Vec<Logged> = Vec::new();
    let mut parameters = String::new();
    // True while lines that follow belong to a statement, false while they belong to its parameters.
    let mut in_statement = false;
    for line in log.lines() {
        if let Some((_, sql)) = line.split_once("LOG:  execute <unnamed>: ") {
            close(&mut statements, &mut parameters);
            statements.push(Logged { sql: sql.to_owned(), parameters: Vec::new() });
            in_statement = true;
        } else if let Some((_, text)) =
            line.split_once("DETAIL:  ").and_then(|(_, rest)| rest.split_once("arameters: "))
        {
            parameters.push_str(text);
            in_statement = false;
        } else if let Some(rest) = line.strip_prefix('\t') {
            let to = if in_statement { statements.last_mut().map(|last| &mut last.sql) } else { Some(&mut parameters) };
            to.into_iter().for_each(|text| text.push_str(&format!("\n{rest}")));
        }
    }
    close(&mut statements, &mut parameters);
    statements
}

fn close(statements: &mut [Logged], parameters: &mut String) {
    if let Some(last) = statements.last_mut().filter(|_| !parameters.is_empty()) {
        last.parameters = split(parameters);
    }
    parameters.clear();
}

/// `$1 = 'it''s', $2 = NULL`
fn split(text: &str) -> Vec<Option<String>> {
    let mut values = Vec::new();
    let mut rest = text;
    while let Some((_, after)) = rest.split_once(" = ") {
        let Some(mut quoted) = after.strip_prefix('\'') else {
            values.push(None);
            rest = after.strip_prefix("NULL").expect("a value or NULL");
            continue;
        };
        let mut value = String::new();
        loop {
            let (part, behind) = quoted.split_once('\'').expect("a closing quote");
            value.push_str(part);
            match behind.strip_prefix('\'') {
                Some(more) => {
                    value.push('\'');
                    quoted = more;
                }
                None => {
                    rest = behind;
                    break;
                }
            }
        }
        values.push(Some(value));
    }
    values
}
