//! Dates as the service understood them, or as they are printed where only one understanding is possible.

use std::collections::HashMap;
use std::sync::LazyLock;

use time::Date;

use super::super::dates::{PartialDate, birth_of, expiry_of, number};
use super::super::names::tokens;
use super::super::tables::{cell, rows};

static MONTHS: LazyLock<HashMap<&str, u8>> = LazyLock::new(|| {
    let months = rows(include_str!("../data/month_names.tsv"));
    months
        .flat_map(|row| {
            cell(&row, 1).split(' ').filter_map(|name| Some((name, cell(&row, 0).parse().ok()?))).collect::<Vec<_>>()
        })
        .collect()
});

/// `1984-03-07T00:00:00`, cut at the T.
pub(super) fn normalized(value: Option<&str>) -> Option<PartialDate> {
    PartialDate::parse(value?.split('T').next()?)
}

/// `07 MAR 1984`, `1984-03-07`, or `03/25/1985`. Day first in numbers is never read: the service knows documents of the United
/// States, and 04/03 on any other is two dates.
pub(super) fn printed(text: &str, is_birth: bool, today: Date) -> Option<PartialDate> {
    if let Some(date) = PartialDate::parse(text) {
        return Some(date);
    }
    let words = tokens(text);
    let words: Vec<&str> = words.iter().map(super::super::names::Token::main).collect();
    match words.as_slice() {
        [day, month, year] | [day, month, _, year] if MONTHS.contains_key(month) => {
            of(year, *MONTHS.get(month)?, day_of(day)?, is_birth, today)
        }
        [month, day, year] if MONTHS.contains_key(month) => {
            of(year, *MONTHS.get(month)?, day_of(day)?, is_birth, today)
        }
        [month, day, year] if year.len() == 4 => {
            let (month, day) = (day_of(month)?, day_of(day)?);
            // 03/04 may be two dates; only a day that is no month says which is which.
            if day > 12 || day == month { of(year, month, day, is_birth, today) } else { None }
        }
        _ => None,
    }
}

fn day_of(text: &str) -> Option<u8> {
    u8::try_from(number(text, text.len().clamp(1, 2))?).ok()
}

fn of(year: &str, month: u8, day: u8, is_birth: bool, today: Date) -> Option<PartialDate> {
    match number(year, 4) {
        Some(year) => PartialDate::new(i32::from(year), Some(month), Some(day)),
        None => {
            let year = u8::try_from(number(year, 2)?).ok()?;
            let century = if is_birth { birth_of } else { expiry_of };
            century(year, Some(month), Some(day), today)
        }
    }
}
