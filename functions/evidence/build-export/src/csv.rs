//! Rows of tables for spreadsheets (RFC 4180, every cell in quotes, lines ended by a line feed). A cell that a spreadsheet
//! would take for a formula gets an apostrophe before it.

use std::borrow::Cow;

use serde::Deserialize;
use serde_json::value::RawValue;
use shared::{Error, Result};

/// What a table begins with, so that Excel takes it for UTF-8.
pub(crate) const BYTE_ORDER_MARK: &str = "\u{feff}";

/// The first line of the table of entries.
pub(crate) const ENTRY_COLUMNS: &str =
    "seq,at,via,actor_kind,actor_id,impersonation,ip,ua,action,target_kind,target_id,prev,reason,diff,request_id\n";

#[derive(Deserialize)]
struct Entry<'e> {
    #[serde(borrow)]
    seq: &'e RawValue,
    #[serde(borrow)]
    at: &'e RawValue,
    #[serde(borrow)]
    via: &'e RawValue,
    #[serde(borrow)]
    actor: Actor<'e>,
    #[serde(borrow)]
    ip: &'e RawValue,
    #[serde(borrow)]
    ua: &'e RawValue,
    #[serde(borrow)]
    action: &'e RawValue,
    #[serde(borrow)]
    target: Target<'e>,
    #[serde(borrow)]
    prev: &'e RawValue,
    #[serde(borrow)]
    reason: &'e RawValue,
    #[serde(borrow)]
    diff: &'e RawValue,
    #[serde(borrow)]
    request_id: &'e RawValue,
}

#[derive(Deserialize)]
struct Actor<'e> {
    #[serde(borrow)]
    kind: &'e RawValue,
    #[serde(borrow)]
    id: &'e RawValue,
    #[serde(borrow)]
    impersonation: Option<&'e RawValue>,
}

#[derive(Deserialize)]
struct Target<'e> {
    #[serde(borrow)]
    kind: &'e RawValue,
    #[serde(borrow)]
    id: &'e RawValue,
}

/// Adds the row of an entry.
///
/// # Errors
/// Internal when it is no entry.
pub(crate) fn entry(text: &str, out: &mut Vec<u8>) -> Result<()> {
    let entry: Entry<'_> = serde_json::from_str(text).map_err(Error::internal)?;
    let cells = [
        Some(entry.seq),
        Some(entry.at),
        Some(entry.via),
        Some(entry.actor.kind),
        Some(entry.actor.id),
        entry.actor.impersonation,
        Some(entry.ip),
        Some(entry.ua),
        Some(entry.action),
        Some(entry.target.kind),
        Some(entry.target.id),
        Some(entry.prev),
        Some(entry.reason),
        Some(entry.diff),
        Some(entry.request_id),
    ];
    row(cells, out)
}

/// Adds a row of JSON values: a string decoded, null as nothing, anything else as it is written.
///
/// # Errors
/// Internal when a string is none.
pub(crate) fn row<'e>(cells: impl IntoIterator<Item = Option<&'e RawValue>>, out: &mut Vec<u8>) -> Result<()> {
    let mut is_first = true;
    for cell in cells {
        if !std::mem::take(&mut is_first) {
            out.push(b',');
        }
        quote(&text(cell)?, out);
    }
    out.push(b'\n');
    Ok(())
}

fn text(cell: Option<&RawValue>) -> Result<Cow<'_, str>> {
    let raw = cell.map_or("null", RawValue::get);
    if raw == "null" {
        return Ok(Cow::Borrowed(""));
    }
    match raw.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')) {
        None => Ok(Cow::Borrowed(raw)),
        Some(plain) if !plain.contains('\\') => Ok(Cow::Borrowed(plain)),
        Some(_) => serde_json::from_str(raw).map(Cow::Owned).map_err(Error::internal),
    }
}

/// True for what a spreadsheet may take for a formula: by its first sign, of ASCII or one that is read as it (full width,
/// small, minus), whatever that a reader does not see is before it.
fn is_formula(text: &str) -> bool {
    let first = text.chars().find(|c| (matches!(c, '\t' | '\r') || !c.is_whitespace()) && !is_unseen(*c));
    first
        .is_some_and(|c| "=+-@\t\r\u{ff1d}\u{ff0b}\u{ff0d}\u{ff20}\u{fe66}\u{fe62}\u{fe63}\u{fe6b}\u{2212}".contains(c))
}

/// Characters of no width, as rows may hold them that were written before texts were freed of them.
const fn is_unseen(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
}

fn quote(text: &str, out: &mut Vec<u8>) {
    out.push(b'"');
    if is_formula(text) {
        out.push(b'\'');
    }
    for (index, piece) in text.split('"').enumerate() {
        if index > 0 {
            out.extend_from_slice(b"\"\"");
        }
        out.extend_from_slice(piece.as_bytes());
    }
    out.push(b'"');
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cell(json: &str) -> String {
        let raw = RawValue::from_string(json.to_owned()).unwrap();
        let mut out = Vec::new();
        row([Some(&*raw)], &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn the_case_csv_fullwidth_is_a_text() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../../shared/vectors/cases/door.json");
        let file: serde_json::Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
        let is_it = |case: &&serde_json::Value| case["id"] == "csv-fullwidth";
        let case = file["cases"].as_array().unwrap().iter().find(is_it).unwrap();
        let start = format!("\"{}", case["right"]["csv_cell_starts_with"].as_str().unwrap());
        assert!(cell(&case["request"]["body"]["name"].to_string()).starts_with(&start));
    }

    #[test]
    fn formulas_are_texts_and_quotes_are_doubled() {
        for (json, wanted) in [
            ("null", "\"\"\n"),
            ("12", "\"12\"\n"),
            ("-12", "\"'-12\"\n"),
            (r#""=1+1""#, "\"'=1+1\"\n"),
            (r#""\t=1""#, "\"'\t=1\"\n"),
            ("\"\u{ff1d}1+1\"", "\"'\u{ff1d}1+1\"\n"),
            ("\"\u{ff0b}1\"", "\"'\u{ff0b}1\"\n"),
            ("\"\u{ff20}SUM(1)\"", "\"'\u{ff20}SUM(1)\"\n"),
            ("\"\u{2212}1\"", "\"'\u{2212}1\"\n"),
            ("\"\u{200b} =1\"", "\"'\u{200b} =1\"\n"),
            ("\"a=1\"", "\"a=1\"\n"),
            (r#""a \"b\", c""#, "\"a \"\"b\"\", c\"\n"),
            (r#"{"a": "=1"}"#, "\"{\"\"a\"\": \"\"=1\"\"}\"\n"),
        ] {
            assert_eq!(cell(json), wanted, "{json}");
        }
    }
}
