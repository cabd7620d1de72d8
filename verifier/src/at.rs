//! The time of an entry: RFC 3339 in UTC with microseconds, compared as it is written.

/// A moment, as `2026-11-01T00:00:00.051998Z`. Its text sorts as its time does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct At([u8; 27]);

const DAY_US: i64 = 86_400_000_000;

impl At {
    /// Reads the one spelling that an entry may have.
    #[must_use]
    pub fn read(text: &str) -> Option<Self> {
        let bytes: [u8; 27] = text.as_bytes().try_into().ok()?;
        let shaped = bytes.iter().zip(b"0000-00-00T00:00:00.000000Z").all(|(own, form)| match form {
            b'0' => own.is_ascii_digit(),
            _ => own == form,
        });
        let at = Self(bytes);
        (shaped && at.exists()).then_some(at)
    }

    /// As it is written.
    #[must_use]
    pub fn text(&self) -> &str {
        str::from_utf8(&self.0).unwrap_or_default()
    }

    fn number(&self, start: usize, length: usize) -> i64 {
        let digits = self.0.iter().skip(start).take(length);
        digits.fold(0, |number, digit| number * 10 + i64::from(digit - b'0'))
    }

    fn exists(&self) -> bool {
        let (year, month, day) = (self.number(0, 4), self.number(5, 2), self.number(8, 2));
        let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
        let days = match month {
            2 => 28 + i64::from(leap),
            4 | 6 | 9 | 11 => 30,
            1..=12 => 31,
            _ => 0,
        };
        (1..=days).contains(&day) && self.number(11, 2) < 24 && self.number(14, 2) < 60 && self.number(17, 2) < 60
    }

    /// Microseconds since the first of March of the year 0.
    fn micros(&self) -> i64 {
        // Years that begin in March put the leap day last.
        let month = (self.number(5, 2) + 9) % 12;
        let year = self.number(0, 4) - i64::from(month > 9);
        let days = year * 365 + year.div_euclid(4) - year.div_euclid(100)
            + year.div_euclid(400)
            + (month * 306 + 5) / 10
            + self.number(8, 2);
        let seconds = self.number(11, 2) * 3600 + self.number(14, 2) * 60 + self.number(17, 2);
        days * DAY_US + seconds * 1_000_000 + self.number(20, 6)
    }

    /// Whether more than so many days lie between this moment and a later one.
    #[must_use]
    pub fn is_further_than(&self, days: u32, later: &Self) -> bool {
        later.micros() - self.micros() > i64::from(days).saturating_mul(DAY_US)
    }
}

/// Whether the text is a moment in RFC 3339 and UTC, with any fraction of a second.
#[must_use]
pub(crate) fn is_moment(text: &str) -> bool {
    let Some((whole, fraction)) = text.strip_suffix('Z').and_then(|text| text.split_at_checked(19)) else {
        return false;
    };
    let digits = match fraction.strip_prefix('.') {
        Some(digits) => !digits.is_empty() && digits.len() <= 9 && digits.bytes().all(|byte| byte.is_ascii_digit()),
        None => fraction.is_empty(),
    };
    digits && At::read(&format!("{whole}.000000Z")).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_only_moments_that_exist() {
        for text in ["2026-02-29T00:00:00.000000Z", "2026-13-01T00:00:00.000000Z", "2026-01-01T24:00:00.000000Z"] {
            assert_eq!(At::read(text), None, "{text}");
        }
        assert!(At::read("2028-02-29T23:59:59.999999Z").is_some());
        assert!(is_moment("2026-11-01T00:00:00Z") && is_moment("2026-11-01T00:00:00.5Z"));
        assert!(!is_moment("2026-11-01T00:00:00+00:00") && !is_moment("2026-11-01T00:00:00.Z"));
    }

    #[test]
    fn counts_days_over_the_ends_of_months_and_years() {
        let at = |text| At::read(text).unwrap();
        for (from, to, days) in [
            ("2027-12-31T00:00:00.000000Z", "2028-01-01T00:00:00.000000Z", 1),
            ("2028-02-28T12:00:00.000000Z", "2028-03-01T12:00:00.000000Z", 2),
            ("2026-03-01T00:00:00.000000Z", "2027-03-01T00:00:00.000000Z", 365),
        ] {
            assert!(at(from).is_further_than(days - 1, &at(to)) && !at(from).is_further_than(days, &at(to)), "{from}");
        }
    }
}
