//! A function is given exactly the variables that its declaration names.

use std::collections::BTreeSet;

use shared::wiring::{COMMON_VARIABLES, Presence, Variable};

use super::{
    functions,
    wiring::{Checked, read, template},
};

fn names<'v>(variables: impl IntoIterator<Item = &'v Variable>, presences: &[Presence]) -> BTreeSet<String> {
    let is_one = |variable: &&Variable| presences.contains(&variable.presence);
    variables.into_iter().filter(is_one).map(|variable| variable.name.to_owned()).collect()
}

#[test]
fn every_function_is_given_exactly_the_variables_that_it_reads() -> Checked {
    let declared = functions::all();
    let mut wrong = Vec::new();
    for function in template()?.functions {
        let is_it = |declared: &&shared::runtime::Function| declared.name() == function.name;
        let declared = declared.iter().find(is_it).ok_or_else(|| format!("{} is not declared", function.name))?;
        let variables = &declared.needs().variables;
        let (required, read) =
            (names(variables, &[Presence::Required]), names(variables, &[Presence::Required, Presence::Optional]));
        let given: BTreeSet<_> = function.variables.keys().cloned().collect();
        let unread = given.difference(&read);
        wrong.extend(unread.map(|name| format!("{} is given {name}, which it does not read", function.resource)));
        let absent = required.difference(&given);
        wrong.extend(absent.map(|name| format!("{} reads {name}, which it is not given", function.resource)));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    Ok(())
}

#[test]
fn every_readme_names_the_variables_that_its_function_reads() -> Checked {
    let declared = functions::all();
    let mut wrong = Vec::new();
    for function in template()?.functions {
        let readme = read(format!("functions/{}/{}/README.md", function.area, function.name))?;
        let paragraph = readme.split("**Variables**").nth(1).and_then(|rest| rest.split("\n\n").next());
        let said: BTreeSet<_> =
            paragraph.unwrap_or_default().split('`').skip(1).step_by(2).map(str::to_owned).collect();
        let needs = declared.iter().find(|declared| declared.name() == function.name).map(|found| found.needs());
        let variables = needs.map(|needs| needs.variables.as_slice()).unwrap_or_default();
        let read = names(variables, &[Presence::Required, Presence::Optional, Presence::TestSwitch]);
        if said != read {
            wrong.push(format!("{}: names {said:?} and reads {read:?}", function.name));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    Ok(())
}

#[test]
fn what_every_function_reads_is_given_once_to_all() -> Checked {
    let read = names(&COMMON_VARIABLES, &[Presence::Required, Presence::Optional]);
    assert_eq!(template()?.common_variables, read);
    Ok(())
}

#[test]
fn no_test_switch_is_wired() -> Checked {
    let template = read("template.yaml")?;
    let functions = functions::all();
    let variables = functions.iter().flat_map(|function| &function.needs().variables).chain(&COMMON_VARIABLES);
    let switches = names(variables, &[Presence::TestSwitch]);
    assert_eq!(switches.len(), 4, "{switches:?}");
    for switch in switches {
        assert!(!template.contains(&switch), "template.yaml sets {switch}");
    }
    Ok(())
}
