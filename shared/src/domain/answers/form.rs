//! The form that a schema describes.

use std::collections::BTreeMap;

use serde_json::{Map, Value};
use time::{Date, format_description::well_known::Iso8601};

use super::Answers;
use crate::error::{Error, FieldError, Result};

/// The only draft that is spoken.
const DRAFT: &str = "https://json-schema.org/draft/2020-12/schema";
/// What a field may say.
const KEYWORDS: [&str; 9] =
    ["type", "enum", "title", "description", "minLength", "maxLength", "format", "minimum", "maximum"];
/// Most characters of an answer whose field says no other `maxLength`.
const TEXT_LENGTH_MAX: u64 = 1000;
/// Most faults of answers that are named at once.
const FAULTS_MAX: usize = 10;
/// Most characters of a key that are repeated to the caller.
const KEY_LENGTH_MAX: usize = 64;

/// Where a schema is no form, as a JSON Pointer (RFC 6901), and why.
#[derive(Debug, PartialEq, Eq)]
pub struct Fault {
    /// Into the schema.
    pub pointer: String,
    /// `not_allowed` for a keyword that no form has, `not_a_schema` for a value that its keyword cannot have.
    pub code: &'static str,
}

/// What is asked: the fields by key, and which of them must be answered. To judge answers takes time that grows with the size
/// of the form and of the answers, and never with their product.
#[derive(Debug)]
pub struct Form<'s> {
    fields: BTreeMap<&'s str, Field<'s>>,
    required: Vec<&'s str>,
    takes_others: bool,
}

#[derive(Debug)]
struct Field<'s> {
    kind: Kind,
    one_of: Option<&'s [Value]>,
}

/// What a screen shows for a field.
#[derive(Clone, Copy, Debug)]
enum Kind {
    /// A line of so many characters.
    Text { length_min: u64, length_max: u64 },
    /// A day, as `2026-01-31`.
    Date,
    /// A number between two bounds.
    Number { is_whole: bool, min: f64, max: f64 },
    /// A switch.
    Boolean,
    /// A choice of values of any kind.
    Choice,
}

impl<'s> Form<'s> {
    /// Reads a schema: an object with `type: object`, `properties`, `required`, `additionalProperties` (true or false),
    /// `title`, `description` and `$schema`. A property has `type` (string, number, integer or boolean) or `enum` or both,
    /// `title` and `description`; a string also `minLength`, `maxLength` and `format: date`; a number also `minimum`
    /// and `maximum`. Each means what it means in JSON Schema; a string without `maxLength` has at most 1,000 characters.
    ///
    /// # Errors
    /// [`Fault`] for anything else.
    pub fn read(schema: &'s Value) -> Result<Self, Fault> {
        let place = Place(String::new());
        let schema = place.object(schema)?;
        let mut form = Self { fields: BTreeMap::new(), required: Vec::new(), takes_others: true };
        for (key, value) in schema {
            let place = place.at(key);
            match key.as_str() {
                "$schema" => place.expect(value.as_str().is_some_and(|draft| draft.trim_end_matches('#') == DRAFT))?,
                "type" => place.expect(value == "object")?,
                "title" | "description" => place.expect(value.is_string())?,
                "additionalProperties" => form.takes_others = value.as_bool().ok_or_else(|| place.no_schema())?,
                "required" => {
                    let names = value.as_array().ok_or_else(|| place.no_schema())?;
                    let names: Option<Vec<_>> = names.iter().map(Value::as_str).collect();
                    form.required = names.ok_or_else(|| place.no_schema())?;
                }
                "properties" => {
                    for (name, field) in place.object(value)? {
                        form.fields.insert(name, Field::read(field, &place.at(name))?);
                    }
                }
                _ => return Err(place.fault("not_allowed")),
            }
        }
        Ok(form)
    }

    /// Refuses answers that the form does not take.
    ///
    /// # Errors
    /// [`Error::Unprocessable`] with the first ten faults, each named by the key of its answer.
    pub fn check(&self, answers: &Answers) -> Result<()> {
        let answers = answers.by_key();
        let missing = self.required.iter().filter(|name| !answers.contains_key(**name)).map(|name| (*name, "missing"));
        let wrong = answers.iter().filter_map(|(key, answer)| match self.fields.get(key.as_str()) {
            Some(field) => field.fault(answer).map(|code| (key.as_str(), code)),
            None if self.takes_others => None,
            None => Some((key.as_str(), "unknown_field")),
        });
        let faults: Vec<_> = missing
            .chain(wrong)
            .take(FAULTS_MAX)
            .map(|(key, code)| FieldError::new(format!("/answers/{}", token(key)), code))
            .collect();
        if faults.is_empty() { Ok(()) } else { Err(Error::Unprocessable(faults)) }
    }
}

