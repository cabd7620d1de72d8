//! `docs/CONTROLS.md` names code and tests that exist.
//!
//! Each promise is a heading `### <id>: <title>`. Under it come what is kept, a list `Code:` of paths, and a list
//! `Tests:` of files, each with its tests below it.

use std::collections::BTreeSet;

use super::wiring::{Checked, read, root};

/// The promises that are built so far.
const PROMISES: [&str; 33] = [
    "D1", "D2", "D6", "D7", "D8", "D10", "E1", "E2", "E3", "E4", "E5", "E6", "O1", "O2", "P6", "P12", "R2", "R4", "R5",
    "R10", "T1", "T2", "T3", "T4", "T5", "T6", "T7", "T8", "T10", "T11", "T12", "W3", "W5",
];

/// One promise: what is kept, the paths of its code, and its tests as `path::name`.
#[derive(Debug, Default, PartialEq)]
struct Control {
    promise: String,
    kept: String,
    code: Vec<String>,
    tests: Vec<String>,
}

impl Control {
    fn of_section(section: &str) -> Checked<Self> {
        let (heading, body) = section.split_once('\n').ok_or("a heading without a section")?;
        let (promise, _) = heading.split_once(": ").ok_or_else(|| format!("a heading without an id: {heading}"))?;
        let (kept, lists) = body.split_once("\nCode:\n").ok_or_else(|| format!("{promise} names no code"))?;
        let (code, tests) = lists.split_once("\nTests:\n").ok_or_else(|| format!("{promise} names no tests"))?;
        Ok(Self {
            promise: promise.to_owned(),
            kept: kept.trim().to_owned(),
            code: items(code)?.into_iter().map(|(_, named)| named).collect(),
            tests: paths(items(tests)?)?,
        })
    }
}

/// The items of a list with their indentation. Each is one name in backticks and nothing else.
fn items(list: &str) -> Checked<Vec<(usize, String)>> {
    let item = |line: &str| -> Checked<(usize, String)> {
        let text = line.trim_start();
        let named = text.strip_prefix("- `").and_then(|rest| rest.strip_suffix('`')).filter(|name| !name.contains('`'));
        let named = named.ok_or_else(|| format!("not one name in backticks: {line}"))?;
        Ok((line.len() - text.len(), named.to_owned()))
    };
    let lines = list.lines().take_while(|line| !line.starts_with('#')).filter(|line| !line.trim().is_empty());
    lines.map(item).collect()
}

/// The tests of a list of files as `path::name`. A file without a test is an error, and so is a test without a file.
fn paths(items: Vec<(usize, String)>) -> Checked<Vec<String>> {
    let mut tests = Vec::new();
    let mut file: Option<(String, bool)> = None;
    for (indentation, named) in items {
        if indentation == 0 {
            if let Some((file, false)) = file {
                return Err(format!("{file} names no test").into());
            }
            file = Some((named, false));
        } else {
            let (path, has_test) = file.as_mut().ok_or_else(|| format!("{named} stands under no file"))?;
            tests.push(format!("{path}::{named}"));
            *has_test = true;
        }
    }
    match file {
        Some((file, false)) => Err(format!("{file} names no test").into()),
        _ => Ok(tests),
    }
}

fn controls_of(page: &str) -> Checked<Vec<Control>> {
    page.split("\n### ").skip(1).map(Control::of_section).collect()
}

fn controls() -> Checked<Vec<Control>> {
    controls_of(&read("docs/CONTROLS.md")?)
}

/// True where the file holds a test of that name; `path::name`, or `path` for a whole file.
fn is_there(named: &str) -> bool {
    let (path, name) = named.split_once("::").unwrap_or((named, ""));
    let declaration = format!("fn {name}(");
    match read(path) {
        Ok(_) if name.is_empty() => true,
        Ok(code) => code.contains(&declaration) || code.contains(&format!("def {name}(")),
        Err(_) => name.is_empty() && root().join(path).is_dir(),
    }
}

#[test]
fn every_control_names_code_and_tests_that_are_there() -> Checked {
    let mut missing = Vec::new();
    for control in controls()? {
        let is_empty = control.kept.is_empty() || control.code.is_empty() || control.tests.is_empty();
        assert!(!is_empty, "{} lacks what is kept, its code or its tests", control.promise);
        for named in control.code.iter().chain(&control.tests).filter(|named| !is_there(named)) {
            missing.push(format!("{}: {named}", control.promise));
        }
    }
    assert!(missing.is_empty(), "docs/CONTROLS.md names what is not there:\n{}", missing.join("\n"));
    Ok(())
}

#[test]
fn every_promise_that_is_built_is_a_control() -> Checked {
    let promises: Vec<_> = controls()?.into_iter().map(|control| control.promise).collect();
    let listed: BTreeSet<_> = promises.iter().map(String::as_str).collect();
    let absent: Vec<_> = PROMISES.iter().filter(|promise| !listed.contains(**promise)).collect();
    assert!(absent.is_empty(), "docs/CONTROLS.md lacks {absent:?}");
    assert_eq!(listed.len(), promises.len(), "docs/CONTROLS.md has a promise twice: {promises:?}");

    let page = read("docs/CONTROLS.md")?;
    let unlisted: Vec<_> = listed.iter().filter(|promise| !page.contains(&format!("| [{promise}](#"))).collect();
    assert!(unlisted.is_empty(), "the contents of docs/CONTROLS.md lack {unlisted:?}");
    Ok(())
}

#[test]
fn a_page_that_names_less_than_it_seems_to_is_refused() -> Checked {
    let page = |tests: &str| {
        format!("# Controls\n\n### D1: Check-in\n\nKept.\n\nCode:\n\n- `a.rs`\n\nTests:\n\n{tests}\n\n## Next\n")
    };
    let good = controls_of(&page("- `b.rs`\n  - `one`\n  - `two`\n- `c.rs`\n  - `three`"))?;
    assert_eq!(good.first().map(|control| control.tests.join(" ")).as_deref(), Some("b.rs::one b.rs::two c.rs::three"));

    for bad in
        ["- `b.rs`", "- `b.rs`\n- `c.rs`\n  - `one`", "  - `one`", "- `b.rs`\n  - one", "- `b.rs`\n  - `one`, `two`"]
    {
        assert!(controls_of(&page(bad)).is_err(), "{bad:?} is read as a list of tests");
    }
    Ok(())
}
