//! Every fault of a body at once. A reader of serde ends at the first; here that one is mended, and the body read again.

use std::borrow::Cow;

use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use crate::error::FieldError;

/// Most times that a body is read for its faults.
const READINGS_MAX: usize = 64;
/// Most bytes of a body that is read so often. Of a larger one the first fault is named.
const BYTES_MAX: usize = 64 * 1024;
/// Most characters of a text that the readings need: what is longer than its limit stays so.
const TEXT_LENGTH_MAX: usize = 2001;
/// Most entries of a list or an object that the readings need.
const ENTRIES_MAX: usize = 1000;

/// The faults of a body that has at least this one, without what was there.
pub(super) fn all<T: DeserializeOwned>(text: &str, first: FieldError) -> Vec<FieldError> {
    let Ok(mut body) = serde_json::from_str::<Value>(text) else { return vec![first] };
    if !shorten(&mut body) || body.to_string().len() > BYTES_MAX {
        return vec![first];
    }
    let mut faults: Vec<FieldError> = Vec::new();
    let mut tries = 0;
    for _ in 0..READINGS_MAX {
        let Err(failure) = serde_path_to_error::deserialize::<_, T>(&body) else { break };
        let fault = fault_of(&failure);
        let is_below = |known: &FieldError| {
            fault.pointer == known.pointer
                || fault.pointer.strip_prefix(&*known.pointer).is_some_and(|rest| rest.starts_with('/'))
        };
        if faults.iter().any(is_below) {
            tries += 1;
        } else {
            faults.push(fault.clone());
            tries = 0;
        }
        if !mend(&mut body, &fault, &failure.inner().to_string(), tries) {
            break;
        }
    }
    if faults.is_empty() { vec![first] } else { faults }
}

/// Cuts long texts; false where there is too much to be read again and again.
fn shorten(value: &mut Value) -> bool {
    match value {
        Value::String(text) => {
            if let Some((end, _)) = text.char_indices().nth(TEXT_LENGTH_MAX) {
                text.truncate(end);
            }
            true
        }
        Value::Array(items) => items.len() <= ENTRIES_MAX && items.iter_mut().all(shorten),
        Value::Object(entries) => entries.len() <= ENTRIES_MAX && entries.values_mut().all(shorten),
        _ => true,
    }
}

/// Puts something else where the fault is; false where that is not possible, or everything was tried.
fn mend(body: &mut Value, fault: &FieldError, message: &str, tries: usize) -> bool {
    let Some((parent, key)) = fault.pointer.rsplit_once('/') else { return false };
    let (Some(parent), key) = (body.pointer_mut(parent), unescaped(key)) else { return false };
    match parent {
        Value::Object(entries) if fault.code == "unknown_field" => entries.remove(&key).is_some(),
        // A field that need not be there is mended by leaving it out.
        Value::Object(entries) if entries.contains_key(&key) && tries == 0 => entries.remove(&key).is_some(),
        Value::Object(entries) => {
            substitute(message, tries).is_some_and(|value| entries.insert(key, value).is_none() || tries > 0)
        }
        Value::Array(items) => {
            let place = key.parse::<usize>().ok().and_then(|index| items.get_mut(index));
            substitute(message, tries).zip(place).map(|(value, place)| *place = value).is_some()
        }
        _ => false,
    }
}

/// What a field may take, one after another. Of a list of words serde says which there are.
fn substitute(message: &str, tries: usize) -> Option<Value> {
    let word = message.starts_with("unknown variant").then(|| message.split('`').nth(3)).flatten();
    if let Some(word) = word {
        return Some(Value::from(word));
    }
    let values = [
        json!("Something to read"),
        json!("Something that is long enough to explain an action"),
        json!("00000000-0000-7000-8000-000000000000"),
        json!("ada@mail.example"),
        json!("2026-01-01T00:00:00Z"),
        json!("UN1203"),
        json!("3"),
        json!("en"),
        json!("name-of-one"),
        json!(1),
        json!(true),
        json!({}),
        json!([]),
        json!(["Something to read"]),
    ];
    values.into_iter().cycle().nth(tries).filter(|_| tries < 2 * 14)
}

/// Where it is, and why.
pub(super) fn fault_of(failure: &serde_path_to_error::Error<serde_json::Error>) -> FieldError {
    let mut pointer = String::new();
    for segment in failure.path() {
        match segment {
            serde_path_to_error::Segment::Map { key } => push_token(&mut pointer, key),
            serde_path_to_error::Segment::Seq { index } => push_token(&mut pointer, &index.to_string()),
            serde_path_to_error::Segment::Enum { .. } | serde_path_to_error::Segment::Unknown => {}
        }
    }
    let message = failure.inner().to_string();
    let code = reason(&message);
    // serde names a missing field in its message, since there is no path to what is not there.
    if code == "missing" {
        push_token(&mut pointer, message.split('`').nth(1).unwrap_or_default());
    }
    FieldError::new(pointer, code)
}

/// The stable word for serde's message. Messages that start with `#` are words of our own types.
pub(super) fn reason(message: &str) -> Cow<'static, str> {
    if let Some(own) = message.strip_prefix('#') {
        return Cow::Owned(own.split(' ').next().unwrap_or_default().to_owned());
    }
    Cow::Borrowed(match message {
        _ if message.starts_with("missing field") => "missing",
        _ if message.starts_with("unknown field") => "unknown_field",
        _ if message.starts_with("duplicate field") => "duplicate_key",
        _ if message.starts_with("unknown variant") => "unknown_value",
        _ if message.starts_with("invalid type") => "wrong_type",
        _ if message.starts_with("invalid length") => "wrong_length",
        _ if message.starts_with("invalid value") => "out_of_range",
        _ if message.starts_with("UUID parsing failed") => "not_a_uuid",
        _ if message.starts_with("recursion limit") => "too_deep",
        _ if message.starts_with("number out of range") => "out_of_range",
        _ => "not_json",
    })
}

pub(super) fn push_token(pointer: &mut String, token: &str) {
    // RFC 6901 section 3. A key is the caller's text: cut, so that a long one is not repeated whole.
    pointer.push('/');
    pointer.extend(token.replace('~', "~0").replace('/', "~1").chars().filter(|c| !c.is_control()).take(64));
}

/// A key of a pointer as it stands in the body.
fn unescaped(token: &str) -> String {
    token.replace("~1", "/").replace("~0", "~")
}
