//! Whatever bytes come, the readers answer: they do not panic, and what they take they take in one way.

use doorbook_verify::json::{Raw, Rules};
use doorbook_verify::zip::Archive;
use doorbook_verify::{Checkpoint, Note, VerifierKey, verify};
use proptest::collection::vec;
use proptest::prelude::*;

use super::builder::{Log, Scope};
use super::bundles::{ORGANIZATION, keys, options};

/// Text that is nearly JSON.
fn nearly_json() -> impl Strategy<Value = String> {
    let word = prop::sample::select(vec![
        "{",
        "}",
        "[",
        "]",
        ",",
        ":",
        "\"a\"",
        "\"b\"",
        "\"\\ud83d",
        "\\ude9a\"",
        "\"\\u0000\"",
        "1",
        "-",
        "0",
        "1.5",
        "e9",
        "true",
        "null",
        " ",
        "\n",
        "\"",
        "\\",
        "9007199254740992",
        "🚚",
    ]);
    vec(word, 0..24).prop_map(|words| words.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn json_that_is_taken_is_json_to_others_too(text in nearly_json()) {
        if let Ok(raw) = Raw::parse(text.as_bytes(), Rules::Json) {
            let other: serde_json::Value = serde_json::from_str(&text).unwrap();
            prop_assert_eq!(raw.is_null(), other.is_null());
            let string = raw.string();
            prop_assert_eq!(string.as_deref(), other.as_str());
            prop_assert_eq!(raw.list().map(|list| list.len()), other.as_array().map(Vec::len));
            prop_assert_eq!(raw.object().map(|fields| fields.len()), other.as_object().map(serde_json::Map::len));
        }
        if Raw::parse(text.as_bytes(), Rules::Entry).is_ok() {
            prop_assert!(Raw::parse(text.as_bytes(), Rules::Json).is_ok());
        }
    }

    #[test]
    fn no_bytes_break_the_readers(bytes in vec(any::<u8>(), 0..400)) {
        let _json = Raw::parse(&bytes, Rules::Json);
        let _note = Note::read(&bytes);
        let _archive = Archive::open(&bytes).map(|archive| {
            let members = archive.members().iter();
            members.map(|member| archive.read(member).finish().is_ok()).collect::<Vec<_>>()
        });
        let text = String::from_utf8_lossy(&bytes);
        let _key = VerifierKey::read(&text);
        let _checkpoint = Checkpoint::read(&text);
        if let Ok(raw) = Raw::parse(&bytes, Rules::Json) {
            let _value = raw.pointed(&text);
        }
    }

    #[test]
    fn a_spoilt_archive_never_breaks_the_verifier(place in 0.0..1.0_f64, bytes in vec(any::<u8>(), 1..6), packed: bool) {
        let keys = keys();
        let bundle = Log::new(ORGANIZATION, 4).bundle(&keys, Scope::Visit(0)).sealed(&keys);
        let mut archive = if packed { bundle.zip_deflated() } else { bundle.zip() };
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, clippy::cast_precision_loss, clippy::as_conversions, reason = "a place in a small file")]
        let place = (place * archive.len() as f64) as usize;
        let end = (place + bytes.len()).min(archive.len());
        archive.splice(place..end, bytes);
        let report = verify(&archive, &options(&keys));
        prop_assert!(report.exit() <= 2 && serde_json::from_str::<serde_json::Value>(&report.to_json()).is_ok());
    }
}

#[test]
fn json_has_one_meaning() {
    let refused = [
        r#"{"a": 1, "a": 2}"#,
        r#"{"a": 1, "\u0061": 2}"#,
        r#"[{"b": {"a": 1, "a": 1}}]"#,
        r#""\ud83d""#,
        "\"\t\"",
        "01",
        "1.",
        "[1,]",
        "{\"a\":1,}",
        "nul",
        "\u{feff}1",
        "1 1",
        "",
        "1e309",
        "-1e99007199254740992",
    ];
    for text in refused {
        assert!(Raw::parse(text.as_bytes(), Rules::Json).is_err(), "{text}");
    }
    for text in [
        "1.5",
        "1e3",
        "1e308",
        "0e99007199254740992",
        "1e-400",
        "9007199254740992",
        "\"a\\u0000b\"",
        "\"\\ud83d\\ude9a\"",
    ] {
        assert!(Raw::parse(text.as_bytes(), Rules::Json).is_ok(), "{text}");
        assert_eq!(Raw::parse(text.as_bytes(), Rules::Entry).is_ok(), text.contains("ude9a"), "{text}");
    }
    assert!(Raw::parse("[".repeat(100_000).as_bytes(), Rules::Json).is_err(), "too deep");
    let keys: Vec<_> = (0..1000).map(|number| format!("\"k{number}\": 0")).collect();
    let object = |keys: &[String]| format!("{{{}}}", keys.join(","));
    assert!(Raw::parse(object(&keys).as_bytes(), Rules::Json).is_ok());
    let doubled = [keys, vec!["\"k500\": 0".to_owned()]].concat();
    assert!(Raw::parse(object(&doubled).as_bytes(), Rules::Json).is_err());
}
