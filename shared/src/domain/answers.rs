//! What a site asks, as a JSON Schema (draft 2020-12), and the answers that are checked against it.
//!
//! A schema is a customer's text that runs at every check-in, in a process that other customers use too. So its
//! cost is bounded by its size: patterns run in linear time and small memory, nothing is fetched, and a reference
//! leads to one definition that refers to nothing else, since a loop or a chain of doublings would never end.

use jsonschema::{Draft, PatternOptions, Validator};
use serde_json::{Map, Value};

use crate::error::{Error, FieldError, Result};

/// Most bytes of a schema, written as JSON.
pub const SCHEMA_BYTES_MAX: usize = 16 * 1024;
/// Most patterns of a schema.
pub const PATTERNS_MAX: usize = 32;
/// Most memory of one compiled pattern, and of its cache, in bytes.
const PATTERN_BYTES_MAX: usize = 1024 * 1024;
/// Most faults of answers that are named at once.
const FAULTS_MAX: usize = 10;
/// The only draft that is spoken.
const DRAFT: &str = "https://json-schema.org/draft/2020-12/schema";

/// A schema that may stand in a visit type.
#[derive(Clone, Debug)]
pub struct AnswersSchema(Value);

impl AnswersSchema {
    /// Takes a schema from its author.
    ///
    /// # Errors
    /// [`Error::Malformed`] with the place of the fault.
    pub fn parse(schema: Map<String, Value>) -> Result<Self> {
        let schema = Value::Object(schema);
        if schema.to_string().len() > SCHEMA_BYTES_MAX {
            return Err(refused("", "too_long"));
        }
        let mut reader = Reader::default();
        reader.read(&schema, &mut String::new(), false)?;
        if reader.patterns > PATTERNS_MAX {
            return Err(refused("", "too_many_patterns"));
        }
        compile(&schema).map_err(|fault| refused(fault.instance_path().as_str(), "not_a_schema"))?;
        Ok(Self(schema))
    }

    /// The schema as it is stored.
    #[must_use]
    pub fn into_value(self) -> Value {
        self.0
    }
}

/// Refuses answers that a stored schema does not allow.
///
/// # Errors
/// [`Error::Unprocessable`] with the place of each fault; [`Error::Internal`] when the schema itself is broken,
/// which its author was told when it was published.
pub fn check(schema: &Value, answers: &Map<String, Value>) -> Result<()> {
    let validator = compile(schema).map_err(|fault| Error::internal(fault.to_string()))?;
    let answers = Value::Object(answers.clone());
    let faults: Vec<FieldError> = validator
        .iter_errors(&answers)
        .take(FAULTS_MAX)
        .map(|fault| FieldError::new(format!("/answers{}", fault.instance_path()), "not_allowed_by_visit_type"))
        .collect();
    if faults.is_empty() { Ok(()) } else { Err(Error::Unprocessable(faults)) }
}

fn compile(schema: &Value) -> Result<Validator, jsonschema::ValidationError<'_>> {
    let patterns = PatternOptions::regex().size_limit(PATTERN_BYTES_MAX).dfa_size_limit(PATTERN_BYTES_MAX);
    jsonschema::options().with_draft(Draft::Draft202012).with_pattern_options(patterns).build(schema)
}

fn refused(pointer: &str, code: &'static str) -> Error {
    Error::malformed(format!("/answers_schema{pointer}"), code)
}

/// Walks a schema for what the compiler would allow.
#[derive(Default)]
struct Reader {
    patterns: usize,
}

impl Reader {
    fn read(&mut self, schema: &Value, pointer: &mut String, in_definition: bool) -> Result<()> {
        let before = pointer.len();
        match schema {
            Value::Object(entries) => {
                for (key, value) in entries {
                    push(pointer, key);
                    self.check(key, value, pointer, in_definition)?;
                    self.read(value, pointer, in_definition || matches!(key.as_str(), "$defs" | "definitions"))?;
                    pointer.truncate(before);
                }
            }
            Value::Array(items) => {
                for (index, item) in items.iter().enumerate() {
                    push(pointer, &index.to_string());
                    self.read(item, pointer, in_definition)?;
                    pointer.truncate(before);
                }
            }
            _ => {}
        }
        Ok(())
    }

