//! Hand-offs, and the vectors of PASETO v4 through the library that signs them.

use super::*;
use crate::{secret::Secret, settings::RootSecretSettings};

fn keys(current: u16, retiring: Option<u16>) -> HandOffKeys {
    let secret = |version: u16| VersionedSecret { version, secret: Secret::new(format!("{version}").repeat(43)) };
    let settings = RootSecretSettings { current: secret(current), retiring: retiring.map(secret) };
    HandOffKeys::new(RootSecret::of(settings))
}

fn moment(text: &str) -> Timestamp {
    Timestamp::parse(text).unwrap()
}

fn hand_off() -> HandOff {
    let id = |number: u128| uuid::Uuid::from_u128(number);
    let passage = Passage {
        staff: id(1).into(),
        staff_organization: id(2).into(),
        staff_session: id(3).into(),
        organization: id(4).into(),
        impersonation: id(5).into(),
        role: Role::Security,
        reason: "The customer asked why a badge does not print".to_owned(),
    };
    HandOff::new(id(6).into(), passage, moment("2026-11-26T12:00:00Z"))
}

#[test]
fn a_token_says_what_was_signed_for_five_minutes_and_not_before() {
    let (keys, said) = (keys(1, None), hand_off());
    let token = keys.sign(&said).unwrap();
    assert!(token.starts_with("v4.public."));
    assert_eq!(keys.read(&token, moment("2026-11-26T12:00:00Z")).unwrap(), said);
    assert!(keys.read(&token, moment("2026-11-26T12:04:59Z")).is_ok());
    assert!(keys.read(&token, moment("2026-11-26T12:05:00Z")).is_err());
    assert!(keys.read(&token, moment("2026-11-26T11:59:59Z")).is_err());
}

#[test]
fn every_changed_character_is_refused() {
    let (keys, now) = (keys(1, None), moment("2026-11-26T12:00:00Z"));
    let token = keys.sign(&hand_off()).unwrap();
    for at in 0..token.len() {
        for replacement in ["A", "Q", "_", "."] {
            let mut changed = token.clone();
            changed.replace_range(at..=at, replacement);
            assert!(changed == token || keys.read(&changed, now).is_err(), "{at} {replacement}");
        }
        assert!(keys.read(&token[..at], now).is_err(), "{at}");
    }
}

#[test]
fn a_token_of_another_audience_or_a_longer_life_is_refused() {
    let (keys, now) = (keys(1, None), moment("2026-11-26T12:00:00Z"));
    let elsewhere = HandOff { audience: "session".to_owned(), ..hand_off() };
    assert!(keys.read(&keys.sign(&elsewhere).unwrap(), now).is_err());
    let longer = HandOff { expires_at: moment("2026-11-26T12:05:01Z"), ..hand_off() };
    assert!(keys.read(&keys.sign(&longer).unwrap(), now).is_err());
    assert!(keys.read(&keys.sign(&hand_off()).unwrap(), now).is_ok());
}

#[test]
fn two_versions_are_read_during_a_rotation_and_one_after_it() {
    let now = moment("2026-11-26T12:00:00Z");
    let token = keys(1, None).sign(&hand_off()).unwrap();
    assert!(keys(2, Some(1)).read(&token, now).is_ok());
    assert!(keys(2, None).read(&token, now).is_err());
}

/// 4-S-1 to 4-S-3 of the standard's test vectors, whose only key, payload and footer are these.
#[test]
fn the_vectors_of_paseto_v4_public_pass() {
    const SEED: &str = "b4cbfb43df4ce210727d953e4a713307fa19bb7d9f85041438d9e11b942a3774";
    const PUBLIC: &str = "1eb9dbbbbc047c03fd70604e0071f0987e16b28b757225c11f00415d0e20b1a2";
    const PAYLOAD: &str = r#"{"data":"this is a signed message","exp":"2022-01-01T00:00:00+00:00"}"#;
    const FOOTER: &str = r#"{"kid":"zVhMiPBP9fRf2snEcT7gFTioeA9COcNy9DfgL1W60haN"}"#;
    const SIGNED: &str = concat!(
        "v4.public.eyJkYXRhIjoidGhpcyBpcyBhIHNpZ25lZCBtZXNzYWdlIiwiZXhwIjoi",
        "MjAyMi0wMS0wMVQwMDowMDowMCswMDowMCJ9",
    );
    const KID: &str = ".eyJraWQiOiJ6VmhNaVBCUDlmUmYyc25FY1Q3Z0ZUaW9lQTlDT2NOeTlEZmdMMVc2MGhhTiJ9";
    let cases = [
        ("", "", "bg_XBBzds8lTZShVlwwKSgeKpLT3yukTw6JUz3W4h_ExsQV-P0V54zemZDcAxFaSeef1QlXEFtkqxT1ciiQEDA"),
        (FOOTER, "", "v3Jt8mx_TdM2ceTGoqwrh4yDFn0XsHvvV_D0DtwQxVrJEBMl0F2caAdgnpKlt4p7xBnx1HcO-SPo8FPp214HDw"),
        (
            FOOTER,
            r#"{"test-vector":"4-S-3"}"#,
            "NPWciuD3d0o5eXJXG5pJy-DiVEoyPYWs1YSTwWHNJq6DZD3je5gf-0M4JR9ipdUSJbIovzmBECeaWmaqcaP0DQ",
        ),
    ];
    let key = AsymmetricSecretKey::<V4>::from(&bytes(&format!("{SEED}{PUBLIC}"))).unwrap();
    let public = AsymmetricPublicKey::<V4>::from(&bytes(PUBLIC)).unwrap();
    for (footer, assertion, signature) in cases {
        let expected = format!("{SIGNED}{signature}{}", if footer.is_empty() { "" } else { KID });
        let footer = (!footer.is_empty()).then_some(footer.as_bytes());
        let assertion = assertion.as_bytes();
        let token = PublicToken::sign(&key, PAYLOAD.as_bytes(), footer, Some(assertion)).unwrap();
        assert_eq!(token, expected);
        let token = UntrustedToken::<Public, V4>::try_from(&token).unwrap();
        let trusted = PublicToken::verify(&public, &token, footer, Some(assertion)).unwrap();
        assert_eq!(trusted.payload(), PAYLOAD);
        assert!(PublicToken::verify(&public, &token, footer, Some(b"another")).is_err());
    }
}

fn bytes(hex: &str) -> Vec<u8> {
    (0..hex.len() / 2).map(|at| u8::from_str_radix(&hex[at * 2..at * 2 + 2], 16).unwrap()).collect()
}
