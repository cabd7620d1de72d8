//! Names and sizes: every statement is named, no file is long, nothing is called after nothing.

use std::collections::BTreeSet;

use super::wiring::{Checked, files, read};

const FILE_LINES_MAX: usize = 300;

/// Names of files and folders that say nothing.
const EMPTY_NAMES: [&str; 9] = ["utils", "util", "helpers", "helper", "common", "misc", "types", "manager", "stuff"];
/// Endings of types and functions that say nothing.
const EMPTY_ENDINGS: [&str; 7] = ["Helper", "Helpers", "Manager", "Util", "Utils", "Info", "Dto"];

fn rust_files() -> Checked<Vec<String>> {
    let mut found = Vec::new();
    for folder in ["shared", "functions", "infra/local", "tests"] {
        found.extend(files(folder, "rs")?);
    }
    Ok(found)
}

/// The names that a file declares with one of these words.
fn declared(code: &str, words: &[&str]) -> Vec<String> {
    let mut names = Vec::new();
    for line in code.lines().filter(|line| !line.trim_start().starts_with("//")) {
        let mut before = "";
        for word in line.split(|c: char| !c.is_alphanumeric() && c != '_').filter(|word| !word.is_empty()) {
            if words.contains(&before) {
                names.push(word.to_owned());
            }
            before = word;
        }
    }
    names
}

#[test]
fn no_file_of_code_is_longer_than_300_lines() -> Checked {
    let mut long = Vec::new();
    for file in rust_files()?.into_iter().chain(files("infra", "sql")?) {
        let lines = read(&file)?.lines().count();
        if lines > FILE_LINES_MAX {
            long.push(format!("{file}: {lines} lines"));
        }
    }
    assert!(long.is_empty(), "{}", long.join("\n"));
    Ok(())
}

#[test]
fn nothing_is_called_after_nothing() -> Checked {
    let mut empty = Vec::new();
    for file in rust_files()? {
        let parts: BTreeSet<_> = file.split(['/', '.']).collect();
        empty.extend(EMPTY_NAMES.iter().filter(|name| parts.contains(*name)).map(|name| format!("{file}: {name}")));
        let code = read(&file)?;
        for name in declared(&code, &["struct", "enum", "trait", "type", "mod"]) {
            let says_nothing =
                EMPTY_ENDINGS.iter().any(|ending| name.ends_with(ending)) || EMPTY_NAMES.contains(&name.as_str());
            if says_nothing || is_numbered(&name) {
                empty.push(format!("{file}: {name}"));
            }
        }
        for name in declared(&code, &["fn"]) {
            if name.starts_with("get_") || is_numbered(&name) {
                empty.push(format!("{file}: fn {name}"));
            }
        }
    }
    assert!(empty.is_empty(), "{}", empty.join("\n"));
    Ok(())
}

/// `handle2` is a second handle without a name of its own.
fn is_numbered(name: &str) -> bool {
    let mut letters = name.chars().rev();
    matches!((letters.next(), letters.next()), (Some('2' | '3'), Some(before)) if before.is_ascii_lowercase())
}

/// The text that `Statement::new(` is given: a literal, the first of a `concat!`, or a constant of the crate.
fn statement_text<'c>(rest: &'c str, code: &'c str) -> Option<&'c str> {
    let rest = rest.trim_start();
    let rest = rest.strip_prefix("concat!(").unwrap_or(rest).trim_start();
    if let Some(literal) = rest.strip_prefix('"') {
        return Some(literal);
    }
    let name: String = rest.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
    let definition = code.split(&format!("const {name}: &str =")).nth(1)?;
    let definition = definition.trim_start();
    definition.strip_prefix("concat!(").unwrap_or(definition).trim_start().strip_prefix('"')
}

#[test]
fn every_statement_opens_with_its_name() -> Checked {
    let mut wrong = Vec::new();
    for super::wiring::Function { name: function, area, .. } in super::wiring::template()?.functions {
        let sources = files(format!("functions/{area}/{function}/src"), "rs")?;
        let code = sources.iter().map(read).collect::<Checked<Vec<_>>>()?.join("\n");
        let mut names = BTreeSet::new();
        for rest in code.split("Statement::new(").skip(1) {
            // A statement in several variants is made by a macro of its own, which names each.
            if rest.starts_with("match ") && code.contains(&format!("\"-- {function}.\"")) {
                continue;
            }
            let text = statement_text(rest, &code).unwrap_or_default();
            let line = text.split("\\n").next().unwrap_or_default().lines().next().unwrap_or_default();
            match line.strip_prefix(&format!("-- {function}.")) {
                Some(name) if !name.is_empty() && names.insert(name.to_owned()) => {}
                Some(name) => wrong.push(format!("{function}: the name {name} is used twice")),
                None => wrong.push(format!("{function}: {}", rest.trim().lines().next().unwrap_or_default())),
            }
        }
    }
    assert!(wrong.is_empty(), "a statement opens with `-- <function>.<name>`:\n{}", wrong.join("\n"));
    Ok(())
}
