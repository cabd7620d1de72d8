//! The one JSON parser of every body. It refuses duplicate and unknown keys, NUL and lone surrogates, and says
//! where, without repeating what was there.

use std::{borrow::Cow, collections::HashSet, fmt};

use serde::de::{DeserializeOwned, DeserializeSeed, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};

use crate::error::{Error, Result};

/// Most bytes of a JSON body: Lambda takes 6 MB with everything around it.
pub const BODY_BYTES_MAX: usize = 5_800_000;

/// Reads a body into a type that cannot hold an invalid value.
///
/// # Errors
/// [`Error::TooLarge`] over [`BODY_BYTES_MAX`]; [`Error::Malformed`] with a JSON Pointer otherwise.
pub fn read<T: DeserializeOwned>(body: &[u8]) -> Result<T> {
    if body.len() > BODY_BYTES_MAX {
        return Err(Error::too_large("", "too_long"));
    }
    let text = std::str::from_utf8(body).map_err(|_| Error::malformed("", "not_utf8"))?;
    refuse_ambiguity(text)?;
    // serde would read a list as a struct whose fields come in their order.
    if !text.trim_start().starts_with('{') {
        return Err(Error::malformed("", "wrong_type"));
    }
    let mut parser = serde_json::Deserializer::from_str(text);
    let value = serde_path_to_error::deserialize(&mut parser).map_err(|failure| located(&failure))?;
    parser.end().map_err(|_| Error::malformed("", "not_json"))?;
    Ok(value)
}

fn located(failure: &serde_path_to_error::Error<serde_json::Error>) -> Error {
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
    Error::malformed(pointer, code)
}

/// The stable word for serde's message. Messages that start with `#` are words of our own types.
fn reason(message: &str) -> Cow<'static, str> {
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
        _ => "not_json",
    })
}

fn push_token(pointer: &mut String, token: &str) {
    // RFC 6901 section 3. A key is the caller's text: cut, so that a long one is not repeated whole.
    pointer.push('/');
    pointer.extend(token.replace('~', "~0").replace('/', "~1").chars().filter(|c| !c.is_control()).take(64));
}

fn refuse_ambiguity(text: &str) -> Result<()> {
    let mut place = Place::default();
    let mut parser = serde_json::Deserializer::from_str(text);
    Strict(&mut place)
        .deserialize(&mut parser)
        .map_err(|failure| Error::malformed(std::mem::take(&mut place.pointer), reason(&failure.to_string())))
}

#[derive(Default)]
struct Place {
    pointer: String,
}

/// Walks a value and refuses what two parsers could read differently.
struct Strict<'p>(&'p mut Place);

impl<'de> DeserializeSeed<'de> for Strict<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Strict<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_bool<E>(self, _: bool) -> Result<(), E> {
        Ok(())
    }

    fn visit_i64<E>(self, _: i64) -> Result<(), E> {
        Ok(())
    }

    fn visit_u64<E>(self, _: u64) -> Result<(), E> {
        Ok(())
    }

    fn visit_f64<E>(self, _: f64) -> Result<(), E> {
        Ok(())
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<(), E> {
        if text.contains('\0') { Err(E::custom("#nul")) } else { Ok(()) }
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<(), A::Error> {
        let outer = self.0.pointer.len();
        let mut index = 0_usize;
        loop {
            push_token(&mut self.0.pointer, &index.to_string());
            if items.next_element_seed(Strict(self.0))?.is_none() {
                break;
            }
            self.0.pointer.truncate(outer);
            index += 1;
        }
        self.0.pointer.truncate(outer);
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<(), A::Error> {
        let outer = self.0.pointer.len();
        let mut seen = HashSet::new();
        while let Some(key) = entries.next_key::<String>()? {
            push_token(&mut self.0.pointer, &key);
            if key.contains('\0') {
                return Err(A::Error::custom("#nul"));
            }
            if !seen.insert(key) {
                return Err(A::Error::custom("#duplicate_key"));
            }
            entries.next_value_seed(Strict(self.0))?;
            self.0.pointer.truncate(outer);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, serde::Deserialize)]
    #[serde(deny_unknown_fields)]
    #[expect(dead_code, reason = "only its reading is tested")]
    struct Sample {
        name: String,
        #[serde(default)]
        answers: serde_json::Map<String, serde_json::Value>,
    }

    fn refusal(body: &str) -> (String, String) {
        let error = read::<Sample>(body.as_bytes()).unwrap_err();
        let field = error.fields().first().unwrap().clone();
        (field.pointer.into_owned(), field.code.into_owned())
    }

    #[test]
    fn each_fault_has_its_place_and_word() {
        for (body, pointer, code) in [
            ("{", "", "not_json"),
            ("", "", "not_json"),
            (r#"{"name":"a"} x"#, "", "not_json"),
            ("{}", "/name", "missing"),
            (r#"{"name":1}"#, "/name", "wrong_type"),
            (r#"{"name":"a","name":"b"}"#, "/name", "duplicate_key"),
            (r#"{"name":"a","role":"owner"}"#, "/role", "unknown_field"),
            (r#"{"name":"a","answers":{"x":{"y":1,"y":2}}}"#, "/answers/x/y", "duplicate_key"),
            (r#"{"name":"a\u0000"}"#, "/name", "nul"),
            (r#"{"name":"\ud800"}"#, "/name", "not_json"),
            ("[]", "", "wrong_type"),
            (r#"["a",{}]"#, "", "wrong_type"),
        ] {
            assert_eq!(refusal(body), (pointer.to_owned(), code.to_owned()), "{body}");
        }
    }

    #[test]
    fn a_deep_body_is_refused_and_not_followed() {
        let deep = format!(r#"{{"name":"a","answers":{}{}}}"#, r#"{"a":"#.repeat(5000), "}".repeat(5000));
        assert_eq!(refusal(&deep).1, "too_deep");
    }

    #[test]
    fn bytes_that_are_not_utf8_are_refused() {
        assert!(read::<Sample>(b"{\"name\":\"\xff\"}").is_err());
    }
}
