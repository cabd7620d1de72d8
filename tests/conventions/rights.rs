//! A function has exactly the rights that its declaration asks for, each under its conditions.

use std::collections::BTreeSet;

use shared::{
    migration::{Limits, Script},
    runtime::Trigger,
};

use super::{
    functions,
    wiring::{Checked, Function, Right, read, template},
};

/// The database role of a function, as it stands in its right to connect.
fn role_of(function: &Function) -> String {
    format!("fn_{}", function.snake)
}

/// What a function declares, as the template would write it.
fn declared(function: &Function, declared: &shared::runtime::Function) -> BTreeSet<Right> {
    let mut rights = BTreeSet::new();
    for right in &declared.needs().rights {
        for (action, resource) in
            right.actions.iter().flat_map(|action| right.resources.iter().map(move |on| (action, on)))
        {
            let conditions = right.conditions.iter();
            rights.insert(Right {
                action: (*action).to_owned(),
                resource: resource.replace("{role}", &role_of(function)),
                conditions: conditions.map(|(o, k, v)| ((*o).to_owned(), (*k).to_owned(), (*v).to_owned())).collect(),
            });
        }
    }
    rights
}

#[test]
fn every_function_has_exactly_the_rights_that_it_declares() -> Checked {
    let all = functions::all();
    let mut wrong = Vec::new();
    for function in template()?.functions {
        let its = all.iter().find(|declared| declared.name() == function.name).ok_or("not declared")?;
        let needed = declared(&function, its);
        let unused = function.rights.difference(&needed);
        wrong.extend(unused.map(|right| format!("{} has a right that nothing in it needs: {right:?}", function.name)));
        let absent = needed.difference(&function.rights);
        wrong.extend(absent.map(|right| format!("{} lacks a right: {right:?}", function.name)));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    Ok(())
}

#[test]
fn every_function_is_made_to_run_by_what_it_declares() -> Checked {
    let all = functions::all();
    let (mut found, mut wrong) = (BTreeSet::new(), Vec::new());
    for function in template()?.functions {
        let its = all.iter().find(|declared| declared.name() == function.name).ok_or("not declared")?;
        let expected: &[&str] = match its.trigger() {
            Trigger::Http | Trigger::Webhook => &["HttpApi"],
            Trigger::Queue => &["SQS", "ScheduleV2"],
            Trigger::Schedule => &["ScheduleV2"],
            Trigger::Invocation => &[],
        };
        if function.events != expected.iter().map(|kind| (*kind).to_owned()).collect() {
            wrong.push(format!("{} is a {:?}, and runs by {:?}", function.name, its.trigger(), function.events));
        }
        found.insert(function.name);
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert_eq!(found, all.iter().map(|declared| declared.name().to_owned()).collect());
    Ok(())
}

/// A caller waits for what answers a request, and none for a worker.
#[test]
fn every_role_has_the_limits_of_what_makes_its_function_run() -> Checked {
    let all = functions::all();
    for function in template()?.functions {
        let name = format!("infra/grants/{}.sql", function.snake);
        let (Some(its), Ok(grant)) = (all.iter().find(|declared| declared.name() == function.name), read(&name)) else {
            continue;
        };
        let expected = match its.trigger() {
            Trigger::Http | Trigger::Webhook => Limits::Request,
            Trigger::Queue | Trigger::Schedule => Limits::Worker,
            // The operator waits for some, and not for those that go through a whole log.
            Trigger::Invocation => continue,
        };
        assert_eq!(Limits::of(&Script { name: name.clone(), sql: grant.into() })?, expected, "{name}");
    }
    Ok(())
}

/// A feature of `shared` that brings a client, and how the actions of that client begin.
const CLIENTS: [(&str, &str); 10] = [
    ("anchors", "s3:"),
    ("bundles", "s3:"),
    ("foreign-buckets", "s3:"),
    ("kms", "kms:"),
    ("mail", "ses:"),
    ("objects", "s3:"),
    ("queue", "sqs:SendMessage"),
    ("rekognition", "rekognition:"),
    ("root-secret", "secretsmanager:"),
    ("textract", "textract:"),
];

/// The feature that uses a right; a right that a service uses on the function's behalf is no client's.
fn client_of(right: &Right) -> Option<&'static str> {
    // Several clients speak to S3, each to buckets of its own.
    let of_bucket = match right.resource.as_str() {
        resource if resource.contains("Anchors.") => "anchors",
        resource if resource.contains("Bundles") => "bundles",
        resource if resource.contains(":s3:::*/") => "foreign-buckets",
        _ => "objects",
    };
    let fits = |feature: &str| !right.action.starts_with("s3:") || feature == of_bucket;
    let its = CLIENTS.into_iter().find(|(feature, beginning)| right.action.starts_with(beginning) && fits(feature));
    let is_used_by_s3 = right.conditions.iter().any(|(_, key, _)| key == "kms:ViaService");
    its.map(|(feature, _)| feature).filter(|_| !is_used_by_s3)
}

/// The features of `shared` that a function builds with.
fn features(function: &Function) -> Checked<BTreeSet<String>> {
    let manifest = read(format!("functions/{}/{}/Cargo.toml", function.area, function.name))?;
    let dependencies = manifest.split("\n[").find(|section| section.starts_with("dependencies]")).unwrap_or_default();
    let after_name = dependencies.split("\nshared").nth(1).unwrap_or_default();
    let entry = after_name.split("\n").take_while(|line| !line.starts_with(|first: char| first.is_alphabetic()));
    let entry = entry.collect::<Vec<_>>().join(" ");
    let list = entry.split_once("features").and_then(|(_, rest)| rest.split_once(']')).map(|(list, _)| list);
    Ok(list.unwrap_or_default().split('"').skip(1).step_by(2).map(str::to_owned).collect())
}

#[test]
fn every_client_that_is_built_has_a_right() -> Checked {
    for function in template()?.functions {
        let built = features(&function)?;
        for (feature, _) in CLIENTS {
            let held = function.rights.iter().any(|right| client_of(right) == Some(feature));
            let builds = built.contains(feature);
            assert_eq!(
                held, builds,
                "{}: {feature}: has a right: {held}, builds the client: {builds}",
                function.resource
            );
        }
    }
    Ok(())
}

#[test]
fn a_function_without_a_database_stays_outside_the_network() -> Checked {
    let template_text = read("template.yaml")?;
    for function in template()?.functions {
        let block = template_text.split(&format!("\n  {}:\n", function.resource)).nth(1).unwrap_or_default();
        let block = block.split("\n\n").next().unwrap_or_default();
        let outside = block.contains("VpcConfig: !Ref AWS::NoValue");
        assert_eq!(outside, !function.variables.contains_key("DATABASE_URL"), "{}", function.resource);
    }
    Ok(())
}

/// Said once for all functions, and by none otherwise.
#[test]
fn the_variables_of_functions_are_encrypted_under_the_deployments_own_key() -> Checked {
    let template = read("template.yaml")?;
    let (globals, resources) = template.split_once("\nResources:\n").ok_or("no resources")?;
    assert!(globals.contains("    KmsKeyArn: !GetAtt Keys.Outputs.StorageKey\n"));
    assert!(!resources.contains("KmsKeyArn") && !template.contains("{{resolve:secretsmanager"));
    Ok(())
}

/// What hashes passwords takes 32 MiB for it: nothing else may, whatever it would be good for.
#[test]
fn passwords_are_hashed_by_three_functions_and_no_other() -> Checked {
    let mut hashing = Vec::new();
    for function in template()?.functions {
        let manifest = read(format!("functions/{}/{}/Cargo.toml", function.area, function.name))?;
        if manifest.contains("\"passwords\"") {
            hashing.push(function.name);
        }
    }
    hashing.sort();
    assert_eq!(hashing, ["enrol-second-factor", "set-password", "sign-in"]);
    Ok(())
}
