//! The audit log as an outsider verifies it: from the entries' own bytes, trusting none of the hashes sent along.

use aws_lc_rs::digest::{Context, SHA256};
use serde::Deserialize;
use serde_json::value::RawValue;

use super::caller::Caller;
use crate::error::{Error, Result};

#[derive(Deserialize)]
struct Page {
    items: Vec<Logged>,
    next_cursor: Option<String>,
}

#[derive(Deserialize)]
struct Logged {
    seq: u64,
    link: String,
    entry: Box<RawValue>,
}

/// What the demonstration prints of an entry.
#[derive(Debug, Deserialize)]
pub(super) struct Entry {
    pub(super) at: String,
    pub(super) action: String,
}

/// Reads the whole log, oldest first, and recomputes every link from the organization's name on.
pub(super) async fn verify(owner: &Caller<'_>, organization: &str) -> Result<Vec<Entry>> {
    let mut entries = Vec::new();
    let mut link = sha256(&[&[3], b"doorbook/audit-chain/v1", organization.as_bytes()]);
    let mut cursor = None;
    loop {
        let page = page(owner, cursor.as_deref()).await?;
        for logged in &page.items {
            let leaf = sha256(&[&[0], logged.entry.get().as_bytes()]);
            link = sha256(&[&[2], &link, &leaf]);
            if usize::try_from(logged.seq) != Ok(entries.len()) || hex(&link) != logged.link {
                return Err(Error::stack(format!("the chain is broken at entry {}", logged.seq)));
            }
            entries.push(read(logged.entry.get())?);
        }
        cursor = page.next_cursor;
        if cursor.is_none() {
            return Ok(entries);
        }
    }
}

async fn page(owner: &Caller<'_>, cursor: Option<&str>) -> Result<Page> {
    let cursor = cursor.map(|cursor| format!("&cursor={cursor}")).unwrap_or_default();
    let (status, body) =
        owner.bytes("GET", &format!("/v1/audit-log?order=asc{cursor}"), &serde_json::Value::Null).await?;
    if !status.is_success() {
        return Err(Error::stack(format!("the audit log answered {status}")));
    }
    serde_json::from_slice(&body).map_err(|error| Error::stack(format!("the audit log is no page of entries: {error}")))
}

fn read(entry: &str) -> Result<Entry> {
    serde_json::from_str(entry).map_err(|error| Error::stack(format!("an audit entry is not understood: {error}")))
}

fn sha256(parts: &[&[u8]]) -> Vec<u8> {
    let mut context = Context::new(&SHA256);
    for part in parts {
        context.update(part);
    }
    context.finish().as_ref().to_vec()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
