//! Tags of languages (BCP 47: RFC 5646).

use super::shown;

/// The tag in its canonical case: `zh-Hant-TW`, `es-419`, `en-US`.
pub(super) fn read(typed: &str) -> Result<String, &'static str> {
    let text = shown::line_without_joiners(typed)?;
    if is_well_formed(&text) { Ok(in_canonical_case(&text)) } else { Err("wrong_form") }
}

/// Language, script, region, variants, extensions, private use, in this order (section 2.1). Tags that were registered
/// whole before there was a form, as `i-klingon`, are not taken.
fn is_well_formed(tag: &str) -> bool {
    let is_subtag = |part: &str| (1..=8).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_alphanumeric());
    let is_letters = |part: &str| part.bytes().all(|b| b.is_ascii_alphabetic());
    let begins_with_digit = |part: &str| part.starts_with(|c: char| c.is_ascii_digit());
    let mut parts = tag.split('-').peekable();
    if !tag.split('-').all(is_subtag)
        || !parts.next().is_some_and(|part| is_letters(part) && matches!(part.len(), 2 | 3))
    {
        return false;
    }
    for _ in 0..3 {
        parts.next_if(|part| part.len() == 3 && is_letters(part));
    }
    parts.next_if(|part| part.len() == 4 && is_letters(part));
    parts.next_if(|part| {
        (part.len() == 2 && is_letters(part)) || (part.len() == 3 && part.bytes().all(|b| b.is_ascii_digit()))
    });
    while parts.next_if(|part| part.len() >= 5 || (part.len() == 4 && begins_with_digit(part))).is_some() {}
    // What a singleton begins has one subtag at least.
    while let Some(singleton) = parts.next_if(|part| part.len() == 1) {
        let least = if singleton.eq_ignore_ascii_case("x") { 1 } else { 2 };
        if parts.next_if(|part| part.len() >= least).is_none() {
            return false;
        }
        while parts.next_if(|part| part.len() >= least).is_some() {}
    }
    parts.next().is_none()
}

/// Section 2.1.1: two letters that are not the first, nor behind a singleton, are a region; four are a script.
fn in_canonical_case(tag: &str) -> String {
    let mut written = String::with_capacity(tag.len());
    let mut is_behind_singleton = false;
    for (at, part) in tag.split('-').enumerate() {
        let lower = part.to_ascii_lowercase();
        let cased = match (at, part.len(), is_behind_singleton) {
            (1.., 2, false) => lower.to_ascii_uppercase(),
            (1.., 4, false) => {
                let mut letters = lower.chars();
                letters.next().map(|first| first.to_ascii_uppercase()).into_iter().chain(letters).collect()
            }
            _ => lower,
        };
        is_behind_singleton |= part.len() == 1;
        if at > 0 {
            written.push('-');
        }
        written.push_str(&cased);
    }
    written
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_is_taken_in_any_case_and_written_in_one() {
        for (typed, stored) in [
            ("en", "en"),
            ("en-us", "en-US"),
            ("EN-US", "en-US"),
            ("es-419", "es-419"),
            ("zh-hant-tw", "zh-Hant-TW"),
            ("gsw", "gsw"),
            ("sr-Latn-RS", "sr-Latn-RS"),
            ("de-CH-1996", "de-CH-1996"),
            ("ca-valencia", "ca-valencia"),
            ("zh-yue-HK", "zh-yue-HK"),
            ("de-de-u-co-phonebk", "de-DE-u-co-phonebk"),
            ("en-x-AB", "en-x-ab"),
        ] {
            assert_eq!(read(typed).as_deref(), Ok(stored), "{typed}");
        }
        for bad in [
            "",
            "e",
            "english",
            "en_US",
            "en-",
            "-en",
            "en--US",
            "en-U",
            "en-USA-",
            "e1",
            "en-u",
            "en-USAA-US-US",
            "日本",
            "en us",
        ] {
            assert!(read(bad).is_err(), "{bad}");
        }
    }
}
