//! What the verifiers are asked about: files on a desk, and the words of a command line.

use std::fs;
use std::path::PathBuf;

use super::dice::{Dice, change_bytes, change_text, written};
use crate::builder::{Bundle, Log, Member, Scope, hex, root, zip};
use crate::bundles::{ORGANIZATION, foreign_keys, keys};

const NOTES: [&str; 3] = ["7.note", "notes", "newer.note"];
const OPTIONS: [&str; 11] =
    ["--key", "--anchor", "--org", "--max-gap", "--hmac-key", "--json", "--help", "--", "-x", "-", "--what"];
const VALUES: [&str; 15] =
    ["0", "1", "999999999", "1234567890", "-1", "+1", "01", " 1", "1.0", "", "--json", "-h", "--", "nowhere", "a+b+c"];

/// Files to be asked about.
pub(super) struct Desk {
    folder: PathBuf,
    log: Log,
    whole: Vec<Bundle>,
}

impl Desk {
    pub(super) fn new() -> Self {
        let folder = std::env::temp_dir().join(format!("doorbook-fuzz-{}", std::process::id()));
        fs::create_dir_all(folder.join("notes/deeper")).unwrap();
        let log = Log::new(ORGANIZATION, 14);
        let scopes = [
            Scope::Period("audit", 0, 14),
            Scope::Period("data", 0, 9),
            Scope::Period("audit", 5, 14),
            Scope::Visit(2),
        ];
        let whole = scopes.into_iter().map(|scope| log.bundle(&keys(), scope).sealed(&keys())).collect();
        let desk = Self { folder, log, whole };
        desk.put("keys", keys().texts().join("\n").as_bytes());
        desk.put("good.zip", &desk.whole[0].zip());
        desk.put("7.note", &desk.log.checkpoint(&keys(), 7));
        desk.put("notes/9.note", &desk.log.checkpoint(&keys(), 9));
        let foreign = Log::new(&foreign_keys().organization, 4);
        desk.put("notes/deeper/foreign.note", &foreign.checkpoint(&foreign_keys(), 3));
        desk.put("foreign.note", &foreign.checkpoint(&foreign_keys(), 3));
        desk.put("newer.note", &Log::new(ORGANIZATION, 20).checkpoint(&keys(), 17));
        desk
    }

    pub(super) fn path(&self, name: &str) -> String {
        self.folder.join(name).to_str().unwrap().to_owned()
    }

    fn put(&self, name: &str, bytes: &[u8]) {
        fs::write(self.folder.join(name), bytes).unwrap();
    }

    /// A case: what was put on the desk, and the words that ask about it.
    pub(super) fn lay(&self, dice: &mut Dice) -> Vec<String> {
        let mut words = vec![self.path("case.zip"), "--key".to_owned(), self.path("keys")];
        if dice.one_in(4) {
            let note = dice.pick(&NOTES);
            words.extend(["--anchor".to_owned(), self.path(note)]);
        }
        match dice.below(9) {
            0 => self.put("case.zip", &self.changed_bytes(dice)),
            1 => self.put("case.zip", &self.changed_fields(dice)),
            2 => self.put("case.zip", &self.changed_packing(dice)),
            3 | 4 => self.put("case.zip", &self.changed_member(dice)),
            5 | 6 => self.put("case.zip", &self.changed_entry(dice)),
            7 => return self.changed_files(dice),
            _ => return self.changed_words(dice),
        }
        words
    }

    /// Any bytes of a container.
    fn changed_bytes(&self, dice: &mut Dice) -> Vec<u8> {
        let bundle = dice.pick(&self.whole).clone();
        let mut archive = if dice.one_in(3) { bundle.zip_deflated() } else { bundle.zip() };
        for _ in 0..=dice.below(2) {
            change_bytes(dice, &mut archive);
        }
        archive
    }

    /// Fields of headers, in one of them or in both.
    fn changed_fields(&self, dice: &mut Dice) -> Vec<u8> {
        let bundle = dice.pick(&self.whole).clone();
        let mut archive = if dice.one_in(2) { bundle.zip_deflated() } else { bundle.zip() };
        let places = |mark: &[u8]| memchr::memmem::find_iter(&archive, mark).collect::<Vec<_>>();
        let (locals, centrals, end) = (places(b"PK\x03\x04"), places(b"PK\x01\x02"), archive.len() - 22);
        let which = dice.below(centrals.len());
        let value = *dice.pick(&[0_u16, 1, 2, 8, 10, 20, 45, 0x21, 0x800, 0x808, 0x4000, 0x8000, 0xffff]);
        let shared = *dice.pick(&[4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28]);
        let mut put = |at: usize| archive[at..at + 2].copy_from_slice(&value.to_le_bytes());
        match dice.below(5) {
            0 => put(locals[which] + shared),
            1 => put(centrals[which] + shared + 2),
            2 => put(centrals[which] + *dice.pick(&[4, 30, 32, 34, 36, 38, 40, 42, 44])),
            3 => put(end + *dice.pick(&[4, 6, 8, 10, 12, 14, 16, 18, 20])),
            _ => {
                put(locals[which] + shared);
                put(centrals[which] + shared + 2);
            }
        }
        archive
    }

    /// Packed bytes of a member, in headers that fit them.
    fn changed_packing(&self, dice: &mut Dice) -> Vec<u8> {
        let bundle = dice.pick(&self.whole).clone();
        let mut members: Vec<_> = bundle.members.iter().map(|(name, bytes)| Member::deflated(name, bytes)).collect();
        let which = dice.below(members.len());
        match dice.below(4) {
            0 => members[which].bytes = (0..dice.below(40)).map(|_| dice.next().to_le_bytes()[0]).collect(),
            1 => members[which].size = u32::try_from(dice.below(3000)).unwrap(),
            _ => {
                for _ in 0..=dice.below(2) {
                    change_bytes(dice, &mut members[which].bytes);
                }
            }
        }
        zip(&members)
    }

