//! A function is given exactly the variables that its `Settings` read.

use std::collections::{BTreeMap, BTreeSet};

use super::wiring::{Checked, Function, entries, read, template};

/// Read only where `ENVIRONMENT` is `local`, and set by the local stack alone.
const TEST_SWITCHES: [&str; 4] =
    ["CLOCK_OFFSET_SECONDS", "OUTGOING_TEST_CA_FILE", "READS_PER_MINUTE", "WRITES_PER_MINUTE"];

/// What a piece of code reads.
#[derive(Clone, Default)]
struct Reads {
    required: BTreeSet<String>,
    optional: BTreeSet<String>,
}

impl Reads {
    fn take(&mut self, other: &Self) {
        self.required.extend(other.required.iter().cloned());
        self.optional.extend(other.optional.iter().cloned());
    }
}

/// The literals of code that are variables' names, by how they are read.
fn reads(code: &str) -> Reads {
    let mut found = Reads::default();
    let mut before = "";
    for (index, piece) in code.split('"').enumerate() {
        let named = piece.len() > 2
            && piece.chars().all(|letter| letter.is_ascii_uppercase() || "_0123456789".contains(letter));
        if index % 2 == 0 {
            before = piece;
        } else if named && ["optional(", "number("].iter().any(|call| before.ends_with(call)) {
            found.optional.insert(piece.to_owned());
        } else if named {
            found.required.insert(piece.to_owned());
        }
    }
    found.required = found.required.difference(&found.optional).cloned().collect();
    found
}

/// Each `…Settings` of `shared`, with what it reads. The variables that Lambda itself sets are left out.
fn groups() -> Checked<BTreeMap<String, Reads>> {
    let code = ["", "/buckets", "/database", "/log", "/mail", "/outgoing", "/queues", "/root_secret"]
        .map(|part| read(format!("shared/src/settings{part}.rs")))
        .into_iter()
        .collect::<Checked<String>>()?;
    let mut groups = BTreeMap::new();
    for block in code.split("\nimpl ").skip(1) {
        let (head, body) = block.split_once('{').ok_or("an impl without a body")?;
        let body = body.split("\n}").next().unwrap_or_default();
        if head.trim().ends_with("Settings") {
            let mut found = reads(body);
            for names in [&mut found.required, &mut found.optional] {
                names.retain(|name| !name.starts_with("AWS_") && !TEST_SWITCHES.contains(&name.as_str()));
            }
            groups.insert(head.trim().to_owned(), found);
        }
    }
    Ok(groups)
}

/// What a function reads beside the variables that all functions have.
fn reads_of(function: &Function, groups: &BTreeMap<String, Reads>) -> Checked<Reads> {
    let folder = format!("functions/{}/{}/src", function.area, function.name);
    let mut found = Reads::default();
    for file in entries(&folder)?.iter().filter(|file| file.ends_with(".rs")) {
        let code = read(format!("{folder}/{file}"))?;
        let calls = code.lines().filter(|line| line.contains(".required(") || line.contains(".optional("));
        found.take(&reads(&calls.collect::<Vec<_>>().join("\n")));
        for (group, its) in groups.iter().filter(|(group, _)| *group != "CommonSettings") {
            if code.contains(&format!("{group}::read(")) {
                found.take(its);
            }
        }
    }
    Ok(found)
}

#[test]
fn every_function_is_given_exactly_the_variables_that_it_reads() -> Checked {
    let groups = groups()?;
    let mut wrong = Vec::new();
    for function in template()?.functions {
        let Reads { required, optional } = reads_of(&function, &groups)?;
        let given: BTreeSet<_> = function.variables.keys().cloned().collect();
        let unread = given.iter().filter(|name| !required.contains(*name) && !optional.contains(*name));
        wrong.extend(unread.map(|name| format!("{} is given {name}, which it does not read", function.resource)));
        let absent = required.difference(&given);
        wrong.extend(absent.map(|name| format!("{} reads {name}, which it is not given", function.resource)));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    Ok(())
}

#[test]
fn what_every_function_reads_is_given_once_to_all() -> Checked {
    let groups = groups()?;
    let common = groups.get("CommonSettings").ok_or("shared has no CommonSettings")?;
    let read: BTreeSet<_> = common.required.union(&common.optional).cloned().collect();
    assert_eq!(template()?.common_variables, read);
    Ok(())
}

#[test]
fn no_test_switch_is_wired() -> Checked {
    let template = read("template.yaml")?;
    for switch in TEST_SWITCHES {
        assert!(!template.contains(switch), "template.yaml sets {switch}");
    }
    Ok(())
}

#[test]
fn the_reader_of_settings_tells_required_from_optional() {
    let found = reads(r#"variables.required("KEY_ID")?; variables.optional("CA_FILE"); let name = "A_URL"; "not one""#);
    assert_eq!(found.required, ["A_URL", "KEY_ID"].map(str::to_owned).into());
    assert_eq!(found.optional, ["CA_FILE".to_owned()].into());
}
