//! What a site asks of a kind of visit, and the answers.
//!
//! A schema is a customer's text that runs at every check-in, in a process that other customers use too. So it is a form:
//! a small part of JSON Schema (draft 2020-12) that a screen can show, and whose cost is that of reading it once.

mod form;

use std::fmt;

use serde::de::{Deserialize, Deserializer, Error as _};
use serde_json::{Map, Value};

pub use form::{Fault, Form};

use crate::error::{Error, Result};

/// Most bytes of a schema, and of answers, written as JSON.
pub const BYTES_MAX: usize = 16 * 1024;

/// A schema that may stand in a visit type.
#[derive(Clone, Debug)]
pub struct AnswersSchema(Value);

impl AnswersSchema {
    /// Takes a schema from its author.
    ///
    /// # Errors
    /// [`Error::Malformed`] with the place of the first fault.
    pub fn parse(schema: Map<String, Value>) -> Result<Self> {
        let schema = Value::Object(schema);
        if schema.to_string().len() > BYTES_MAX {
            return Err(Error::malformed("/answers_schema", "too_long"));
        }
        Form::read(&schema)
            .map_err(|fault| Error::malformed(format!("/answers_schema{}", fault.pointer), fault.code))?;
        Ok(Self(schema))
    }

    /// The schema as it is stored.
    #[must_use]
    pub fn into_value(self) -> Value {
        self.0
    }
}

/// What a visitor answered: an object of at most [`BYTES_MAX`] bytes, in which each number is stored as it was sent. A
/// number with an exponent would be stored with hundreds of digits.
#[derive(Clone, Default, PartialEq, serde::Serialize)]
#[serde(transparent)]
pub struct Answers(Map<String, Value>);

impl Answers {
    /// The answers by their keys.
    #[must_use]
    pub const fn by_key(&self) -> &Map<String, Value> {
        &self.0
    }

    /// Whether nothing was answered.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// Answers are personal: they reach no log.
impl fmt::Debug for Answers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} answers", self.0.len())
    }
}

/// The answers as one line of JSON.
impl fmt::Display for Answers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&serde_json::to_string(&self.0).map_err(|_| fmt::Error)?)
    }
}

impl<'de> Deserialize<'de> for Answers {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let answers = Self(Map::deserialize(deserializer)?);
        if answers.to_string().len() > BYTES_MAX {
            return Err(D::Error::custom("#too_long"));
        }
        if !answers.0.values().all(is_stored_as_sent) {
            return Err(D::Error::custom("#number_out_of_range"));
        }
        Ok(answers)
    }
}

fn is_stored_as_sent(value: &Value) -> bool {
    match value {
        Value::Number(number) => !number.to_string().contains(['e', 'E']),
        Value::Array(values) => values.iter().all(is_stored_as_sent),
        Value::Object(fields) => fields.values().all(is_stored_as_sent),
        Value::Null | Value::Bool(_) | Value::String(_) => true,
    }
}

#[cfg(test)]
mod tests;
