//! Cross-check and decision: what a site is told about a visitor, and what it does.

use crate::documents::cross_check::{Compared, Person, Source, Sources, Warning, cross_check};
use crate::documents::dates::PartialDate;
use crate::documents::decision::{Cause, FaceDoubt, Outcome, Rules, decide};
use crate::documents::faces::{FaceReason, FaceVerdict};
use crate::documents::names::Name;
use crate::documents::{Field, Reading, Verdict, aamva, mrz};
use serde_json::Value;
use time::macros::date;

const TODAY: time::Date = date!(2026 - 12 - 01);
const ZONE: &str = "P<GBRHALVORSEN<<INGRID<RUTH<<<<<<<<<<<<<<<<<\nX81R407729GBR8403076F3103072<<<<<<<<<<<<<<02";

fn card(family: &str, birth: &str) -> Reading {
    aamva::read(&format!(
        "@\n\u{1e}\rANSI 636015080001DL00310100DLDAQH4471093\nDCS{family}\nDACINGRID\nDBB{birth}\nDBA03072031\nDCGUSA\r"
    ))
    .unwrap()
}

fn sources(barcode: &Reading) -> Sources<'_> {
    Sources {
        barcode: Some(barcode),
        mrz: None,
        printed: None,
        typed: None,
        invitation: None,
        is_device_text: false,
        age_min: None,
        today: TODAY,
    }
}

