//! One SQL statement with typed parameters, and what is read from its rows.

use tokio_postgres::types::{FromSql, ToSql, Type};

use crate::{
    clock::Timestamp,
    domain::{export, impersonation, log_break, mail, member, notice, review, stream, text, visit},
    error::{Error, Result},
    id,
};

/// A value that can stand in for `$1`. The type is named, so that no statement has to be prepared first.
pub trait Parameter: ToSql + Send + Sync + 'static {
    /// PostgreSQL's type of it.
    const KIND: Type;
}

macro_rules! parameters {
    ($($kind:ident: $($rust:ty),+;)*) => {$($(
        impl Parameter for $rust {
            const KIND: Type = Type::$kind;
        }
    )+)*};
}

parameters! {
    UUID: id::AccessReviewId, id::AccessReviewItemId, id::CredentialId, id::EventId, id::ExportId, id::ExportKeyId, id::HandOffId, id::HostId, id::IdScanId, id::ImpersonationId, id::KeyId, id::KioskId, id::LogStreamId, id::MailId, id::MemberId,
        id::NoticeVersionId, id::ObjectId, id::OrganizationId, id::PersonId, id::ReviewSubjectId, id::SiteId, id::StaffId, id::VisitId, id::VisitTypeId,
        id::WatchlistEntryId, id::WatchlistMatchId;
    TEXT: String, &'static str, text::AwsAccount, text::AwsRegion, text::BucketName, text::CollectorUrl, text::Company, text::EmailAddress, text::HazardClass, text::KnownAddress, text::LicenceNumber,
        text::Locale, text::Name, text::PhoneNumber, text::Plate, text::Purpose, text::ShortText, text::Slug,
        text::TimeZone, text::UnNumber, notice::NoticeText;
    TEXT_ARRAY: Vec<String>, Vec<&'static str>, Vec<text::ShortText>, Vec<visit::HoldReason>;
    UUID_ARRAY: Vec<id::CredentialId>, Vec<id::EventId>, Vec<id::ObjectId>;
    BYTEA: Vec<u8>, crate::vault::Sealed;
    BYTEA_ARRAY: Vec<Vec<u8>>;
    INT4: i32;
    INT8: i64;
    INT8_ARRAY: Vec<i64>;
    BOOL: bool;
    JSONB: serde_json::Value;
    TIMESTAMPTZ: Timestamp;
}

impl<T: Parameter> Parameter for Option<T> {
    const KIND: Type = T::KIND;
}

/// What is read from a column as one of a few words, by `of_word`.
macro_rules! word_columns {
    ($($word:ty),+) => {$(
        impl<'a> tokio_postgres::types::FromSql<'a> for $word {
            fn from_sql(
                kind: &tokio_postgres::types::Type,
                raw: &'a [u8],
            ) -> std::result::Result<Self, Box<dyn std::error::Error + Sync + Send>> {
                Self::of_word(<&str>::from_sql(kind, raw)?).ok_or_else(|| "unknown word in a column".into())
            }

            tokio_postgres::types::accepts!(TEXT);
        }
    )+};
}
pub(crate) use word_columns;

macro_rules! word_parameters {
    ($($word:ty),+) => {$(
        impl ToSql for $word {
            fn to_sql(
                &self,
                kind: &Type,
                out: &mut tokio_postgres::types::private::BytesMut,
            ) -> Result<tokio_postgres::types::IsNull, Box<dyn std::error::Error + Sync + Send>> {
                self.word().to_sql(kind, out)
            }

            tokio_postgres::types::accepts!(TEXT);
            tokio_postgres::types::to_sql_checked!();
        }

        impl Parameter for $word {
            const KIND: Type = Type::TEXT;
        }

        word_columns!($word);
    )+};
}
word_parameters!(
    visit::VisitorKind,
    visit::VisitState,
    visit::Trailer,
    visit::ImageKind,
    visit::DocumentSide,
    visit::HoldReason,
    visit::VisitDecision,
    notice::NoticeKind,
    visit::ListKind,
    visit::ListSeverity,
    visit::MatchOutcome
);
word_parameters!(export::ExportKind, export::ExportState, export::ExportFailure);
word_parameters!(impersonation::ImpersonationState, impersonation::ImpersonationEnder);
word_parameters!(crate::access::Role, log_break::BreakCause, mail::MailKind, member::MemberState);
word_parameters!(review::SubjectKind, review::ReviewDecision, review::DecidedHow);
word_parameters!(stream::StreamKind, stream::StreamState, stream::Undelivered);

/// A statement and its parameters. The text opens with a comment that names it, so that it can be found in
/// the database's log.
pub struct Statement {
    pub(crate) sql: &'static str,
    parameters: Vec<(Box<dyn ToSql + Send + Sync>, Type)>,
}

impl Statement {
    /// A statement without parameters yet.
    #[must_use]
    pub const fn new(sql: &'static str) -> Self {
        Self { sql, parameters: Vec::new() }
    }

    /// Binds the next parameter.
    #[must_use]
    pub fn bind<T: Parameter>(mut self, value: T) -> Self {
        self.parameters.push((Box::new(value), T::KIND));
        self
    }

    /// Binds what another one binds, behind what is bound here.
    #[must_use]
    pub(crate) fn bind_all_of(mut self, other: Self) -> Self {
        self.parameters.extend(other.parameters);
        self
    }

