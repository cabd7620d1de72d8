//! What the readers hold beyond the cases: separators, stripes, services.

use serde_json::json;
use time::macros::date;

use crate::documents::{Check, Doubt, Field, Format, Kind, Reading, Repair, aamva, detect_text, faces, mrz};

const TODAY: time::Date = date!(2026 - 12 - 01);
const CARD: &str =
    "@\n\u{1e}\rANSI 636015080001DL00310100DLDAQH4471093\nDCSHALVORSEN\nDACINGRID\nDBB03071984\nDBA03072031\nDCGUSA\r";

fn text(reading: &Reading, field: Field) -> &str {
    reading.text(field).unwrap_or("")
}

fn assert_card(card: &str) -> Reading {
    let reading = aamva::read(card).unwrap_or_else(|refusal| panic!("{refusal:?}: {card}"));
    assert_eq!(text(&reading, Field::DocumentNumber), "H4471093", "{card}");
    assert_eq!(text(&reading, Field::FamilyName), "HALVORSEN", "{card}");
    assert_eq!(text(&reading, Field::ExpiresOn), "2031-03-07", "{card}");
    reading
}

#[test]
fn a_card_is_read_whatever_the_scanner_made_of_its_line_ends() {
    for end in ["\r\n", "\r", "|", "\t", "\u{1e}", "<LF>", "\\n", "\\r"] {
        let reading = assert_card(&CARD.replace(['\n', '\r'], end));
        assert_eq!(reading.repairs().contains(&Repair::SeparatorsReplaced), !end.starts_with('\r'), "{end:?}");
    }
    assert_eq!(aamva::read(&CARD.replace(['\n', '\r'], " ")).unwrap_err().because, Doubt::SeparatorsLost);
}

#[test]
fn a_card_is_read_whatever_stands_before_its_designator() {
    assert_card(&CARD.replace("0001DL00310100DL", "0001DL "));
    assert_card(&CARD.replace("0001DL00310100DL", "0000\n"));
    assert_card(&CARD.replace("0001DL00310100DL", "0002ZT00410013DL00540100ZTZTA0X\nZTBN\rDL"));
    assert_card(&format!("\u{feff} {CARD}"));
}

#[test]
fn never_expiring_is_no_date_and_not_expired() {
    for never in ["00000000", "99999999", "12319999", "99991231", "NONE"] {
        let reading = aamva::read(&CARD.replace("03072031", never)).unwrap();
        assert!(reading.doubts().contains(&Doubt::NoExpiry) && reading.entry(Field::ExpiresOn).is_none(), "{never}");
    }
}

#[test]
fn a_stripe_tells_the_end_of_a_month_a_birthday_and_never() {
    let expiry = |month: u8| {
        let stripe =
            format!("%CASACRAMENTO123HALVORSEN$INGRID RUTH$JR^1 MAIN ST^?\r\n;6360141234567=31{month:02}19840307AB=?");
        let reading = aamva::read(&stripe).unwrap();
        assert_eq!(text(&reading, Field::FamilyName), "HALVORSEN");
        assert_eq!((text(&reading, Field::MiddleName), text(&reading, Field::Suffix)), ("RUTH", "JR"));
        assert_eq!(text(&reading, Field::DocumentNumber), "1234567AB");
        text(&reading, Field::ExpiresOn).to_owned()
    };

    assert_eq!(expiry(2), "2031-02-28");
    assert_eq!(expiry(88), "2031-03-31");
    assert_eq!(expiry(99), "2031-03-07");
    assert_eq!(expiry(77), "");
}

#[test]
fn a_small_visa_has_no_composite_digit() {
    let reading =
        mrz::read("V<GBRHALVORSEN<<INGRID<RUTH<<<<<<<<<\nX81R407729GBR8403076F3103072<<<<<<<<", TODAY).unwrap();

    assert_eq!(reading.kind, Kind::Mrz(Format::MrvB));
    assert!(!reading.checks().contains_key(&Check::Composite));
}

#[test]
fn a_zone_is_found_in_the_lines_of_a_text_service() {
    let lines = [
        "REPUBLIC",
        "I<UTOX81R407729<<<<<<<<<<<<<<<",
        "8403076F3103072UTO<<<<<<<<<<<8",
        "HALVORSEN<<INGRID<RUTH<<<<<<<<",
    ];
    let blocks: Vec<_> = lines.iter().map(|line| json!({ "BlockType": "LINE", "Text": line })).collect();
    let found = |blocks| detect_text::read(&serde_json::from_value(json!({ "Blocks": blocks })).unwrap(), TODAY);

    assert_eq!(text(&found(json!(blocks)).unwrap(), Field::DocumentNumber), "X81R40772");
    assert_eq!(found(json!([{ "BlockType": "PAGE", "Text": null }])).unwrap_err().because, Doubt::NeedsManualEntry);
    assert_eq!(found(json!(null)).unwrap_err().because, Doubt::NeedsManualEntry);
}

#[test]
fn a_small_or_blurred_face_is_named_and_no_mismatch() {
    let reason = |width: f64, sharpness: f64| {
        let face = json!({ "BoundingBox": { "Width": width, "Height": 0.3 }, "Quality": { "Sharpness": sharpness } });
        let answer =
            serde_json::from_value(json!({ "SourceImageFace": face, "FaceMatches": null, "UnmatchedFaces": [face] }))
                .unwrap();
        let found = faces::read(&answer, 90.0, Some(1));
        (found.verdict.name(), found.reason.name())
    };

    assert_eq!(reason(0.2, 80.0), ("mismatch", "other_person"));
    assert_eq!(reason(0.01, 80.0), ("near", "small"));
    assert_eq!(reason(0.2, 2.0), ("near", "blurred"));
}

#[test]
fn a_value_longer_than_any_document_has_is_left_out_and_doubted() {
    let long = "9".repeat(2000);
    let stripe = format!("%BCVICTORIA^HARGRAVESEN,$MAEVE^18 DALLAS RD^?;636028{long}=291119901107=?_%0AV8V1A1");
    let read = aamva::read(&stripe).unwrap();
    assert_eq!(read.text(Field::DocumentNumber), None);
    assert!(read.doubts().contains(&Doubt::ElementTooLong));
}