    /// A key with another kind of value than the keyword's is the name of a property.
    fn check(&mut self, key: &str, value: &Value, pointer: &str, in_definition: bool) -> Result<()> {
        match (key, value) {
            ("$schema", Value::String(draft)) if draft.trim_end_matches('#') != DRAFT => {
                Err(refused(pointer, "unknown_draft"))
            }
            ("$ref", Value::String(target)) if in_definition || !is_definition(target) => {
                Err(refused(pointer, "not_a_plain_definition"))
            }
            (
                "$dynamicRef" | "$recursiveRef" | "$id" | "$anchor" | "$dynamicAnchor" | "$vocabulary",
                Value::String(_),
            ) => Err(refused(pointer, "not_allowed")),
            ("pattern", Value::String(_)) => {
                self.patterns += 1;
                Ok(())
            }
            ("patternProperties", Value::Object(patterns)) => {
                self.patterns += patterns.len();
                Ok(())
            }
            _ => Ok(()),
        }
    }
}

fn is_definition(target: &str) -> bool {
    let name = target.strip_prefix("#/$defs/").or_else(|| target.strip_prefix("#/definitions/"));
    name.is_some_and(|name| !name.is_empty() && !name.contains('/'))
}

fn push(pointer: &mut String, key: &str) {
    pointer.push('/');
    pointer.push_str(&key.replace('~', "~0").replace('/', "~1"));
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn refusal(schema: Value) -> String {
        let Value::Object(schema) = schema else { panic!("an object") };
        let error = AnswersSchema::parse(schema).unwrap_err();
        error.fields().iter().map(|field| format!("{} {}", field.pointer, field.code)).collect()
    }

    fn accepted(schema: Value) -> Value {
        let Value::Object(schema) = schema else { panic!("an object") };
        AnswersSchema::parse(schema).unwrap().into_value()
    }

    #[test]
    fn a_missing_answer_is_named_and_not_repeated() {
        let schema = accepted(json!({ "required": ["boots"], "properties": { "boots": { "type": "boolean" } } }));
        assert!(check(&schema, json!({ "boots": true }).as_object().unwrap()).is_ok());
        let error = check(&schema, json!({ "boots": "canary" }).as_object().unwrap()).unwrap_err();
        assert_eq!(error.fields()[0].pointer, "/answers/boots");
        assert!(!format!("{error:?}").contains("canary"));
    }

    #[test]
    fn what_is_no_schema_is_refused_at_its_place() {
        assert_eq!(refusal(json!({ "type": "objekt" })), "/answers_schema/type not_a_schema");
        assert_eq!(
            refusal(json!({ "$schema": "http://json-schema.org/draft-04/schema#" })),
            "/answers_schema/$schema unknown_draft"
        );
        assert_eq!(refusal(json!({ "title": "x".repeat(SCHEMA_BYTES_MAX) })), "/answers_schema too_long");
    }

    #[test]
    fn a_reference_leads_to_one_definition_and_no_further() {
        let plate = json!({ "type": "string", "maxLength": 3 });
        let schema =
            accepted(json!({ "$defs": { "plate": plate }, "properties": { "front": { "$ref": "#/$defs/plate" } } }));
        assert!(check(&schema, json!({ "front": "ABCD" }).as_object().unwrap()).is_err());
        for target in
            ["#", "https://schemas.example/plate", "file:///etc/passwd", "other.json", "#/properties/a", "#/$defs/a/b"]
        {
            let schema = json!({ "properties": { "a": { "$ref": target } } });
            assert_eq!(refusal(schema), "/answers_schema/properties/a/$ref not_a_plain_definition", "{target}");
        }
        let looping = json!({ "$defs": { "a": { "$ref": "#/$defs/a" } }, "$ref": "#/$defs/a" });
        assert_eq!(refusal(looping), "/answers_schema/$defs/a/$ref not_a_plain_definition");
    }

    #[test]
    fn patterns_are_few_small_and_linear() {
        let many: Map<String, Value> =
            (0..=PATTERNS_MAX).map(|n| (format!("p{n}"), json!({ "pattern": "^a" }))).collect();
        assert_eq!(refusal(json!({ "properties": many })), "/answers_schema too_many_patterns");
        assert!(refusal(json!({ "properties": { "a": { "pattern": r"(\w{500}){500}" } } })).ends_with("not_a_schema"));
        assert!(refusal(json!({ "properties": { "a": { "pattern": r"(?=a)b" } } })).ends_with("not_a_schema"));
        let schema = accepted(json!({ "properties": { "a": { "pattern": "^(a+)+$" } } }));
        let long = json!({ "a": format!("{}b", "a".repeat(5000)) });
        assert!(check(&schema, long.as_object().unwrap()).is_err());
    }
}