    /// Reads exactly one row; none is [`Error::NotFound`].
    #[must_use]
    pub fn one<T: 'static>(self, read: fn(&Row) -> Result<T>) -> Lookup<T> {
        Lookup::new(self, Box::new(move |rows| rows.first().ok_or(Error::NotFound).and_then(read)))
    }

    /// Reads the first row, if there is one.
    #[must_use]
    pub fn optional<T: 'static>(self, read: fn(&Row) -> Result<T>) -> Lookup<Option<T>> {
        Lookup::new(self, Box::new(move |rows| rows.first().map(read).transpose()))
    }

    /// Reads every row.
    #[must_use]
    pub fn all<T: 'static>(self, read: fn(&Row) -> Result<T>) -> Lookup<Vec<T>> {
        Lookup::new(self, Box::new(move |rows| rows.iter().map(read).collect()))
    }

    pub(crate) fn typed(&self) -> Vec<(&(dyn ToSql + Sync), Type)> {
        self.parameters
            .iter()
            .map(|(value, kind)| -> (&(dyn ToSql + Sync), Type) { (value.as_ref(), kind.clone()) })
            .collect()
    }
}

impl std::fmt::Debug for Statement {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.sql.lines().next().unwrap_or_default())
    }
}

/// Bytes in a document for a function of the database, as PostgreSQL writes a `bytea`. They say nothing of a person: what does
/// goes there as [`crate::vault::Sealed`].
#[derive(Clone, Copy, Debug)]
pub struct Bytes<'b>(pub &'b [u8]);

impl serde::Serialize for Bytes<'_> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        const DIGITS: &[u8; 16] = b"0123456789abcdef";
        let mut text = String::with_capacity(self.0.len().saturating_mul(2).saturating_add(2));
        text.push_str("\\x");
        for nibble in self.0.iter().flat_map(|byte| [byte >> 4, byte & 15]) {
            text.extend(DIGITS.get(usize::from(nibble)).copied().map(char::from));
        }
        serializer.serialize_str(&text)
    }
}

/// A row of an answer, read by column name.
pub struct Row(tokio_postgres::Row);

impl Row {
    pub(crate) const fn new(row: tokio_postgres::Row) -> Self {
        Self(row)
    }

    /// The column's value.
    ///
    /// # Errors
    /// [`Error::Internal`] when the column is absent or of another type.
    pub fn read<'r, T: FromSql<'r>>(&'r self, column: &str) -> Result<T> {
        self.0.try_get(column).map_err(Error::internal)
    }

    /// A 32-byte hash.
    ///
    /// # Errors
    /// [`Error::Internal`] when the column holds something else.
    pub fn read_hash(&self, column: &str) -> Result<[u8; 32]> {
        self.read::<&[u8]>(column)?.try_into().map_err(Error::internal)
    }
}

type Decode<T> = Box<dyn FnOnce(&[Row]) -> Result<T> + Send>;

/// A question to the database whose answer has a type.
pub struct Lookup<T> {
    pub(crate) statement: Statement,
    pub(crate) decode: Decode<T>,
}

impl<T> Lookup<T> {
    fn new(statement: Statement, decode: Decode<T>) -> Self {
        Self { statement, decode }
    }

    /// The same question with its answer turned into something else.
    #[must_use]
    pub fn map<U>(self, turn: impl FnOnce(T) -> Result<U> + Send + 'static) -> Lookup<U>
    where
        T: 'static,
    {
        let decode = self.decode;
        Lookup { statement: self.statement, decode: Box::new(move |rows| decode(rows).and_then(turn)) }
    }
}

/// Turns the rows of several statements, in the order they were sent, into one answer.
pub type DecodeAll<T> = Box<dyn FnOnce(&mut std::vec::IntoIter<Vec<Row>>) -> Result<T> + Send>;

/// Some questions asked in one round trip: a tuple of [`Lookup`]s, or one that may be absent.
pub trait Lookups {
    /// The answers, in the same order.
    type Found;

    /// How the answers are decoded, once the statements are sent.
    fn split(self, statements: &mut Vec<Statement>) -> DecodeAll<Self::Found>;
}

impl<T: Send + 'static> Lookups for Lookup<T> {
    type Found = T;

    fn split(self, statements: &mut Vec<Statement>) -> DecodeAll<T> {
        statements.push(self.statement);
        let decode = self.decode;
        Box::new(move |answers| decode(&answers.next().unwrap_or_default()))
    }
}

impl<L: Lookups> Lookups for Option<L>
where
    L::Found: 'static,
{
    type Found = Option<L::Found>;

    fn split(self, statements: &mut Vec<Statement>) -> DecodeAll<Self::Found> {
        match self {
            None => Box::new(|_| Ok(None)),
            Some(lookups) => {
                let decode = lookups.split(statements);
                Box::new(move |answers| decode(answers).map(Some))
            }
        }
    }
}

macro_rules! tuples_of_lookups {
    ($(($($name:ident)*))*) => {$(
        #[expect(non_snake_case, reason = "the type parameters name the values too")]
        impl<$($name: Lookups),*> Lookups for ($($name,)*)
        where
            $($name::Found: 'static,)*
        {
            type Found = ($($name::Found,)*);

            fn split(self, statements: &mut Vec<Statement>) -> DecodeAll<Self::Found> {
                let ($($name,)*) = self;
                $(let $name = $name.split(statements);)*
                Box::new(move |answers| Ok(($($name(answers)?,)*)))
            }
        }
    )*};
}
tuples_of_lookups! { (A B) (A B C) (A B C D) (A B C D E) (A B C D E F) (A B C D E F G) }

impl Lookups for () {
    type Found = ();

    fn split(self, _: &mut Vec<Statement>) -> DecodeAll<()> {
        Box::new(|_| Ok(()))
    }
}
