//! Fields of an identity document, found by the labels of the standard for licences and by the zone of a passport.

use serde_json::{Value, json};

use super::lines::Line;

/// Every key that AnalyzeID answers, in its order.
const KEYS: [&str; 21] = [
    "FIRST_NAME",
    "LAST_NAME",
    "MIDDLE_NAME",
    "SUFFIX",
    "CITY_IN_ADDRESS",
    "ZIP_CODE_IN_ADDRESS",
    "STATE_IN_ADDRESS",
    "STATE_NAME",
    "DOCUMENT_NUMBER",
    "EXPIRATION_DATE",
    "DATE_OF_BIRTH",
    "DATE_OF_ISSUE",
    "ID_TYPE",
    "ENDORSEMENTS",
    "VETERAN",
    "RESTRICTIONS",
    "CLASS",
    "ADDRESS",
    "COUNTY",
    "PLACE_OF_BIRTH",
    "MRZ_CODE",
];

/// Labels as a licence prints them before a value.
const LABELS: [(&str, &str); 10] = [
    ("4d DLN ", "DOCUMENT_NUMBER"),
    ("1 ", "LAST_NAME"),
    ("2 ", "FIRST_NAME"),
    ("3 DOB ", "DATE_OF_BIRTH"),
    ("4a ISS ", "DATE_OF_ISSUE"),
    ("4b EXP ", "EXPIRATION_DATE"),
    ("8 ", "ADDRESS"),
    ("9 CLASS ", "CLASS"),
    ("9a END ", "ENDORSEMENTS"),
    ("12 REST ", "RESTRICTIONS"),
];

/// States of the samples; the service answers names.
const STATES: [(&str, &str); 3] = [("CA", "CALIFORNIA"), ("IL", "ILLINOIS"), ("TX", "TEXAS")];

/// What the service says of a field that it did not find: nothing, and of that it is sure.
const SURE_OF_NOTHING: f64 = 99.0;

/// A value that was found.
struct Found<'l> {
    key: &'static str,
    text: &'l str,
    confidence: f64,
}

/// Every key with what was found, in the service's format.
pub(super) fn fields(lines: &[Line]) -> Vec<Value> {
    let found: Vec<_> = lines.iter().flat_map(found).collect();
    let zone: Vec<_> = lines.iter().filter(|line| is_zone(line)).collect();
    let field = |key: &'static str| {
        let first = found.iter().find(|found| found.key == key);
        let (text, confidence) = match first {
            Some(found) => (found.text.to_owned(), found.confidence),
            None if key == "MRZ_CODE" && !zone.is_empty() => {
                let texts: Vec<_> = zone.iter().map(|line| line.text.as_str()).collect();
                (texts.join("\n"), zone.iter().map(|line| line.confidence).fold(100.0, f64::min))
            }
            None => (String::new(), SURE_OF_NOTHING),
        };
        let mut value = json!({"Text": text, "Confidence": confidence});
        if let (Some(date), Some(object)) = (date(&text), value.as_object_mut()) {
            object.insert("NormalizedValue".to_owned(), json!({"Value": date, "ValueType": "Date"}));
        }
        json!({"Type": {"Text": key}, "ValueDetection": value})
    };
    KEYS.map(field).to_vec()
}

fn is_zone(line: &Line) -> bool {
    line.text.contains("<<") && !line.text.contains(' ')
}

fn found(line: &Line) -> Vec<Found<'_>> {
    let of = |key, text| Found { key, text, confidence: line.confidence };
    let state =
        |code: &str| STATES.iter().find(|(known, _)| *known == code.trim()).map(|(_, name)| of("STATE_NAME", name));
    if let Some(rest) = line.text.strip_prefix("DRIVER LICENSE") {
        return [of("ID_TYPE", "DRIVER LICENSE FRONT")].into_iter().chain(state(rest)).collect();
    }
    // Beside it, and for tesseract a line of its own.
    if let Some(state) = state(&line.text) {
        return vec![state];
    }
    if line.text.starts_with("PASSPORT") {
        return vec![of("ID_TYPE", "PASSPORT")];
    }
    let labelled = LABELS.iter().find_map(|(label, key)| Some((*key, line.text.strip_prefix(label)?.trim())));
    match labelled {
        // The service takes what follows the first given name for middle names.
        Some(("FIRST_NAME", names)) => match names.split_once(' ') {
            Some((first, middle)) => vec![of("FIRST_NAME", first), of("MIDDLE_NAME", middle)],
            None => vec![of("FIRST_NAME", names)],
        },
        Some((key, text)) => vec![of(key, text)],
        None => Vec::new(),
    }
}

/// `02/09/1986` as the service normalises it.
fn date(text: &str) -> Option<String> {
    let mut parts = text.split('/');
    let mut part = |digits: usize| {
        parts.next().filter(|part| part.len() == digits && part.bytes().all(|byte| byte.is_ascii_digit()))
    };
    let (month, day, year) = (part(2)?, part(2)?, part(4)?);
    parts.next().is_none().then(|| format!("{year}-{month}-{day}T00:00:00"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(lines: &[&str]) -> Vec<Value> {
        let line = |text: &&str| Line { text: (*text).to_owned(), confidence: 90.0, place: [0.0; 4] };
        fields(&lines.iter().map(line).collect::<Vec<_>>())
    }

    fn value<'f>(fields: &'f [Value], key: &str) -> &'f Value {
        &fields.iter().find(|field| field["Type"]["Text"] == key).unwrap()["ValueDetection"]
    }

    #[test]
    fn every_key_is_answered_and_what_is_absent_is_empty_and_certain() {
        let fields = read(&["DRIVER LICENSE CA", "4d DLN E6L1110RD", "2 IVAN LEE", "3 DOB 02/09/1986"]);
        assert_eq!(fields.len(), KEYS.len());
        assert_eq!(value(&fields, "LAST_NAME"), &json!({"Text": "", "Confidence": 99.0}));
        assert_eq!(value(&fields, "MIDDLE_NAME")["Text"], "LEE");
        assert_eq!(value(&fields, "STATE_NAME")["Text"], "CALIFORNIA");
        assert_eq!(value(&read(&["IL", "DRIVER LICENSE"]), "STATE_NAME")["Text"], "ILLINOIS");
        let normalized = json!({"Value": "1986-02-09T00:00:00", "ValueType": "Date"});
        assert_eq!(value(&fields, "DATE_OF_BIRTH")["NormalizedValue"], normalized);
    }

    #[test]
    fn a_zone_is_one_value_of_two_lines() {
        let fields = read(&["PASSPORT UTOPIA", "P<DEUNOVAK<<IVAN<<<<", "F4K7PY0X82DEU8602097<2502092<<04"]);
        let zone = value(&fields, "MRZ_CODE")["Text"].as_str().unwrap();
        assert_eq!(zone, "P<DEUNOVAK<<IVAN<<<<\nF4K7PY0X82DEU8602097<2502092<<04");
        assert_eq!(value(&fields, "ID_TYPE")["Text"], "PASSPORT");
    }
}
