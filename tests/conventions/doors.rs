//! The doors that are named so that one search lists them. What stands here may only become less: a new use needs a
//! decision record, and a use that goes takes its line with it.

use std::collections::BTreeMap;

use super::wiring::{Checked, files, read};

/// Where a secret leaves its wrapping, work is done for no caller, or a lint is passed over: file, door, uses.
const PASSED: &[(&str, &str, usize)] = &[];

const DOORS: [&str; 4] = [".expose_secret()", "app.open_for_system(", ".with_tenant(", "clippy::disallowed"];

fn uses() -> Checked<BTreeMap<(String, &'static str), usize>> {
    let mut found = BTreeMap::new();
    for file in files("shared/src", "rs")?.into_iter().chain(files("functions", "rs")?) {
        let code = read(&file)?;
        let code = code.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default();
        if file.contains("tests") {
            continue;
        }
        let lines: Vec<_> = code.lines().filter(|line| !line.trim_start().starts_with("//")).collect();
        for door in DOORS {
            let count = lines.iter().map(|line| line.matches(door).count()).sum();
            if count > 0 {
                found.insert((file.clone(), door), count);
            }
        }
    }
    Ok(found)
}

#[test]
fn the_unsafe_doors_are_used_where_it_is_known_and_nowhere_else() -> Checked {
    let listed: BTreeMap<_, _> =
        PASSED.iter().map(|(file, door, count)| (((*file).to_owned(), *door), *count)).collect();
    let found = uses()?;
    let line = |(file, door): &(String, &str), count: usize| format!("    (\"{file}\", \"{door}\", {count}),");
    let more: Vec<_> =
        found.iter().filter(|(use_, count)| listed.get(use_) < Some(count)).map(|(u, c)| line(u, *c)).collect();
    let less: Vec<_> =
        listed.iter().filter(|(use_, count)| found.get(use_) < Some(count)).map(|(u, c)| line(u, *c)).collect();
    assert!(more.is_empty(), "used more than the list knows:\n{}", more.join("\n"));
    assert!(less.is_empty(), "used less than the list says; shorten it:\n{}", less.join("\n"));
    Ok(())
}
