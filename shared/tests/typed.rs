//! What people type is taken in one form or refused, whatever it is: a property for each kind of it.

use proptest::prelude::*;
use serde_json::{Value, json};
use shared::{
    clock::Timestamp,
    domain::{
        BoundedText, Locale, Reason,
        notice::NoticeText,
        stream::collector_url,
        text::{EmailAddress, HazardClass, Name, PackingGroup, PhoneNumber, UnNumber, dialled, mailable},
    },
    http::read_json,
};

fn read<T: for<'de> serde::Deserialize<'de>>(text: &str) -> Option<T> {
    serde_json::from_value(json!(text)).ok()
}

/// The text as it is stored.
fn stored<T: for<'de> serde::Deserialize<'de> + BoundedText>(text: &str) -> Option<String> {
    read::<T>(text).map(|text| text.as_str().to_owned())
}

/// Characters that people do not see.
const UNSEEN: [char; 16] = [
    '\u{200b}',
    '\u{200e}',
    '\u{200f}',
    '\u{202a}',
    '\u{202c}',
    '\u{202d}',
    '\u{202e}',
    '\u{2060}',
    '\u{2066}',
    '\u{2069}',
    '\u{feff}',
    '\u{ad}',
    '\u{34f}',
    '\u{3164}',
    '\u{e0041}',
    '\u{fff9}',
];

/// Text in which what is odd is frequent.
fn odd() -> impl Strategy<Value = String> {
    let one = prop_oneof![
        4 => any::<char>(),
        4 => prop::char::range('a', 'z'),
        3 => prop::sample::select(&UNSEEN[..]),
        2 => prop::sample::select(&['\u{200c}', '\u{200d}', '\u{fe0f}', '\u{301}', '\u{308}', '\u{2028}', '\u{2800}', ' ', '\u{a0}'][..]),
        2 => prop::sample::select(&['م', 'ی', '葛', '👩', '💻', 'é', '\u{212a}', '가', 'क', '\u{94d}'][..]),
    ];
    prop::collection::vec(one, 0..24).prop_map(String::from_iter)
}

/// A text with unseen characters put into it.
fn sprinkled(text: &str, at: &[(usize, char)]) -> String {
    let mut chars: Vec<char> = text.chars().collect();
    for (place, unseen) in at {
        chars.insert(place % (chars.len() + 1), *unseen);
    }
    chars.into_iter().collect()
}

