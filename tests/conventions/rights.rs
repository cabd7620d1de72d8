//! No right without a client that uses it, and no client without a right.

use std::collections::BTreeSet;

use super::wiring::{Checked, Function, Right, read, template};

/// A feature of `shared` that brings a client, and how the actions of that client begin.
const CLIENTS: [(&str, &str); 7] = [
    ("anchors", "s3:"),
    ("bundles", "s3:"),
    ("foreign-buckets", "s3:"),
    ("kms", "kms:"),
    ("mail", "ses:"),
    ("objects", "s3:"),
    ("queue", "sqs:SendMessage"),
];

/// The feature that uses a right; a right that a service uses on the function's behalf is no client's.
fn client_of(right: &Right, action: &str) -> Option<&'static str> {
    // Several clients speak to S3, each to buckets of its own.
    let of_bucket = match right.resource.as_str() {
        resource if resource.contains("Anchors.") => "anchors",
        resource if resource.contains("Bundles") => "bundles",
        resource if resource.contains(":s3:::*/") => "foreign-buckets",
        _ => "objects",
    };
    let fits = |feature: &str| !action.starts_with("s3:") || feature == of_bucket;
    let its = CLIENTS.into_iter().find(|(feature, beginning)| action.starts_with(beginning) && fits(feature));
    its.map(|(feature, _)| feature).filter(|_| !right.through_a_service)
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
fn every_right_is_used_and_every_client_has_one() -> Checked {
    for function in template()?.functions {
        let built = features(&function)?;
        for (feature, _) in CLIENTS {
            let held = function
                .rights
                .iter()
                .any(|right| right.actions.iter().any(|action| client_of(right, action) == Some(feature)));
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
fn no_right_is_of_a_kind_that_nothing_here_uses() -> Checked {
    for function in template()?.functions {
        for right in &function.rights {
            for action in &right.actions {
                let known = action == "rds-db:connect" || right.through_a_service || client_of(right, action).is_some();
                assert!(known, "{} has {action}, and no client of shared would use it", function.resource);
            }
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
