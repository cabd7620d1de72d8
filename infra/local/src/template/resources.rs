//! The queues, buckets, keys and secrets of all templates, under names of our own.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::Physical;
use super::document::Document;
use super::intrinsics::Scope;
use crate::error::Result;
use crate::machine;
use crate::object_storage::Retention;
use crate::sqs::{self, Queue, Redrive};

/// A bucket to make.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bucket {
    /// Where it stands: `Objects.Bucket`.
    pub path: String,
    /// Its name.
    pub name: String,
    /// Whether what is overwritten or deleted is kept.
    pub has_versions: bool,
    /// How long each version is locked.
    pub retention: Option<Retention>,
}

/// A key to make.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KmsKey {
    /// Where it stands: `Keys.SharedTenantKey`.
    pub path: String,
    /// `KeySpec`, absent for a symmetric key.
    pub spec: Option<String>,
}

/// A secret to make.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Secret {
    /// Where it stands: `Keys.RootSecret`.
    pub path: String,
    /// Its name.
    pub name: String,
    /// The JSON object to which the generated text is added, and under which name; nothing for the text alone.
    pub template: Option<(Map<String, Value>, String)>,
}

impl Secret {
    /// What it holds: 64 random symbols, as they are or in its template.
    ///
    /// # Errors
    /// When the operating system has no random bytes.
    pub fn generate(&self) -> Result<String> {
        let generated = format!("{}{}", machine::random_password()?, machine::random_password()?);
        Ok(match self.template.clone() {
            None => generated,
            Some((mut fields, key)) => {
                fields.insert(key, json!(generated));
                Value::Object(fields).to_string()
            }
        })
    }
}

/// What the stand-ins must hold before a function runs.
#[derive(Debug, Default)]
pub struct Resources {
    /// Queues with where they stand.
    pub queues: Vec<(String, Queue)>,
    /// Buckets.
    pub buckets: Vec<Bucket>,
    /// Keys.
    pub keys: Vec<KmsKey>,
    /// Secrets.
    pub secrets: Vec<Secret>,
    /// The attributes that follow from the names alone.
    pub physical: Physical,
}

/// Lists the resources of a template and of those nested in it.
pub(super) fn survey(root: &Document) -> Result<Resources> {
    let mut resources = Resources::default();
    let stacks = stacks_of(root)?;
    for (prefix, document) in &stacks {
        for (name, declared) in document.section("Resources") {
            announce(&mut resources.physical, &format!("{prefix}{name}"), declared);
        }
    }
    for (prefix, document) in &stacks {
        collect(&mut resources, prefix, document)?;
    }
    Ok(resources)
}

fn stacks_of(root: &Document) -> Result<Vec<(String, Document)>> {
    let mut stacks = vec![(String::new(), root.clone())];
    for (name, declared) in root.section("Resources") {
        if is(declared, "AWS::CloudFormation::Stack")
            && let Some(url) = declared.pointer("/Properties/TemplateURL").and_then(Value::as_str)
        {
            stacks.push((format!("{name}."), root.nested(url)?));
        }
    }
    Ok(stacks)
}

/// Names a resource before any property is read, since properties refer to other resources.
fn announce(physical: &mut Physical, path: &str, declared: &Value) {
    let name = name_of(path);
    let attributes: &[(&str, String)] = if is(declared, "AWS::SQS::Queue") {
        &[("Arn", sqs::arn(&name)), ("QueueName", name)]
    } else if is(declared, "AWS::S3::Bucket") {
        &[("Arn", format!("arn:aws:s3:::{name}")), ("Ref", name)]
    } else {
        return;
    };
    let attributes = attributes.iter().map(|(attribute, value)| ((*attribute).to_owned(), value.clone()));
    physical.insert(path.to_owned(), attributes.collect());
}

