//! `evidence.html`: the evidence for a person to read and print. One file, no script, no request: what is not in it is
//! not shown.

use base64::{Engine as _, prelude::BASE64_STANDARD};
use serde_json::Value;
use shared::{audit::hex, authn::sha256};

use super::{
    entry::{Shown, is_sealed},
    gathering::Evidence,
    openings::File,
    rendering::{escaped, moment, plain, words},
};
use crate::store::Signed;

const STYLE: &str = include_str!("evidence.css");

/// Renders it.
pub(super) fn render(evidence: &Evidence<'_>) -> String {
    let title = format!("Evidence of visit {}", evidence.visit);
    let body = [
        header(evidence),
        people(evidence),
        facts(evidence),
        signed(evidence),
        "<section><h2>Identity document</h2><p>No identity document was compared at this visit.</p></section>"
            .to_owned(),
        timeline(evidence),
        erased(evidence),
        proof(evidence),
    ];
    format!(
        "<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'\">\n\
         <title>{}</title>\n<style>\n{STYLE}</style>\n<main>\n{}\n</main>\n</html>\n",
        escaped(&title),
        body.join("\n")
    )
}

fn header(evidence: &Evidence<'_>) -> String {
    let row = &evidence.row;
    let first = evidence.entries.first().map(|shown| moment(shown.text("/at"))).unwrap_or_default();
    format!(
        "<header><p class=\"kicker\">Evidence of a visit</p><h1>{}</h1><p class=\"sub\">{} · {} · {}</p><p class=\"id\">{}</p></header>",
        escaped(opened_value(evidence, "name").unwrap_or("A person whose data was erased")),
        escaped(&row.organization_name),
        escaped(&row.site_name),
        escaped(&first),
        evidence.visit
    )
}

/// Photo and signature, side by side.
fn people(evidence: &Evidence<'_>) -> String {
    let figure = |stem: &str, caption: &str| {
        evidence.opened.file(stem).map_or_else(String::new, |file| {
            format!("<figure class=\"{stem}\"><img alt=\"{caption}\" src=\"{}\"><figcaption>{caption}</figcaption></figure>", data_url(file))
        })
    };
    let figures =
        [figure("photo", "Photo taken at check-in"), figure("signature", "Signature given at check-in")].concat();
    if figures.is_empty() { String::new() } else { format!("<section class=\"figures\">{figures}</section>") }
}

fn data_url(file: &File) -> String {
    format!("data:{};base64,{}", file.media_type, BASE64_STANDARD.encode(file.bytes.expose_secret()))
}

/// The value of the first entry under this key, opened.
fn opened_value<'e>(evidence: &'e Evidence<'_>, key: &str) -> Option<&'e str> {
    let first = evidence.entries.first()?;
    evidence.opened.text(first.logged.seq, &format!("/diff/added/{key}"))
}

/// What was said at the door, from the first entry and its openings.
fn facts(evidence: &Evidence<'_>) -> String {
    let Some(first) = evidence.entries.first() else { return String::new() };
    let mut rows = String::new();
    for (key, value) in fields(first, "added") {
        if value.get("object").is_none() {
            rows.push_str(&format!(
                "<tr><th scope=\"row\">{}</th><td>{}</td></tr>",
                escaped(&words(key)),
                shown_value(evidence, first, &format!("/diff/added/{key}"), value)
            ));
        }
    }
    let host = evidence.row.host_name.as_deref().map_or_else(String::new, |name| {
        format!("<p class=\"note\">The host is entered as {} at the time of this bundle.</p>", escaped(name))
    });
    format!("<section><h2>What was said at the door</h2><table class=\"facts\">{rows}</table>{host}</section>")
}

fn fields<'e>(shown: &'e Shown, part: &str) -> Vec<(&'e String, &'e Value)> {
    let fields = shown.entry.pointer(&format!("/diff/{part}")).and_then(Value::as_object);
    fields.into_iter().flatten().collect()
}

/// A value, opened where it stands sealed and its key still exists.
fn shown_value(evidence: &Evidence<'_>, shown: &Shown, pointer: &str, value: &Value) -> String {
    if !is_sealed(value) {
        return escaped(&plain(value));
    }
    match evidence.opened.text(shown.logged.seq, pointer) {
        Some(text) => format!(
            "<span class=\"opened\" title=\"sealed in the entry; opened here, and checked against its commitment\">{}</span>",
            escaped(text)
        ),
        None if evidence.row.wrapped_key.is_none() => "<span class=\"erased\">erased</span>".to_owned(),
        None => "<span class=\"sealed\">sealed</span>".to_owned(),
    }
}

fn signed(evidence: &Evidence<'_>) -> String {
    let Some(Signed { title, locale, version, text, signed_at }) = &evidence.signed else {
        return "<section><h2>Signed text</h2><p>Nothing was signed at this visit.</p></section>".to_owned();
    };
    let digest = hex(&sha256(text.as_bytes()));
    let committed = evidence.entries.first().map(|first| first.text("/diff/added/nda_text_sha256")).unwrap_or_default();
    let verdict = if digest == committed {
        "This is the exact text that was signed: its SHA-256 is the one in the entry of the check-in."
    } else {
        "This is NOT the text that was signed: its SHA-256 is another one than in the entry of the check-in."
    };
    format!(
        "<section class=\"nda\"><h2>Signed text</h2><p><b>{}</b>, version {version} ({}), signed {}</p><blockquote>{}</blockquote><p class=\"note\">{verdict}<br><code>{digest}</code></p></section>",
        escaped(title),
        escaped(locale),
        escaped(&moment(&signed_at.to_string())),
        escaped(text)
    )
}

