//! Dangerous goods as the papers name them (UN Model Regulations, ADR, IATA DGR, 49 CFR 172.101).

use super::{digits, shown};

/// Classes and divisions that exist, beside the explosives.
const CLASSES: [&str; 22] = [
    "2", "2.1", "2.2", "2.3", "3", "4", "4.1", "4.2", "4.3", "5", "5.1", "5.2", "6", "6.1", "6.2", "7", "7A", "7B",
    "7C", "7D", "7E", "8",
];
/// Divisions of explosives with the groups of compatibility that each may have (Model Regulations, 2.1.2.1).
const EXPLOSIVES: [(&str, &str); 6] =
    [("1.1", "ABCDEFGJKL"), ("1.2", "BCDEFGHJKL"), ("1.3", "CFGHJKL"), ("1.4", "BCDEFGS"), ("1.5", "D"), ("1.6", "N")];
/// Most subsidiary hazards behind a class.
const SUBSIDIARIES_MAX: usize = 3;

/// `UN1203` of `UN 1203`, `un1203` or `1203`; `NA1993` and `ID8000` likewise.
pub(super) fn un_number(typed: &str) -> Result<String, &'static str> {
    let text = shown::line_without_joiners(typed)?;
    let bare: String = text.chars().map(plain).filter(|c| !matches!(c, ' ' | '-' | '.')).collect();
    let bare = bare.to_uppercase();
    let (prefix, number) = ["UNNO", "UN", "NA", "ID"]
        .into_iter()
        .find_map(|prefix| bare.strip_prefix(prefix).map(|number| (prefix, number)))
        .unwrap_or(("UN", bare.as_str()));
    let is_number = number.len() == 4 && number.bytes().all(|byte| byte.is_ascii_digit()) && number != "0000";
    // `ID` numbers are IATA's own, and begin with 8.
    let exists = prefix != "ID" || number.starts_with('8');
    let prefix = if prefix == "UNNO" { "UN" } else { prefix };
    if is_number && exists { Ok(format!("{prefix}{number}")) } else { Err("wrong_form") }
}

/// `1.4S`, `2.3 (8)`, `9A`: a class that exists, and the subsidiary hazards behind it.
pub(super) fn class(typed: &str) -> Result<String, &'static str> {
    let text = shown::line_without_joiners(typed)?;
    let bare: String = text.chars().map(plain).collect::<String>().to_uppercase();
    let bare = ["CLASS", "DIVISION", "DIV."].into_iter().find_map(|word| bare.strip_prefix(word)).unwrap_or(&bare);
    let bare: String = bare.chars().filter(|c| *c != ' ').collect();
    let (main, subsidiaries) = match bare.split_once('(') {
        Some((main, rest)) => (main, rest.strip_suffix(')').ok_or("wrong_form")?.split([',', '+', '/', ';']).collect()),
        None => (bare.as_str(), Vec::new()),
    };
    let exist = is_class(main) && subsidiaries.iter().all(|class| is_class(class) && *class != main);
    if !exist || subsidiaries.len() > SUBSIDIARIES_MAX {
        return Err("wrong_form");
    }
    Ok(if subsidiaries.is_empty() { main.to_owned() } else { format!("{main} ({})", subsidiaries.join(", ")) })
}

/// `I`, `II` or `III` of `PG II`, `ii` or `2`.
pub(super) fn packing_group(typed: &str) -> Result<String, &'static str> {
    let text = shown::line_without_joiners(typed)?.to_uppercase();
    let bare = text.strip_prefix("PG").unwrap_or(&text).trim_start_matches([' ', '.', ':']);
    match bare.chars().map(plain).collect::<String>().as_str() {
        "I" | "1" | "\u{2160}" => Ok("I".to_owned()),
        "II" | "2" | "\u{2161}" => Ok("II".to_owned()),
        "III" | "3" | "\u{2162}" => Ok("III".to_owned()),
        _ => Err("wrong_form"),
    }
}

fn is_class(text: &str) -> bool {
    let is_explosive = |(division, groups): (&str, &str)| {
        text.strip_prefix(division)
            .is_some_and(|group| group.is_empty() || (group.len() == 1 && groups.contains(group)))
    };
    // 9A is the label of lithium batteries.
    matches!(text, "1" | "9" | "9A") || CLASSES.contains(&text) || EXPLOSIVES.into_iter().any(is_explosive)
}

fn plain(c: char) -> char {
    match c {
        '\u{ff0e}' => '.',
        '\u{ff08}' => '(',
        '\u{ff09}' => ')',
        '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{ff0d}' => '-',
        // The letters of ASCII in full width.
        '\u{ff21}'..='\u{ff3a}' | '\u{ff41}'..='\u{ff5a}' => char::from_u32(u32::from(c) - 0xfee0).unwrap_or(c),
        _ if c.is_whitespace() => ' ',
        _ => digits::ascii(c),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_number_has_many_spellings() {
        for (typed, stored) in [
            ("UN1203", "UN1203"),
            ("UN 1203", "UN1203"),
            ("un1203", "UN1203"),
            ("1203", "UN1203"),
            ("UN-1203", "UN1203"),
            ("UN No. 1203", "UN1203"),
            ("\u{ff35}\u{ff2e}\u{ff11}\u{ff12}\u{ff10}\u{ff13}", "UN1203"),
            ("NA1993", "NA1993"),
            ("id 8000", "ID8000"),
            ("UN\u{a0}0012", "UN0012"),
        ] {
            assert_eq!(un_number(typed).as_deref(), Ok(stored), "{typed}");
        }
        for bad in ["120", "12034", "UN12O3", "XX1203", "UN0000", "ID1203", "", "UN"] {
            assert!(un_number(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_class_is_one_that_exists() {
        for (typed, stored) in [
            ("3", "3"),
            ("2.1", "2.1"),
            ("1.4S", "1.4S"),
            ("1.4 s", "1.4S"),
            ("2.3 (8)", "2.3 (8)"),
            ("2.3(5.1,8)", "2.3 (5.1, 8)"),
            ("9A", "9A"),
            ("9", "9"),
            ("1", "1"),
            ("7E", "7E"),
            ("6.1 (3)", "6.1 (3)"),
            ("Class 8", "8"),
            ("1.1D", "1.1D"),
        ] {
            assert_eq!(class(typed).as_deref(), Ok(stored), "{typed}");
        }
        for bad in [
            "0", "3.5", "7.2", "10", "1.7", "2.4", "1.4Z", "1.4SS", "3 (3)", "3 ()", "3 (9.9)", "8 (", "A", "5.3",
            "9B", "3S",
        ] {
            assert!(class(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_packing_group_is_one_of_three() {
        for (typed, stored) in [("II", "II"), ("pg iii", "III"), ("PG I", "I"), ("2", "II"), ("\u{2161}", "II")] {
            assert_eq!(packing_group(typed).as_deref(), Ok(stored), "{typed}");
        }
        for bad in ["IV", "0", "", "PG"] {
            assert!(packing_group(bad).is_err(), "{bad}");
        }
    }
}