fn sprinkling() -> impl Strategy<Value = Vec<(usize, char)>> {
    prop::collection::vec((0_usize..64, prop::sample::select(&UNSEEN[..])), 0..6)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    // time
    #[test]
    fn a_time_is_read_into_the_calendar_or_refused(
        year in prop_oneof![Just(0_u32), Just(1), Just(9999), 0_u32..10_000], month in 0_u32..14, day in 0_u32..33, hour in 0_u32..25,
        minute in 0_u32..61, sign in prop::sample::select(&["+", "-"][..]), offset in (0_u32..25, 0_u32..61), tail in "(\\.[0-9]{1,12})?",
    ) {
        let text = format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:59{tail}{sign}{:02}:{:02}", offset.0, offset.1);
        if let Ok(time) = Timestamp::parse(&text) {
            let written = time.to_string();
            prop_assert!(written.ends_with('Z') && ("0001".."9999~").contains(&&written[..4]), "{written}");
            prop_assert_eq!(Timestamp::parse(&written), Ok(time));
        }
    }

    #[test]
    fn any_text_is_a_time_or_none(text in "\\PC{0,40}") {
        let _time = Timestamp::parse(&text);
    }

    // text
    #[test]
    fn a_name_is_seen_and_stays_as_it_is_stored(text in odd()) {
        if let Some(name) = stored::<Name>(&text) {
            prop_assert!(!name.contains(UNSEEN) && !name.contains(char::is_control));
            prop_assert!(name.chars().any(|c| !c.is_whitespace() && !UNSEEN.contains(&c)));
            prop_assert_eq!(stored::<Name>(&name), Some(name));
        }
    }

    #[test]
    fn invisible_characters_change_nothing(name in "[A-Za-z]{1,12} [a-z]{1,12}", at in sprinkling()) {
        prop_assert_eq!(stored::<Name>(&sprinkled(&name, &at)), Some(name));
    }

    #[test]
    fn invisible_characters_are_no_text(chars in prop::collection::vec(prop::sample::select(&UNSEEN[..]), 0..30)) {
        let nothing = String::from_iter(chars);
        prop_assert!(read::<Name>(&nothing).is_none() && read::<Reason>(&nothing).is_none() && read::<NoticeText>(&nothing).is_none());
    }

    #[test]
    fn a_notice_stays_to_the_byte_or_is_refused(text in odd()) {
        if let Some(notice) = read::<NoticeText>(&text) {
            prop_assert_eq!(notice.as_str(), &text);
        }
    }

    #[test]
    fn a_reason_of_one_sign_says_nothing(sign in any::<char>(), count in 0_usize..400) {
        prop_assert!(read::<Reason>(&String::from(sign).repeat(count)).is_none());
    }

    // phone
    #[test]
    fn a_number_is_dialled_as_its_digits_whatever_stands_between_them(
        digits in "[1-9][0-9]{4,11}", zero in prop::sample::select(&['0', '\u{660}', '\u{6f0}', '\u{966}', '\u{ff10}'][..]),
        gap in prop::sample::select(&["", " ", "-", "\u{a0}", "\u{2011}", "\u{2013}", ".", "/"][..]), at in sprinkling(),
        extension in prop::option::of((prop::sample::select(&["x", " x", " ext. ", " #", ";ext=", ", ext "][..]), "[0-9]{1,5}")),
    ) {
        let own = |c: char| char::from_u32(u32::from(zero) + c.to_digit(10).unwrap()).unwrap();
        let typed: Vec<String> = digits.chars().map(|c| own(c).to_string()).collect();
        let (tail, dialled_tail) = extension.map_or_else(Default::default, |(word, number)| (format!("{word}{number}"), format!(";ext={number}")));
        let typed = sprinkled(&format!("+{}{tail}", typed.join(gap)), &at);
        prop_assume!(typed.chars().count() <= 40);
        let kept = stored::<PhoneNumber>(&typed);
        prop_assert!(kept.is_some(), "{typed:?}");
        prop_assert_eq!(dialled(&kept.unwrap()), Some(format!("+{digits}{dialled_tail}")));
    }

    #[test]
    fn what_is_dialled_is_digits(text in odd()) {
        if let Some(number) = dialled(&text) {
            prop_assert!(number.replace(";ext=", "").trim_start_matches('+').bytes().all(|b| b.is_ascii_digit()), "{number}");
        }
    }

    // hazard
    #[test]
    fn a_un_number_has_one_form(number in "[0-9]{4}", prefix in prop::sample::select(&["UN", "un ", "Un-", "", "UN No. "][..]), at in sprinkling()) {
        prop_assume!(number != "0000");
        prop_assert_eq!(stored::<UnNumber>(&sprinkled(&format!("{prefix}{number}"), &at)), Some(format!("UN{number}")));
    }

    #[test]
    fn a_class_is_taken_in_its_own_form_or_not_at_all(text in "[0-9]?[. ]?[0-9]?[A-Za-z]?( ?\\([0-9.,+ ]{0,8}\\))?") {
        if let Some(class) = stored::<HazardClass>(&text) {
            prop_assert_eq!(stored::<HazardClass>(&class), Some(class.clone()));
            let main = class.split(' ').next().unwrap();
            let division: Option<u32> = main.get(2..3).and_then(|division| division.parse().ok());
            let most = [0, 6, 3, 0, 3, 2, 2, 0, 0, 0][usize::from(main.as_bytes()[0] - b'0')];
            prop_assert!(division.is_none_or(|division| (1..=most).contains(&division)), "{class}");
        }
    }

    #[test]
    fn a_packing_group_is_one_of_three(text in odd()) {
        if let Some(group) = stored::<PackingGroup>(&text) {
            prop_assert!(["I", "II", "III"].contains(&group.as_str()));
        }
    }

    // locale
    #[test]
    fn a_tag_is_written_in_one_case(
        language in "[a-z]{2,3}", script in "(-[A-Z][a-z]{3})?", region in "(-([A-Z]{2}|[0-9]{3}))?", variant in "(-[a-z]{5,8})?", cases in any::<u64>(),
    ) {
        let tag = format!("{language}{script}{region}{variant}");
        let mixed: String = tag.chars().enumerate()
            .map(|(at, c)| if cases >> (at % 64) & 1 == 1 { c.to_ascii_uppercase() } else { c.to_ascii_lowercase() }).collect();
        prop_assert_eq!(stored::<Locale>(&mixed), Some(tag));
    }

    // mail
    #[test]
    fn what_is_taken_can_be_mailed(local in "[a-z0-9.+-]{1,10}", domain in "[a-zäöüß例え.-]{1,16}", at in sprinkling()) {
        if let Some(address) = stored::<EmailAddress>(&sprinkled(&format!("{local}@{domain}"), &at)) {
            let mailed = mailable(&address).unwrap();
            prop_assert!(mailed.bytes().all(|byte| byte.is_ascii_graphic()) && !mailed.contains("..") && mailed.contains('.'), "{mailed}");
            prop_assert_eq!(stored::<EmailAddress>(&address), Some(address));
        }
    }

    // json
    #[test]
    fn a_number_is_kept_digit_by_digit_or_refused(
        sign in "-?", whole in "(0|[1-9][0-9]{0,24})", fraction in "(\\.[0-9]{1,24})?", exponent in "([eE][+-]?[0-9]{1,3})?",
    ) {
        let number = format!("{sign}{whole}{fraction}{exponent}");
        let body = format!(r#"{{"a":["7",{number}]}}"#);
        match read_json::<Value>(body.as_bytes()) {
            Ok(read) => {
                // The digits of what is written again are those of what came.
                let digits = |text: &str| -> String {
                    let mantissa = text.split(['e', 'E']).next().unwrap().replace(['-', '.'], "");
                    mantissa.trim_matches('0').to_owned()
                };
                prop_assert_eq!(digits(&read["a"][1].to_string()), digits(&number), "{}", number);
            }
            Err(error) => {
                let field = &error.fields()[0];
                prop_assert_eq!(&*field.pointer, "/a/1");
                prop_assert!(["out_of_range", "too_precise"].contains(&&*field.code));
            }
        }
    }

    // refusal
    #[test]
    fn every_field_that_is_at_fault_is_named(wrong in any::<[bool; 5]>(), absent in any::<[bool; 5]>()) {
        #[derive(serde::Deserialize)]
        #[serde(deny_unknown_fields)]
        #[expect(dead_code, reason = "only its reading is tested")]
        struct Body { a: Name, b: EmailAddress, c: Locale, d: Reason, e: UnNumber }
        let right = ["Ada", "ada@mail.example", "en", "Annual audit of the gate", "UN1203"];
        let mut body = json!({});
        for (at, key) in ["a", "b", "c", "d", "e"].into_iter().enumerate() {
            if !absent[at] {
                body[key] = if wrong[at] { json!("\u{200b}") } else { json!(right[at]) };
            }
        }
        let mut named: Vec<String> = match read_json::<Body>(body.to_string().as_bytes()) {
            Ok(_) => Vec::new(),
            Err(error) => error.fields().iter().map(|field| field.pointer[1..].to_owned()).collect(),
        };
        named.sort();
        let faulty = |at: &usize| wrong[*at] || absent[*at];
        let expected: Vec<&str> = (0..5).filter(faulty).map(|at| ["a", "b", "c", "d", "e"][at]).collect();
        prop_assert_eq!(named, expected);
    }

    // url
    #[test]
    fn the_host_that_is_read_is_the_host_that_is_called(
        text in "https?:[/\\\\]{0,3}[a-zA-Z0-9@:.%\\\\/?#\\[\\] -]{0,24}", tail in "[@\\\\/:#?a.]{0,8}",
    ) {
        let text = format!("{text}{tail}");
        if let Some(url) = collector_url(&text) {
            let shown = text.strip_prefix("https://").unwrap();
            let end = shown.find(['/', ':', '?', '#', '\\', '@']).unwrap_or(shown.len());
            prop_assert_eq!(url.host_str(), Some(&shown[..end]));
        }
    }
}
