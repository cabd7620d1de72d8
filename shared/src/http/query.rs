//! Query parameters: each at most once, none unknown, every value of its type.

use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};

use crate::{
    error::{Error, Result},
    id::{
        AccessReviewId, CredentialId, EventId, ExportId, HostId, ImpersonationId, KioskId, LogStreamId, MemberId,
        NoticeVersionId, SiteId, VisitId, VisitTypeId,
    },
};

/// Items of a page when the caller does not say.
pub const LIMIT_DEFAULT: u16 = 50;
/// Most items of a page.
pub const LIMIT_MAX: u16 = 200;

/// The parameters of a request, taken out one by one.
#[derive(Debug)]
pub struct Query(Vec<(String, String)>);

impl Query {
    /// Reads `a=b&c=d`.
    ///
    /// # Errors
    /// [`Error::Malformed`] when a parameter comes twice.
    pub fn parse(raw: &str) -> Result<Self> {
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
        Ok(Self(pairs))
    }

    /// Takes a parameter out and reads it with a function that answers `None` for a wrong value.
    ///
    /// # Errors
    /// [`Error::Malformed`] naming the parameter.
    pub fn take_with<T>(&mut self, name: &str, read: impl FnOnce(&str) -> Option<T>) -> Result<Option<T>> {
        let Some(at) = self.0.iter().position(|(known, _)| known == name) else {
            return Ok(None);
        };
        let (_, value) = self.0.swap_remove(at);
        read(&value).map(Some).ok_or_else(|| refused(name, "wrong_value"))
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
    /// [`Error::Malformed`] when the limit is not between 1 and [`LIMIT_MAX`] or the cursor is not ours.
    pub fn take_page<P: Position>(&mut self) -> Result<Page<P>> {
        let limit =
            self.take_with("limit", |text| text.parse().ok().filter(|limit| (1..=LIMIT_MAX).contains(limit)))?;
        let after = self.take_with("cursor", |text| Cursor::parse(text).map(|cursor| cursor.0))?;
        Ok(Page { limit: limit.unwrap_or(LIMIT_DEFAULT), after })
    }

    /// Refuses what no one took out.
    ///
    /// # Errors
    /// [`Error::Malformed`] naming the first unknown parameter.
    pub fn finish(self) -> Result<()> {
        self.0.first().map_or(Ok(()), |(name, _)| Err(refused(name, "unknown_parameter")))
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
        Ok(rows.last().filter(|_| fitting < before).map(|last| Cursor(position(last)).to_text()))
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
    VisitTypeId
);

/// A position as the caller sees it: opaque, with a version before it.
#[derive(Debug, PartialEq, Eq)]
pub struct Cursor<P>(pub P);

impl<P: Position> Cursor<P> {
    const VERSION: u8 = 1;

    /// The text in `next_cursor`.
    #[must_use]
    pub fn to_text(&self) -> String {
        let mut bytes = vec![Self::VERSION];
        bytes.extend(self.0.to_bytes());
        BASE64_URL_SAFE_NO_PAD.encode(bytes)
    }

    fn parse(text: &str) -> Option<Self> {
        let bytes = BASE64_URL_SAFE_NO_PAD.decode(text).ok()?;
        match bytes.split_first() {
            Some((&Self::VERSION, position)) => P::of_bytes(position).map(Cursor),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_parameter_twice_or_unknown_is_refused() {
        assert!(Query::parse("a=1&a=2").is_err());
        assert!(Query::parse("a=1").unwrap().finish().is_err());
        assert!(Query::parse("").unwrap().finish().is_ok());
    }

    #[test]
    fn a_page_has_bounds() {
        for (raw, good) in
            [("limit=1", true), ("limit=200", true), ("limit=0", false), ("limit=201", false), ("limit=x", false)]
        {
            assert_eq!(Query::parse(raw).unwrap().take_page::<i64>().is_ok(), good, "{raw}");
        }
    }

    #[test]
    fn a_cursor_is_read_back_and_a_foreign_one_refused() {
        let text = Cursor(41_i64).to_text();
        assert_eq!(Cursor::<i64>::parse(&text), Some(Cursor(41)));
        assert_eq!(Cursor::<i64>::parse("AAAA"), None);
        assert!(Query::parse("cursor=zzz").unwrap().take_page::<i64>().is_err());
    }
}
