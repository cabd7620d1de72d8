//! Whatever comes in: no panic, the same answer twice, the same verdict with the sides exchanged, no value in a log.

use crate::documents::names::{self, Name};
use crate::documents::watchlist::{Alias, Entry, List, Prepared, Query, keys, screen};
use crate::documents::{Verdict, aamva, dates, mrz, numbers};
use proptest::prelude::*;
use time::macros::date;

const TODAY: time::Date = date!(2026 - 12 - 01);

const CARD: &str = "@\n\u{1e}\rANSI 636015080002DL00410210ZT02510013DLDAQH4471093\nDCSHALVORSEN\nDDEN\nDACINGRID\nDDFN\nDADRUTH\nDDGN\nDCAD\n\
    DBD02112023\nDBB03071984\nDBA03072031\nDBC2\nDAG12 ELM ST\nDAIMIDDLETOWN\nDAJTX\nDCGUSA\rZTZTA0X\nZTBN\r";
const STRIPE: &str =
    "%BCVICTORIA^HARGRAVESEN,$MAEVE LOUISE^18 DALLAS RD$VICTORIA BC  V8V 1A1^?;6360287712045=291119901107=?_%0AV8V1A1";
const PASSPORT: &str = "P<UTOHALVORSEN<<INGRID<RUTH<<<<<<<<<<<<<<<<<\nX81R407729UTO8403076F3103072ZE184226B<<<<<14";
const IDENTITY_CARD: &str =
    "I<BELX81R40772<16<<<<<<<<<<<<<\n8403076F3103072BEL<<<<<<<<<<<8\nHALVORSEN<<INGRID<RUTH<<<<<<<<";

/// A real document with some characters replaced, left out or put in.
fn damaged(document: &'static str) -> impl Strategy<Value = String> {
    let wound = (0..document.len(), 0..3_u8, any::<char>());
    proptest::collection::vec(wound, 1..6).prop_map(move |wounds| {
        let mut letters: Vec<char> = document.chars().collect();
        for (at, how, letter) in wounds {
            let at = at.min(letters.len().saturating_sub(1));
            match how {
                0 => letters[at] = letter,
                1 => drop(letters.remove(at)),
                _ => letters.insert(at, letter),
            }
        }
        letters.into_iter().collect()
    })
}

/// Words as names have them, in a few scripts, and anything at all.
fn word() -> impl Strategy<Value = String> {
    prop_oneof![
        "[A-Z]{1,3}",
        "[A-Za-zäöüßñéøłđ'’.-]{1,12}",
        "[а-яё]{2,8}",
        "[ا-ي]{2,7}",
        "(van|de|la|bin|Jr|Dr|II)",
        "\\PC{0,6}"
    ]
}

fn text() -> impl Strategy<Value = String> {
    proptest::collection::vec(word(), 0..4).prop_map(|words| words.join(" "))
}

type Typed = (String, String, String, Option<bool>);

fn typed() -> impl Strategy<Value = Typed> {
    (text(), text(), prop_oneof![3 => Just(String::new()), 1 => text()], any::<Option<bool>>())
}

fn name((family, given, full, cut): &Typed) -> Name<'_> {
    Name { family, given, full, family_cut: *cut, given_cut: *cut, ..Name::default() }
}

