//! Which records are held against each other, and where a page of findings begins.

use shared::{
    Error, Result,
    audit::Diff,
    clock::Timestamp,
    http::{Page, Position, Query},
    id::{EventId, VisitId},
};

/// Longest period, in seconds: a question costs what its period holds, so a year is asked for month by month.
pub const PERIOD_SECONDS_MAX: i64 = 31 * 24 * 60 * 60;

/// Seconds for which an event is asked for. Events stay for 14 days after they were delivered at least; a day less
/// leaves room for clocks that differ.
pub const EVENT_SECONDS: i64 = 13 * 24 * 60 * 60;

/// The records from one moment to before another.
#[derive(Clone, Copy, Debug)]
pub struct Period {
    /// At this moment or later.
    pub from: Timestamp,
    /// Before this moment.
    pub to: Timestamp,
}

impl Period {
    /// Reads the query parameters.
    ///
    /// # Errors
    /// [`Error::Malformed`] naming the parameter that is missing, unknown, of a wrong value, or that makes the period
    /// end before it begins or last too long.
    pub fn parse(mut query: Query) -> Result<(Self, Page<Place>)> {
        let moment = |text: &str| Timestamp::parse(text).ok();
        let required = |value: Option<Timestamp>, pointer| value.ok_or_else(|| Error::malformed(pointer, "missing"));
        let from = required(query.take_with("from", moment)?, "?from")?;
        let to = required(query.take_with("to", moment)?, "?to")?;
        let page = query.take_page()?;
        query.finish()?;
        if from >= to {
            return Err(Error::malformed("?from", "not_before_to"));
        }
        if to > from.plus_seconds(PERIOD_SECONDS_MAX) {
            return Err(Error::malformed("?to", "period_too_long"));
        }
        Ok((Self { from, to }, page))
    }

    /// The period as the entry of this look shows it.
    pub(crate) fn facts(&self) -> Diff {
        Diff::new().added("from", self.from).added("to", self.to)
    }
}

/// Where a finding stands among the others: arrivals and departures by their time, then entries, then events.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// A visit, by when it began.
    Arrival(VisitId, Timestamp),
    /// A visit, by when it ended.
    Departure(VisitId, Timestamp),
    /// An entry, by its number.
    Entry(i64),
    /// An event, by its id, which is its time.
    Event(EventId),
}

impl Place {
    const fn mark(&self) -> u8 {
        match self {
            Self::Arrival(..) => b'a',
            Self::Departure(..) => b'd',
            Self::Entry(_) => b'n',
            Self::Event(_) => b'v',
        }
    }
}

impl Position for Place {
    fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = vec![self.mark()];
        match self {
            Self::Arrival(visit, at) | Self::Departure(visit, at) => {
                bytes.extend(visit.to_bytes());
                bytes.extend(at.to_string().into_bytes());
            }
            Self::Entry(seq) => bytes.extend(seq.to_bytes()),
            Self::Event(event) => bytes.extend(event.to_bytes()),
        }
        bytes
    }

    fn of_bytes(bytes: &[u8]) -> Option<Self> {
        let (mark, rest) = bytes.split_first()?;
        let visit = || {
            let (visit, at) = rest.split_at_checked(16)?;
            Some((VisitId::of_bytes(visit)?, Timestamp::parse(std::str::from_utf8(at).ok()?).ok()?))
        };
        match mark {
            b'a' => visit().map(|(visit, at)| Self::Arrival(visit, at)),
            b'd' => visit().map(|(visit, at)| Self::Departure(visit, at)),
            b'n' => i64::of_bytes(rest).map(Self::Entry),
            b'v' => EventId::of_bytes(rest).map(Self::Event),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_read_back_and_nothing_else_is_one() {
        let at = Timestamp::parse("2026-11-01T08:00:00.000250Z").unwrap();
        let (visit, event) = (VisitId::new(at), EventId::new(at));
        for place in [Place::Arrival(visit, at), Place::Departure(visit, at), Place::Entry(41), Place::Event(event)] {
            let bytes = place.to_bytes();
            assert_eq!(Place::of_bytes(&bytes), Some(place));
            assert_eq!(Place::of_bytes(&bytes[..bytes.len() - 1]).filter(|other| *other == place), None);
        }
        assert_eq!(Place::of_bytes(b""), None);
        assert_eq!(Place::of_bytes(b"x"), None);
    }

    #[test]
    fn a_period_has_a_beginning_an_end_and_a_length() {
        let parsed = |raw: &str| Period::parse(Query::parse("/v1/reconciliation", raw).unwrap()).is_ok();
        assert!(parsed("from=2026-10-01T00:00:00Z&to=2026-11-01T00:00:00Z"));
        assert!(parsed("from=2026-10-01T00:00:00Z&to=2026-10-01T00:00:00.000001Z"));
        assert!(!parsed("from=2026-10-01T00:00:00Z&to=2026-11-01T00:00:00.000001Z"));
        assert!(!parsed("from=2026-10-01T00:00:00Z&to=2026-10-01T00:00:00Z"));
        assert!(!parsed("from=2026-10-01T00:00:00Z"));
    }
}
