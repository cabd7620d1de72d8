//! Query parameters: each at most once, none unknown, every value of its type.

use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};

use crate::{
    authn::sha256,
    error::{Error, Result},
    id::{
        AccessReviewId, CredentialId, EventId, ExportId, HostId, ImpersonationId, KioskId, LogStreamId, MemberId,
        NoticeVersionId, SiteId, VisitId, VisitTypeId, WatchlistEntryId, WatchlistMatchId,
    },
};

/// Items of a page when the caller does not say.
pub const LIMIT_DEFAULT: u16 = 50;
/// Most items of a page.
pub const LIMIT_MAX: u16 = 200;

/// The parameters of a request, taken out one by one.
#[derive(Debug)]
pub struct Query {
    pairs: Vec<(String, String)>,
    /// Which list is asked for, where it is one.
    list: ListTag,
}

/// What tells one list from another: the beginning of the SHA-256 of its path.
type ListTag = [u8; 4];

impl Query {
    /// Reads `a=b&c=d` of a request to this path.
    ///
    /// # Errors
    /// [`Error::Malformed`] when a parameter comes twice.
    pub fn parse(path: &str, raw: &str) -> Result<Self> {
        let mut pairs: Vec<(String, String)> = Vec::new();
        for (name, value) in url::form_urlencoded::parse(raw.as_bytes()) {
            if pairs.iter().any(|(known, _)| *known == name) {
                return Err(refused(&name, "repeated"));
            }
            if value.contains('\0') {
                return Err(refused(&name, "nul"));
            }
            pairs.push((name.into_owned(), value.into_owned()));
        }
        let [a, b, c, d, ..] = sha256(path.as_bytes());
        Ok(Self { pairs, list: [a, b, c, d] })
    }

    /// Takes a parameter out and reads it with a function that answers `None` for a wrong value. A value that would be right
    /// with `+` in the place of a space had a `+` that was not escaped, as in the offset of a time.
    ///
    /// # Errors
    /// [`Error::Malformed`] naming the parameter.
    pub fn take_with<T>(&mut self, name: &str, read: impl Fn(&str) -> Option<T>) -> Result<Option<T>> {
        let Some(at) = self.pairs.iter().position(|(known, _)| known == name) else {
            return Ok(None);
        };
        let (_, value) = self.pairs.swap_remove(at);
        read(&value).map(Some).ok_or_else(|| {
            let is_unescaped = value.contains(' ') && read(&value.replace(' ', "+")).is_some();
            refused(name, if is_unescaped { "plus_not_escaped" } else { "wrong_value" })
        })
    }

    /// Takes a parameter out and parses it.
    ///
    /// # Errors
    /// [`Error::Malformed`] naming the parameter.
    pub fn take<T: std::str::FromStr>(&mut self, name: &str) -> Result<Option<T>> {
        self.take_with(name, |text| text.parse().ok())
    }

    /// Takes `limit` and `cursor` out.
    ///
    /// # Errors
    /// [`Error::Malformed`] when the limit is not between 1 and [`LIMIT_MAX`] or the cursor is not one of this list.
    pub fn take_page<P: Position>(&mut self) -> Result<Page<P>> {
        let limit =
            self.take_with("limit", |text| text.parse().ok().filter(|limit| (1..=LIMIT_MAX).contains(limit)))?;
        let list = self.list;
        let after = self.take_with("cursor", |text| Cursor::parse(text, list).map(|cursor| cursor.position))?;
        Ok(Page { limit: limit.unwrap_or(LIMIT_DEFAULT), after, list })
    }

    /// Refuses what no one took out.
    ///
    /// # Errors
    /// [`Error::Malformed`] naming the first unknown parameter.
    pub fn finish(self) -> Result<()> {
        self.pairs.first().map_or(Ok(()), |(name, _)| Err(refused(name, "unknown_parameter")))
    }
}

fn refused(name: &str, code: &'static str) -> Error {
    let shown: String = name.chars().filter(|c| !c.is_control()).take(64).collect();
    Error::malformed(format!("?{shown}"), code)
}

/// Most bytes of the items of a page: Lambda gives 6 MB away with everything around it.
pub const PAGE_BYTES_MAX: usize = 4_500_000;

/// A page of a list: so many items after a position.
#[derive(Debug)]
pub struct Page<P> {
    /// Most items.
    pub limit: u16,
    /// Position of the last item of the page before; none for the first page.
    pub after: Option<P>,
    list: ListTag,
}

impl<P: Position> Page<P> {
    /// How many rows to ask for: one more than the page, to know whether there is another.
    #[must_use]
    pub fn probe(&self) -> i64 {
        i64::from(self.limit) + 1
    }

    /// Cuts the rows to the page, by count and by bytes, and gives the cursor of the next, if there is one. A page has at
    /// least one row, if there is any.
    fn cut<T: serde::Serialize>(&self, rows: &mut Vec<T>, position: impl Fn(&T) -> P) -> Result<Option<String>> {
        let before = rows.len();
        let mut bytes = 0;
        let mut fitting = 0;
        for row in rows.iter().take(self.limit.into()) {
            bytes += serde_json::to_vec(row).map_err(Error::internal)?.len() + 1;
            if bytes > PAGE_BYTES_MAX && fitting > 0 {
                break;
            }
            fitting += 1;
        }
        rows.truncate(fitting);
        Ok(rows
            .last()
            .filter(|_| fitting < before)
            .map(|last| Cursor { position: position(last), list: self.list }.to_text()))
    }
}

