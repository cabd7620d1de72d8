//! Bodies and paths that were right, with some of their values and bytes changed.

use serde_json::{Value, json};

/// What breaks parsers of times, numbers, texts, ids and paths.
pub(super) const TEXTS: [&str; 40] = [
    "9999-12-31T23:59:59-01:00",
    "9999-12-31T12:00:00-12:00",
    "0001-01-01T00:00:00+23:59",
    "0000-01-01T00:00:00Z",
    "9999-12-31T23:59:60Z",
    "2026-02-30T00:00:00Z",
    "2026-01-01T00:00:00.999999999999Z",
    "2026-01-01T24:00:00Z",
    "2026-01-01T00:00:00+99:99",
    "-262144-01-01T00:00:00Z",
    "9999-12-31T23:59:59.9999999Z",
    "1970-01-01T00:00:00Z",
    "",
    "\0",
    "\u{200b}",
    "\u{202e}a",
    "\u{301}",
    "é\u{301}\u{301}",
    "\u{10ffff}",
    "日本",
    "👩\u{200d}💻",
    "'; DROP TABLE visits; --",
    "../../etc/passwd",
    "%00",
    "%ff%fe",
    "a@b",
    "a..b@x",
    "ada@münchen.example",
    "https://localhost:9443\\@siem.example.com/",
    "00000000-0000-0000-0000-000000000000",
    "ffffffff-ffff-ffff-ffff-ffffffffffff",
    "urn:uuid:00000000-0000-7000-8000-000000000000",
    "18446744073709551616",
    "-1",
    "1e400",
    "NaN",
    "es-419",
    "UN 1203",
    "data:image/png;base64,AAAA",
    "AgAAAAAAAAAAAAAAAAA",
];
const QUERIES: [&str; 19] = [
    "limit",
    "cursor",
    "from",
    "to",
    "kind",
    "seq",
    "checked_in_from",
    "checked_in_to",
    "host_id",
    "site_id",
    "organization",
    "target_id",
    "target_kind",
    "order",
    "type",
    "actor",
    "state",
    "locale",
    "action",
];
/// Numbers as they are written, since no value of JSON holds them.
const NUMBERS: [&str; 8] =
    ["-1", "0", "9007199254740993", "123456789012345678901234567890", "1e400", "-0.0", "1.5", "0.12345678901234567890"];

/// `SplitMix64`: small, and the same everywhere.
pub(super) struct Dice(pub(super) u64);

impl Dice {
    pub(super) fn roll(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    pub(super) fn below(&mut self, bound: usize) -> usize {
        let bound = u64::try_from(bound).expect("a bound");
        usize::try_from(self.roll() % bound).expect("a place")
    }

    pub(super) fn one_in(&mut self, chances: usize) -> bool {
        self.below(chances) == 0
    }

    pub(super) fn of<'t>(&mut self, list: &[&'t str]) -> &'t str {
        list[self.below(list.len())]
    }
}

/// Every place of a value, as a pointer.
fn places(value: &Value, at: &str, found: &mut Vec<String>) {
    found.push(at.to_owned());
    match value {
        Value::Object(entries) => entries.iter().for_each(|(key, value)| {
            places(value, &format!("{at}/{}", key.replace('~', "~0").replace('/', "~1")), found);
        }),
        Value::Array(items) => {
            items.iter().enumerate().for_each(|(index, item)| places(item, &format!("{at}/{index}"), found));
        }
        _ => {}
    }
}

/// A body that was right, with some of it changed; then some of its bytes.
pub(super) fn body(dice: &mut Dice, sample: Option<&Value>) -> Vec<u8> {
    let mut value = sample.cloned().unwrap_or_else(|| json!({}));
    let mut marks = Vec::new();
    for _ in 0..dice.below(4) {
        let mut found = Vec::new();
        places(&value, "", &mut found);
        let place = found[dice.below(found.len())].clone();
        let Some(target) = value.pointer_mut(&place) else { continue };
        *target = match dice.below(9) {
            0 => Value::Null,
            1 => json!(true),
            2 => json!([target.clone(), target.clone()]),
            3 => json!({ dice.of(&TEXTS): target.clone() }),
            4 => json!("x".repeat(dice.below(3000))),
            5 => {
                // A number that no value holds is put into the text.
                marks.push(dice.of(&NUMBERS));
                json!(format!("#number{}#", marks.len() - 1))
            }
            _ => json!(dice.of(&TEXTS)),
        };
    }
    let mut text = value.to_string();
    for (index, number) in marks.into_iter().enumerate() {
        text = text.replace(&format!("\"#number{index}#\""), number);
    }
    let mut bytes = text.into_bytes();
    if dice.one_in(5) {
        for _ in 0..=dice.below(3) {
            let at = dice.below(bytes.len().max(1));
            match dice.below(3) {
                0 if at < bytes.len() => bytes[at] = dice.roll().to_le_bytes()[0],
                1 => bytes.truncate(at),
                _ => bytes.insert(at.min(bytes.len()), dice.roll().to_le_bytes()[0]),
            }
        }
    }
    bytes
}

fn escaped(text: &str) -> String {
    url::form_urlencoded::byte_serialize(text.as_bytes()).collect()
}

/// The path of a route, with ids that are there, that are not, and that are none; and a query.
pub(super) fn target(dice: &mut Dice, key: &str, known: &[String]) -> String {
    let path = key.split_once(' ').expect("a route").1;
    let mut parts = Vec::new();
    for part in path.split('/') {
        parts.push(match (part.starts_with('{'), dice.below(3)) {
            (false, _) => part.to_owned(),
            (true, 0) => known[dice.below(known.len())].clone(),
            (true, 1) => uuid::Uuid::from_u128(u128::from(dice.roll())).to_string(),
            (true, _) => escaped(dice.of(&TEXTS)).replace('+', "%20"),
        });
    }
    let mut query: Vec<String> = Vec::new();
    for _ in 0..dice.below(3) {
        let value = dice.of(&TEXTS);
        let value =
            if dice.one_in(4) { value.replace([' ', '"', '<', '>', '#', '\\', '\0'], "+") } else { escaped(value) };
        query.push(format!("{}={value}", dice.of(&QUERIES)));
    }
    if query.is_empty() { parts.join("/") } else { format!("{}?{}", parts.join("/"), query.join("&")) }
}
