//! `audit/entries.csv` as the entries make it: the verifier writes it again and compares.

use super::entry::Entry;
use crate::json::Raw;

/// The first line.
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

fn quote(table: &mut Vec<u8>, mut text: &[u8]) {
    table.push(b'"');
    // Spreadsheets take these for the beginning of a formula.
    if let Some(b'=' | b'+' | b'-' | b'@' | b'\t' | b'\r') = text.first() {
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