impl<'s> Field<'s> {
    fn read(schema: &'s Value, place: &Place) -> Result<Self, Fault> {
        let schema = place.object(schema)?;
        if let Some(key) = schema.keys().find(|key| !KEYWORDS.contains(&key.as_str())) {
            return Err(place.at(key).fault("not_allowed"));
        }
        let one_of = match schema.get("enum") {
            None => None,
            Some(Value::Array(values)) if values.iter().all(|value| !value.is_array() && !value.is_object()) => {
                Some(values.as_slice())
            }
            Some(_) => return Err(place.at("enum").no_schema()),
        };
        let (kind, own): (_, &[&str]) = match schema.get("type").map(Value::as_str) {
            None if one_of.is_some() => (Kind::Choice, &[]),
            None => return Err(place.fault("missing_type")),
            Some(Some("boolean")) => (Kind::Boolean, &[]),
            Some(Some("string")) => (text(schema, place)?, &["minLength", "maxLength", "format"]),
            Some(Some(word @ ("number" | "integer"))) => {
                (number(schema, place, word == "integer")?, &["minimum", "maximum"])
            }
            Some(_) => return Err(place.at("type").no_schema()),
        };
        for (key, value) in schema {
            match key.as_str() {
                "title" | "description" => place.at(key).expect(value.is_string())?,
                "type" | "enum" => {}
                own_key if own.contains(&own_key) => {}
                _ => return Err(place.at(key).fault("not_allowed")),
            }
        }
        Ok(Self { kind, one_of })
    }

    /// Why an answer is not taken.
    fn fault(&self, answer: &Value) -> Option<&'static str> {
        let fault = match (self.kind, answer) {
            (Kind::Choice, _) | (Kind::Boolean, Value::Bool(_)) => None,
            (Kind::Text { length_min, length_max }, Value::String(text)) => {
                let length = u64::try_from(text.chars().count()).unwrap_or(u64::MAX);
                match () {
                    () if length < length_min => Some("too_short"),
                    () if length > length_max => Some("too_long"),
                    () => None,
                }
            }
            (Kind::Date, Value::String(text)) => (!is_date(text)).then_some("not_a_date"),
            (Kind::Number { is_whole, min, max }, Value::Number(number)) => {
                let value = number.as_f64().unwrap_or(f64::NAN);
                match () {
                    () if is_whole && value.fract() != 0.0 => Some("wrong_type"),
                    () if (min..=max).contains(&value) => None,
                    () => Some("out_of_range"),
                }
            }
            _ => Some("wrong_type"),
        };
        let is_chosen = || self.one_of.is_none_or(|values| values.iter().any(|value| is_same(value, answer)));
        fault.or_else(|| (!is_chosen()).then_some("not_one_of"))
    }
}

/// A number is the same however it is written.
fn is_same(one: &Value, other: &Value) -> bool {
    match (one, other) {
        (Value::Number(one), Value::Number(other)) => one == other || one.as_f64() == other.as_f64(),
        _ => one == other,
    }
}

fn text(schema: &Map<String, Value>, place: &Place) -> Result<Kind, Fault> {
    if let Some(format) = schema.get("format") {
        place.at("format").expect(format == "date")?;
        return Ok(Kind::Date);
    }
    let length = |key, default| match schema.get(key) {
        None => Ok(default),
        Some(value) => value.as_u64().ok_or_else(|| place.at(key).no_schema()),
    };
    Ok(Kind::Text { length_min: length("minLength", 0)?, length_max: length("maxLength", TEXT_LENGTH_MAX)? })
}

fn number(schema: &Map<String, Value>, place: &Place, is_whole: bool) -> Result<Kind, Fault> {
    let bound = |key, default| match schema.get(key) {
        None => Ok(default),
        Some(value) => value.as_f64().ok_or_else(|| place.at(key).no_schema()),
    };
    Ok(Kind::Number { is_whole, min: bound("minimum", f64::NEG_INFINITY)?, max: bound("maximum", f64::INFINITY)? })
}

/// A full-date of RFC 3339.
fn is_date(text: &str) -> bool {
    text.len() == "2026-01-31".len() && text.is_ascii() && Date::parse(text, &Iso8601::DATE).is_ok()
}

/// A step of a JSON Pointer (RFC 6901, section 3), cut where it is long.
fn token(key: &str) -> String {
    key.replace('~', "~0").replace('/', "~1").chars().filter(|c| !c.is_control()).take(KEY_LENGTH_MAX).collect()
}

/// A place in a schema, as a JSON Pointer.
struct Place(String);

impl Place {
    fn at(&self, key: &str) -> Self {
        Self(format!("{}/{}", self.0, token(key)))
    }

    fn fault(&self, code: &'static str) -> Fault {
        Fault { pointer: self.0.clone(), code }
    }

    fn no_schema(&self) -> Fault {
        self.fault("not_a_schema")
    }

    fn expect(&self, is_right: bool) -> Result<(), Fault> {
        if is_right { Ok(()) } else { Err(self.no_schema()) }
    }

    fn object<'s>(&self, value: &'s Value) -> Result<&'s Map<String, Value>, Fault> {
        value.as_object().ok_or_else(|| self.no_schema())
    }
}
