//! The template wires whole functions: a function is found under one name in all its places, or it is not there.

use std::collections::BTreeSet;

use super::wiring::{Checked, Function, entries, read, template};

const LINES_MAX: usize = 25;

/// The only function that does not connect as a role named after itself: it may become the owner.
const MIGRATOR: (&str, &str) = ("migrate", "doorbook_migrator");

fn role_of(function: &Function) -> String {
    if function.name == MIGRATOR.0 { MIGRATOR.1.to_owned() } else { format!("fn_{}", function.snake) }
}

fn has_database(function: &Function) -> bool {
    function.variables.contains_key("DATABASE_URL")
}

fn missing_places(function: &Function) -> Checked<Vec<String>> {
    let Function { name, area, snake, .. } = function;
    let mut missing = Vec::new();
    if !read(format!("functions/{area}/{name}/Cargo.toml")).unwrap_or_default().contains(&format!("name = \"{name}\""))
    {
        missing.push(format!("functions/{area}/{name}/Cargo.toml with that package name"));
    }
    for file in ["README.md", "src/main.rs", "src/lib.rs", "src/handler.rs"] {
        if read(format!("functions/{area}/{name}/{file}")).is_err() {
            missing.push(format!("functions/{area}/{name}/{file}"));
        }
    }
    if function.code_uri != format!("target/lambda/{name}/") {
        missing.push(format!("CodeUri target/lambda/{name}/"));
    }
    if !entries(format!("events/{area}/{name}"))?.iter().any(|file| file.ends_with(".json")) {
        missing.push(format!("an event in events/{area}/{name}"));
    }
    if read(format!("tests/functions/{area}/{snake}.rs")).is_err() {
        missing.push(format!("tests/functions/{area}/{snake}.rs"));
    }
    if has_database(function) && name != MIGRATOR.0 && read(format!("infra/grants/{snake}.sql")).is_err() {
        missing.push(format!("infra/grants/{snake}.sql"));
    }
    Ok(missing)
}

#[test]
fn every_function_stands_whole_in_all_its_places() -> Checked {
    let mut missing = Vec::new();
    for function in template()?.functions {
        missing.extend(missing_places(&function)?.into_iter().map(|place| format!("{}: {place}", function.resource)));
    }
    assert!(missing.is_empty(), "missing\n{}", missing.join("\n"));
    Ok(())
}

#[test]
fn no_folder_waits_for_a_function_that_is_not_wired() -> Checked {
    let functions = template()?.functions;
    let names: BTreeSet<_> = functions.iter().map(|function| function.name.clone()).collect();
    for top in ["functions", "events"] {
        for area in entries(top)? {
            let strays: Vec<_> = entries(format!("{top}/{area}"))?.difference(&names).cloned().collect();
            assert!(strays.is_empty(), "{top}/{area} holds {strays:?}, which template.yaml does not wire");
        }
    }
    Ok(())
}

#[test]
fn every_function_connects_as_itself_and_as_no_other_role() -> Checked {
    for function in template()?.functions {
        let rights: Vec<_> = function.rights.iter().filter(|right| right.action.starts_with("rds-db:")).collect();
        let role = role_of(&function);
        if !has_database(&function) {
            assert!(rights.is_empty(), "{} may connect to a database that it is not told of", function.resource);
            continue;
        }
        let users: Vec<_> = rights.iter().map(|right| right.resource.as_str()).collect();
        assert_eq!(users, [format!("${{Database.Outputs.Users}}/{role}")], "{}", function.resource);
        let url = function.variables.get("DATABASE_URL").map(String::as_str).unwrap_or_default();
        assert!(url.starts_with(&format!("postgres://{role}@")), "DATABASE_URL of {}", function.resource);
        assert!(url.ends_with("?sslmode=verify-full"), "DATABASE_URL of {}", function.resource);
    }
    Ok(())
}

#[test]
fn no_function_takes_more_than_25_lines() -> Checked {
    for function in template()?.functions {
        assert!(function.lines > 0, "{} has no block of its own", function.resource);
        assert!(function.lines <= LINES_MAX, "{} takes {} lines", function.resource, function.lines);
    }
    Ok(())
}

#[test]
fn an_alarm_watches_every_function() -> Checked {
    let template = template()?;
    let functions: BTreeSet<_> = template.functions.iter().map(|function| function.resource.clone()).collect();
    assert!(!functions.is_empty());
    assert_eq!(template.watched, functions, "the alarms watch other functions than there are");
    Ok(())
}

#[test]
fn access_reviews_are_swept_in_every_hour() -> Checked {
    let text = read("template.yaml")?;
    let block = text.split("\n  SweepAccessReviews:\n").nth(1).and_then(|rest| rest.split("\n\n").next());
    let schedule = block.and_then(|block| block.split("cron(").nth(1)).and_then(|rest| rest.split(')').next());
    let fields: Vec<_> = schedule.unwrap_or_default().split(' ').collect();
    assert_eq!(fields.get(1..), Some(["*", "*", "*", "?", "*"].as_slice()), "a deadline is kept to the hour");
    Ok(())
}
