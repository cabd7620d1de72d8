//! The header of annex D.12.3: file type, issuer, version, and the table of subfiles, as far as they hold.

use super::super::reading::Refusal;
use super::super::vocabulary::{Doubt, Repair};

/// AIM identifiers, byte-order marks and what scanners make of control keys stand before the file type, never more than this.
const PREFIX_BYTES_MAX: usize = 24;
/// Real cards have two or three.
const SUBFILES_MAX: usize = 10;
/// Shorter digits than this are no issuer with a version.
const DIGITS_MIN: usize = 8;

/// A line of the table.
#[derive(Clone, Copy)]
pub(super) struct Announced<'a> {
    /// `DL`, `ID`, `EN`, or a state's own `Z…`.
    pub(super) designator: &'a str,
    /// Where the subfile begins and how long it is, if those are numbers; counted from the `@`.
    pub(super) place: Option<(usize, usize)>,
}

/// What the header says.
pub(super) struct Header<'a> {
    /// Six digits, if there are as many.
    pub(super) issuer_number: &'a str,
    /// Version of the card design standard.
    pub(super) version: Option<u8>,
    /// The table of subfiles.
    pub(super) table: Vec<Announced<'a>>,
    /// Everything behind the table.
    pub(super) body: &'a str,
    /// Characters from the `@` to the end, as offsets count them.
    pub(super) length: usize,
    /// Characters from the `@` to the body.
    pub(super) body_at: usize,
    pub(super) doubts: Vec<Doubt>,
    pub(super) repairs: Vec<Repair>,
}

impl<'a> Header<'a> {
    /// Finds the file type and reads what follows it.
    pub(super) fn find(text: &'a str) -> Result<Self, Refusal> {
        let (start, after) = file_type(text).ok_or(Refusal::because(Doubt::NotAamva))?;
        let digits = after.len() - after.trim_start_matches(|letter: char| letter.is_ascii_digit()).len();
        let (numbers, rest) = after.split_at_checked(digits).unwrap_or((after, ""));
        if digits < DIGITS_MIN {
            return Err(Refusal::because(Doubt::HeaderMalformed));
        }
        let (version, entries) = version_and_entries(numbers);
        let mut doubts = Vec::new();
        let whole = digits == 10 || digits == 12;
        let is_standard = digits == 12 || (digits == 10 && version.is_some_and(|version| version < 2));
        let (table, body) = read_table(rest, entries);
        if !is_standard || table.len() != entries || table.iter().any(|line| line.place.is_none()) {
            doubts.push(Doubt::HeaderMalformed);
        }
        let at_sign = text.get(..start).and_then(|prefix| prefix.find('@'));
        let counted = text.get(at_sign.unwrap_or(0)..).unwrap_or(text);
        let length = counted.chars().count();
        Ok(Self {
            issuer_number: numbers.get(..6).filter(|_| whole).unwrap_or(""),
            version,
            table,
            body,
            length,
            body_at: length.saturating_sub(body.chars().count()),
            doubts,
            repairs: if at_sign == Some(0) { Vec::new() } else { vec![Repair::PrefixSkipped] },
        })
    }
}

/// Where the file type begins, and the text behind it. It counts only near the start and before digits: a city may be ANSIVILLE.
fn file_type(text: &str) -> Option<(usize, &str)> {
    ["ANSI", "AAMVA"].into_iter().find_map(|name| {
        let start = text.char_indices().map(|(at, _)| at).take_while(|at| *at <= PREFIX_BYTES_MAX).find(|at| {
            text.get(*at..).is_some_and(|rest| {
                rest.strip_prefix(name)
                    .is_some_and(|after| after.trim_start_matches(' ').starts_with(|c: char| c.is_ascii_digit()))
            })
        })?;
        let after = text.get(start + name.len()..)?;
        Some((start, after.trim_start_matches(' ')))
    })
}

/// Version 1 has no jurisdiction version, so its header is two digits shorter; the length decides, because it cannot lie.
fn version_and_entries(numbers: &str) -> (Option<u8>, usize) {
    let two = |from: usize| numbers.get(from..from + 2).and_then(|digits| digits.parse::<u8>().ok());
    let entries = if numbers.len() >= 12 { two(10) } else { two(8) };
    let version = if numbers.len() >= 10 { two(6) } else { None };
    (version, usize::from(entries.unwrap_or(1)))
}

/// Reads as many lines of the table as there are; text is not taken for a table because a count says so.
fn read_table(text: &str, entries: usize) -> (Vec<Announced<'_>>, &str) {
    let mut table: Vec<Announced<'_>> = Vec::new();
    let mut rest = text;
    while table.len() < entries.min(SUBFILES_MAX) {
        let Some((designator, numbers, after)) = table_line(rest) else { break };
        let place = numbers.get(..4).zip(numbers.get(4..)).and_then(|(offset, length)| {
            let is_number = numbers.bytes().all(|byte| byte.is_ascii_digit());
            is_number.then(|| Some((offset.parse().ok()?, length.parse().ok()?))).flatten()
        });
        // Something else than digits is a place only if the subfile that it announces follows at once.
        let follows =
            table.iter().map(|line| line.designator).chain([designator]).any(|name| begins_subfile(after, name));
        if place.is_none() && !follows {
            break;
        }
        table.push(Announced { designator, place });
        rest = after;
    }
    (table, rest)
}

fn table_line(text: &str) -> Option<(&str, &str, &str)> {
    let (line, after) = text.split_at_checked(10)?;
    let (designator, numbers) = line.split_at_checked(2)?;
    let is_designator = designator.bytes().all(|byte| byte.is_ascii_uppercase());
    (is_designator && numbers.bytes().all(|byte| byte.is_ascii_alphanumeric())).then_some((designator, numbers, after))
}

/// Whether text begins with a designator and then an element; some issuers put a blank between them.
pub(super) fn begins_subfile(text: &str, designator: &str) -> bool {
    text.strip_prefix(designator).is_some_and(|rest| super::elements::begins_element(rest.trim_start_matches(' ')))
}
