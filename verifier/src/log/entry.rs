//! One entry: a line of JSON, looked into and never written anew.

use crate::at::At;
use crate::json::{Raw, Rules};

/// The fields of an entry, as the bytes they were written in.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Entry<'e> {
    v: Option<Raw<'e>>,
    org: Option<Raw<'e>>,
    seq: Option<Raw<'e>>,
    at: Option<Raw<'e>>,
    pub(super) via: Option<Raw<'e>>,
    pub(super) actor: Option<Raw<'e>>,
    pub(super) ip: Option<Raw<'e>>,
    pub(super) ua: Option<Raw<'e>>,
    pub(super) action: Option<Raw<'e>>,
    pub(super) target: Option<Raw<'e>>,
    pub(super) prev: Option<Raw<'e>>,
    pub(super) reason: Option<Raw<'e>>,
    pub(super) diff: Option<Raw<'e>>,
    pub(super) request_id: Option<Raw<'e>>,
}

impl<'e> Entry<'e> {
    /// Reads a line; `None` when it is no JSON object that an entry may be.
    #[must_use]
    pub(super) fn read(line: &'e str) -> Option<Self> {
        let mut entry = Self::default();
        Raw::parse_object(line, Rules::Entry, |key, value| {
            if let Some(field) = entry.field(key) {
                *field = Some(value);
            }
        })
        .ok()?;
        Some(entry)
    }

    fn field(&mut self, key: &[u8]) -> Option<&mut Option<Raw<'e>>> {
        Some(match key {
            b"v" => &mut self.v,
            b"org" => &mut self.org,
            b"seq" => &mut self.seq,
            b"at" => &mut self.at,
            b"via" => &mut self.via,
            b"actor" => &mut self.actor,
            b"ip" => &mut self.ip,
            b"ua" => &mut self.ua,
            b"action" => &mut self.action,
            b"target" => &mut self.target,
            b"prev" => &mut self.prev,
            b"reason" => &mut self.reason,
            b"diff" => &mut self.diff,
            b"request_id" => &mut self.request_id,
            _ => return None,
        })
    }

    /// Whether it is of version 1 and of that organization.
    #[must_use]
    pub(super) fn is_of(&self, organization: &str) -> bool {
        self.v.and_then(Raw::integer) == Some(1)
            && self.org.and_then(Raw::string).is_some_and(|org| org == organization)
    }

    /// Its number.
    #[must_use]
    pub(super) fn seq(&self) -> Option<u64> {
        self.seq?.integer()
    }

    /// Its time.
    #[must_use]
    pub(super) fn at(&self) -> Option<At> {
        At::read(&self.at?.string()?)
    }

    /// What it speaks of, as kind and id.
    #[must_use]
    pub(super) fn target(&self) -> Option<(String, String)> {
        let text = |name| self.target?.field(name)?.string().map(std::borrow::Cow::into_owned);
        Some((text("kind")?, text("id")?))
    }

    /// The number of the previous entry with the same target: `None` when that cannot be read, `Some(None)` when
    /// there is none.
    #[must_use]
    pub(super) fn prev(&self) -> Option<Option<u64>> {
        let prev = self.prev?;
        if prev.is_null() { Some(None) } else { prev.integer().map(Some) }
    }
}
