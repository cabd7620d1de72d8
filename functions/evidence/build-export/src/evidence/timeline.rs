//! What happened at a visit, entry by entry.

use serde_json::Value;

use super::{
    entry::Shown,
    gathering::Evidence,
    labels,
    rendering::escaped,
    values::{fields, moment, named, shown_value},
};

pub(super) fn timeline(evidence: &Evidence<'_>) -> String {
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
        moment(evidence, shown.text("/at")),
        escaped(&labels::action(shown.text("/action"))),
        escaped(&labels::actor(shown.text("/actor/kind"))),
        named(evidence, shown.text("/actor/id")),
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
        escaped(&labels::label(key))
    )
}
