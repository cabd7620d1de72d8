//! Which lines belong to the licence, and which to a state's own subfile (annex D.12.3.2 and D.12.5).

use super::super::reading::Refusal;
use super::super::vocabulary::{Doubt, Repair};
use super::elements::{Elements, begins_element};
use super::header::{Header, begins_subfile};

/// The subfiles that hold a person, the one to prefer first.
const CARDS: &[&str] = &["DL", "EN", "ID"];
/// A trailing CR that a scanner drops is no reason to doubt a card.
const SLACK: usize = 2;

/// What printing scanners write for a line end. Only one that is not in use as text is taken.
const PRINTED_ENDS: &[&str] = &["<LF>", "<CR>", "\\n", "\\r", "|", "\t", "\u{1d}", "\u{1e}", "\u{1f}"];

/// The lines of the card.
pub(super) struct Found<'a> {
    pub(super) card_type: &'a str,
    pub(super) elements: Elements<'a>,
    pub(super) doubts: Vec<Doubt>,
    pub(super) repairs: Vec<Repair>,
}

/// Divides the body into lines and lines into subfiles; the first subfile that holds a person is the card.
pub(super) fn divide<'a>(header: &Header<'a>) -> Result<Found<'a>, Refusal> {
    let (lines, replaced) = lines(header.body);
    let mut subfiles = gather(header, &lines);
    let best =
        CARDS.iter().find_map(|card| subfiles.iter().position(|(name, found)| name == card && found.is_useful()));
    let Some(best) = best else { return Err(Refusal::because(why_nothing(&subfiles))) };
    let (card_type, elements) = subfiles.swap_remove(best);
    // One element that swallowed everything: the rest of the card is somewhere in its value.
    if elements.count() < 2 {
        return Err(Refusal::because(Doubt::SeparatorsLost));
    }
    let mut doubts = elements.doubts().to_vec();
    let cards = subfiles.iter().filter(|(name, _)| CARDS.contains(name));
    if cards.map(|(_, other)| other).any(|other| elements.contradicts(other)) {
        doubts.push(Doubt::DuplicateElement);
    }
    if header.table.iter().any(|line| line.place.is_some_and(|place| !is_inside(header, place))) {
        doubts.push(Doubt::SubfileOutOfRange);
    }
    let mut repairs = Vec::new();
    if replaced {
        repairs.push(Repair::SeparatorsReplaced);
    }
    if !offsets_hold(header) {
        repairs.push(Repair::SubfileSearched);
    }
    Ok(Found { card_type, elements, doubts, repairs })
}

fn why_nothing(subfiles: &[(&str, Elements<'_>)]) -> Doubt {
    let seen = subfiles.iter().any(|(_, found)| found.count() > 0);
    if seen { Doubt::SeparatorsLost } else { Doubt::HeaderMalformed }
}

/// Lines between separators of whatever kind the scanner left; whether they were printed ones.
fn lines(body: &str) -> (Vec<&str>, bool) {
    let is_end = |letter: char| matches!(letter, '\n' | '\r');
    if body.trim_matches(is_end).contains(is_end) {
        return (body.split(is_end).collect(), false);
    }
    match PRINTED_ENDS.iter().find(|end| body.matches(**end).count() > 1) {
        Some(end) => (body.split(end).collect(), true),
        None => (vec![body], false),
    }
}

/// A subfile begins with its designator at a line's start, or with the state's first own element, and lasts until the next.
fn gather<'a>(header: &Header<'a>, lines: &[&'a str]) -> Vec<(&'a str, Elements<'a>)> {
    let in_table = || header.table.iter().map(|line| line.designator);
    // A card that announces nothing is a licence, which nearly all are; its designator may still stand there.
    let first = in_table().find(|name| CARDS.contains(name));
    let unannounced = if first.is_none() { CARDS } else { &[] };
    let announced = || in_table().chain(unannounced.iter().copied());
    let first = first.unwrap_or("DL");
    let mut subfiles: Vec<(&str, Elements<'_>)> = vec![(first, Elements::default())];
    let mut current = 0;
    for line in lines {
        let line = line.trim_start_matches(|letter: char| letter.is_whitespace() || letter.is_control());
        let begun = announced().find(|name| begins_subfile(line, name) || line.trim_end() == *name);
        let own = announced().find(|name| name.starts_with('Z') && begins_element(line) && line.starts_with(name));
        if let Some(name) = begun.or(own) {
            current = open(&mut subfiles, name);
        }
        let element = begun.and_then(|name| line.strip_prefix(name)).unwrap_or(line).trim_start_matches(' ');
        if let Some((_, elements)) = subfiles.get_mut(current) {
            elements.take(element);
        }
    }
    subfiles
}

fn open<'a>(subfiles: &mut Vec<(&'a str, Elements<'a>)>, name: &'a str) -> usize {
    subfiles.iter().position(|(known, _)| *known == name).unwrap_or_else(|| {
        subfiles.push((name, Elements::default()));
        subfiles.len() - 1
    })
}

const fn is_inside(header: &Header<'_>, (offset, length): (usize, usize)) -> bool {
    offset >= header.body_at && offset + length <= header.length + SLACK
}

/// Whether the first subfile stands where the table says.
fn offsets_hold(header: &Header<'_>) -> bool {
    header.table.first().and_then(|line| line.place).is_some_and(|(offset, _)| offset == header.body_at)
}
