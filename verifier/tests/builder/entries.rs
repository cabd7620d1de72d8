//! A log: visits that come and go, with sealed names, photos and texts that break programs.

use std::collections::BTreeMap;

use super::{base64, digest, hash};

/// Names that people and programs trip over.
const NAMES: [&str; 8] =
    ["Ana \"B\\C\"", "李雷", "emoji 🚚", "=SUM(A1)", "tab\there", "line\nbreak", " leading", "O'Neill"];

/// An entry with its hashes.
#[derive(Clone)]
pub(crate) struct Entry {
    pub(crate) text: String,
    pub(crate) leaf: [u8; 32],
    pub(crate) link: [u8; 32],
    pub(crate) at: String,
    pub(crate) target: String,
}

/// A value that can be opened.
#[derive(Clone)]
pub(crate) struct Opened {
    pub(crate) seq: usize,
    pub(crate) pointer: String,
    pub(crate) salt: [u8; 32],
    /// JSON text of the value, or the file that holds it.
    pub(crate) value: Result<String, String>,
}

/// The log of one organization.
#[derive(Clone)]
pub(crate) struct Log {
    pub(crate) organization: String,
    pub(crate) entries: Vec<Entry>,
    pub(crate) openings: Vec<Opened>,
    /// The photo that every visit has, for want of a better one.
    pub(crate) photo: Vec<u8>,
    newest: BTreeMap<String, usize>,
}

impl Log {
    /// A log with so many entries.
    pub(crate) fn new(organization: &str, count: usize) -> Self {
        let (entries, openings, newest) = (Vec::new(), Vec::new(), BTreeMap::new());
        let photo = [b"\xff\xd8\xff\xe0 a photo of ", organization.as_bytes(), b"\xff\xd9"].concat();
        let mut log = Self { organization: organization.to_owned(), entries, openings, photo, newest };
        (0..count).for_each(|_| log.append());
        log
    }

    pub(crate) fn genesis(&self) -> [u8; 32] {
        hash(&[&[3], b"doorbook/audit-chain/v1", self.organization.as_bytes()])
    }

    pub(crate) fn leaves(&self) -> Vec<[u8; 32]> {
        self.entries.iter().map(|entry| entry.leaf).collect()
    }

    /// Visit ids in the order of their arrival.
    pub(crate) fn visit(number: usize) -> String {
        let hex = super::hex(&digest(format!("visit {number}").as_bytes()));
        format!("{}-{}-7{}-8{}-{}", &hex[..8], &hex[8..12], &hex[12..15], &hex[15..18], &hex[18..30])
    }

    fn append(&mut self) {
        let seq = self.entries.len();
        let (kind, id, action, reason, diff) = match seq {
            0 => ("organization", self.organization.clone(), "organization.created", "null".to_owned(), self.diff("")),
            _ if seq.is_multiple_of(3) => {
                let reason = format!("\"-checked \\\"by\\\" {}\"", seq % 7);
                ("visit", Self::visit(seq / 3 - 1), "visit.revealed", reason, self.diff(""))
            }
            _ if seq % 3 == 1 => {
                ("visit", Self::visit(seq / 3), "visit.checked_in", "null".to_owned(), self.arrival(seq))
            }
            _ => {
                let diff = self.diff("\"badge\": 584");
                ("visit", Self::visit(seq / 3), "visit.checked_out", "null".to_owned(), diff)
            }
        };
        let seconds = seq / 2;
        let at = format!(
            "2026-{:02}-{:02}T{:02}:{:02}:{:02}.{:06}Z",
            1 + seconds / 86_400 / 28 % 12,
            1 + seconds / 86_400 % 28,
            seconds / 3600 % 24,
            seconds / 60 % 60,
            seconds % 60,
            seq % 2 * 500_000
        );
        let prev = self.newest.get(&id).copied();
        let prev_text = prev.map_or("null".to_owned(), |prev| prev.to_string());
        let actor = match seq % 5 {
            0 => r#"{"kind": "staff", "id": "a1", "impersonation": "imp-7"}"#,
            _ => r#"{"kind": "kiosk", "id": "4a23d596-2217-4ead-9bc4-96cb8e81973e"}"#,
        };
        let text = format!(
            r#"{{"v": 1, "org": "{}", "seq": {seq}, "at": "{at}", "via": "fn_check_in", "actor": {actor}, "ip": "203.0.113.7", "ua": null, "action": "{action}", "target": {{"kind": "{kind}", "id": "{id}"}}, "prev": {prev_text}, "reason": {reason}, "diff": {diff}, "request_id": "{seq:016x}"}}"#,
            self.organization
        );
        self.newest.insert(id.clone(), seq);
        self.push(text, at, id);
    }

    /// Adds an entry as it is written.
    pub(crate) fn push(&mut self, text: String, at: String, target: String) {
        let leaf = hash(&[&[0], text.as_bytes()]);
        let before = self.entries.last().map_or(self.genesis(), |entry| entry.link);
        let link = hash(&[&[2], &before, &leaf]);
        self.entries.push(Entry { text, leaf, link, at, target });
    }

    fn diff(&self, added: &str) -> String {
        format!(
            r#"{{"added": {{{added}}}, "removed": {{}}, "changed": {{"status": {{"from": "expected", "to": "\u00e9"}}}}}}"#
        )
    }

    fn arrival(&mut self, seq: usize) -> String {
        let name = NAMES[seq / 3 % NAMES.len()];
        let salt = digest(format!("salt {seq}").as_bytes());
        let photo_salt = digest(format!("photo salt {seq}").as_bytes());
        let commit = base64(&hash(&[&[4], &salt, name.as_bytes()]));
        let photo_commit = base64(&hash(&[&[4], &photo_salt, &self.photo]));
        let envelope = base64(&[salt, digest(&salt)].concat());
        let value = serde_json::to_string(name).unwrap();
        self.openings.push(Opened { seq, pointer: "/diff/added/name".to_owned(), salt, value: Ok(value) });
        let photo = Err("photo.jpg".to_owned());
        self.openings.push(Opened { seq, pointer: "/diff/added/photo".to_owned(), salt: photo_salt, value: photo });
        self.diff(&format!(
            r#""badge": {seq}, "name": {{"sealed": "{envelope}", "commit": "{commit}"}}, "photo": {{"object": "p{seq}", "type": "image/jpeg", "bytes": {}, "commit": "{photo_commit}"}}"#,
            self.photo.len()
        ))
    }
}
