//! Dates on documents: often without a day, often with two digits for the year, never guessed.

use time::{Date, Month};

use super::finding::{Finding, Reason};

/// Years outside are misreadings: no living person and no document reaches there.
const YEARS: std::ops::RangeInclusive<i32> = 1880..=2150;

/// A date as far as it is known: a year, perhaps a month, perhaps a day.
#[derive(Clone, Copy, Eq, PartialEq)]
pub struct PartialDate {
    year: i32,
    month: Option<Month>,
    day: Option<u8>,
}

impl std::fmt::Debug for PartialDate {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("PartialDate(redacted)")
    }
}

impl PartialDate {
    /// A date of which month and day may be unknown; `None` when there is no such day.
    #[must_use]
    pub fn new(year: i32, month: Option<u8>, day: Option<u8>) -> Option<Self> {
        if !YEARS.contains(&year) {
            return None;
        }
        let month = month.map(Month::try_from).transpose().ok()?;
        // A day without its month says nothing that could be compared.
        let day = month.and(day);
        if let (Some(month), Some(day)) = (month, day) {
            Date::from_calendar_date(year, month, day).ok()?;
        }
        Some(Self { year, month, day })
    }

    /// Reads `1984-03-07`, `1984-03` or `1984`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let mut parts = text.trim().splitn(3, '-');
        let year = number(parts.next()?, 4)?;
        let month = parts.next().map(|part| number(part, 2).ok_or(())).transpose().ok()?;
        let day = parts.next().map(|part| number(part, 2).ok_or(())).transpose().ok()?;
        Self::new(i32::from(year), small(month)?, small(day)?)
    }

    /// The day, if it is known.
    #[must_use]
    pub fn full(self) -> Option<Date> {
        Date::from_calendar_date(self.year, self.month?, self.day?).ok()
    }

    /// The first day that it can be.
    #[must_use]
    pub fn earliest(self) -> Option<Date> {
        Date::from_calendar_date(self.year, self.month.unwrap_or(Month::January), self.day.unwrap_or(1)).ok()
    }

    /// The last day that it can be.
    #[must_use]
    pub fn latest(self) -> Option<Date> {
        let month = self.month.unwrap_or(Month::December);
        let day = self.day.unwrap_or_else(|| month.length(self.year));
        Date::from_calendar_date(self.year, month, day).ok()
    }

    /// ISO text, as long as what is known.
    #[must_use]
    pub fn to_text(self) -> String {
        match (self.month, self.day) {
            (Some(month), Some(day)) => format!("{:04}-{:02}-{day:02}", self.year, u8::from(month)),
            (Some(month), None) => format!("{:04}-{:02}", self.year, u8::from(month)),
            (None, _) => format!("{:04}", self.year),
        }
    }

    fn with_year(self, year: i32) -> Option<Self> {
        Self::new(year, self.month.map(u8::from), self.day)
    }
}

impl From<Date> for PartialDate {
    fn from(date: Date) -> Self {
        Self { year: date.year(), month: Some(date.month()), day: Some(date.day()) }
    }
}

/// A birth date with a two-digit year: the latest century that is not after today.
///
/// Doc 9303-3, 4.8 leaves the century to the reader.
#[must_use]
pub fn birth_of(year: u8, month: Option<u8>, day: Option<u8>, today: Date) -> Option<PartialDate> {
    let this_century = today.year() - today.year().rem_euclid(100);
    [this_century, this_century - 100]
        .into_iter()
        .filter_map(|century| PartialDate::new(century + i32::from(year), month, day))
        .find(|date| date.earliest().is_some_and(|first| first <= today))
}

/// An expiry with a two-digit year: the nearest century, the earlier one when both are as near, so that doubt means "expired".
#[must_use]
pub fn expiry_of(year: u8, month: Option<u8>, day: Option<u8>, today: Date) -> Option<PartialDate> {
    let this_century = today.year() - today.year().rem_euclid(100);
    [this_century - 100, this_century, this_century + 100]
        .into_iter()
        .filter_map(|century| PartialDate::new(century + i32::from(year), month, day))
        .min_by_key(|date| (date.year - today.year()).abs())
}

/// A birth date after today was given the wrong century; `None` when a hundred years earlier helps nothing.
#[must_use]
pub fn century_back(date: PartialDate) -> Option<PartialDate> {
    date.with_year(date.year - 100)
}

/// Compares two dates; neither side is better than the other.
#[must_use]
pub fn compare(one: Option<PartialDate>, other: Option<PartialDate>) -> Finding {
    let (Some(one), Some(other)) = (one, other) else { return Finding::absent() };
    if let (Some(first), Some(second)) = (one.full(), other.full()) {
        return compare_days(first, second);
    }
    let months_agree = one.month.zip(other.month).is_none_or(|(first, second)| first == second);
    if one.year == other.year && months_agree {
        Finding::near(Reason::PartlyKnown)
    } else {
        Finding::mismatch(Reason::Different)
    }
}

fn compare_days(first: Date, second: Date) -> Finding {
    let (month_of_first, month_of_second) = (u8::from(first.month()), u8::from(second.month()));
    if first == second {
        Finding::same(Reason::Equal)
    } else if first.year() == second.year() && first.day() == month_of_second && second.day() == month_of_first {
        Finding::near(Reason::DayMonthExchanged)
    } else if (first.year() - second.year()).abs() == 100 && first.ordinal() == second.ordinal() {
        Finding::near(Reason::Century)
    } else {
        Finding::mismatch(Reason::Different)
    }
}

/// Exactly so many digits.
pub(super) fn number(text: &str, digits: usize) -> Option<u16> {
    (text.len() == digits && text.bytes().all(|byte| byte.is_ascii_digit())).then(|| text.parse().ok()).flatten()
}

/// Two digits of a date; a missing part stays missing, an impossible one is an error.
#[expect(clippy::option_option, reason = "not there, and not a number, are two answers")]
fn small(part: Option<u16>) -> Option<Option<u8>> {
    part.map_or(Some(None), |part| u8::try_from(part).ok().map(Some))
}
