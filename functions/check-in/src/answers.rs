//! The answers to what a site asks, checked against the JSON Schema of the visit type.

use jsonschema::{PatternOptions, Validator};
use serde_json::{Map, Value};
use shared::{Error, Result, error::FieldError};

/// Most faults that are named at once.
const FAULTS_MAX: usize = 10;

/// Refuses answers that the schema does not allow.
///
/// # Errors
/// [`Error::Unprocessable`] with the place of each fault; [`Error::Internal`] when the schema itself is broken,
/// which its author was told when it was published.
pub(crate) fn check(schema: &Value, answers: &Map<String, Value>) -> Result<()> {
    let validator = compile(schema)?;
    let answers = Value::Object(answers.clone());
    let faults: Vec<FieldError> = validator
        .iter_errors(&answers)
        .take(FAULTS_MAX)
        .map(|fault| FieldError::new(format!("/answers{}", fault.instance_path()), "not_allowed_by_visit_type"))
        .collect();
    if faults.is_empty() { Ok(()) } else { Err(Error::Unprocessable(faults)) }
}

/// Patterns run in linear time: a schema is a customer's text.
fn compile(schema: &Value) -> Result<Validator> {
    jsonschema::options().with_pattern_options(PatternOptions::regex()).build(schema).map_err(|fault| Error::internal(fault.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_missing_answer_is_named_and_not_repeated() {
        let schema = json!({ "type": "object", "required": ["boots"], "properties": { "boots": { "type": "boolean" } } });
        assert!(check(&schema, json!({ "boots": true }).as_object().unwrap()).is_ok());
        let error = check(&schema, json!({ "boots": "canary" }).as_object().unwrap()).unwrap_err();
        assert_eq!(error.fields()[0].pointer, "/answers/boots");
        assert!(!format!("{error:?}").contains("canary"));
    }
}
