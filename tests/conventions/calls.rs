//! Functions of the database that stand beside the grants of the one role that calls them.

use super::wiring::{Checked, Function, files, read, template};

/// What `app.admit` takes and answers with.
const PARAMETERS_OF_ADMIT: usize = 13;

/// The function's own calls: name and number of parameters of each `app.admit_…` and `app.record_…` that a statement names.
fn called(function: &Function) -> Checked<Vec<(String, usize)>> {
    let mut calls = Vec::new();
    for file in files(format!("functions/{}/{}/src", function.area, function.name), "rs")? {
        let code = read(&file)?;
        for rest in code.split("app.").skip(1) {
            let Some((name, parameters)) = rest.split_once('(') else { continue };
            if name == format!("admit_{}", function.snake) || name == format!("record_{}", function.snake) {
                let parameters = parameters.split_once(')').map_or("", |(list, _)| list);
                calls.push((name.to_owned(), parameters.split(',').count()));
            }
        }
    }
    Ok(calls)
}

/// The parameters of a function that a script creates: those that go in, and those that come out.
fn declared(script: &str, name: &str) -> Option<(Vec<String>, Vec<String>)> {
    let list = script.split_once(&format!("FUNCTION app.{name}("))?.1.split_once("LANGUAGE")?.0;
    let list = list.split_once(")\nRETURNS").map_or(list, |(list, _)| list);
    let parameters = list.split(',').map(|one| one.trim().trim_end_matches(')').to_owned());
    let (out, taken) = parameters.partition(|one: &String| one.starts_with("OUT "));
    Some((taken, out))
}

#[test]
fn every_call_is_declared_beside_its_grants_with_as_many_parameters() -> Checked {
    let (mut wrong, mut count) = (Vec::new(), 0);
    for function in template()?.functions {
        for (name, given) in called(&function)? {
            count += 1;
            let script = read(format!("infra/grants/{}.sql", function.snake))?;
            match declared(&script, &name) {
                Some((taken, _)) if taken.len() == given => {}
                Some((taken, _)) => wrong.push(format!("{name} takes {} parameters and is given {given}", taken.len())),
                None => wrong.push(format!("{name} is not declared in infra/grants/{}.sql", function.snake)),
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert_eq!(count, 4);
    Ok(())
}

/// What is created there is created anew by each `migrate`, runs with the rights of its caller, and finds no other's objects.
#[test]
fn what_stands_beside_grants_has_no_rights_of_its_own() -> Checked {
    let mut wrong = Vec::new();
    for file in files("infra/grants", "sql")? {
        let script = read(&file)?;
        for rest in script.split("CREATE ").skip(1) {
            let head = rest.split("AS $$").next().unwrap_or_default();
            let is_ours = rest.starts_with("OR REPLACE FUNCTION app.")
                && head.contains("LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp")
                && !head.contains("SECURITY DEFINER");
            if !is_ours {
                wrong.push(format!("{file}: CREATE {}", rest.lines().next().unwrap_or_default()));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    Ok(())
}

/// The door binds and reads the same of each: what `app.admit` has, under the same names.
#[test]
fn every_admission_takes_and_gives_what_the_door_does() -> Checked {
    let (taken, out) = declared(&read("infra/migrations/0008_door.sql")?, "admit").ok_or("app.admit")?;
    let kinds =
        |list: &[String]| list.iter().filter_map(|one| one.split(' ').nth(1)).map(str::to_owned).collect::<Vec<_>>();
    assert_eq!((taken.len(), out.len()), (PARAMETERS_OF_ADMIT, PARAMETERS_OF_ADMIT));
    for function in template()?.functions {
        for (name, _) in called(&function)?.into_iter().filter(|(name, _)| name.starts_with("admit_")) {
            let script = read(format!("infra/grants/{}.sql", function.snake))?;
            let (its_taken, its_out) = declared(&script, &name).ok_or("a declaration")?;
            assert_eq!(kinds(its_taken.get(..PARAMETERS_OF_ADMIT).unwrap_or_default()), kinds(&taken), "{name}");
            assert_eq!(its_out.get(..PARAMETERS_OF_ADMIT).unwrap_or_default(), out, "{name}");
        }
    }
    Ok(())
}
