//! Values as a person reads them: opened, named and dated.

use serde_json::Value;

use super::{
    entry::{Shown, is_sealed},
    gathering::Evidence,
    labels,
    rendering::{self, escaped, plain},
};

/// The values of a part of an entry's diff, in the order in which a person reads them.
pub(super) fn fields<'e>(shown: &'e Shown, part: &str) -> Vec<(&'e String, &'e Value)> {
    let fields = shown.entry.pointer(&format!("/diff/{part}")).and_then(Value::as_object);
    let mut fields: Vec<_> = fields.into_iter().flatten().collect();
    fields.sort_by(|(one, _), (other, _)| labels::rank(one).cmp(&labels::rank(other)));
    fields
}

/// A value, opened where it stands sealed and its key still exists.
pub(super) fn shown_value(evidence: &Evidence<'_>, shown: &Shown, pointer: &str, value: &Value) -> String {
    if !is_sealed(value) {
        return clear(evidence, pointer, value);
    }
    match evidence.opened.text(shown.logged.seq, pointer) {
        Some(text) => format!(
            "<span class=\"opened\" title=\"sealed in the entry; opened here, and checked against its commitment\">{}</span>",
            escaped(text)
        ),
        None if evidence.opened.is_erased(shown.logged.seq, pointer) => {
            "<span class=\"erased\">erased</span>".to_owned()
        }
        None => "<span class=\"sealed\">sealed</span>".to_owned(),
    }
}

/// A value that stands in the clear, by what its key says it is.
fn clear(evidence: &Evidence<'_>, pointer: &str, value: &Value) -> String {
    let key = pointer.split('/').nth(3).unwrap_or_default();
    match value.as_str() {
        Some(text) if key.ends_with("_at") => moment(evidence, text),
        Some(text) if key.ends_with("_id") => named(evidence, text),
        Some(text) if key == "state" => escaped(&labels::state(text)),
        Some(text) if key == "type" => escaped(&rendering::sentence(text)),
        Some(text) if key.ends_with("_sha256") => format!("<code>{}</code>", escaped(text)),
        None if key == "fields" => {
            let names = value.as_array().into_iter().flatten().filter_map(Value::as_str).map(labels::label);
            escaped(&names.collect::<Vec<_>>().join(", "))
        }
        _ => escaped(&plain(value)),
    }
}

/// What has an id: its name beside it, where it has one now.
pub(super) fn named(evidence: &Evidence<'_>, id: &str) -> String {
    match evidence.names.get(id) {
        Some(name) => format!("{} <code>{}</code>", escaped(name), escaped(id)),
        None => format!("<code>{}</code>", escaped(id)),
    }
}

/// A moment in UTC, and beside it as a clock at the site showed it. The day stands there only where it is another one.
pub(super) fn moment(evidence: &Evidence<'_>, at: &str) -> String {
    let utc = rendering::moment(at);
    let Some(local) = evidence.local_times.get(at) else { return escaped(&utc) };
    let same_day = local.get(..10) == utc.get(..10);
    let local = if same_day { local.get(11..).unwrap_or(local) } else { local };
    format!("{} · {} {}", escaped(&utc), escaped(local), escaped(&evidence.row.time_zone))
}
