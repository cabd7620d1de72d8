//! Texts that are nearly right: every one signed by the true keys, so that its form alone is what is wrong.

use super::{Case, bundle, log, signed_again};
use crate::builder::{Bundle, Log, Scope, sign};
use crate::bundles::{ORGANIZATION, keys};

const WHOLE: Scope = Scope::Period("audit", 0, 40);
const PERIOD: Scope = Scope::Period("audit", 13, 40);
const VISIT: Scope = Scope::Visit(4);

pub(crate) fn cases() -> Vec<Case> {
    [manifests(), checkpoints(), entries(), members(), openings(), evidence()].into_iter().flatten().collect()
}

fn manifests() -> Vec<Case> {
    let whole = bundle(WHOLE);
    let text = String::from_utf8(whole.manifest()).unwrap();
    let changes = [
        ("\"v\": 1", "\"v\": 2"),
        ("\"v\": 1", "\"v\": 1.0"),
        ("\"v\": 1", "\"v\": -1"),
        ("\"v\": 1", "\"v\": 1, \"v\": 1"),
        ("\"v\": 1", "\"v\": 1, \"w\": {\"a\": [1, {\"b\": 1, \"b\": 1}]}"),
        ("\"kind\": \"audit\"", "\"kind\": \"evidence\""),
        ("\"kind\": \"audit\"", "\"kind\": \"all\""),
        ("\"kind\": \"member\"", "\"kind\": null"),
        ("\"entries\": 40", "\"entries\": 41"),
        ("\"entries\": 40", "\"entries\": 40.0"),
        ("\"entries\": 40, ", ""),
        ("\"openings\": 13", "\"openings\": 12"),
        ("\"first_seq\": 0", "\"first_seq\": 1"),
        ("\"first_seq\": 0", "\"first_seq\": 41"),
        ("\"first_seq\": 0", "\"first_seq\": -0"),
        ("\"tree_size\": 40", "\"tree_size\": 41"),
        ("\"tree_size\": 40", "\"tree_size\": 9007199254740992"),
        ("\"root\": \"", "\"root\": \"00"),
        ("\"chain\": \"", "\"chain\": \"A"),
        ("\"created_at\": \"2026-12-01", "\"created_at\": \"2026-02-30"),
        (".000000Z\", \"created_by", ".Z\", \"created_by"),
        ("\"hmac_key_id\": \"0", "\"hmac_key_id\": \"g"),
        (ORGANIZATION, "6513270E-269e-4d37-b2a7-4de452e6b438"),
        ("\"name\": \"VERIFY.md\"", "\"name\": \"audit/zzz\""),
        ("\"name\": \"VERIFY.md\"", "\"name\": \"manifest.json\""),
        ("\"bytes\": 17", "\"bytes\": 18"),
        ("\"bytes\": 17", "\"bytes\": -17"),
        ("\"sha256\": \"", "\"sha256\": \"0"),
        ("}\n", "}"),
        ("}\n", "}\n\n"),
        ("}\n", "} null\n"),
        ("{\"v\"", "\u{feff}{\"v\""),
        ("\"m-1\"", "\"\\ud800\""),
        ("\"m-1\"", "\"\t\""),
    ];
    let change = |(from, to): (&str, &str)| {
        assert!(text.contains(from), "{from}: {text}");
        let mut spoilt = whole.clone();
        spoilt.seal_as(&keys(), text.replacen(from, to, 1).into_bytes());
        Case::new(format!("manifest with {to:?} for {from:?}"), spoilt.zip())
    };
    changes.into_iter().map(change).collect()
}

fn checkpoints() -> Vec<Case> {
    let text = log(40).checkpoint_text(&keys(), 40);
    let time = text.lines().last().unwrap().to_owned();
    let day = time.replace("time 2026-01-01", "time 2026-00-01");
    let changes = [
        ("\n40\n", "\n040\n"),
        ("\n40\n", "\n41\n"),
        ("\n40\n", "\n0\n"),
        ("\n40\n", "\n40 \n"),
        ("\nchain ", "\nchain  "),
        ("\nchain ", "\nlink "),
        (time.as_str(), "time 2026-01-01T00:00:19.5Z"),
        (time.as_str(), "time soon"),
        (time.as_str(), day.as_str()),
        (time.as_str(), "time 2026-01-01T00:00:19.500001Z"),
        (time.as_str(), ""),
    ];
    let mut cases = Vec::new();
    for name in ["audit/checkpoint.note", "audit/previous.note"] {
        let signed = |text: &str| sign(text, &keys().log_name(), &keys().log);
        for (from, to) in changes {
            let mut spoilt = log(40).bundle(&keys(), PERIOD);
            spoilt.put(name, signed(&text.replacen(from, to, 1)));
            cases.push(Case::new(format!("{name} with {to:?} for {from:?}"), spoilt.sealed(&keys()).zip()));
        }
        let whole = String::from_utf8(signed(&text)).unwrap();
        let (_, line) = whole.split_once("\n\n").unwrap();
        for (what, note) in [
            ("no signature", format!("{text}\n")),
            ("a malformed second signature", format!("{whole}— x AAAA\n")),
            ("a hyphen for the dash", whole.replace('—', "-")),
            ("a signature line that is not ended", whole.trim_end().to_owned()),
            ("a tab in a name", format!("{whole}— a\tb {}", line.rsplit_once(' ').unwrap().1)),
            ("a space in a name", format!("{whole}— a\u{a0}b {}", line.rsplit_once(' ').unwrap().1)),
            ("sixty-five signatures", format!("{text}\n{}", line.repeat(65))),
            ("nothing", String::new()),
        ] {
            let mut spoilt = log(40).bundle(&keys(), PERIOD);
            spoilt.put(name, note.into_bytes());
            cases.push(Case::new(format!("{name} with {what}"), spoilt.sealed(&keys()).zip()));
        }
    }
    cases
}