fn typed(family: &'static str) -> Person<'static> {
    Person {
        name: Name { family, given: "Ingrid", ..Name::default() },
        date_of_birth: PartialDate::parse("1984-03-07"),
        ..Person::default()
    }
}

#[test]
fn sources_that_agree_let_a_visitor_in() {
    let barcode = card("HALVORSEN", "03071984");
    let check = cross_check(&Sources { typed: Some(typed("Halvorsen")), ..sources(&barcode) });

    assert_eq!(check.verdict(Compared::Name).verdict, Verdict::Match);
    assert_eq!(check.verdict(Compared::ExpiresOn).verdict, Verdict::Absent);
    assert_eq!(check.score(), Some(100));
    assert_eq!(decide(&check, None, &Rules::default()).outcome, Outcome::OnSite);
}

#[test]
fn the_worst_pair_decides_a_field_and_is_named() {
    let (barcode, zone) = (card("HALVORSEN", "03071984"), mrz::read(ZONE, TODAY).unwrap());
    let check = cross_check(&Sources { mrz: Some(&zone), typed: Some(typed("Okafor")), ..sources(&barcode) });

    let worst = check
        .comparisons
        .iter()
        .find(|comparison| comparison.finding.verdict == Verdict::Mismatch && comparison.field == Compared::Name);
    assert_eq!(worst.unwrap().between, (Source::Barcode, Source::Typed));
    assert_eq!(check.verdict(Compared::Name).verdict, Verdict::Mismatch);
    assert_eq!(check.verdict(Compared::DateOfBirth).verdict, Verdict::Match);
    assert_eq!(check.verdict(Compared::Issuer).verdict, Verdict::Absent, "a state and a country are not compared");
    let decision = decide(&check, None, &Rules::default());
    assert_eq!(decision.outcome, Outcome::Held);
    assert!(decision.because.contains(&Cause::Field(Compared::Name, Verdict::Mismatch)));
    assert!(!format!("{check:?} {decision:?}").to_uppercase().contains("HALVORSEN"));
}

#[test]
fn a_site_can_tighten_a_rule_and_never_loosen_it() {
    let barcode = card("HALVORSEN", "03071984");
    let check = cross_check(&Sources { typed: Some(typed("Halvorson")), is_device_text: true, ..sources(&barcode) });
    let near = Cause::Field(Compared::Name, Verdict::Near);

    assert_eq!(decide(&check, None, &Rules::default()).because, [near]);
    assert_eq!(decide(&check, None, &Rules::default().tightened(near, Outcome::OnSite)).outcome, Outcome::Held);
    let strict = Rules::default().tightened(Cause::Warning(Warning::DeviceTextUnconfirmed), Outcome::Refused);
    assert_eq!(decide(&check, None, &strict).because, [Cause::Warning(Warning::DeviceTextUnconfirmed)]);
}

#[test]
fn a_face_holds_at_most_and_a_site_says_whether_a_silent_service_does() {
    let barcode = card("HALVORSEN", "03071984");
    let check = cross_check(&Sources { typed: Some(typed("Halvorsen")), ..sources(&barcode) });
    let rules = |cause: &str, outcome: &str| Rules::of_words(&[(cause.to_owned(), outcome.to_owned())].into());
    let outcome = |verdict, reason, rules: &Rules| decide(&check, Some(FaceVerdict { verdict, reason }), rules).outcome;
    let silent = |rules: &Rules| outcome(Verdict::Absent, FaceReason::Unavailable, rules);

    assert_eq!(outcome(Verdict::Match, FaceReason::Score, &Rules::default()), Outcome::OnSite);
    for (verdict, reason) in [
        (Verdict::Near, FaceReason::LowScore),
        (Verdict::Mismatch, FaceReason::OtherPerson),
        (Verdict::Absent, FaceReason::NoFace),
    ] {
        assert_eq!(outcome(verdict, reason, &Rules::default()), Outcome::Held);
    }
    assert_eq!(silent(&Rules::default()), Outcome::OnSite);
    assert_eq!(silent(&rules("face.unavailable", "held").unwrap()), Outcome::Held);
    assert!(rules("face.mismatch", "refused").is_err());
    let refusing = Rules::default().tightened(Cause::Face(FaceDoubt::Mismatch), Outcome::Refused);
    assert_eq!(outcome(Verdict::Mismatch, FaceReason::OtherPerson, &refusing), Outcome::Held);
}

#[test]
fn age_is_reached_on_the_birthday_and_unknown_by_the_year_alone() {
    let warnings = |birth: &str, zone: Option<&str>| {
        let (barcode, zone) = (card("HALVORSEN", birth), zone.map(|zone| mrz::read(zone, TODAY).unwrap()));
        cross_check(&Sources { mrz: zone.as_ref(), age_min: Some(18), ..sources(&barcode) }).warnings
    };

    assert!(!warnings("12012008", None).contains(&Warning::UnderAge));
    assert!(warnings("12022008", None).contains(&Warning::UnderAge));
    assert!(warnings("00002008", None).contains(&Warning::AgeUnknown));
    let partly = "P<UTOHALVORSEN<<INGRID<RUTH<<<<<<<<<<<<<<<<<\nX81R407729UTO08<<<<6F3103072<<<<<<<<<<<<<<02";
    assert!(warnings("12012007", Some(partly)).contains(&Warning::AgeUnknown));
}

#[test]
fn absurd_dates_and_expired_documents_are_named_whatever_their_digits() {
    let warnings = |birth: &str| cross_check(&sources(&card("HALVORSEN", birth))).warnings;

    assert!(warnings("03072084").contains(&Warning::DatesAbsurd));
    assert!(warnings("03071884").contains(&Warning::DatesAbsurd));
    assert!(!warnings("03071984").contains(&Warning::DatesAbsurd));
    let barcode = card("HALVORSEN", "03071984");
    let late = Sources { today: date!(2031 - 03 - 08), ..sources(&barcode) };
    assert!(cross_check(&late).warnings.contains(&Warning::Expired));
    let last_day = Sources { today: date!(2031 - 03 - 07), ..late };
    assert!(!cross_check(&last_day).warnings.contains(&Warning::Expired));
}

#[test]
fn every_sample_licence_gives_every_field_and_every_sample_passport_its_zone() {
    let path = format!("{}/licences/expected.json", super::VECTORS);
    let expected: Value = serde_json::from_str(&std::fs::read_to_string(path).expect("the vectors are there")).unwrap();
    let field = |name: &str| Field::ALL.iter().copied().find(|field| field.name() == name).unwrap();
    for (sample, sides) in expected.as_object().unwrap() {
        let barcode = aamva::read(sides["barcode_text"].as_str().unwrap()).unwrap();
        for (name, value) in sides["barcode"].as_object().unwrap() {
            assert_eq!(barcode.text(field(name)), value.as_str(), "{sample} {name}");
        }
        let lines: Vec<&str> =
            sides["passport"]["mrz"].as_array().unwrap().iter().map(|line| line.as_str().unwrap()).collect();
        let zone = mrz::read(&lines.join("\n"), TODAY).unwrap();
        for name in ["document_number", "nationality"] {
            assert_eq!(zone.text(field(name)), sides["passport"][name].as_str(), "{sample} {name}");
        }
        assert!(zone.checks().values().all(|passed| *passed != Some(false)), "{sample} {:?}", zone.checks());
    }
}
