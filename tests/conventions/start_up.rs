//! A function that is told too little, or something unsafe, refuses to start and names what to mend (promise T6). The
//! binaries themselves are started: what a test reads is what an operator would read.

use std::{collections::BTreeMap, process::Stdio, time::Duration};

use shared::wiring::{COMMON_VARIABLES, Presence};
use tokio::process::Command;

use super::{
    functions,
    wiring::{Checked, Function, template},
};
use crate::harness::stack::{binary, variable};

const CANARY: &str = "canary-5f2d";

type Environment = BTreeMap<String, String>;

/// What a function is told in production, with a password that must not be shown.
fn told(function: &Function) -> Environment {
    let mut told: Environment = function.variables.keys().map(|name| (name.clone(), "x".to_owned())).collect();
    if let Some(url) = told.get_mut("DATABASE_URL") {
        *url = format!("postgres://fn_{}:{CANARY}@127.0.0.1:1/doorbook?sslmode=verify-full", function.snake);
    }
    let lambda =
        ["AWS_REGION", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"].map(|name| (name.to_owned(), CANARY.to_owned()));
    told.extend(lambda);
    told.insert("ENVIRONMENT".to_owned(), "production".to_owned());
    told.insert("CONSOLE_ORIGIN".to_owned(), "https://console.example".to_owned());
    if let Some(version) = told.get_mut("ROOT_SECRET_VERSION") {
        "2".clone_into(version);
    }
    told
}

/// What a function does not start without, by its own declaration.
fn required(function: &Function) -> Vec<&'static str> {
    let declared = functions::all();
    let its = declared.iter().filter(|declared| declared.name() == function.name);
    let variables = its.flat_map(|declared| &declared.needs().variables).chain(&COMMON_VARIABLES);
    variables.filter(|variable| variable.presence == Presence::Required).map(|variable| variable.name).collect()
}

/// Starts it and gives its last words; an error where it goes on.
async fn last_words(function: &Function, told: &Environment) -> Checked<String> {
    let mut command = Command::new(binary(&function.name));
    command.env_clear().envs(told).stdin(Stdio::null()).kill_on_drop(true);
    let ended = tokio::time::timeout(Duration::from_secs(10), command.output()).await;
    let output = ended.map_err(|_| format!("{} starts with {:?}", function.name, told.keys()))??;
    let words = [output.stdout, output.stderr].concat();
    let words = String::from_utf8_lossy(&words).into_owned();
    if output.status.success() { Err(format!("{} ends well: {words}", function.name).into()) } else { Ok(words) }
}

/// Each way of telling too little or something unsafe: the variable that must be named, and what is told.
fn unsafe_starts(function: &Function) -> Vec<(String, Environment)> {
    let told = told(function);
    let mut starts: Vec<(String, Environment)> = Vec::new();
    for name in required(function) {
        let mut less = told.clone();
        less.remove(name);
        starts.push((name.to_owned(), less));
    }
    let mut changed = |name: &str, value: String| {
        let mut changed = told.clone();
        changed.insert(name.to_owned(), value);
        starts.push((name.to_owned(), changed));
    };
    changed("ENVIRONMENT", "prod".to_owned());
    for origin in ["http://console.example", "http://127.0.0.1:9000", "https://console.example/path"] {
        changed("CONSOLE_ORIGIN", origin.to_owned());
    }
    if function.variables.contains_key("ROOT_SECRET_VERSION") {
        for version in ["-1", "65536", CANARY] {
            changed("ROOT_SECRET_VERSION", version.to_owned());
        }
    }
    for switch in ["CLOCK_OFFSET_SECONDS", "OUTGOING_TEST_CA_FILE", "READS_PER_MINUTE", "WRITES_PER_MINUTE"] {
        changed(switch, "60".to_owned());
    }
    if function.variables.contains_key("LOG_ORIGIN") {
        changed("LOG_ORIGIN", "two words".to_owned());
    }
    if function.variables.contains_key("MAIL_FROM") {
        changed("MAIL_FROM", "Doorbook <doorbook@example.com>".to_owned());
    }
    if function.variables.contains_key("DATABASE_URL") {
        for ending in ["", "?sslmode=disable", "?sslmode=prefer", "?sslmode=require", "?sslmode=verify-ca"] {
            changed("DATABASE_URL", format!("postgres://fn_{}:{CANARY}@127.0.0.1:1/doorbook{ending}", function.snake));
        }
    }
    starts
}

#[tokio::test]
async fn every_function_refuses_to_start_unsafely_and_names_why() -> Checked {
    let mut wrong = Vec::new();
    for function in template()?.functions {
        for (name, told) in unsafe_starts(&function) {
            let words = last_words(&function, &told).await?;
            if !words.contains("refuses to start") || !words.contains(&name) {
                wrong.push(format!("{} without a safe {name} says: {words}", function.name));
            }
            if words.contains(CANARY) {
                wrong.push(format!("{} shows what {name} stood beside", function.name));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    Ok(())
}

#[tokio::test]
async fn a_database_with_an_unsigned_certificate_is_refused() -> Checked {
    let functions = template()?.functions;
    let function = functions.iter().find(|function| function.name == "check-in").ok_or("no check-in")?;
    let mut told = told(function);
    let mut url = url::Url::parse(&variable("DOORBOOK_TEST_SUPERUSER_URL"))?;
    url.set_username("fn_check_in").map_err(|()| "a role")?;
    url.set_query(Some("sslmode=verify-full"));
    told.insert("DATABASE_URL".to_owned(), url.to_string());

    let words = last_words(function, &told).await?;

    assert!(words.contains("cannot start"), "{words}");
    assert!(words.to_lowercase().contains("certificate"), "{words}");
    Ok(())
}
