//! Typed identifiers: UUIDv7 (RFC 9562 section 5.7) made by the server, one type for each kind of row.

use crate::clock::Timestamp;

macro_rules! typed_ids {
    ($($(#[$doc:meta])* $name:ident),* $(,)?) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, serde::Serialize, utoipa::ToSchema)]
        #[serde(transparent)]
        #[schema(value_type = uuid::Uuid)]
        pub struct $name(uuid::Uuid);

        impl $name {
            /// A new id, ordered by the given time.
            #[must_use]
            pub fn new(now: Timestamp) -> Self {
                Self(uuid_at(now))
            }

            /// The id as it stands in a column.
            #[must_use]
            pub const fn uuid(self) -> uuid::Uuid {
                self.0
            }
        }

        impl From<uuid::Uuid> for $name {
            fn from(id: uuid::Uuid) -> Self {
                Self(id)
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.0.fmt(f)
            }
        }

        impl std::str::FromStr for $name {
            type Err = uuid::Error;

            /// Accepts the hyphenated form only, so that an id has one spelling in paths, queries and bodies.
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                if text.len() == 36 { uuid::Uuid::try_parse(text).map(Self) } else { uuid::Uuid::try_parse("").map(Self) }
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            /// The same form as in a path.
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
                text.parse().map_err(|_| serde::de::Error::custom("#not_a_uuid"))
            }
        }

        impl<'a> tokio_postgres::types::FromSql<'a> for $name {
            fn from_sql(
                kind: &tokio_postgres::types::Type,
                raw: &'a [u8],
            ) -> Result<Self, Box<dyn std::error::Error + Sync + Send>> {
                uuid::Uuid::from_sql(kind, raw).map(Self)
            }

            tokio_postgres::types::accepts!(UUID);
        }

        impl tokio_postgres::types::ToSql for $name {
            fn to_sql(
                &self,
                kind: &tokio_postgres::types::Type,
                out: &mut tokio_postgres::types::private::BytesMut,
            ) -> Result<tokio_postgres::types::IsNull, Box<dyn std::error::Error + Sync + Send>> {
                self.0.to_sql(kind, out)
            }

            tokio_postgres::types::accepts!(UUID);
            tokio_postgres::types::to_sql_checked!();
        }
    )*};
}

typed_ids! {
    /// An access review.
    AccessReviewId,
    /// What an access review decides about one who has access.
    AccessReviewItemId,
    /// A credential: API token or kiosk.
    CredentialId,
    /// An outgoing event.
    EventId,
    /// A bundle that was asked for.
    ExportId,
    /// A key of the HMACs of bundles.
    ExportKeyId,
    /// A host, whom visitors come to see.
    HostId,
    /// A token by which a member of the staff goes over to a customer.
    HandOffId,
    /// A scan of an identity document.
    IdScanId,
    /// What a member of the operator's staff opens at a customer.
    ImpersonationId,
    /// A tenant key.
    KeyId,
    /// A kiosk.
    KioskId,
    /// A stream of the log to a destination of the customer's.
    LogStreamId,
    /// A mail to a member.
    MailId,
    /// A member of an organization.
    MemberId,
    /// A sealed object in the bucket.
    ObjectId,
    /// An organization: the tenant.
    OrganizationId,
    /// A person, whose key can be destroyed.
    PersonId,
    /// What an access review speaks of: a member, an API token, a kiosk or an impersonation.
    ReviewSubjectId,
    /// A site of an organization.
    SiteId,
    /// A member of the operator's staff: the same id as of the member that they are in the operator's own organization.
    StaffId,
    /// A version of a text that is signed or shown.
    NoticeVersionId,
    /// A visit of a visitor or a driver.
    VisitId,
    /// A version of a visit type.
    VisitTypeId,
    /// An entry of the watchlist; it is never changed, so that its id is its version.
    WatchlistEntryId,
    /// A visitor who met an entry of the watchlist.
    WatchlistMatchId,
}

impl EventId {
    /// The lowest id of the first whole millisecond at or after the moment: where a period begins among events, whose
    /// ids are their time.
    #[must_use]
    pub fn first_at(moment: Timestamp) -> Self {
        let (seconds, nanoseconds) = moment.unix_parts();
        let milliseconds = u128::from(seconds) * 1000 + u128::from(nanoseconds.div_ceil(1_000_000));
        Self(uuid::Uuid::from_u128(milliseconds << 80))
    }
}

fn uuid_at(now: Timestamp) -> uuid::Uuid {
    let (seconds, nanoseconds) = now.unix_parts();
    uuid::Uuid::new_v7(uuid::Timestamp::from_unix(uuid::NoContext, seconds, nanoseconds))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_sort_as_their_time_does() {
        let earlier = VisitId::new(Timestamp::parse("2026-11-01T00:00:00Z").unwrap());
        let later = VisitId::new(Timestamp::parse("2026-11-01T00:00:01Z").unwrap());
        assert!(earlier < later);
    }

    #[test]
    fn a_period_begins_at_the_first_id_of_its_millisecond() {
        let at = |text: &str| Timestamp::parse(text).unwrap();
        let first = EventId::first_at(at("2026-11-01T00:00:00.001Z"));
        assert!(first < EventId::new(at("2026-11-01T00:00:00.001Z")));
        assert!(first > EventId::new(at("2026-11-01T00:00:00.000999Z")));
        assert_eq!(first, EventId::first_at(at("2026-11-01T00:00:00.000001Z")));
    }

    #[test]
    fn only_the_hyphenated_form_is_an_id() {
        assert!("6513270e-269e-4d37-b2a7-4de452e6b438".parse::<VisitId>().is_ok());
        assert!("6513270e269e4d37b2a74de452e6b438".parse::<VisitId>().is_err());
        assert!("{6513270e-269e-4d37-b2a7-4de452e6b43}".parse::<VisitId>().is_err());
    }
}
