//! `template.yaml` as the other conventions read it: each function with what it is given.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

use yaml_serde::Value;

/// What a check answers with: the claim held, or the sentence that says where it did not.
pub(super) type Checked<T = ()> = Result<T, Box<dyn std::error::Error>>;

/// One function of the template.
pub(super) struct Function {
    /// Logical id, as `CheckIn`.
    pub(super) resource: String,
    /// Crate and binary, and its folder within its area, as `check-in`.
    pub(super) name: String,
    /// The folder of `functions`, `events` and `tests/functions` that it stands in, as `visits`.
    pub(super) area: String,
    /// As tests, grants and database roles are called, as `check_in`.
    pub(super) snake: String,
    /// Lines of its block.
    pub(super) lines: usize,
    /// Where its binary is laid out.
    pub(super) code_uri: String,
    /// Its variables beside those that all functions have.
    pub(super) variables: BTreeMap<String, String>,
    /// Its rights.
    pub(super) rights: BTreeSet<Right>,
    /// Kinds of event that make it run, as `HttpApi`.
    pub(super) events: BTreeSet<String>,
}

/// One permission of a function: one action on one resource, under conditions.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Right {
    /// As `kms:Decrypt`.
    pub(super) action: String,
    /// What it may be done to, without the names of CloudFormation's functions.
    pub(super) resource: String,
    /// Operator, key and value of each condition.
    pub(super) conditions: BTreeSet<(String, String, String)>,
}

/// The template.
pub(super) struct Template {
    /// Its functions, in their order.
    pub(super) functions: Vec<Function>,
    /// Variables that all functions have.
    pub(super) common_variables: BTreeSet<String>,
    /// Logical ids of the functions that the alarms watch.
    pub(super) watched: BTreeSet<String>,
}

/// Root of the repository.
pub(super) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// Reads a file of the repository.
pub(super) fn read(path: impl AsRef<Path>) -> Checked<String> {
    fs::read_to_string(root().join(&path)).map_err(|error| format!("{}: {error}", path.as_ref().display()).into())
}

/// Names of what lies in a folder of the repository; empty where it is absent.
pub(super) fn entries(folder: impl AsRef<Path>) -> Checked<BTreeSet<String>> {
    let Ok(listing) = fs::read_dir(root().join(folder)) else { return Ok(BTreeSet::new()) };
    listing.map(|entry| Ok(entry?.file_name().to_string_lossy().into_owned())).collect()
}

/// Files below a folder whose names end so, as paths from the root, in order.
pub(super) fn files(folder: impl AsRef<Path>, extension: &str) -> Checked<Vec<String>> {
    let mut found = Vec::new();
    for name in entries(&folder)? {
        let path = folder.as_ref().join(&name);
        if root().join(&path).is_dir() {
            if !["target", "node_modules"].contains(&name.as_str()) {
                found.extend(files(&path, extension)?);
            }
        } else if path.extension().is_some_and(|own| own == extension) {
            found.push(path.to_string_lossy().into_owned());
        }
    }
    Ok(found)
}

/// The areas that `functions` is divided into.
pub(super) fn areas() -> Checked<BTreeSet<String>> {
    entries("functions")
}

/// The area of a function; empty where it has no folder.
fn area_of(name: &str) -> Checked<String> {
    let is_here = |area: &String| root().join("functions").join(area).join(name).is_dir();
    Ok(areas()?.into_iter().find(is_here).unwrap_or_default())
}

/// Reads the template.
pub(super) fn template() -> Checked<Template> {
    let text = read("template.yaml")?;
    let document: Value = yaml_serde::from_str(&text)?;
    let resources = document.get("Resources").and_then(Value::as_mapping).ok_or("template.yaml has no Resources")?;
    let mut functions = Vec::new();
    for (id, resource) in resources {
        if resource.get("Type").and_then(Value::as_str) == Some("AWS::Serverless::Function") {
            functions.push(function(id.as_str().unwrap_or_default(), resource, &text)?);
        }
    }
    let watched = inside(&document, &["Resources", "Alarms", "Properties", "Parameters", "Functions"]);
    Ok(Template {
        functions,
        common_variables: keys(inside(&document, &["Globals", "Function", "Environment", "Variables"])),
        watched: watched
            .map(|value| strings(value).into_iter().filter(|text| text != ",").collect())
            .unwrap_or_default(),
    })
}