fn entry<'a>(id: &'a str, name: &'a str, company: &'a str, aliases: &'a [Alias<'a>]) -> Prepared {
    Prepared::new(&Entry {
        id,
        list: List::Deny,
        name,
        aliases,
        company,
        document_number: "",
        plate: "",
        date_of_birth: None,
        expires_on: None,
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_bytes_break_a_reader(bytes in proptest::collection::vec(any::<u8>(), 0..600)) {
        prop_assert_eq!(aamva::read_bytes(&bytes), aamva::read_bytes(&bytes));
        let text = String::from_utf8_lossy(&bytes);
        prop_assert_eq!(mrz::read(&text, TODAY), mrz::read(&text, TODAY));
    }

    #[test]
    fn no_damage_breaks_a_reader(card in prop_oneof![damaged(CARD), damaged(STRIPE)], zone in prop_oneof![damaged(PASSPORT), damaged(IDENTITY_CARD)]) {
        prop_assert_eq!(aamva::read(&card), aamva::read(&card));
        prop_assert_eq!(mrz::read(&zone, TODAY), mrz::read(&zone, TODAY));
    }

    #[test]
    fn a_reading_shows_no_value_to_a_log(card in damaged(CARD)) {
        if let Ok(reading) = aamva::read(&card) {
            let shown = format!("{reading:?}");
            prop_assert!(!shown.contains("HALVORSEN") && !shown.contains("4471093") && !shown.contains("1984"));
        }
    }

    #[test]
    fn names_compare_alike_from_both_sides(one in typed(), other in typed()) {
        prop_assert_eq!(names::compare(&name(&one), &name(&other)).verdict, names::compare(&name(&other), &name(&one)).verdict);
    }

    #[test]
    fn a_name_matches_itself_or_has_no_words(one in text()) {
        let whole = Name { full: &one, ..Name::default() };
        let verdict = names::compare(&whole, &whole).verdict;
        // Look-alikes of another alphabet are seen by a person even here.
        prop_assert!(matches!(verdict, Verdict::Match | Verdict::Absent | Verdict::Near), "{verdict:?}");
        if one.is_ascii() {
            prop_assert_ne!(verdict, Verdict::Near);
        }
    }

    #[test]
    fn numbers_and_dates_compare_alike_from_both_sides(one in "\\PC{0,12}", other in "\\PC{0,12}", first in "(19|20)[0-9]{2}(-[01][0-9](-[0-3][0-9])?)?", second in "(19|20)[0-9]{2}(-[01][0-9](-[0-3][0-9])?)?") {
        prop_assert_eq!(numbers::compare(&one, &other), numbers::compare(&other, &one));
        let (first, second) = (dates::PartialDate::parse(&first), dates::PartialDate::parse(&second));
        prop_assert_eq!(dates::compare(first, second), dates::compare(second, first));
    }

    #[test]
    fn whatever_the_matcher_meets_an_index_finds(listed in text(), asked in text()) {
        let entries = [entry("e", &listed, &listed, &[])];
        let by_name = screen(&entries, &Query { name: &asked, ..Query::default() }, TODAY);
        if !by_name.denied.is_empty() {
            prop_assert!(keys::may_meet(&keys::of_name(&listed), &keys::of_name(&asked)), "{listed} / {asked}");
        }
        let by_company = screen(&entries, &Query { company: &asked, ..Query::default() }, TODAY);
        if !by_company.denied.is_empty() {
            prop_assert!(keys::may_meet(&keys::of_company(&listed), &keys::of_company(&asked)), "{listed} / {asked}");
        }
    }

    #[test]
    fn a_small_typo_in_one_name_does_not_hide_a_person(given in "[A-Z]{5,9}", family in "[A-Z]{6,12}", at in 0..6_usize, letter in "[A-Z]") {
        let listed = format!("{given} {family}");
        let mistyped: String = family.char_indices().map(|(place, known)| if place == at { letter.clone() } else { known.to_string() }).collect();
        let asked = format!("{mistyped}, {given}");
        let entries = [entry("e", &listed, "", &[])];
        prop_assert_eq!(screen(&entries, &Query { name: &asked, ..Query::default() }, TODAY).denied.len(), 1, "{} / {}", listed, asked);
        prop_assert!(keys::may_meet(&keys::of_name(&listed), &keys::of_name(&asked)));
    }
}

#[test]
fn huge_inputs_are_refused_or_bounded_at_once() {
    let began = std::time::Instant::now();
    let digits = "9".repeat(2_000_000);
    assert!(aamva::read(&format!("{CARD}{digits}")).is_err());
    assert!(mrz::read(&format!("{PASSPORT}\n{digits}"), TODAY).is_err());
    let lines = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA<\n".repeat(800);
    assert!(mrz::read(&lines, TODAY).is_err());
    let long = "MARIA ".repeat(100_000);
    let name = Name { full: &long, ..Name::default() };
    assert_eq!(names::compare(&name, &name).verdict, Verdict::Match);
    assert!(began.elapsed().as_millis() < 2000, "{:?}", began.elapsed());
}
