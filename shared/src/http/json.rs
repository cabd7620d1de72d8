//! The one JSON parser of every body. It refuses duplicate and unknown keys, NUL and lone surrogates, and says
//! where, without repeating what was there.

mod faults;
mod numbers;

use std::{collections::HashSet, fmt};

use serde::de::{DeserializeOwned, DeserializeSeed, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};

use self::{
    faults::{fault_of, push_token, reason},
    numbers::Numbers,
};
use crate::error::{Error, Result};

/// Most bytes of a JSON body: Lambda takes 6 MB with everything around it.
pub const BODY_BYTES_MAX: usize = 5_800_000;

/// What editors put before UTF-8 (RFC 8259, section 8.1, lets a parser pass over it).
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// Reads a body into a type that cannot hold an invalid value. Every field that is at fault is named at once.
///
/// # Errors
/// [`Error::TooLarge`] over [`BODY_BYTES_MAX`]; [`Error::Malformed`] with a JSON Pointer for each fault otherwise.
pub fn read<T: DeserializeOwned>(body: &[u8]) -> Result<T> {
    if body.len() > BODY_BYTES_MAX {
        return Err(Error::too_large("", "too_long"));
    }
    let body = body.strip_prefix(BYTE_ORDER_MARK).unwrap_or(body);
    let text = std::str::from_utf8(body).map_err(|_| Error::malformed("", "not_utf8"))?;
    refuse_ambiguity(text)?;
    // serde would read a list as a struct whose fields come in their order.
    if !text.trim_start().starts_with('{') {
        return Err(Error::malformed("", "wrong_type"));
    }
    let mut parser = serde_json::Deserializer::from_str(text);
    let value = serde_path_to_error::deserialize::<_, T>(&mut parser)
        .map_err(|failure| Error::Malformed(faults::all::<T>(text, fault_of(&failure))))?;
    parser.end().map_err(|_| Error::malformed("", "not_json"))?;
    Ok(value)
}

fn refuse_ambiguity(text: &str) -> Result<()> {
    let mut place = Place { pointer: String::new(), numbers: Numbers::of(text) };
    let mut parser = serde_json::Deserializer::from_str(text);
    Strict(&mut place)
        .deserialize(&mut parser)
        .map_err(|failure| Error::malformed(std::mem::take(&mut place.pointer), reason(&failure.to_string())))
}

struct Place<'t> {
    pointer: String,
    /// Those that were not walked over yet.
    numbers: Numbers<'t>,
}

impl Place<'_> {
    /// Walks over the next number. The parser has read it, and does not tell its digits.
    fn number<E: serde::de::Error>(&mut self, read: Option<f64>) -> Result<(), E> {
        let fault = self.numbers.next().and_then(|number| numbers::fault(number, read));
        fault.map_or(Ok(()), |word| Err(E::custom(format!("#{word}"))))
    }
}

/// Walks a value and refuses what two parsers could read differently.
struct Strict<'p, 't>(&'p mut Place<'t>);

impl<'de> DeserializeSeed<'de> for Strict<'_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Strict<'_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_bool<E>(self, _: bool) -> Result<(), E> {
        Ok(())
    }

    fn visit_i64<E: serde::de::Error>(self, _: i64) -> Result<(), E> {
        self.0.number(None)
    }

    fn visit_u64<E: serde::de::Error>(self, _: u64) -> Result<(), E> {
        self.0.number(None)
    }

    fn visit_f64<E: serde::de::Error>(self, read: f64) -> Result<(), E> {
        self.0.number(Some(read))
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
    fn every_fault_is_named_at_once() {
        #[derive(Debug, serde::Deserialize)]
        #[serde(deny_unknown_fields)]
        #[expect(dead_code, reason = "only its reading is tested")]
        struct Many {
            name: crate::domain::text::Name,
            email: crate::domain::text::EmailAddress,
            kind: crate::domain::visit::VisitorKind,
            count: Option<u8>,
            bills: Option<Vec<crate::domain::text::ShortText>>,
            reason: crate::domain::Reason,
        }
        let refusal = |body: &str| -> Vec<String> {
            let error = read::<Many>(body.as_bytes()).unwrap_err();
            let mut named: Vec<_> =
                error.fields().iter().map(|field| format!("{} {}", field.pointer, field.code)).collect();
            named.sort();
            named
        };
        assert_eq!(refusal("{}"), ["/email missing", "/kind missing", "/name missing", "/reason missing"]);
        assert_eq!(
            refusal(
                r#"{"name":"\u200b","email":"ada@x..example","kind":"ghost","count":300,"bills":["a"," ","b",""],"reason":"x","z":1}"#
            ),
            [
                "/bills/1 empty",
                "/bills/3 empty",
                "/count out_of_range",
                "/email wrong_form",
                "/kind unknown_value",
                "/name empty",
                "/reason too_short",
                "/z unknown_field",
            ]
        );
    }

    #[test]
    fn a_number_that_would_be_rounded_is_refused_where_it_stands() {
        let body = r#"{"name":"a 1e5","answers":{"n":1.5,"badge":123456789012345678901234567890}}"#;
        assert_eq!(refusal(body), ("/answers/badge".to_owned(), "out_of_range".to_owned()));
        let body = r#"{"name":"a","answers":{"n":[1,0.12345678901234567891]}}"#;
        assert_eq!(refusal(body), ("/answers/n/1".to_owned(), "too_precise".to_owned()));
    }

    #[test]
    fn a_byte_order_mark_is_passed_over() {
        assert!(read::<Sample>(b"\xef\xbb\xbf{\"name\":\"a\"}").is_ok());
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