fn function(id: &str, resource: &Value, text: &str) -> Checked<Function> {
    let properties = resource.get("Properties").ok_or_else(|| format!("{id} has no Properties"))?;
    let variables = inside(properties, &["Environment", "Variables"]);
    let pairs = variables.and_then(Value::as_mapping).into_iter().flatten();
    let events = properties.get("Events").and_then(Value::as_mapping).into_iter().flatten();
    let policies = properties.get("Policies").and_then(Value::as_sequence).into_iter().flatten();
    Ok(Function {
        resource: id.to_owned(),
        area: area_of(&words(id, "-"))?,
        name: words(id, "-"),
        snake: words(id, "_"),
        lines: block_lines(id, text),
        code_uri: properties.get("CodeUri").map(flat).unwrap_or_default(),
        variables: pairs.map(|(name, value)| (flat(name), flat(value))).collect(),
        rights: policies.filter_map(|policy| policy.get("Statement")).flat_map(rights).collect(),
        events: events.filter_map(|(_, event)| event.get("Type").map(flat)).collect(),
    })
}

fn rights(statement: &Value) -> Vec<Right> {
    let conditions: BTreeSet<_> = statement.get("Condition").map(conditions).unwrap_or_default();
    let resources = statement.get("Resource").map(resources).unwrap_or_default();
    let actions = statement.get("Action").map(strings).unwrap_or_default();
    let each = actions.iter().flat_map(|action| resources.iter().map(move |resource| (action, resource)));
    each.map(|(action, resource)| Right {
        action: action.clone(),
        resource: resource.clone(),
        conditions: conditions.clone(),
    })
    .collect()
}

/// The resources of a statement; of a choice between two lists, both.
fn resources(value: &Value) -> BTreeSet<String> {
    match value {
        Value::Tagged(tagged) if tagged.tag == "If" => {
            let branches = tagged.value.as_sequence().into_iter().flatten().skip(1);
            branches.flat_map(resources).collect()
        }
        Value::Sequence(items) => items.iter().flat_map(resources).collect(),
        other => [flat(other)].into(),
    }
}

fn conditions(value: &Value) -> BTreeSet<(String, String, String)> {
    let operators = value.as_mapping().into_iter().flatten();
    let each = operators.flat_map(|(operator, pairs)| {
        let pairs = pairs.as_mapping().into_iter().flatten();
        pairs.map(move |(key, value)| (flat(operator), flat(key), flat(value)))
    });
    each.collect()
}

/// `CheckIn` as `check-in` or `check_in`.
fn words(id: &str, separator: &str) -> String {
    let mut name = String::new();
    for letter in id.chars() {
        if letter.is_uppercase() && !name.is_empty() {
            name.push_str(separator);
        }
        name.extend(letter.to_lowercase());
    }
    name
}

/// The lines of a resource. A route of HEAD repeats the one of GET before it, and does not count.
fn block_lines(id: &str, text: &str) -> usize {
    let header = format!("  {id}:");
    let block = text.lines().skip_while(|line| *line != header).enumerate();
    let (mut lines, mut heads) = (0, 0);
    for (index, line) in block.take_while(|(index, line)| *index == 0 || line.is_empty() || line.starts_with("   ")) {
        heads += usize::from(line.contains("Method: HEAD"));
        if !line.is_empty() {
            lines = index + 1 - heads;
        }
    }
    lines
}

fn inside<'a>(value: &'a Value, path: &[&str]) -> Option<&'a Value> {
    path.iter().try_fold(value, |value, key| value.get(key))
}

fn keys(value: Option<&Value>) -> BTreeSet<String> {
    value.and_then(Value::as_mapping).into_iter().flatten().map(|(key, _)| flat(key)).collect()
}

/// Every string below a value, keys and intrinsics' names apart.
fn strings(value: &Value) -> Vec<String> {
    match value {
        Value::String(text) => vec![text.clone()],
        Value::Sequence(items) => items.iter().flat_map(strings).collect(),
        Value::Mapping(pairs) => pairs.iter().flat_map(|(_, value)| strings(value)).collect(),
        Value::Tagged(tagged) => strings(&tagged.value),
        _ => Vec::new(),
    }
}

/// A value as one line of text: enough to look for a name in it.
fn flat(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Tagged(tagged) => flat(&tagged.value),
        Value::Sequence(items) => items.iter().map(flat).collect::<Vec<_>>().join(" "),
        Value::Mapping(pairs) => {
            pairs.iter().map(|(key, value)| format!("{} {}", flat(key), flat(value))).collect::<Vec<_>>().join(" ")
        }
        _ => String::new(),
    }
}
