//! Where in a text an MRZ stands: lines of the one alphabet, as many and as long as a layout wants.

use std::ops::Range;

use super::super::vocabulary::{Format, Repair};

/// More lines than any page has.
const LINES_MAX: usize = 400;
/// More than one zone on a page is rare; more than this is an attack.
const ZONES_MAX: usize = 16;

/// Lines that may be an MRZ.
pub(super) struct Zone {
    pub(super) format: Format,
    lines: Vec<String>,
}

impl Zone {
    /// A whole line; empty when there is none.
    pub(super) fn line(&self, line: usize) -> &str {
        self.lines.get(line).map_or("", String::as_str)
    }

    /// Some positions of a line, counted from 0.
    pub(super) fn at(&self, line: usize, positions: Range<usize>) -> &str {
        self.line(line).get(positions).unwrap_or("")
    }
}

/// What was found.
pub(super) struct Found {
    pub(super) zones: Vec<Zone>,
    pub(super) repairs: Vec<Repair>,
    /// Whether some line looks like an MRZ, of whatever layout.
    pub(super) resembles: bool,
}

/// Finds what has the shape of an MRZ. Lines of a wrong length are none: what stands behind a lost character is shifted.
pub(super) fn candidates(text: &str) -> Found {
    let lines: Vec<&str> = text.split(['\n', '\r']).filter(|line| !line.trim().is_empty()).take(LINES_MAX).collect();
    let plain: Vec<Option<String>> = lines.iter().map(|line| in_alphabet(line)).collect();
    let mut zones = zones_of(&plain);
    if zones.is_empty() {
        zones = zones_of(&rejoined(&lines));
    }
    let mut repairs = Vec::new();
    if !zones.is_empty() {
        let used = || lines.iter().zip(&plain).filter(|(_, plain)| plain.as_ref().is_none_or(|plain| is_long(plain)));
        if used().any(|(line, _)| line.trim().contains(char::is_whitespace)) {
            repairs.push(Repair::BlanksRemoved);
        }
        if used().any(|(line, _)| line.contains(|letter: char| letter.is_ascii_lowercase())) {
            repairs.push(Repair::UpperCased);
        }
    }
    let resembles =
        plain.iter().flatten().any(|line| is_long(line) && line.contains(|letter: char| letter.is_ascii_digit()));
    Found { zones, repairs, resembles }
}

const fn is_long(line: &str) -> bool {
    line.len() >= 28
}

/// A line without blanks and in upper case, if nothing but the alphabet of Doc 9303-3, 4.3 is in it.
fn in_alphabet(line: &str) -> Option<String> {
    let letters = line.chars().filter(|letter| !letter.is_whitespace() && *letter != '\u{feff}');
    letters
        .map(|letter| letter.to_ascii_uppercase())
        .map(|letter| matches!(letter, 'A'..='Z' | '0'..='9' | '<').then_some(letter))
        .collect()
}

fn zones_of(lines: &[Option<String>]) -> Vec<Zone> {
    let of_three = lines.windows(3).filter_map(|lines| zone_of(lines, &[(30, Format::Td1)]));
    let of_two = lines.windows(2).filter_map(|lines| zone_of(lines, &[(44, Format::Td3), (36, Format::Td2)]));
    of_three.chain(of_two).take(ZONES_MAX).collect()
}

fn zone_of(lines: &[Option<String>], layouts: &[(usize, Format)]) -> Option<Zone> {
    let lines: Vec<String> = lines.iter().cloned().collect::<Option<_>>()?;
    let (_, format) = *layouts.iter().find(|(length, _)| lines.iter().all(|line| line.len() == *length))?;
    let first = lines.first()?;
    let format = match format {
        Format::Td3 if first.starts_with('V') => Format::MrvA,
        Format::Td2 if first.starts_with('V') => Format::MrvB,
        Format::Td2 if first.starts_with("IDFRA") => Format::OldFrenchCard,
        other => other,
    };
    // Text that happens to be as long has no fillers and few digits; a zone begins with the letter of its document code.
    let begins = first.starts_with(|letter: char| letter.is_ascii_uppercase());
    let has_digits = lines.get(1)?.bytes().filter(u8::is_ascii_digit).count() >= 6 || lines.get(1)?.contains("<<");
    (begins && has_digits && lines.iter().any(|line| line.contains('<'))).then_some(Zone { format, lines })
}

/// A service may answer the whole zone in one line, with blanks for line ends; only whole lines are told apart.
fn rejoined(lines: &[&str]) -> Vec<Option<String>> {
    let mut divided = Vec::new();
    for line in lines {
        let Some(plain) = in_alphabet(line) else { continue };
        let length = match plain.len() {
            88 => 44,
            90 => 30,
            72 => 36,
            _ => continue,
        };
        let mut rest = plain.as_str();
        while let Some((first, more)) = rest.split_at_checked(length) {
            divided.push(Some(first.to_owned()));
            rest = more;
        }
        divided.push(None);
    }
    divided
}
