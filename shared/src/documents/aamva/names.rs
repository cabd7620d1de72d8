//! Names of a card: in one element (DAA, version 1), in two (DCS and DCT) or in three (DCS, DAC, DAD).

use super::super::names::is_suffix;
use super::super::reading::{Origin, Reading};
use super::super::tables::Issuer;
use super::super::vocabulary::{Doubt, Field};
use super::elements::{Elements, is_placeholder};

/// Puts the parts of the name that the card tells apart, and the flags that say whether it cut them (DDE, DDF, DDG).
pub(super) fn put(reading: &mut Reading, elements: &Elements<'_>, issuer: Option<Issuer>) {
    let family = first_of(elements, &["DCS", "DAB"]);
    if let Some((element, text)) = family {
        put_family(reading, element, text);
        put_given(reading, elements);
    } else if let Some(full) = elements.text("DAA").filter(|full| !is_placeholder(full)) {
        put_full(reading, full, issuer);
    } else {
        put_given(reading, elements);
    }
    if let Some((element, suffix)) = first_of(elements, &["DCU", "DAE"]) {
        reading.put(Field::Suffix, words(suffix), Origin::Element(element));
    }
    for (field, element) in [(Field::FamilyName, "DDE"), (Field::GivenName, "DDF"), (Field::MiddleName, "DDG")] {
        reading.set_cut(
            field,
            match elements.text(element) {
                Some("T") => Some(true),
                Some("N") => Some(false),
                _ => None,
            },
        );
    }
}

fn put_family(reading: &mut Reading, element: &'static str, text: &str) {
    let mut parts: Vec<&str> = text.split([',', '$']).map(str::trim).filter(|part| !part.is_empty()).collect();
    if parts.len() > 1 && parts.last().is_some_and(|last| is_suffix(last)) {
        reading.put(Field::Suffix, parts.pop().unwrap_or(""), Origin::Element(element));
    }
    reading.put(Field::FamilyName, words(&parts.join(" ")), Origin::Element(element));
}

/// DAC and DAD, or DCT with all given names in one.
fn put_given(reading: &mut Reading, elements: &Elements<'_>) {
    if let Some((element, given)) = first_of(elements, &["DAC"]) {
        reading.put(Field::GivenName, words(given), Origin::Element(element));
        if let Some((element, middle)) = first_of(elements, &["DAD"]) {
            reading.put(Field::MiddleName, words(middle), Origin::Element(element));
        }
    } else if let Some((element, given)) = first_of(elements, &["DCT"]) {
        put_split(reading, given, Origin::Element(element));
        if let Some((element, middle)) = first_of(elements, &["DAD"]) {
            reading.put(Field::MiddleName, words(middle), Origin::Element(element));
        }
    }
}

/// `FAMILY,GIVEN,MIDDLE,SUFFIX`, or `FAMILY, GIVEN MIDDLE`; blanks inside a part belong to it.
fn put_full(reading: &mut Reading, full: &str, issuer: Option<Issuer>) {
    let origin = Origin::Element("DAA");
    let parts: Vec<&str> = full.split([',', '$']).map(str::trim).filter(|part| !part.is_empty()).collect();
    let uncertain = issuer.is_some_and(|issuer| issuer.name_order_varies);
    let (Some((family, given)), false) = (parts.split_first().filter(|(_, given)| !given.is_empty()), uncertain) else {
        return put_uncertain(reading, &parts, origin);
    };
    reading.put(Field::FamilyName, words(family), origin);
    match given {
        [given] => put_split(reading, given, origin),
        [given, middle] if is_suffix(middle) => {
            put_split(reading, given, origin);
            reading.put(Field::Suffix, words(middle), origin);
        }
        [given, middle, rest @ ..] => {
            reading.put(Field::GivenName, words(given), origin);
            let (suffix, more): (Vec<&str>, Vec<&str>) = rest.iter().partition(|part| is_suffix(part));
            let middle: Vec<&str> = std::iter::once(*middle).chain(more).filter(|part| !is_placeholder(part)).collect();
            reading.put(Field::MiddleName, words(&middle.join(" ")), origin);
            reading.put(Field::Suffix, words(&suffix.join(" ")), origin);
        }
        [] => {}
    }
}

/// First-name-first is as usual as the other way round: the comparison gets all the words, and a person is told.
fn put_uncertain(reading: &mut Reading, parts: &[&str], origin: Origin) {
    reading.put(Field::FullName, words(&parts.join(" ")), origin);
    reading.doubt(Doubt::NameOrderUncertain);
}

/// The first word is the given name, the others are middle names; none is lost.
pub(super) fn put_split(reading: &mut Reading, given: &str, origin: Origin) {
    let all = words(given);
    let (given, middle) = all.split_once(' ').unwrap_or((&all, ""));
    reading.put(Field::GivenName, given, origin);
    if !is_placeholder(middle) {
        reading.put(Field::MiddleName, middle, origin);
    }
}

fn first_of<'a>(elements: &Elements<'a>, names: &[&'static str]) -> Option<(&'static str, &'a str)> {
    names.iter().find_map(|name| Some((*name, elements.text(name).filter(|text| !is_placeholder(text))?)))
}

/// Words with one blank between them, whatever the issuer divided them with.
pub(super) fn words(text: &str) -> String {
    let words = text.split(|letter: char| letter.is_whitespace() || letter == ',' || letter == '$');
    words.filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
}
