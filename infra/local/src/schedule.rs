//! Schedules: `rate(…)` and `cron(…)` as EventBridge Scheduler writes them, in UTC.

use std::time::Duration;

use serde_json::{Value, json};
use time::OffsetDateTime;

use crate::error::{Error, Result};
use crate::machine::{self, ACCOUNT, REGION};

/// When a function is fired.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Schedule {
    /// Every so often, counted from the start of the stack.
    Rate(Duration),
    /// At the minutes that all fields allow: minute, hour, day of month, month, day of week, year.
    Cron(Box<[Field; 6]>),
}

/// What one field of a cron expression allows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Field {
    /// Every value.
    Any,
    /// These values.
    Only(Vec<u16>),
}

impl Schedule {
    /// Reads an expression. Of cron it knows numbers, `*`, `?`, lists, ranges and steps; no names, `L`, `W` or `#`.
    ///
    /// # Errors
    /// When it is anything else.
    pub fn read(expression: &str) -> Result<Self> {
        let inner = |kind: &str| expression.strip_prefix(kind)?.strip_prefix('(')?.strip_suffix(')');
        let schedule = inner("rate").and_then(rate).or_else(|| inner("cron").and_then(cron));
        schedule.ok_or_else(|| Error::stack(format!("the schedule {expression} is not understood")))
    }

    /// How long to sleep from now until it fires.
    #[must_use]
    pub fn next(&self, now: OffsetDateTime) -> Duration {
        match self {
            Self::Rate(interval) => *interval,
            Self::Cron(fields) => {
                let into_minute = Duration::from_secs(u64::from(now.second()));
                let mut ahead = Duration::from_secs(60).saturating_sub(into_minute);
                // At most a day ahead; after that the caller asks again.
                while !allows(fields, now + ahead) && ahead < Duration::from_secs(24 * 60 * 60) {
                    ahead += Duration::from_secs(60);
                }
                ahead
            }
        }
    }

    /// True where it fires in this minute.
    #[must_use]
    pub fn is_due(&self, now: OffsetDateTime) -> bool {
        match self {
            Self::Rate(_) => true,
            Self::Cron(fields) => allows(fields, now),
        }
    }
}

/// What the function is handed.
#[must_use]
pub fn event(function: &str) -> Value {
    let time = machine::now().replace_nanosecond(0).unwrap_or_else(|_| machine::now());
    let time = time.format(&time::format_description::well_known::Rfc3339).unwrap_or_default();
    json!({"version": "0", "id": machine::id(), "detail-type": "Scheduled Event", "source": "aws.scheduler",
        "account": ACCOUNT, "time": time, "region": REGION,
        "resources": [format!("arn:aws:scheduler:{REGION}:{ACCOUNT}:schedule/default/{function}")], "detail": "{}"})
}

fn rate(inner: &str) -> Option<Schedule> {
    let (count, unit) = inner.split_once(' ')?;
    let seconds: u64 = match unit.trim_end_matches('s') {
        "minute" => 60,
        "hour" => 3600,
        "day" => 86_400,
        _ => return None,
    };
    let count: u64 = count.parse().ok().filter(|count| *count > 0)?;
    Some(Schedule::Rate(Duration::from_secs(seconds.checked_mul(count)?)))
}

fn cron(inner: &str) -> Option<Schedule> {
    let bounds = [(0, 59), (0, 23), (1, 31), (1, 12), (1, 7), (1970, 2199)];
    let parts: Vec<&str> = inner.split_whitespace().collect();
    let fields: Option<Vec<Field>> =
        parts.iter().zip(bounds).map(|(part, (least, most))| field(part, least, most)).collect();
    let fields: [Field; 6] = fields?.try_into().ok()?;
    (parts.len() == fields.len()).then(|| Schedule::Cron(Box::new(fields)))
}

fn field(text: &str, least: u16, most: u16) -> Option<Field> {
    if text == "*" || text == "?" {
        return Some(Field::Any);
    }
    let mut values = Vec::new();
    for part in text.split(',') {
        let (range, step) = part.split_once('/').unwrap_or((part, "1"));
        let step: usize = step.parse().ok().filter(|step| *step > 0)?;
        let (from, to) = match (range, range.split_once('-')) {
            ("*", _) => (least, most),
            (_, Some((from, to))) => (from.parse().ok()?, to.parse().ok()?),
            // `5/10` means from 5 on; a lone `5` means 5.
            (from, None) => (from.parse().ok()?, if part.contains('/') { most } else { from.parse().ok()? }),
        };
        if from < least || to > most || from > to {
            return None;
        }
        values.extend((from..=to).step_by(step));
    }
    Some(Field::Only(values))
}

fn allows(fields: &[Field; 6], at: OffsetDateTime) -> bool {
    let sunday_is_1 = u16::from(at.weekday().number_days_from_sunday()) + 1;
    let month = u16::from(u8::from(at.month()));
    let year = u16::try_from(at.year()).unwrap_or_default();
    let values = [u16::from(at.minute()), u16::from(at.hour()), u16::from(at.day()), month, sunday_is_1, year];
    fields.iter().zip(values).all(|(field, value)| match field {
        Field::Any => true,
        Field::Only(allowed) => allowed.contains(&value),
    })
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;

    #[test]
    fn a_rate_is_a_distance() {
        assert_eq!(Schedule::read("rate(1 minute)").unwrap(), Schedule::Rate(Duration::from_secs(60)));
        assert_eq!(Schedule::read("rate(2 hours)").unwrap(), Schedule::Rate(Duration::from_secs(7200)));
    }

    #[test]
    fn a_cron_expression_names_minutes() {
        let nightly = Schedule::read("cron(30 2 * * ? *)").unwrap();
        assert_eq!(nightly.next(datetime!(2026-11-22 02:00:10 UTC)), Duration::from_secs(30 * 60 - 10));
        assert!(nightly.is_due(datetime!(2026-11-22 02:30:59 UTC)));
        let quarters = Schedule::read("cron(0/15 8-18 ? * 2-6 *)").unwrap();
        assert!(quarters.is_due(datetime!(2026-11-23 08:45 UTC)));
        assert!(!quarters.is_due(datetime!(2026-11-22 08:45 UTC)));
    }

    #[test]
    fn what_is_not_understood_is_refused() {
        for text in ["", "rate(0 minutes)", "rate(1 year)", "cron(0 0 * *)", "cron(61 0 * * ? *)", "cron(0 0 L * ? *)"]
        {
            assert!(Schedule::read(text).is_err(), "{text}");
        }
    }
}
