//! The functions of a template: what each is run with and what triggers it.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use serde_json::{Map, Value};

use super::intrinsics::Scope;
use crate::error::Result;
use crate::sqs::Mapping;

/// One function, as a deployment would make it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Function {
    /// Its own name in kebab-case, which is also its binary's.
    pub name: String,
    /// Its name in the template.
    pub resource: String,
    /// The directory that holds its `bootstrap`.
    pub code: PathBuf,
    /// What it does, in the template's words.
    pub description: String,
    /// How long one invocation may take.
    pub timeout: Duration,
    /// How much memory it is told that it has.
    pub memory_mb: u64,
    /// How many invocations may run at once, where the template says so.
    pub concurrency: Option<usize>,
    /// Its variables.
    pub variables: BTreeMap<String, String>,
    /// What invokes it.
    pub triggers: Vec<Trigger>,
}

/// What invokes a function.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Trigger {
    /// A route such as `POST /v1/visits`, or `$default`.
    Http(String),
    /// A queue.
    Queue(Mapping),
    /// A rate or a cron expression.
    Schedule(String),
}

impl Function {
    /// The database role by which it connects, where it does.
    #[must_use]
    pub fn database_role(&self) -> Option<&str> {
        let (role, _) = self.variables.get("DATABASE_URL")?.strip_prefix("postgres://")?.split_once('@')?;
        Some(role.split(':').next().unwrap_or(role))
    }
}

/// Reads every function of a template.
pub(super) fn of(scope: &Scope<'_>) -> Result<Vec<Function>> {
    let resources = scope.document.section("Resources");
    let functions =
        resources.filter(|(_, declared)| declared.get("Type").is_some_and(|kind| kind == "AWS::Serverless::Function"));
    functions.map(|(resource, declared)| function(scope, resource, declared)).collect()
}

fn function(scope: &Scope<'_>, resource: &str, declared: &Value) -> Result<Function> {
    let own = |name: &str| declared.pointer(&format!("/Properties/{name}"));
    let property = |name: &str| own(name).or_else(|| scope.document.pointer(&format!("/Globals/Function/{name}")));
    let number = |name: &str, default: u64| match property(name) {
        None => Ok(default),
        Some(value) => {
            scope.text(value)?.parse().map_err(|_| scope.document.error(format!("{name} of {resource} is no number")))
        }
    };
    let code = PathBuf::from(scope.text(own("CodeUri").unwrap_or(&Value::Null))?);
    let name = code.file_name().and_then(|name| name.to_str());
    Ok(Function {
        name: name.ok_or_else(|| scope.document.error(format!("CodeUri of {resource} names no directory")))?.to_owned(),
        resource: resource.to_owned(),
        description: own("Description").map(|text| scope.text(text)).transpose()?.unwrap_or_default(),
        timeout: Duration::from_secs(number("Timeout", 3)?),
        memory_mb: number("MemorySize", 128)?,
        concurrency: own("ReservedConcurrentExecutions")
            .and_then(Value::as_u64)
            .and_then(|count| count.try_into().ok()),
        variables: variables(scope, own("Environment/Variables"))?,
        triggers: triggers(scope, own("Events"))?,
        code,
    })
}

fn variables(scope: &Scope<'_>, own: Option<&Value>) -> Result<BTreeMap<String, String>> {
    let shared = scope.document.pointer("/Globals/Function/Environment/Variables");
    let mut variables = BTreeMap::new();
    for (name, value) in [shared, own].into_iter().flatten().filter_map(Value::as_object).flatten() {
        variables.insert(name.clone(), scope.text(value)?);
    }
    Ok(variables)
}

fn triggers(scope: &Scope<'_>, events: Option<&Value>) -> Result<Vec<Trigger>> {
    let mut triggers = Vec::new();
    for (name, event) in events.and_then(Value::as_object).into_iter().flatten() {
        // The API that a route belongs to is a resource of the gateway alone.
        let properties = event.get("Properties").cloned().unwrap_or_default();
        let properties = scope.evaluate(&properties)?;
        let fields = properties.as_object().cloned().unwrap_or_default();
        triggers.push(match event.get("Type").and_then(Value::as_str) {
            Some("HttpApi") => Trigger::Http(route(&fields)),
            Some("SQS") => Trigger::Queue(mapping(&fields)),
            Some("ScheduleV2" | "Schedule") => {
                let expression = text(&fields, "ScheduleExpression").or(text(&fields, "Schedule"));
                Trigger::Schedule(expression.unwrap_or_default())
            }
            other => {
                return Err(scope
                    .document
                    .error(format!("the event {name} has a type that is not understood: {other:?}")));
            }
        });
    }
    Ok(triggers)
}

fn route(fields: &Map<String, Value>) -> String {
    match (text(fields, "Method"), text(fields, "Path")) {
        (None, None) => "$default".to_owned(),
        (_, Some(path)) if path == "$default" => path,
        (method, path) => {
            let method = method
                .unwrap_or_else(|| "ANY".to_owned())
                .to_uppercase()
                .replace("X-AMAZON-APIGATEWAY-ANY-METHOD", "ANY");
            format!("{method} {}", path.unwrap_or_else(|| "/".to_owned()))
        }
    }
}

fn mapping(fields: &Map<String, Value>) -> Mapping {
    let queue = text(fields, "Queue").unwrap_or_default();
    let batch_max = fields.get("BatchSize").and_then(Value::as_u64).and_then(|size| size.try_into().ok());
    let window_s = fields.get("MaximumBatchingWindowInSeconds").and_then(Value::as_u64);
    let kinds = fields.get("FunctionResponseTypes").and_then(Value::as_array);
    Mapping {
        queue: queue.rsplit(':').next().unwrap_or_default().to_owned(),
        batch_max: batch_max.unwrap_or(10),
        window: Duration::from_secs(window_s.unwrap_or(0)),
        reports_failures: kinds.is_some_and(|kinds| kinds.iter().any(|kind| kind == "ReportBatchItemFailures")),
    }
}

fn text(fields: &Map<String, Value>, name: &str) -> Option<String> {
    fields.get(name).and_then(Value::as_str).map(str::to_owned)
}
