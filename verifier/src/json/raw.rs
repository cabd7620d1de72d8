//! Values that were scanned once, and are looked into as bytes.

use std::borrow::Cow;

use super::scan::{Fault, Rules, Scanner};
use super::string;
use crate::encoding::decimal;

/// One JSON value, as it was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Raw<'t>(&'t str);

/// Kinds of values that fields of an entry are told apart by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    String,
    Object,
    Null,
    Number,
    Other,
}

/// The keys of an object with their values, in order.
pub type Fields<'t> = Vec<(Cow<'t, str>, Raw<'t>)>;

impl<'t> Raw<'t> {
    /// Reads a text that is one value, with blanks around it.
    ///
    /// # Errors
    /// When it is not, is not UTF-8, or breaks the rules.
    pub fn parse(text: &'t [u8], rules: Rules) -> Result<Self, Fault> {
        str::from_utf8(text).map_err(|_| Fault::Malformed)?;
        let mut scanner = Scanner::new(text, rules);
        scanner.blanks();
        let value = scanner.value(0)?;
        scanner.blanks();
        if scanner.rest.is_empty() { Ok(Self::trusted(value)) } else { Err(Fault::Malformed) }
    }

    /// Reads a text that is one object, and hands each field of it over, and what is in those that `opens`; one pass, and
    /// no list of them.
    ///
    /// # Errors
    /// When it is no object, has a key twice, or breaks the rules.
    pub(crate) fn parse_opened(
        text: &'t str,
        rules: Rules,
        opens: fn(&[u8]) -> bool,
        mut field: impl FnMut(Option<&[u8]>, &[u8], Self),
    ) -> Result<(), Fault> {
        let mut scanner = Scanner::new(text.as_bytes(), rules);
        scanner.blanks();
        scanner.opened_with(opens, |outer, key, value| field(outer, key, Self::trusted(value)))?;
        scanner.blanks();
        if scanner.rest.is_empty() { Ok(()) } else { Err(Fault::Malformed) }
    }

    /// Values are cut at ASCII marks out of a text that is UTF-8.
    fn trusted(value: &'t [u8]) -> Self {
        Self(str::from_utf8(value).unwrap_or_default())
    }

    /// The bytes as they were written.
    #[must_use]
    pub fn text(self) -> &'t str {
        self.0
    }

    /// Whether this is `null`.
    #[must_use]
    pub fn is_null(self) -> bool {
        self.0 == "null"
    }

    /// What kind of value this is.
    #[must_use]
    pub(crate) fn kind(self) -> Kind {
        match self.0.as_bytes().first() {
            Some(b'"') => Kind::String,
            Some(b'{') => Kind::Object,
            Some(b'n') => Kind::Null,
            Some(b'-' | b'0'..=b'9') => Kind::Number,
            _ => Kind::Other,
        }
    }

    /// What a string reads.
    #[must_use]
    pub fn string(self) -> Option<Cow<'t, str>> {
        let inner = self.0.strip_prefix('"')?.strip_suffix('"')?;
        match string::decode(inner.as_bytes()) {
            Cow::Borrowed(_) => Some(Cow::Borrowed(inner)),
            Cow::Owned(bytes) => String::from_utf8(bytes).ok().map(Cow::Owned),
        }
    }

    /// An integer from 0 and below 2^53.
    #[must_use]
    pub fn integer(self) -> Option<u64> {
        decimal(self.0)
    }

    /// The values of a list.
    #[must_use]
    pub fn list(self) -> Option<Vec<Self>> {
        let mut scanner = Scanner::new(self.0.as_bytes(), Rules::Json);
        scanner.expect(b'[').ok()?;
        let mut values = Vec::new();
        if scanner.opens_empty(b']', 0).ok()? {
            return Some(values);
        }
        loop {
            values.push(Self::trusted(scanner.value(1).ok()?));
            if scanner.closes(b']').ok()? {
                return Some(values);
            }
        }
    }

    /// The fields of an object.
    #[must_use]
    pub fn object(self) -> Option<Fields<'t>> {
        let mut fields = Vec::new();
        let mut scanner = Scanner::new(self.0.as_bytes(), Rules::Json);
        scanner
            .object_with(0, |key, value| {
                fields.push((String::from_utf8_lossy(key).into_owned().into(), Self::trusted(value)));
            })
            .ok()?;
        Some(fields)
    }

    /// A field of an object.
    #[must_use]
    pub fn field(self, name: &str) -> Option<Self> {
        let mut found = None;
        let mut scanner = Scanner::new(self.0.as_bytes(), Rules::Json);
        scanner
            .object_with(0, |key, value| {
                if key == name.as_bytes() {
                    found = Some(Self::trusted(value));
                }
            })
            .ok()?;
        found
    }

    /// The value that a JSON Pointer (RFC 6901) leads to.
    #[must_use]
    pub fn pointed(self, pointer: &str) -> Option<Self> {
        let steps = if pointer.is_empty() { None } else { Some(pointer.strip_prefix('/')?.split('/')) };
        steps.into_iter().flatten().try_fold(self, |value, step| {
            if step.split('~').skip(1).any(|rest| !rest.starts_with(['0', '1'])) {
                return None;
            }
            let name = step.replace("~1", "/").replace("~0", "~");
            match value.list() {
                Some(list) => list.get(usize::try_from(decimal(&name)?).ok()?).copied(),
                None => value.field(&name),
            }
        })
    }
}
