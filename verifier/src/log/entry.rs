//! One entry: a line of JSON, looked into and never written anew.

use std::hash::{BuildHasher, Hasher, RandomState};

use crate::at::At;
use crate::json::{Fault, Kind, Raw, Rules};

/// The kinds that an actor may be of.
const ACTOR_KINDS: [&str; 7] = ["member", "api_token", "kiosk", "staff", "visitor", "webhook", "system"];

/// The fields of an entry, as the bytes they were written in.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Entry<'e> {
    v: Option<Raw<'e>>,
    org: Option<Raw<'e>>,
    seq: Option<Raw<'e>>,
    at: Option<Raw<'e>>,
    pub(super) via: Option<Raw<'e>>,
    actor: Option<Raw<'e>>,
    pub(super) actor_kind: Option<Raw<'e>>,
    pub(super) actor_id: Option<Raw<'e>>,
    pub(super) impersonation: Option<Raw<'e>>,
    pub(super) ip: Option<Raw<'e>>,
    pub(super) ua: Option<Raw<'e>>,
    pub(super) action: Option<Raw<'e>>,
    target: Option<Raw<'e>>,
    pub(super) target_kind: Option<Raw<'e>>,
    pub(super) target_id: Option<Raw<'e>>,
    pub(super) prev: Option<Raw<'e>>,
    pub(super) reason: Option<Raw<'e>>,
    pub(super) diff: Option<Raw<'e>>,
    added: Option<Raw<'e>>,
    removed: Option<Raw<'e>>,
    changed: Option<Raw<'e>>,
    pub(super) request_id: Option<Raw<'e>>,
    /// Whether there is a field that the format does not have.
    has_more: bool,
}

impl<'e> Entry<'e> {
    /// Reads a line.
    ///
    /// # Errors
    /// When it is no JSON object that an entry may be, or larger than is taken on.
    pub(super) fn read(line: &'e str) -> Result<Self, Fault> {
        let mut entry = Self::default();
        let opens = |key: &[u8]| matches!(key, b"actor" | b"target" | b"diff");
        Raw::parse_opened(line, Rules::Entry, opens, |outer, key, value| match entry.field(outer, key) {
            Some(field) => *field = Some(value),
            None => entry.has_more = true,
        })?;
        Ok(entry)
    }

    fn field(&mut self, outer: Option<&[u8]>, key: &[u8]) -> Option<&mut Option<Raw<'e>>> {
        Some(match (outer, key) {
            (None, b"v") => &mut self.v,
            (None, b"org") => &mut self.org,
            (None, b"seq") => &mut self.seq,
            (None, b"at") => &mut self.at,
            (None, b"via") => &mut self.via,
            (None, b"actor") => &mut self.actor,
            (None, b"ip") => &mut self.ip,
            (None, b"ua") => &mut self.ua,
            (None, b"action") => &mut self.action,
            (None, b"target") => &mut self.target,
            (None, b"prev") => &mut self.prev,
            (None, b"reason") => &mut self.reason,
            (None, b"diff") => &mut self.diff,
            (None, b"request_id") => &mut self.request_id,
            (Some(b"actor"), b"kind") => &mut self.actor_kind,
            (Some(b"actor"), b"id") => &mut self.actor_id,
            (Some(b"actor"), b"impersonation") => &mut self.impersonation,
            (Some(b"target"), b"kind") => &mut self.target_kind,
            (Some(b"target"), b"id") => &mut self.target_id,
            (Some(b"diff"), b"added") => &mut self.added,
            (Some(b"diff"), b"removed") => &mut self.removed,
            (Some(b"diff"), b"changed") => &mut self.changed,
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

    /// Whether all fields of the format are there, each of its kind, and no other.
    #[must_use]
    pub(super) fn is_whole(&self) -> bool {
        let is = |field: Option<Raw<'_>>, kinds: &[Kind]| field.is_some_and(|raw| kinds.contains(&raw.kind()));
        let texts = [self.via, self.action, self.request_id];
        let parts = [self.actor_kind, self.actor_id, self.target_kind, self.target_id];
        let objects = [self.actor, self.target, self.diff, self.added, self.removed, self.changed];
        !self.has_more
            && texts.into_iter().chain(parts).all(|field| is(field, &[Kind::String]))
            && objects.into_iter().all(|field| is(field, &[Kind::Object]))
            && [self.ip, self.ua].into_iter().all(|field| is(field, &[Kind::String, Kind::Null, Kind::Object]))
            && is(self.reason, &[Kind::String, Kind::Null])
            && self.impersonation.is_none_or(|raw| raw.kind() == Kind::String)
            && self.actor_kind.and_then(Raw::string).is_some_and(|kind| ACTOR_KINDS.contains(&kind.as_ref()))
            && self.prev().is_some_and(|prev| prev.is_none_or(|prev| self.seq().is_some_and(|seq| prev < seq)))
    }

    /// What it speaks of, as kind and id.
    #[must_use]
    pub(super) fn target(&self) -> Option<(String, String)> {
        let text = |field: Option<Raw<'_>>| field?.string().map(std::borrow::Cow::into_owned);
        Some((text(self.target_kind)?, text(self.target_id)?))
    }

    /// What it speaks of, hashed, and the entry that it names before it.
    #[must_use]
    pub(super) fn named(&self, state: &RandomState) -> Named {
        let mut hasher = state.build_hasher();
        for field in [self.target_kind, self.target_id] {
            hasher.write(field.and_then(Raw::string).unwrap_or_default().as_bytes());
            // No text of an entry holds this byte.
            hasher.write_u8(0xff);
        }
        Named { target: hasher.finish(), prev: self.prev().flatten() }
    }

    /// The number of the previous entry with the same target: `None` when that cannot be read, `Some(None)` when
    /// there is none.
    #[must_use]
    pub(super) fn prev(&self) -> Option<Option<u64>> {
        let prev = self.prev?;
        if prev.is_null() { Some(None) } else { prev.integer().map(Some) }
    }

    /// The SHA-256 of the text that it says was signed, as it is written.
    #[must_use]
    pub(super) fn signed_text(&self) -> Option<String> {
        Some(self.added?.field("nda_text_sha256")?.string()?.into_owned())
    }
}

/// The target of an entry, hashed under a key of this run so that no two can be prepared that share a hash, and the
/// entry before it with the same target.
#[derive(Clone, Copy, Debug)]
pub(super) struct Named {
    pub(super) target: u64,
    pub(super) prev: Option<u64>,
}
