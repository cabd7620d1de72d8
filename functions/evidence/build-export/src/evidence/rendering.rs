//! Text and values as HTML (WHATWG HTML, section 13.3): nothing that was typed is ever markup.

use std::fmt::Write as _;

use serde_json::Value;

/// A text that can stand in an element or an attribute.
pub(super) fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            // Controls and what turns the direction of text could make it read as something else.
            '\n' => out.push('\n'),
            letter
                if letter.is_control()
                    || ('\u{202a}'..='\u{202e}').contains(&letter)
                    || ('\u{2066}'..='\u{2069}').contains(&letter) =>
            {
                write!(out, "&#xfffd;").unwrap_or_default();
            }
            letter => out.push(letter),
        }
    }
    out
}

/// A value as it is read aloud: texts without quotes, lists with commas, anything else as JSON.
pub(super) fn plain(value: &Value) -> String {
    match value {
        Value::Null => "—".to_owned(),
        Value::String(text) => text.clone(),
        Value::Array(items) => items.iter().map(plain).collect::<Vec<_>>().join(", "),
        other => other.to_string(),
    }
}

/// A key of a diff as words: `nda_version_id` as `nda version id`.
pub(super) fn words(key: &str) -> String {
    key.replace(['_', '/'], " ").trim().to_owned()
}

/// The same with a capital, as the beginning of a line.
pub(super) fn sentence(key: &str) -> String {
    let words = words(key);
    let mut letters = words.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// A moment to the second: `2026-11-01 08:00:00 UTC`.
pub(super) fn moment(at: &str) -> String {
    let (day, time) = at.split_once('T').unwrap_or((at, ""));
    format!("{day} {} UTC", time.get(..8).unwrap_or(time))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_typed_is_no_markup() {
        assert_eq!(
            escaped("<img src=x onerror='a'>&\"\u{202e}"),
            "&lt;img src=x onerror=&#39;a&#39;&gt;&amp;&quot;&#xfffd;"
        );
        assert_eq!(escaped("a\u{0}b\r"), "a&#xfffd;b&#xfffd;");
    }
}