/// A log whose last entry is written otherwise, hashed and signed as if nothing were wrong.
fn with_last_entry(change: impl FnOnce(String) -> String) -> Vec<u8> {
    let mut log = log(40);
    let last = log.entries.pop().unwrap();
    log.push(change(last.text), last.at, last.target);
    let mut bundle = log.bundle(&keys(), Scope::Period("audit", 0, 39));
    // The builder reads entries as JSON to make the table, so the odd one is added by hand.
    let odd = &log.entries[39];
    let mut put = |name: &str, more: String| {
        let text = String::from_utf8(bundle.members[name].clone()).unwrap();
        bundle.put(name, (text + &more).into_bytes());
    };
    put("audit/entries.jsonl", format!("{}\n", odd.text));
    put("audit/links.txt", format!("39 {} {}\n", crate::builder::hex(&odd.leaf), crate::builder::hex(&odd.link)));
    bundle.members.remove("audit/entries.csv");
    bundle.put("audit/checkpoint.note", log.checkpoint(&keys(), 40));
    (bundle.tree_size, bundle.counts.0) = (40, 40);
    (bundle.root, bundle.chain) = (crate::builder::root(&log.leaves()), odd.link);
    bundle.sealed(&keys()).zip()
}

fn entries() -> Vec<Case> {
    let changes: [(&str, &str); 22] = [
        ("\"v\": 1", "\"v\": 2"),
        ("\"v\": 1", "\"v\": 1, \"v\": 1"),
        ("\"ua\": null", "\"ua\": null, \"ua\": null"),
        ("\"ua\": null", "\"ua\": null, \"u\\u0061\": null"),
        ("\"ua\": null", "\"ua\": 1.5"),
        ("\"ua\": null", "\"ua\": 9007199254740992"),
        ("\"ua\": null", "\"ua\": 1e3"),
        ("\"ua\": null", "\"ua\": 01"),
        ("\"ua\": null", "\"ua\": \"\\u0000\""),
        ("\"ua\": null", "\"ua\": \"\\ud800\""),
        ("\"ua\": null", "\"ua\": \"\\x\""),
        ("\"ua\": null", "\"ua\": \"\t\""),
        ("\"ua\": null", "\"ua\": {\"a\": 1, \"a\": 2}"),
        ("\"ua\": null", "\"ua\": [1,]"),
        ("\"ua\": null", "\"ua\": nul"),
        ("\"ua\": null", "\"ua\": undefined"),
        ("\"ua\": null,", "\"ua\": null"),
        ("\"org\": \"6", "\"org\": \"7"),
        ("\"seq\": 39", "\"seq\": 40"),
        ("\"seq\": 39", "\"seq\": \"39\""),
        ("\"at\": \"2026", "\"at\": \"2025"),
        (".500000Z", ".5Z"),
    ];
    let deep = format!("\"ua\": {}1{}", "[".repeat(64), "]".repeat(64));
    let change = |(from, to): (&str, &str)| {
        let archive = with_last_entry(|text| {
            assert!(text.contains(from), "{from}: {text}");
            text.replacen(from, to, 1)
        });
        Case::new(format!("entry with {to:?} for {from:?}"), archive)
    };
    changes.into_iter().chain([("\"ua\": null", deep.as_str())]).map(change).collect()
}