fn collect(resources: &mut Resources, prefix: &str, document: &Document) -> Result<()> {
    let physical = within(&resources.physical, prefix);
    let scope = Scope::of_root(document, BTreeMap::new(), &physical)?;
    for (name, declared) in document.section("Resources") {
        let path = format!("{prefix}{name}");
        let property = |name: &str| declared.pointer(&format!("/Properties/{name}"));
        if is(declared, "AWS::SQS::Queue") {
            resources.queues.push((path.clone(), queue(&scope, &path, declared)?));
        } else if is(declared, "AWS::S3::Bucket") {
            resources.buckets.push(bucket(document, path, declared)?);
        } else if is(declared, "AWS::KMS::Key") {
            let spec = property("KeySpec").map(|spec| scope.text(spec)).transpose()?;
            resources.keys.push(KmsKey { path, spec });
        } else if is(declared, "AWS::SecretsManager::Secret") {
            let generated = |name: &str| {
                property(&format!("GenerateSecretString/{name}")).map(|value| scope.text(value)).transpose()
            };
            let template = generated("SecretStringTemplate")?.zip(generated("GenerateStringKey")?);
            let template = template.map(|(text, key)| {
                let fields = serde_json::from_str(&text);
                fields
                    .map(|fields| (fields, key))
                    .map_err(|_| document.error(format!("the template of {path} is no JSON object")))
            });
            resources.secrets.push(Secret { name: name_of(&path), path, template: template.transpose()? });
        }
    }
    Ok(())
}

/// Inside a nested template names have no prefix.
fn within(physical: &Physical, prefix: &str) -> Physical {
    let inside =
        |(path, attributes): (&String, &_)| Some((path.strip_prefix(prefix)?.to_owned(), BTreeMap::clone(attributes)));
    physical.iter().filter_map(inside).collect()
}

fn bucket(document: &Document, path: String, declared: &Value) -> Result<Bucket> {
    let property = |name: &str| declared.pointer(&format!("/Properties/{name}"));
    let has_lock = property("ObjectLockEnabled") == Some(&json!(true));
    let has_versions = has_lock || property("VersioningConfiguration/Status") == Some(&json!("Enabled"));
    let retention = property("ObjectLockConfiguration/Rule/DefaultRetention").filter(|_| has_lock);
    let retention = retention.map(|declared| {
        read_retention(declared).ok_or_else(|| document.error(format!("DefaultRetention of {path} is not understood")))
    });
    Ok(Bucket { name: name_of(&path), path, has_versions, retention: retention.transpose()? })
}

/// `{ Mode: COMPLIANCE, Years: 10 }`, where a year is 365 days.
fn read_retention(declared: &Value) -> Option<Retention> {
    let number = |name: &str| Some(declared.get(name)?.as_u64().and_then(|count| u32::try_from(count).ok()));
    let days = match (number("Days"), number("Years")) {
        (Some(days), None) => days?,
        (None, Some(years)) => years?.checked_mul(365)?,
        _ => return None,
    };
    let mode = declared.get("Mode")?.as_str()?;
    ["COMPLIANCE", "GOVERNANCE"].contains(&mode).then(|| Retention { mode: mode.to_owned(), days })
}

fn queue(scope: &Scope<'_>, path: &str, declared: &Value) -> Result<Queue> {
    let mut queue = Queue::new(name_of(path));
    let property = |name: &str| declared.pointer(&format!("/Properties/{name}"));
    let number = |name: &str| -> Result<Option<u64>> {
        let Some(value) = property(name) else { return Ok(None) };
        let parsed =
            scope.text(value)?.parse().map_err(|_| scope.document.error(format!("{name} of {path} is no number")))?;
        Ok(Some(parsed))
    };
    if let Some(seconds) = number("VisibilityTimeout")? {
        queue.visibility_ms = seconds.saturating_mul(1000);
    }
    if let Some(seconds) = number("DelaySeconds")? {
        queue.delay_ms = seconds.saturating_mul(1000);
    }
    if let Some(receives) = number("RedrivePolicy/maxReceiveCount")? {
        let target = property("RedrivePolicy/deadLetterTargetArn").unwrap_or(&Value::Null);
        let to = scope.text(target)?.rsplit(':').next().unwrap_or_default().to_owned();
        queue.redrive = Some(Redrive { to, receives_max: u32::try_from(receives).unwrap_or(u32::MAX) });
    }
    Ok(queue)
}

fn is(declared: &Value, kind: &str) -> bool {
    declared.get("Type").and_then(Value::as_str) == Some(kind)
}

/// `Queues.OutboxDeadLetters` → `doorbook-queues-outbox-dead-letters`.
fn name_of(path: &str) -> String {
    let mut name = "doorbook".to_owned();
    for letter in path.chars() {
        match letter {
            '.' => {}
            letter if letter.is_ascii_uppercase() => {
                name.push('-');
                name.push(letter.to_ascii_lowercase());
            }
            letter => name.push(letter),
        }
    }
    name
}
