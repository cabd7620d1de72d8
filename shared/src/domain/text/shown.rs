//! The one rule for text that people type: it shows something, it is in NFC, and nothing in it moves or hides the rest.
//!
//! What is invisible is dropped, since people paste it without knowing. Joiners stay where a script needs them: between
//! two characters that are not ASCII. Variation selectors stay behind what they may vary.

use unicode_normalization::{UnicodeNormalization as _, char::is_combining_mark};

/// One line as it is stored.
///
/// # Errors
/// The word for why it is refused: `empty` where it shows nothing, `control_character`, and `wrong_form` where it begins
/// with a mark that belongs to a character before it.
pub(crate) fn line(typed: &str) -> Result<String, &'static str> {
    let text = if typed.is_ascii() { typed.trim().to_owned() } else { cleaned(typed) };
    if !text.chars().any(is_visible) {
        // A control character alone is named as what it is.
        return Err(if text.chars().any(char::is_control) { "control_character" } else { "empty" });
    }
    if text.chars().any(char::is_control) {
        return Err("control_character");
    }
    if text.starts_with(is_combining_mark) { Err("wrong_form") } else { Ok(text) }
}

/// One line in which no word needs a joiner: a number, or an address.
pub(super) fn line_without_joiners(typed: &str) -> Result<String, &'static str> {
    line(&typed.chars().filter(|c| !is_joiner(*c) && !is_selector(*c)).collect::<String>())
}

fn cleaned(typed: &str) -> String {
    let seen: Vec<char> = typed.chars().filter(|c| !is_dropped(*c)).map(spaced).nfc().collect();
    let mut kept = String::with_capacity(typed.len());
    let mut before = ' ';
    for (c, after) in seen.iter().copied().zip(seen.iter().copied().skip(1).chain([' '])) {
        let stays = match c {
            _ if is_joiner(c) => joins(before) && joins(after) && !is_selector(after),
            _ if is_selector(c) => !is_selector(before) && (joins(before) || matches!(before, '0'..='9' | '#' | '*')),
            _ => true,
        };
        if stays {
            kept.push(c);
            before = c;
        }
    }
    // A joiner that was dropped may have stood between a character and its mark.
    kept.trim().nfc().collect()
}

/// The separators of lines and paragraphs end what a reader sees as a line.
const fn spaced(c: char) -> char {
    if matches!(c, '\u{2028}' | '\u{2029}') { ' ' } else { c }
}

fn joins(c: char) -> bool {
    !c.is_ascii() && !c.is_whitespace() && !is_joiner(c)
}

/// True for what a reader sees. A mark alone is seen only on what is before it.
pub(crate) fn is_visible(c: char) -> bool {
    if c.is_ascii() {
        return c.is_ascii_graphic();
    }
    // Braille without a dot, an object that is not there, a note without a head, blank hieroglyphs.
    let is_blank = matches!(c, '\u{2800}' | '\u{fffc}' | '\u{1d159}' | '\u{13441}'..='\u{13446}');
    let is_mark = is_joiner(c) || is_selector(c) || is_combining_mark(c);
    !(is_blank || is_mark || c.is_whitespace() || c.is_control() || is_dropped(c))
}

/// What may stand in no text, even where it must stay as it was sent: overrides and separators that make it look like
/// another one, tags and annotations that hide in it, and what Unicode keeps for the inside of programs.
pub(crate) fn is_deceptive(c: char) -> bool {
    matches!(c, '\u{202d}' | '\u{202e}' | '\u{2028}' | '\u{2029}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
        || is_noncharacter(c)
}

/// Zero width non-joiner and joiner.
const fn is_joiner(c: char) -> bool {
    matches!(c, '\u{200c}' | '\u{200d}')
}

/// Selectors of a variant, as of an emoji or of a character in a Japanese name.
const fn is_selector(c: char) -> bool {
    matches!(c, '\u{180b}'..='\u{180d}' | '\u{180f}' | '\u{fe00}'..='\u{fe0f}' | '\u{e0100}'..='\u{e01ef}')
}

/// `Default_Ignorable_Code_Point` of Unicode but joiners and selectors; annotations; noncharacters.
fn is_dropped(c: char) -> bool {
    matches!(c,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180e}' | '\u{200b}'
        | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{feff}' | '\u{ffa0}'
        | '\u{fff0}'..='\u{fffb}' | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}'
        | '\u{e0000}'..='\u{e00ff}' | '\u{e01f0}'..='\u{e0fff}')
        || is_noncharacter(c)
}

fn is_noncharacter(c: char) -> bool {
    matches!(c, '\u{fdd0}'..='\u{fdef}') || u32::from(c) & 0xfffe == 0xfffe
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_shows_nothing_is_empty() {
        for nothing in [
            "",
            "  ",
            "\u{200b}\u{200b}",
            "\u{200e}",
            "\u{2800}",
            "\u{3164}",
            "\u{301}",
            "\u{e0041}\u{e0042}",
            "\u{ad}",
            "\u{fe0f}",
            "\u{200d}",
            "\u{2028}",
            "\u{a0}",
            "\u{2800}\u{301}",
            "\u{ffa0}",
            "\u{fffc}",
            "\u{180e}",
        ] {
            assert_eq!(line(nothing), Err("empty"), "{nothing:?}");
        }
    }

    #[test]
    fn what_hides_is_dropped_and_what_a_script_needs_stays() {
        for (typed, stored) in [
            ("Ada \u{202e}gnp.exe", "Ada gnp.exe"),
            ("\u{2068}Ada\u{2069}\u{200b}", "Ada"),
            ("\u{feff}Ada", "Ada"),
            ("Ada\u{2028}Sample", "Ada Sample"),
            ("Ad\u{200d}a", "Ada"),
            ("Zoe\u{308}", "Zoë"),
            ("e\u{200b}\u{301}", "é"),
            (
                "\u{645}\u{6cc}\u{200c}\u{631}\u{648}\u{62f} Sample",
                "\u{645}\u{6cc}\u{200c}\u{631}\u{648}\u{62f} Sample",
            ),
            ("\u{645}\u{200c}", "\u{645}"),
            ("👩\u{200d}💻", "👩\u{200d}💻"),
            ("❤\u{fe0f}\u{200d}🔥", "❤\u{fe0f}\u{200d}🔥"),
            ("1\u{fe0f}\u{20e3}", "1\u{fe0f}\u{20e3}"),
            ("葛\u{e0100}城", "葛\u{e0100}城"),
            ("a\u{fe0f}b", "ab"),
            ("\u{3042}\u{3000}\u{3044}", "\u{3042}\u{3000}\u{3044}"),
        ] {
            assert_eq!(line(typed).as_deref(), Ok(stored), "{typed:?}");
        }
        assert_eq!(line("\u{301}Ada"), Err("wrong_form"));
        assert_eq!(line("Ada\tSample"), Err("control_character"));
    }
}