    /// The text of a member, listed and signed as it is then; sometimes not signed again.
    fn changed_member(&self, dice: &mut Dice) -> Vec<u8> {
        let mut bundle = dice.pick(&self.whole).clone();
        let names: Vec<_> = bundle.members.keys().cloned().collect();
        let name = dice.pick(&names).clone();
        let mut text = bundle.members[&name].clone();
        change_text(dice, &mut text);
        match name.as_str() {
            "manifest.json" if !dice.one_in(4) => bundle.seal_as(&keys(), text),
            name => {
                bundle.put(name, text);
                if !dice.one_in(4) && !name.starts_with("manifest.") {
                    bundle.seal(&keys());
                }
            }
        }
        if dice.one_in(4) { bundle.zip_deflated() } else { bundle.zip() }
    }

    /// An entry, with every hash and signature made anew.
    fn changed_entry(&self, dice: &mut Dice) -> Vec<u8> {
        let which = dice.below(self.log.entries.len());
        let mut log = self.log.clone();
        let entries = std::mem::take(&mut log.entries);
        for (seq, entry) in entries.into_iter().enumerate() {
            let mut text = entry.text.into_bytes();
            if seq == which {
                change_text(dice, &mut text);
            }
            // The database writes no line feed and no byte that is not UTF-8; the verifier is asked about that elsewhere.
            log.push(String::from_utf8_lossy(&text).replace('\n', " "), entry.at, entry.target);
        }
        let from = *dice.pick(&[0, 0, 5]);
        let mut bundle = self.whole[if from == 0 { 0 } else { 2 }].clone();
        let lines: String = log.entries[from..].iter().map(|entry| entry.text.clone() + "\n").collect();
        let links = log.entries.iter().enumerate().skip(from);
        let links: String = links.map(|(seq, one)| format!("{seq} {} {}\n", hex(&one.leaf), hex(&one.link))).collect();
        bundle.put("audit/entries.jsonl", lines.into_bytes());
        bundle.put("audit/links.txt", links.into_bytes());
        bundle.put("audit/checkpoint.note", log.checkpoint(&keys(), 14));
        if from > 0 {
            bundle.put("audit/previous.note", log.checkpoint(&keys(), from));
            let frontier = [root(&log.leaves()[..4]), log.leaves()[4]].map(|root| hex(&root) + "\n").concat();
            bundle.put("audit/frontier.txt", frontier.into_bytes());
        }
        // The table of the true entries: right unless a cell of this one is changed.
        if dice.one_in(2) {
            bundle.members.remove("audit/entries.csv");
        }
        (bundle.root, bundle.chain) = (root(&log.leaves()), log.entries[13].link);
        bundle.seal(&keys());
        bundle.zip()
    }

    /// Files of keys and notes.
    fn changed_files(&self, dice: &mut Dice) -> Vec<String> {
        let own = keys().texts();
        let json = |revoked: &str| {
            let key = |text: &String| format!("{{\"verifier_key\": \"{text}\", \"revoked_at\": {revoked}}}");
            format!("{{\"keys\": [{}, {}]}}", key(&own[0]), key(&own[1]))
        };
        let note = String::from_utf8(self.log.checkpoint(&keys(), 7)).unwrap();
        let (mut text, mut kept) =
            (dice.pick(&[own.join("\n"), own.join("\r\n"), json("null"), json("\"x\"")]).clone(), note);
        for _ in 0..dice.below(3) {
            let blank = *dice.pick(&[" ", "\t", "\r", "\n", "\u{feff}", "\u{a0}", "\u{c}", "+", "\u{85}"]);
            let text = if dice.one_in(3) { &mut kept } else { &mut text };
            let places: Vec<_> = text.char_indices().map(|(at, _)| at).collect();
            let inside = *dice.pick(&places);
            let place = *dice.pick(&[0, text.len(), inside]);
            text.insert_str(place, blank);
        }
        if dice.one_in(3) {
            kept = kept.replace('\n', "\r\n");
        }
        self.put("case.keys", &written(dice, &text));
        self.put("case.note", &written(dice, &kept));
        let words = ["good.zip", "--key", "case.keys", "--anchor", "case.note"];
        words.map(|word| if word.starts_with('-') { word.to_owned() } else { self.path(word) }).to_vec()
    }

    /// Values that an option may be given.
    fn values(&self) -> Vec<String> {
        let mut values = keys().texts();
        let files = ["keys", "7.note", "notes", "foreign.note", "newer.note", "good.zip"];
        values.extend(files.map(|name| self.path(name)));
        values.extend([hex(&keys().export), hex(&[7; 32]), ORGANIZATION.to_owned(), ORGANIZATION.to_uppercase()]);
        values.extend(VALUES.map(str::to_owned));
        values
    }

    /// Words of a command line.
    fn changed_words(&self, dice: &mut Dice) -> Vec<String> {
        let values = self.values();
        let mut words = Vec::new();
        for _ in 0..dice.below(4) {
            let option = *dice.pick(&OPTIONS);
            let value = dice.pick(&values).clone();
            match dice.below(5) {
                0 => words.push(format!("{option}={value}")),
                1 => words.push(option.to_owned()),
                _ => words.extend([option.to_owned(), value]),
            }
        }
        if !dice.one_in(8) {
            let place = dice.below(words.len() + 1);
            words.splice(place..place, [format!("--key={}", self.path("keys")), self.path("good.zip")]);
        }
        words
    }
}

impl Drop for Desk {
    fn drop(&mut self) {
        let _gone = fs::remove_dir_all(&self.folder);
    }
}
