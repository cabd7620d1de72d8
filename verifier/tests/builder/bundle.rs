//! Bundles of every kind, to be spoilt member by member.

use std::collections::BTreeMap;

use serde_json::value::RawValue;

use super::keys::sign;
use super::merkle::{frontier, path, root};
use super::{Keys, Log, Member, base64, digest, hash, hex, zip};

const CSV_HEADER: &str =
    "seq,at,via,actor_kind,actor_id,impersonation,ip,ua,action,target_kind,target_id,prev,reason,diff,request_id\n";

/// What goes into a bundle.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Scope {
    /// Every entry from one size to another.
    Period(&'static str, usize, usize),
    /// The entries of one visit.
    Visit(usize),
}

/// Members by name; the manifest's own three are made from the others.
#[derive(Clone)]
pub(crate) struct Bundle {
    pub(crate) kind: String,
    pub(crate) organization: String,
    pub(crate) first_seq: usize,
    pub(crate) tree_size: usize,
    pub(crate) root: [u8; 32],
    pub(crate) chain: [u8; 32],
    pub(crate) counts: (usize, usize),
    pub(crate) members: BTreeMap<String, Vec<u8>>,
}

impl Log {
    /// The checkpoint of a size, unsigned.
    pub(crate) fn checkpoint_text(&self, keys: &Keys, size: usize) -> String {
        let root = base64(&root(&self.leaves()[..size]));
        let chain = if size == 0 { self.genesis() } else { self.entries[size - 1].link };
        let time = if size == 0 { String::new() } else { format!("time {}\n", self.entries[size - 1].at) };
        format!("{}\n{size}\n{root}\nchain {}\n{time}", keys.log_name(), base64(&chain))
    }

    pub(crate) fn checkpoint(&self, keys: &Keys, size: usize) -> Vec<u8> {
        sign(&self.checkpoint_text(keys, size), &keys.log_name(), &keys.log)
    }

    /// A bundle, whole and true.
    pub(crate) fn bundle(&self, keys: &Keys, scope: Scope) -> Bundle {
        let (kind, seqs, size): (_, Vec<usize>, _) = match scope {
            Scope::Period(kind, from, to) => (kind, (from..to).collect(), to),
            Scope::Visit(number) => {
                let own = |seq: &usize| self.entries[*seq].target == Self::visit(number);
                ("evidence", (0..self.entries.len()).filter(own).collect(), self.entries.len())
            }
        };
        let openings: Vec<_> = self
            .openings
            .iter()
            .filter(|opening| seqs.contains(&opening.seq) && (kind == "evidence" || opening.value.is_ok()))
            .collect();
        let mut bundle = Bundle {
            kind: kind.to_owned(),
            organization: self.organization.clone(),
            first_seq: seqs.first().copied().unwrap_or(size),
            tree_size: size,
            root: root(&self.leaves()[..size]),
            chain: if size == 0 { self.genesis() } else { self.entries[size - 1].link },
            counts: (seqs.len(), openings.len()),
            members: BTreeMap::new(),
        };
        bundle.put("audit/checkpoint.note", self.checkpoint(keys, size));
        bundle.put("VERIFY.md", b"Ask the auditor.\n".to_vec());
        let lines: Vec<_> = openings.iter().map(|opening| opening_line(opening)).collect();
        bundle.put("audit/openings.jsonl", lines.concat().into_bytes());
        self.put_entries(&mut bundle, &seqs);
        match scope {
            Scope::Visit(number) => self.put_evidence(&mut bundle, &seqs, number),
            Scope::Period(_, 0, _) => {}
            Scope::Period(_, from, _) => {
                bundle.put("audit/previous.note", self.checkpoint(keys, from));
                let roots: String = frontier(&self.leaves()[..from]).iter().map(|root| hex(root) + "\n").collect();
                bundle.put("audit/frontier.txt", roots.into_bytes());
            }
        }
        if kind == "data" {
            bundle.put("data/visits.json", b"[]\n".to_vec());
        }
        bundle
    }

    fn put_entries(&self, bundle: &mut Bundle, seqs: &[usize]) {
        let (mut entries, mut links, mut csv) = (String::new(), String::new(), CSV_HEADER.to_owned());
        for seq in seqs {
            let entry = &self.entries[*seq];
            entries += &format!("{}\n", entry.text);
            links += &format!("{seq} {} {}\n", hex(&entry.leaf), hex(&entry.link));
            csv += &csv_row(&entry.text);
        }
        bundle.put("audit/entries.jsonl", entries.into_bytes());
        bundle.put("audit/links.txt", links.into_bytes());
        bundle.put("audit/entries.csv", csv.into_bytes());
    }