/// A page of a list, as it is answered.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub struct List<T> {
    /// The items.
    pub items: Vec<T>,
    /// Where the next page begins; null on the last.
    pub next_cursor: Option<String>,
}

impl<T: serde::Serialize> List<T> {
    /// Cuts what the database answered to the page. A page has as many items as were asked for, or fewer where they are
    /// large: `next_cursor` alone says whether there are more.
    ///
    /// # Errors
    /// [`Error::Internal`] when an item cannot be written as JSON.
    pub fn cut<P: Position>(page: &Page<P>, mut items: Vec<T>, position: impl Fn(&T) -> P) -> Result<Self> {
        let next_cursor = page.cut(&mut items, position)?;
        Ok(Self { items, next_cursor })
    }
}

/// A place in a list, small enough for a cursor.
pub trait Position: Sized {
    /// As bytes.
    fn to_bytes(&self) -> Vec<u8>;
    /// From bytes; none when they are not one.
    fn of_bytes(bytes: &[u8]) -> Option<Self>;
}

impl Position for i64 {
    fn to_bytes(&self) -> Vec<u8> {
        self.to_be_bytes().to_vec()
    }

    fn of_bytes(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(Self::from_be_bytes).filter(|position| *position >= 0)
    }
}

macro_rules! id_positions {
    ($($id:ident),+) => {$(
        impl Position for $id {
            fn to_bytes(&self) -> Vec<u8> {
                self.uuid().as_bytes().to_vec()
            }

            fn of_bytes(bytes: &[u8]) -> Option<Self> {
                uuid::Uuid::from_slice(bytes).ok().map(Self::from)
            }
        }
    )+};
}
id_positions!(
    AccessReviewId,
    CredentialId,
    EventId,
    ExportId,
    HostId,
    ImpersonationId,
    KioskId,
    LogStreamId,
    MemberId,
    NoticeVersionId,
    SiteId,
    VisitId,
    VisitTypeId,
    WatchlistEntryId,
    WatchlistMatchId
);

/// A position as the caller sees it: opaque, with a version and its list before it.
#[derive(Debug, PartialEq, Eq)]
struct Cursor<P> {
    position: P,
    list: ListTag,
}

impl<P: Position> Cursor<P> {
    /// 1 was a position without its list.
    const VERSION: u8 = 2;

    /// The text in `next_cursor`.
    fn to_text(&self) -> String {
        let mut bytes = vec![Self::VERSION];
        bytes.extend(self.list);
        bytes.extend(self.position.to_bytes());
        BASE64_URL_SAFE_NO_PAD.encode(bytes)
    }

    /// Reads one of this list.
    fn parse(text: &str, list: ListTag) -> Option<Self> {
        let bytes = BASE64_URL_SAFE_NO_PAD.decode(text).ok()?;
        let position = bytes.strip_prefix(&[Self::VERSION])?.strip_prefix(&list)?;
        P::of_bytes(position).map(|position| Self { position, list })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::Timestamp;

    fn query(raw: &str) -> Query {
        Query::parse("/v1/sites", raw).unwrap()
    }

    #[test]
    fn a_parameter_twice_or_unknown_is_refused() {
        assert!(Query::parse("/", "a=1&a=2").is_err());
        assert!(query("a=1").finish().is_err());
        assert!(query("").finish().is_ok());
    }

    #[test]
    fn a_page_has_bounds() {
        for (raw, good) in
            [("limit=1", true), ("limit=200", true), ("limit=0", false), ("limit=201", false), ("limit=x", false)]
        {
            assert_eq!(query(raw).take_page::<i64>().is_ok(), good, "{raw}");
        }
    }

    #[test]
    fn a_cursor_is_read_back_in_its_own_list_alone() {
        let page = query("limit=1").take_page::<i64>().unwrap();
        let cursor = page.cut(&mut vec![41_i64, 42], |position| *position).unwrap().unwrap();
        let raw = format!("cursor={cursor}");
        assert_eq!(query(&raw).take_page::<i64>().unwrap().after, Some(41));
        assert!(Query::parse("/v1/hosts", &raw).unwrap().take_page::<i64>().is_err());
        for foreign in ["zzz", "AAAA", "", "AQAAAAAAAAAp"] {
            assert!(query(&format!("cursor={foreign}")).take_page::<i64>().is_err(), "{foreign}");
        }
    }

    #[test]
    fn a_plus_that_was_not_escaped_is_named() {
        let read = |value: &str| {
            let taken = query(&format!("at={value}")).take_with("at", |text| Timestamp::parse(text).ok());
            taken.map_err(|error| error.fields()[0].code.to_string())
        };
        assert!(read("2026-11-01T08:00:00%2B01:00").unwrap().is_some());
        assert_eq!(read("2026-11-01T08:00:00+01:00").unwrap_err(), "plus_not_escaped");
        assert_eq!(read("9999-12-31T23:59:59-01:00").unwrap_err(), "wrong_value");
    }
}
