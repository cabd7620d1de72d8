//! `docs/CONTROLS.md` speaks of code and tests that are there.

use std::collections::BTreeSet;

use super::wiring::{Checked, read, root};

/// The promises that are built so far.
const PROMISES: [&str; 30] = [
    "D1", "D2", "D7", "D8", "D10", "E1", "E2", "E3", "E4", "E5", "E6", "P6", "P12", "R2", "R4", "R5", "R10", "T1",
    "T2", "T3", "T4", "T5", "T6", "T7", "T8", "T10", "T11", "T12", "W3", "W5",
];

/// One row: promise, code, tests.
struct Control {
    promise: String,
    code: Vec<String>,
    tests: Vec<String>,
}

fn controls() -> Checked<Vec<Control>> {
    let quoted = |cell: &str| cell.split('`').skip(1).step_by(2).map(str::to_owned).collect::<Vec<_>>();
    let text = read("docs/CONTROLS.md")?;
    let rows =
        text.lines().filter(|line| line.starts_with("| ") && !line.starts_with("| id ") && !line.starts_with("| ---"));
    rows.map(|row| {
        let cells: Vec<_> = row.trim_matches('|').split(" | ").map(str::trim).collect();
        let [promise, _, code, tests] = cells.as_slice() else {
            return Err(format!("a row of four cells: {row}").into());
        };
        Ok(Control { promise: (*promise).to_owned(), code: quoted(code), tests: quoted(tests) })
    })
    .collect()
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
        assert!(!control.code.is_empty() && !control.tests.is_empty(), "{} names nothing", control.promise);
        for named in control.code.iter().chain(&control.tests).filter(|named| !is_there(named)) {
            missing.push(format!("{}: {named}", control.promise));
        }
        let vague = control.tests.iter().filter(|test| !test.contains("::"));
        missing.extend(vague.map(|test| format!("{}: {test} names no test", control.promise)));
    }
    assert!(missing.is_empty(), "docs/CONTROLS.md names what is not there:\n{}", missing.join("\n"));
    Ok(())
}

#[test]
fn every_promise_that_is_built_is_a_control() -> Checked {
    let listed: BTreeSet<_> = controls()?.into_iter().map(|control| control.promise).collect();
    let absent: Vec<_> = PROMISES.iter().filter(|promise| !listed.contains(**promise)).collect();
    assert!(absent.is_empty(), "docs/CONTROLS.md lacks {absent:?}");
    Ok(())
}