    fn put_evidence(&self, bundle: &mut Bundle, seqs: &[usize], number: usize) {
        let leaves = self.leaves();
        let proof = |seq: &usize| {
            let path: Vec<_> = path(*seq, &leaves).iter().map(|hash| format!("\"{}\"", hex(hash))).collect();
            format!(r#"{{"seq": {seq}, "leaf": "{}", "proof": [{}]}}"#, hex(&leaves[*seq]), path.join(", "))
        };
        let proofs: Vec<_> = seqs.iter().map(proof).collect();
        bundle.put("audit/proofs.json", format!("[{}]\n", proofs.join(", ")).into_bytes());
        bundle.put("visit.json", format!("{{\"visit_id\": \"{}\"}}\n", Self::visit(number)).into_bytes());
        bundle.put("photo.jpg", self.photo.clone());
    }
}

fn opening_line(opening: &super::Opened) -> String {
    let content = match &opening.value {
        Ok(value) => format!(r#""value": {value}"#),
        Err(file) => format!(r#""file": "{file}""#),
    };
    let salt = base64(&opening.salt);
    format!("{{\"seq\": {}, \"pointer\": \"{}\", \"salt\": \"{salt}\", {content}}}\n", opening.seq, opening.pointer)
}

type Fields<'e> = BTreeMap<&'e str, &'e RawValue>;

fn csv_row(entry: &str) -> String {
    let fields: Fields<'_> = serde_json::from_str(entry).unwrap();
    let nested = |name: &str| -> Fields<'_> { serde_json::from_str(fields[name].get()).unwrap() };
    let (actor, target) = (nested("actor"), nested("target"));
    let top = |name: &str| fields.get(name).copied();
    let cells = [
        top("seq"),
        top("at"),
        top("via"),
        actor.get("kind").copied(),
        actor.get("id").copied(),
        actor.get("impersonation").copied(),
        top("ip"),
        top("ua"),
        top("action"),
        target.get("kind").copied(),
        target.get("id").copied(),
        top("prev"),
        top("reason"),
        top("diff"),
        top("request_id"),
    ];
    cells.map(cell).join(",") + "\n"
}

fn cell(value: Option<&RawValue>) -> String {
    let raw = value.map_or("null", RawValue::get);
    let text = match raw {
        "null" => String::new(),
        _ if raw.starts_with('"') => serde_json::from_str(raw).unwrap(),
        _ => raw.to_owned(),
    };
    let guard = if text.starts_with(['=', '+', '-', '@', '\t', '\r']) { "'" } else { "" };
    format!("\"{guard}{}\"", text.replace('"', "\"\""))
}

impl Bundle {
    pub(crate) fn put(&mut self, name: &str, bytes: Vec<u8>) {
        self.members.insert(name.to_owned(), bytes);
    }

    /// The manifest of the members as they are now.
    pub(crate) fn manifest(&self) -> Vec<u8> {
        let file = |(name, bytes): (&String, &Vec<u8>)| {
            format!(r#"{{"name": "{name}", "bytes": {}, "sha256": "{}"}}"#, bytes.len(), hex(&digest(bytes)))
        };
        let files: Vec<_> = self.members.iter().filter(|(name, _)| !name.starts_with("manifest.")).map(file).collect();
        let (entries, openings) = self.counts;
        format!(
            r#"{{"v": 1, "kind": "{}", "organization_id": "{}", "created_at": "2026-12-01T08:00:00.000000Z", "created_by": {{"kind": "member", "id": "m-1"}}, "first_seq": {}, "tree_size": {}, "root": "{}", "chain": "{}", "counts": {{"entries": {entries}, "openings": {openings}}}, "hmac_key_id": "01890a5d-ac96-774b-bcce-b302099a8057", "files": [{}]}}"#,
            self.kind,
            self.organization,
            self.first_seq,
            self.tree_size,
            hex(&self.root),
            hex(&self.chain),
            files.join(", ")
        )
        .into_bytes()
        .into_iter()
        .chain([b'\n'])
        .collect()
    }

    /// Makes the manifest's three members anew and signs them.
    pub(crate) fn seal(&mut self, keys: &Keys) {
        let manifest = self.manifest();
        self.seal_as(keys, manifest);
    }

    /// Signs a manifest, whatever it says.
    pub(crate) fn seal_as(&mut self, keys: &Keys, manifest: Vec<u8>) {
        let hmac = hex(&hmac(&keys.export, &manifest));
        let text = format!("{}\nsha256 {}\nhmac {hmac}\n", keys.bundle_name(), hex(&digest(&manifest)));
        self.put("manifest.sig", sign(&text, &keys.bundle_name(), &keys.documents));
        self.put("manifest.hmac", format!("{hmac}\n").into_bytes());
        self.put("manifest.json", manifest);
    }

    pub(crate) fn sealed(mut self, keys: &Keys) -> Self {
        self.seal(keys);
        self
    }

    /// The archive, with the CRCs of the members as they are now.
    pub(crate) fn zip(&self) -> Vec<u8> {
        let members: Vec<_> = self.members.iter().map(|(name, bytes)| Member::stored(name, bytes)).collect();
        zip(&members)
    }

    /// The same, deflated.
    pub(crate) fn zip_deflated(&self) -> Vec<u8> {
        let members: Vec<_> = self.members.iter().map(|(name, bytes)| Member::deflated(name, bytes)).collect();
        zip(&members)
    }
}

/// HMAC-SHA-256 by its definition.
fn hmac(key: &[u8; 32], message: &[u8]) -> [u8; 32] {
    let pad = |mark: u8| -> Vec<u8> { key.iter().chain(&[0; 32]).map(|byte| byte ^ mark).collect() };
    hash(&[&pad(0x5c), &hash(&[&pad(0x36), message])])
}
