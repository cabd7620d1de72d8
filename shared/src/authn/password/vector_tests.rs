//! What RFC 7914 says scrypt gives, and what is no hash of ours.

use scrypt::Params;

use super::{Password, Stored, derive, slow_hash};

fn password(text: &str) -> Password {
    serde_json::from_value(serde_json::Value::String(text.to_owned())).unwrap()
}

/// Section 12: password, salt, log₂ N, r, p and the 64 bytes. The fourth vector takes 1 GiB, more than a machine that
/// tests has to spare, and runs the same code as the third.
const OF_SECTION_12: [(&str, &str, u8, u32, u32, &str); 3] = [
    (
        "",
        "",
        4,
        1,
        1,
        "77d6576238657b203b19ca42c18a0497f16b4844e3074ae8dfdffa3fede21442\
         fcd0069ded0948f8326a753a0fc81f17e8d3e0fb2e0d3628cf35e20c38d18906",
    ),
    (
        "password",
        "NaCl",
        10,
        8,
        16,
        "fdbabe1c9d3472007856e7190d01e9fe7c6ad7cbc8237830e77376634b373162\
         2eaf30d92e22a3886ff109279d9830dac727afb94a83ee6d8360cbdfa2cc0640",
    ),
    (
        "pleaseletmein",
        "SodiumChloride",
        14,
        8,
        1,
        "7023bdcb3afd7348461c06cd81fd38ebfda8fbba904f8e3ea9b543f6545da1f2\
         d5432955613f0fcf62d49705242a9af9e61e85dc0d651e40dfcf017b45575887",
    ),
];

#[test]
fn scrypt_gives_what_rfc_7914_says() {
    for (text, salt, log_n, r, p, expected) in OF_SECTION_12 {
        let hash = derive(text, salt.as_bytes(), &Params::new(log_n, r, p).unwrap(), 64).unwrap();
        assert_eq!(crate::audit::hex(hash.expose_secret()), expected, "{text} {salt}");
    }
}

#[test]
fn a_recovery_code_is_hashed_with_the_parameters_of_a_password() {
    let salt = [7; 16];
    let hash = derive("0123ABCDEF", &salt, &Params::new(14, 16, 1).unwrap(), 32).unwrap();
    assert_eq!(slow_hash("0123ABCDEF", &salt).unwrap().as_slice(), hash.expose_secret());
    assert_ne!(slow_hash("0123ABCDEF", &[8; 16]).unwrap().as_slice(), hash.expose_secret());
}

#[test]
fn what_is_no_hash_of_ours_is_an_error_and_no_match() {
    let salt = "AAAAAAAAAAAAAAAAAAAAAA";
    let hash = "A".repeat(86);
    let ours = format!("$scrypt$ln=14,r=16,p=1${salt}${hash}");
    assert!(Stored::read(&ours).is_ok());
    for wrong in [
        String::new(),
        "correct horse".to_owned(),
        ours.replace("scrypt", "argon2id"),
        ours.replace("scrypt$", "scrypt$v=1$"),
        ours.replace("$ln=14,r=16,p=1", ""),
        ours.replace("ln=14,r=16,p=1", "ln=14,r=16"),
        ours.replace("ln=14,r=16,p=1", "ln=14,r=16,p=1,t=1"),
        ours.replace("ln=14", "ln=0"),
        ours.replace("ln=14", "ln=-1"),
        ours.replace("ln=14", "ln=99"),
        ours.replace("r=16", "r=0"),
        ours.replace(salt, "AAAAAAAAAAAAA"),
        ours.replace(&format!("${hash}"), ""),
        ours.replace(&hash, "AAAAAAAAAAAAAAAAAAAA"),
        ours.replace(&hash, &"!".repeat(86)),
        format!("{ours}$"),
        format!(" {ours}"),
    ] {
        assert!(password("correct horse").matches(Some(&wrong)).is_err(), "{wrong}");
    }
}

#[test]
fn a_row_cannot_ask_for_all_the_memory_there_is() {
    let asking = |ln: u8, r: u32, p: u32| {
        Stored::read(&format!("$scrypt$ln={ln},r={r},p={p}$AAAAAAAAAAAAAAAAAAAAAA${}", "A".repeat(86))).is_ok()
    };
    assert!(asking(16, 16, 1) && asking(14, 16, 4));
    for (ln, r, p) in [(17, 16, 1), (16, 32, 1), (14, 16, 5), (62, 1, 1), (1, 1_000_000, 1_000)] {
        assert!(!asking(ln, r, p), "{ln} {r} {p}");
    }
}
