//! Numbers of a body, digit by digit. A number that programs round would be kept as another one than was given: it is
//! refused instead.

/// The largest whole number that every program holds exactly (RFC 8259, section 6).
const WHOLE_MAX: u64 = (1 << 53) - 1;

/// The numbers of a JSON text in their order, each as it is written.
pub(super) struct Numbers<'t> {
    rest: &'t str,
}

impl<'t> Numbers<'t> {
    pub(super) const fn of(text: &'t str) -> Self {
        Self { rest: text }
    }
}

impl<'t> Iterator for Numbers<'t> {
    type Item = &'t str;

    fn next(&mut self) -> Option<&'t str> {
        loop {
            let at = self.rest.find(|c: char| c == '"' || c == '-' || c.is_ascii_digit())?;
            let (_, from) = self.rest.split_at_checked(at)?;
            if let Some(inside) = from.strip_prefix('"') {
                self.rest = after_string(inside)?;
                continue;
            }
            let end = from.find(|c: char| !(c.is_ascii_digit() || "+-.eE".contains(c))).unwrap_or(from.len());
            let (number, rest) = from.split_at_checked(end)?;
            self.rest = rest;
            return Some(number);
        }
    }
}

/// What follows the string that has begun.
fn after_string(mut inside: &str) -> Option<&str> {
    loop {
        let at = inside.find(['"', '\\'])?;
        let is_end = inside.as_bytes().get(at) == Some(&b'"');
        // An escape and the character behind it are passed over; of `\u0022` the rest is passed over as text.
        inside = inside.get(at + if is_end { 1 } else { 2 }..)?;
        if is_end {
            return Some(inside);
        }
    }
}

/// The word for why a number is not kept digit by digit as what it was read into; none where it is.
pub(super) fn fault(number: &str, read: Option<f64>) -> Option<&'static str> {
    if !number.contains(['.', 'e', 'E']) {
        let is_exact = number.trim_start_matches('-').parse::<u64>().is_ok_and(|whole| whole <= WHOLE_MAX);
        return if is_exact { None } else { Some("out_of_range") };
    }
    let Some(double) = read.filter(|double| double.is_finite()) else { return Some("out_of_range") };
    // The shortest text that is read back as this double.
    if digits(number) == digits(&format!("{double:e}")) { None } else { Some("too_precise") }
}

/// A decimal number as its digits and the power of ten behind them, whatever way it is written.
fn digits(number: &str) -> Option<(bool, String, i64)> {
    let (mantissa, exponent) = number.split_once(['e', 'E']).unwrap_or((number, "0"));
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let all = format!("{}{fraction}", whole.trim_start_matches('-'));
    let significant = all.trim_start_matches('0').trim_end_matches('0');
    if significant.is_empty() {
        return Some((false, String::new(), 0));
    }
    let zeros = i64::try_from(all.len() - all.trim_end_matches('0').len()).ok()?;
    let exponent =
        exponent.parse::<i64>().ok()?.checked_add(zeros)?.checked_sub(i64::try_from(fraction.len()).ok()?)?;
    Some((number.starts_with('-'), significant.to_owned(), exponent))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_found_outside_of_strings() {
        let text = r#"{"a1":[1,-2.5e+3,"7\"8\\",{"b\u0022 9":0}],"c":true}"#;
        assert_eq!(Numbers::of(text).collect::<Vec<_>>(), ["1", "-2.5e+3", "0"]);
    }

    #[test]
    fn a_number_is_kept_digit_by_digit_or_refused() {
        for kept in [
            "0",
            "-0",
            "-0.0",
            "1",
            "9007199254740991",
            "1.10",
            "0.1",
            "1e2",
            "1E+2",
            "1e300",
            "12.3456789",
            "-2.5e-10",
            "0e999",
        ] {
            assert_eq!(fault(kept, kept.parse().ok()), None, "{kept}");
        }
        for (refused, word) in [
            ("123456789012345678901234567890", "out_of_range"),
            ("9007199254740992", "out_of_range"),
            ("-9007199254740993", "out_of_range"),
            ("1e400", "out_of_range"),
            ("0.12345678901234567890", "too_precise"),
            ("9007199254740993.0", "too_precise"),
            ("1.00000000000000000001", "too_precise"),
            ("1e-400", "too_precise"),
        ] {
            assert_eq!(fault(refused, refused.parse().ok()), Some(word), "{refused}");
        }
    }
}
