//! Time as the domain sees it. The only caller of the system's clock.

use time::{OffsetDateTime, format_description::well_known::Rfc3339};

/// Where `now` comes from: the system, shifted by a test's offset, or standing still.
#[derive(Clone, Copy, Debug)]
pub enum Clock {
    /// The system's time plus an offset in seconds, which is zero outside a local environment.
    System {
        /// Seconds added to the system's time.
        offset_s: i64,
    },
    /// Always the same moment.
    Fixed(Timestamp),
}

impl Clock {
    /// The present moment, in whole microseconds as PostgreSQL keeps them.
    #[must_use]
    #[expect(clippy::disallowed_methods, reason = "this is the one place that reads the system's clock")]
    pub fn now(&self) -> Timestamp {
        match *self {
            Self::System { offset_s } => {
                let moment = OffsetDateTime::now_utc().saturating_add(time::Duration::seconds(offset_s));
                // In UTC already: what is left is to cut it to microseconds.
                Timestamp::from_datetime(moment).unwrap_or(Timestamp(moment))
            }
            Self::Fixed(moment) => moment,
        }
    }
}

/// A text that is no time which this system can keep.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a time of RFC 3339 in the years 0001 to 9999 of UTC")]
pub struct NotATime;

/// A moment in UTC with microseconds; RFC 3339 in and out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, utoipa::ToSchema)]
#[schema(value_type = String, format = DateTime)]
pub struct Timestamp(OffsetDateTime);

impl Timestamp {
    /// The moment in UTC; none where the calendar of UTC has no such day.
    fn from_datetime(moment: OffsetDateTime) -> Option<Self> {
        let moment = moment.checked_to_offset(time::UtcOffset::UTC)?;
        let microseconds = moment.microsecond();
        Some(Self(moment.replace_microsecond(microseconds).unwrap_or(moment)))
    }

    /// Reads RFC 3339 with any offset. What lies outside the years 0001–9999 of UTC is refused.
    ///
    /// # Errors
    /// [`NotATime`] when the text is not RFC 3339, or is none of these years.
    pub fn parse(text: &str) -> Result<Self, NotATime> {
        let moment = OffsetDateTime::parse(text, &Rfc3339).map_err(|_| NotATime)?;
        Self::from_datetime(moment).filter(|moment| (1..=9999).contains(&moment.0.year())).ok_or(NotATime)
    }

    /// This moment plus whole seconds, negative ones included; stops at the ends of the calendar.
    #[must_use]
    pub fn plus_seconds(self, seconds: i64) -> Self {
        Self(self.0.saturating_add(time::Duration::seconds(seconds)))
    }

    /// Whole seconds from `earlier` to this moment; negative when it is later.
    #[must_use]
    pub fn seconds_since(self, earlier: Self) -> i64 {
        (self.0 - earlier.0).whole_seconds()
    }

    /// The day in UTC as `2026-11-01`.
    #[must_use]
    pub fn day(self) -> String {
        self.0.date().to_string()
    }

    /// Seconds since 1970 and the nanoseconds beyond; moments before 1970 are 1970.
    #[must_use]
    pub fn unix_parts(self) -> (u64, u32) {
        (u64::try_from(self.0.unix_timestamp()).unwrap_or(0), self.0.nanosecond())
    }
}

impl std::fmt::Display for Timestamp {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.format(&Rfc3339).map_err(|_| std::fmt::Error)?.fmt(f)
    }
}

impl serde::Serialize for Timestamp {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> serde::Deserialize<'de> for Timestamp {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
        Self::parse(&text).map_err(|_| serde::de::Error::custom("#not_rfc3339"))
    }
}

impl<'a> tokio_postgres::types::FromSql<'a> for Timestamp {
    fn from_sql(
        kind: &tokio_postgres::types::Type,
        raw: &'a [u8],
    ) -> Result<Self, Box<dyn std::error::Error + Sync + Send>> {
        OffsetDateTime::from_sql(kind, raw).map(Self)
    }

    tokio_postgres::types::accepts!(TIMESTAMPTZ);
}

impl tokio_postgres::types::ToSql for Timestamp {
    fn to_sql(
        &self,
        kind: &tokio_postgres::types::Type,
        out: &mut tokio_postgres::types::private::BytesMut,
    ) -> Result<tokio_postgres::types::IsNull, Box<dyn std::error::Error + Sync + Send>> {
        self.0.to_sql(kind, out)
    }

    tokio_postgres::types::accepts!(TIMESTAMPTZ);
    tokio_postgres::types::to_sql_checked!();
}