fn members() -> Vec<Case> {
    let edit = |scope, name: &str, what: &str, change: &dyn Fn(String) -> String| {
        Case::new(format!("{name}: {what}, {scope:?}"), signed_again(bundle(scope), name, change))
    };
    let mut cases = Vec::new();
    for scope in [WHOLE, PERIOD, VISIT] {
        for name in ["audit/entries.jsonl", "audit/links.txt", "audit/entries.csv", "audit/openings.jsonl"] {
            cases.push(edit(scope, name, "last LF missing", &|text| text.trim_end().to_owned()));
            cases.push(edit(scope, name, "an empty line more", &|text| text + "\n"));
            cases.push(edit(scope, name, "last line twice", &|text| {
                let last = text.lines().last().unwrap_or_default().to_owned();
                format!("{text}{last}\n")
            }));
        }
        for name in ["audit/entries.jsonl", "audit/links.txt", "audit/entries.csv"] {
            cases.push(edit(scope, name, "ended by CR LF", &|text| text.replace('\n', "\r\n")));
        }
        cases.push(edit(scope, "audit/entries.jsonl", "empty", &|_| String::new()));
        cases.push(edit(scope, "audit/links.txt", "empty", &|_| String::new()));
        cases.push(edit(scope, "audit/links.txt", "upper case", &|text| text.to_uppercase()));
        cases.push(edit(scope, "audit/entries.csv", "a cell", &|text| text.replace("fn_check_in", "fn_check_out")));
        cases.push(edit(scope, "audit/entries.csv", "a formula", &|text| text.replace("'-", "-")));
        cases.push(edit(scope, "audit/entries.csv", "the title", &|text| text.replacen("seq", "Seq", 1)));
    }
    for what in ["", "\n", "00\n"] {
        cases.push(edit(PERIOD, "audit/frontier.txt", what, &|_| what.to_owned()));
    }
    cases.push(edit(PERIOD, "audit/frontier.txt", "a root more", &|text| text.clone() + &text[..65]));
    cases.push(edit(PERIOD, "audit/frontier.txt", "a blank line", &|text| text + "\n"));
    cases
}

fn openings() -> Vec<Case> {
    let edit = |what: &str, scope, change: &dyn Fn(String) -> String| {
        Case::new(format!("opening: {what}, {scope:?}"), signed_again(bundle(scope), "audit/openings.jsonl", change))
    };
    let mut cases = Vec::new();
    for scope in [WHOLE, VISIT] {
        cases.push(edit("another value", scope, &|text| text.replacen("\"value\": \"", "\"value\": \"x", 1)));
        cases.push(edit("another salt", scope, &|text| text.replacen("\"salt\": \"", "\"salt\": \"A", 1)));
        cases.push(edit("no value", scope, &|text| text.replacen("\"value\"", "\"other\"", 1)));
        cases.push(edit("value and file", scope, &|text| text.replacen("\"value\"", "\"file\": \"a\", \"value\"", 1)));
        cases.push(edit("another place", scope, &|text| text.replacen("added/name", "added/badge", 1)));
        cases.push(edit("a place that is none", scope, &|text| text.replacen("/diff/added/name", "diff", 1)));
        cases.push(edit("an escape that is none", scope, &|text| text.replacen("added/name", "added/na~me", 1)));
        cases.push(edit("of no entry", scope, &|text| text.replacen("\"seq\": ", "\"seq\": 9", 1)));
        cases.push(edit("a key twice", scope, &|text| text.replacen("{\"seq\"", "{\"pointer\": \"\", \"seq\"", 1)));
        cases.push(edit("no JSON", scope, &|text| text.replacen('{', "[", 1)));
        cases.push(edit("out of order", scope, &|text| text.lines().rev().map(|line| format!("{line}\n")).collect()));
    }
    cases.push(edit("a file that is not there", VISIT, &|text| text.replacen("photo.jpg", "photo.png", 1)));
    cases
}

fn evidence() -> Vec<Case> {
    let edit = |name: &str, what: &str, change: &dyn Fn(String) -> String| {
        Case::new(format!("{name}: {what}"), signed_again(bundle(VISIT), name, change))
    };
    let proof = |what: &str, change: &dyn Fn(String) -> String| edit("audit/proofs.json", what, change);
    let another_visit = format!("{{\"visit_id\": \"{}\"}}\n", Log::visit(5));
    vec![
        proof("a hash", &|text| text.replacen("\"proof\": [\"", "\"proof\": [\"0", 1)),
        proof("a proof shorter", &|text| shortened(&text)),
        proof("another seq", &|text| text.replacen("\"seq\": 13", "\"seq\": 14", 1)),
        proof("another leaf", &|text| text.replacen("\"leaf\": \"", "\"leaf\": \"0", 1)),
        proof("none", &|_| "[]\n".to_owned()),
        proof("no list", &|_| "{}\n".to_owned()),
        proof("one twice", &|text| text.replacen('[', &format!("[{}, ", &text[1..=text.find('}').unwrap()]), 1)),
        edit("visit.json", "another visit", &|_| another_visit.clone()),
        edit("visit.json", "no visit", &|_| "{}\n".to_owned()),
        edit("visit.json", "no JSON", &|_| "visit\n".to_owned()),
        left_out(0),
        left_out(1),
    ]
}

fn shortened(proofs: &str) -> String {
    let end = proofs.find("\"]").unwrap();
    let start = proofs[..end].rfind(", ").unwrap();
    format!("{}{}", &proofs[..start], &proofs[end + 1..])
}

/// A pack that does not show one of the visit's entries, whole otherwise.
fn left_out(place: usize) -> Case {
    let log = log(40);
    let seqs: Vec<_> = (0..40).filter(|seq| log.entries[*seq].target == Log::visit(4)).collect();
    let mut shown = log.clone();
    shown.entries[seqs[place]].target.clear();
    shown.openings.retain(|opening| opening.seq != seqs[place]);
    let spoilt: Bundle = shown.bundle(&keys(), VISIT);
    Case::new(format!("entry {} of the visit left out", seqs[place]), spoilt.sealed(&keys()).zip())
}