fn timeline(evidence: &Evidence<'_>) -> String {
    let events: String = evidence.entries.iter().map(|shown| event(evidence, shown)).collect();
    format!("<section><h2>Timeline</h2><ol class=\"timeline\">{events}</ol></section>")
}

fn event(evidence: &Evidence<'_>, shown: &Shown) -> String {
    let reason = shown
        .entry
        .get("reason")
        .and_then(Value::as_str)
        .map_or_else(String::new, |reason| format!("<p class=\"reason\">“{}”</p>", escaped(reason)));
    let rows: String = [("added", "+"), ("removed", "−"), ("changed", "±")]
        .into_iter()
        .flat_map(|(part, sign)| {
            fields(shown, part).into_iter().map(move |(key, value)| Change { part, sign, key, value })
        })
        .map(|changed| change(evidence, shown, &changed))
        .collect();
    let diff = if rows.is_empty() { String::new() } else { format!("<table class=\"diff\">{rows}</table>") };
    let prev = shown.entry.get("prev").and_then(Value::as_u64).map_or_else(
        || "the first entry of this visit".to_owned(),
        |prev| format!("follows entry {prev} of this visit"),
    );
    format!(
        "<li><time>{}</time><h3>{}</h3><p class=\"who\">by {} {} · entry {}, {prev}</p>{reason}{diff}</li>",
        escaped(&moment(shown.text("/at"))),
        escaped(shown.text("/action")),
        escaped(&words(shown.text("/actor/kind"))),
        escaped(shown.text("/actor/id")),
        shown.logged.seq,
    )
}

/// A line of a diff.
struct Change<'e> {
    /// `added`, `removed` or `changed`.
    part: &'static str,
    sign: &'static str,
    key: &'e str,
    value: &'e Value,
}

fn change(evidence: &Evidence<'_>, shown: &Shown, changed: &Change<'_>) -> String {
    let Change { part, sign, key, value } = *changed;
    let pointer = format!("/diff/{part}/{}", key.replace('~', "~0").replace('/', "~1"));
    let cell = match (part, value.get("from"), value.get("to")) {
        ("changed", Some(from), Some(to)) => format!(
            "{} → {}",
            shown_value(evidence, shown, &format!("{pointer}/from"), from),
            shown_value(evidence, shown, &format!("{pointer}/to"), to)
        ),
        _ => shown_value(evidence, shown, &pointer, value),
    };
    format!(
        "<tr class=\"{part}\"><td class=\"sign\">{sign}</td><th scope=\"row\">{}</th><td>{cell}</td></tr>",
        escaped(&words(key))
    )
}

fn erased(evidence: &Evidence<'_>) -> String {
    if evidence.opened.erased.is_empty() {
        return String::new();
    }
    let rows: String = evidence
        .opened
        .erased
        .iter()
        .map(|(seq, pointer)| {
            format!(
                "<li>{} <span class=\"note\">(entry {seq})</span></li>",
                escaped(&words(pointer.rsplit('/').next().unwrap_or_default()))
            )
        })
        .collect();
    format!(
        "<section><h2>Erased</h2><p>The key of this person was destroyed. These values stood in the entries and cannot be read by anybody any more; the entries themselves are unchanged, and proved below.</p><ul class=\"erased-list\">{rows}</ul></section>"
    )
}

/// The proofs, in words.
fn proof(evidence: &Evidence<'_>) -> String {
    let checkpoint = &evidence.coverage.checkpoint;
    let rows: String = evidence
        .entries
        .iter()
        .map(|shown| {
            format!(
                "<tr><td>{}</td><td><code>{}</code></td><td>{}</td></tr>",
                shown.logged.seq,
                hex(&shown.logged.leaf),
                shown.proof.len()
            )
        })
        .collect();
    format!(
        "<section class=\"proof\"><h2>Why this can be believed</h2>\
         <p>The organization's log had {} entries when it was signed. Each entry above is one of them: its SHA-256, together with the hashes in <code>audit/proofs.json</code>, leads to the signed root \
         <code>{}</code>. Each names the entry of this visit before it, so that none between two of them is left out.</p>\
         <table class=\"proofs\"><thead><tr><th>entry</th><th>its hash</th><th>hashes to the root</th></tr></thead><tbody>{rows}</tbody></table>\
         <pre>{}</pre>\
         <p>Values marked like <span class=\"opened\">this</span> are sealed in the log. The person's key opened them for this bundle, and that is an entry too. Photo and signature are checked in the same way: the entry holds a commitment to every byte of them.</p>\
         <p class=\"note\">This page is made for reading. What proves is checked by a verifier, with keys that did not come with this bundle: see <code>VERIFY.md</code>. It shows that all this was written then and is unchanged, not that it is true; entries younger than the checkpoint are not in it.</p></section>",
        checkpoint.size,
        hex(&checkpoint.root),
        escaped(&checkpoint.note)
    )
}
