//! `evidence.html`: the evidence for a person to read and print. One file, no script, no request: what is not in it is
//! not shown.

use base64::{Engine as _, prelude::BASE64_STANDARD};
use serde_json::Value;
use shared::{audit::hex, authn::sha256};

use super::{
    gathering::Evidence,
    labels,
    openings::File,
    proof::{erased, proof},
    rendering::escaped,
    timeline::timeline,
    values::{fields, moment, shown_value},
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
         <title>{}</title>\n<style>\n{STYLE}</style>\n<main>\n<div class=\"content\">\n{}\n</div>\n\
         <footer class=\"running\">Evidence of visit <code>{}</code> · {}</footer>\n</main>\n</html>\n",
        escaped(&title),
        body.join("\n"),
        evidence.visit,
        escaped(&evidence.row.organization_name)
    )
}

fn header(evidence: &Evidence<'_>) -> String {
    let row = &evidence.row;
    let first = evidence.entries.first().map(|shown| moment(evidence, shown.text("/at"))).unwrap_or_default();
    format!(
        "<header><p class=\"kicker\">Evidence of a visit</p><h1>{}</h1><p class=\"sub\">{} · {}</p><p class=\"sub\">{first}</p>\
         <p class=\"state\">{}</p><p class=\"id\">Visit {}</p></header>",
        escaped(opened_value(evidence, "name").unwrap_or("A person whose data was erased")),
        escaped(&row.organization_name),
        escaped(&row.site_name),
        escaped(&state(evidence)),
        evidence.visit
    )
}

/// Where the visit stands at the time of the bundle. It is read from the visit; the entries say how it came to be.
fn state(evidence: &Evidence<'_>) -> String {
    let row: Value = serde_json::from_str(&evidence.row.json).unwrap_or_default();
    let state = row.get("state").and_then(Value::as_str).unwrap_or_default();
    format!("{} when this bundle was made", labels::state(state))
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

/// What was given at the door, from the first entry and its openings.
fn facts(evidence: &Evidence<'_>) -> String {
    let Some(first) = evidence.entries.first() else { return String::new() };
    let mut rows = String::new();
    for (key, value) in fields(first, "added") {
        if value.get("object").is_none() {
            rows.push_str(&format!(
                "<tr><th scope=\"row\">{}</th><td>{}</td></tr>",
                escaped(&labels::label(key)),
                shown_value(evidence, first, &format!("/diff/added/{key}"), value)
            ));
        }
    }
    format!(
        "<section><h2>Details given at check-in</h2><table class=\"facts\">{rows}</table>\
         <p class=\"note\">The log holds ids. The names beside them are those of the time of this bundle.</p></section>"
    )
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
        moment(evidence, &signed_at.to_string()),
        escaped(text)
    )
}
