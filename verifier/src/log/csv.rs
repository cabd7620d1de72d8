//! `audit/entries.csv` as the entries make it: the verifier writes it again and compares.

use super::entry::Entry;
use crate::json::Raw;

/// The first line. A byte order mark may stand before it.
pub(super) const HEADER: &[u8] =
    b"seq,at,via,actor_kind,actor_id,impersonation,ip,ua,action,target_kind,target_id,prev,reason,diff,request_id\n";

/// Writes the row of an entry.
pub(super) fn write_row(table: &mut Vec<u8>, entry: &Entry<'_>, seq: &[u8], at: &str) {
    quote(table, seq);
    table.push(b',');
    quote(table, at.as_bytes());
    write_cell(table, entry.via);
    let who = [entry.actor_kind, entry.actor_id, entry.impersonation, entry.ip, entry.ua];
    let what = [entry.action, entry.target_kind, entry.target_id, entry.prev, entry.reason, entry.diff];
    for value in who.into_iter().chain(what).chain([entry.request_id]) {
        write_cell(table, value);
    }
    table.push(b'\n');
}

fn write_cell(table: &mut Vec<u8>, value: Option<Raw<'_>>) {
    table.push(b',');
    match value {
        None => quote(table, b""),
        Some(value) if value.is_null() => quote(table, b""),
        Some(value) => match value.string() {
            Some(text) => quote(table, text.as_bytes()),
            None => quote(table, value.text().as_bytes()),
        },
    }
}

/// True for what a spreadsheet may take for a formula: by its first sign, of ASCII or one that is read as it (full width,
/// small, minus), whatever that a reader does not see is before it. Almost every cell begins with a letter, a digit or a brace.
fn is_formula(text: &[u8]) -> bool {
    let Some(first) = text.first() else { return false };
    if first.is_ascii_alphanumeric() || *first == b'{' {
        return false;
    }
    let is_skipped = |c: &char| (c.is_whitespace() && !matches!(c, '\t' | '\r')) || is_unseen(*c);
    let sign = str::from_utf8(text).unwrap_or_default().chars().find(|c| !is_skipped(c));
    sign.is_some_and(|c| "=+-@\t\r\u{ff1d}\u{ff0b}\u{ff0d}\u{ff20}\u{fe66}\u{fe62}\u{fe63}\u{fe6b}\u{2212}".contains(c))
}

/// Characters of no width.
const fn is_unseen(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
}

fn quote(table: &mut Vec<u8>, mut text: &[u8]) {
    table.push(b'"');
    if is_formula(text) {
        table.push(b'\'');
    }
    while let Some(place) = memchr::memchr(b'"', text) {
        let (before, after) = text.split_at_checked(place + 1).unwrap_or((text, &[]));
        table.extend_from_slice(before);
        table.push(b'"');
        text = after;
    }
    table.extend_from_slice(text);
    table.push(b'"');
}
