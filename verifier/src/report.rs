//! What the verifier says in the end: to a person, or as one JSON object to a program.

use std::fmt::{self, Write};

use crate::at::At;
use crate::finding::{Checked, Finding, Reason};
use crate::note::VerifierKey;

/// The outcome, and what it is about.
#[derive(Debug)]
pub struct Report {
    /// Why the bundle was refused, or [`Reason::Ok`].
    pub reason: Reason,
    /// The first entry that is wrong, where one can be named.
    pub first_bad_seq: Option<u64>,
    /// A sentence about it.
    pub message: String,
    /// What was learned on the way; what was not reached is empty.
    pub facts: Facts,
}

/// What a bundle is about.
#[derive(Debug, Default)]
pub struct Facts {
    /// Whose it is.
    pub organization: Option<String>,
    /// `audit`, `data` or `evidence`.
    pub kind: Option<&'static str>,
    /// When it was made.
    pub created_at: Option<String>,
    /// The first entry in it.
    pub first_seq: Option<u64>,
    /// The size of its checkpoint.
    pub tree_size: Option<u64>,
    /// How many entries are in it.
    pub entries: Option<u64>,
    /// How many values were opened.
    pub openings: Option<u64>,
    /// Time of the first entry.
    pub first_at: Option<String>,
    /// Time of the last entry.
    pub last_at: Option<String>,
    /// The keys that signed, as `name+id`.
    pub keys: Vec<String>,
    /// The anchors that the log agrees with, by size.
    pub anchors: Vec<u64>,
    /// What the reader must not take as shown.
    pub not_checked: Vec<String>,
}

impl Facts {
    pub(crate) fn add_keys(&mut self, keys: &[&VerifierKey]) {
        for key in keys.iter().map(ToString::to_string) {
            if !self.keys.contains(&key) {
                self.keys.push(key);
            }
        }
    }

    /// Entries, openings and the size of the log, in words.
    fn counted(&self) -> Option<String> {
        let (entries, size) = self.entries.zip(self.tree_size)?;
        let opened = self.openings.filter(|count| *count > 0);
        let opened = opened.map_or(String::new(), |count| format!(", {count} opened values match the log"));
        Some(format!("{entries}{opened}; the log had {size}"))
    }

    pub(crate) fn add_span(&mut self, first: Option<At>, last: Option<At>) {
        self.first_at = first.map(|at| at.text().to_owned());
        self.last_at = last.map(|at| at.text().to_owned());
    }
}

impl Report {
    /// A report of what was found.
    #[must_use]
    pub fn new(outcome: Checked, facts: Facts) -> Self {
        match outcome {
            Ok(()) => Self {
                reason: Reason::Ok,
                first_bad_seq: None,
                message: "Everything checked is correct".to_owned(),
                facts,
            },
            // Nothing was verified, so nothing is said of it.
            Err(Finding { reason, first_bad_seq, message }) if reason.exit() == 2 => {
                Self { reason, first_bad_seq, message, facts: Facts::default() }
            }
            Err(Finding { reason, first_bad_seq, message }) => {
                let not_checked = Vec::new();
                Self { reason, first_bad_seq, message, facts: Facts { not_checked, ..facts } }
            }
        }
    }

    /// The exit code.
    #[must_use]
    pub fn exit(&self) -> u8 {
        self.reason.exit()
    }

    /// One JSON object on one line.
    #[must_use]
    pub fn to_json(&self) -> String {
        let facts = &self.facts;
        let text = |value: Option<&str>| value.map_or("null".to_owned(), quoted);
        let number = |value: Option<u64>| value.map_or("null".to_owned(), |number| number.to_string());
        let list = |values: &[String]| values.iter().map(|value| quoted(value)).collect::<Vec<_>>().join(", ");
        let fields = [
            ("exit", self.exit().to_string()),
            ("reason", quoted(self.reason.word())),
            ("first_bad_seq", number(self.first_bad_seq)),
            ("message", quoted(&self.message)),
            ("organization", text(facts.organization.as_deref())),
            ("kind", text(facts.kind)),
            ("created_at", text(facts.created_at.as_deref())),
            ("first_seq", number(facts.first_seq)),
            ("tree_size", number(facts.tree_size)),
            ("entries", number(facts.entries)),
            ("openings", number(facts.openings)),
            ("first_at", text(facts.first_at.as_deref())),
            ("last_at", text(facts.last_at.as_deref())),
            ("keys", format!("[{}]", list(&facts.keys))),
            ("anchors", format!("{:?}", facts.anchors)),
            ("not_checked", format!("[{}]", list(&facts.not_checked))),
        ];
        let fields = fields.map(|(name, value)| format!("\"{name}\": {value}"));
        format!("{{{}}}", fields.join(", "))
    }
}

impl fmt::Display for Report {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let facts = &self.facts;
        let at = self.first_bad_seq.map_or(String::new(), |seq| format!(" at entry {seq}"));
        match self.exit() {
            0 => writeln!(formatter, "VERIFIED: {}.", self.message)?,
            1 => writeln!(formatter, "WRONG{at}: {}.", self.message)?,
            // What it says of itself is worth nothing.
            _ => return writeln!(formatter, "NOT VERIFIED: {}.", self.message),
        }
        let holds = self.exit() == 0;
        let list = |texts: &[String]| texts.join(&format!("\n{:16}", ""));
        let anchors: Vec<_> = facts.anchors.iter().map(ToString::to_string).collect();
        for (name, value) in [
            ("organization", facts.organization.clone()),
            ("bundle", facts.kind.zip(facts.created_at.as_ref()).map(|(kind, at)| format!("{kind}, made {at}"))),
            ("entries", facts.counted().filter(|_| holds)),
            (
                "from, to",
                facts.first_at.iter().zip(&facts.last_at).map(|(first, last)| format!("{first} – {last}")).next(),
            ),
            ("keys", holds.then(|| list(&facts.keys))),
            (
                "anchors",
                (holds && !anchors.is_empty())
                    .then(|| format!("the log is as your notes of sizes {} say", anchors.join(", "))),
            ),
            ("not checked", holds.then(|| list(&facts.not_checked))),
        ] {
            if let Some(value) = value {
                writeln!(formatter, "  {name:<13} {value}")?;
            }
        }
        Ok(())
    }
}

fn quoted(text: &str) -> String {
    let mut json = String::from("\"");
    for character in text.chars() {
        match character {
            '"' | '\\' => json.extend(['\\', character]),
            control if control < ' ' => {
                // Writing to a string does not fail.
                let _written = write!(json, "\\u{:04x}", u32::from(control));
            }
            other => json.push(other),
        }
    }
    json + "\""
}
