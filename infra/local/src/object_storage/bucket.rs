//! One bucket: its objects with all their versions, and the rule that keeps locked ones.

use std::collections::BTreeMap;
use std::ops::Bound;

use time::{Duration, OffsetDateTime};

use super::files::Content;
use super::received::Algorithm;
use super::refusal::{Code, Outcome, Refusal};
use crate::machine;

/// The version of an object in a bucket that keeps none.
const NULL_VERSION: &str = "null";
/// Most bytes of a key (Amazon S3, object keys).
const KEY_BYTES_MAX: usize = 1024;

/// How a bucket is made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rules {
    /// The account that owns it.
    pub owner: String,
    /// Whether what is overwritten or deleted is kept.
    pub has_versions: bool,
    /// How long each version is locked from the moment it is written.
    pub retention: Option<Retention>,
}

/// The default retention of a bucket with Object Lock.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Retention {
    /// `COMPLIANCE` or `GOVERNANCE`; both are kept, and no request bypasses the second.
    pub mode: String,
    /// Days from the moment an object is written.
    pub days: u32,
}

/// Bytes with what belongs to them.
#[derive(Clone, Debug)]
pub(super) struct Object {
    pub(super) content: Content,
    pub(super) etag: String,
    pub(super) checksum: Option<(Algorithm, String)>,
    pub(super) headers: Vec<(&'static str, String)>,
}

/// One version of an object.
#[derive(Clone, Debug)]
pub(super) struct Version {
    pub(super) id: String,
    pub(super) modified: OffsetDateTime,
    /// Absent where it says that the object was deleted.
    pub(super) object: Option<Object>,
    /// Until when no request deletes it.
    pub(super) retained_until: Option<OffsetDateTime>,
}

/// A bucket.
#[derive(Debug)]
pub(super) struct Bucket {
    pub(super) rules: Rules,
    pub(super) created: OffsetDateTime,
    /// By key, the version that was written first before all others. No key is without a version.
    objects: BTreeMap<String, Vec<Version>>,
}

/// What became of a deletion.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Deleted {
    /// The version that is gone, or the marker that was made.
    pub(super) version: Option<String>,
    pub(super) is_marker: bool,
}

impl Bucket {
    pub(super) fn new(rules: Rules) -> Self {
        Self { rules, created: machine::now(), objects: BTreeMap::new() }
    }

    /// The keys from one on, in their order, with their versions, oldest first.
    pub(super) fn range<'a>(&'a self, from: &'a str) -> impl Iterator<Item = (&'a str, &'a [Version])> {
        self.objects
            .range::<str, _>((Bound::Included(from), Bound::Unbounded))
            .map(|(key, versions)| (key.as_str(), versions.as_slice()))
    }

    /// Writes an object, only as the first of its name where that is asked for. Gives its version.
    pub(super) fn put(&mut self, key: &str, object: Object, only_if_absent: bool) -> Outcome<&Version> {
        if key.len() > KEY_BYTES_MAX {
            return Err(Refusal::new(Code::KeyTooLongError, "the key has more than 1,024 bytes"));
        }
        let versions = self.objects.entry(key.to_owned()).or_default();
        if only_if_absent && versions.last().is_some_and(|newest| newest.object.is_some()) {
            return Err(Refusal::new(Code::PreconditionFailed, "an object of this name is there"));
        }
        let modified = machine::now();
        let days = |retention: &Retention| Duration::days(retention.days.into());
        let retained_until = self.rules.retention.as_ref().and_then(|kept| modified.checked_add(days(kept)));
        let version = Version { id: new_id(self.rules.has_versions), modified, object: Some(object), retained_until };
        Ok(add(versions, version, self.rules.has_versions))
    }

    /// A version, or the newest one.
    pub(super) fn find(&self, key: &str, version: Option<&str>) -> Outcome<(&Version, &Object)> {
        let absent = || Refusal::new(Code::NoSuchKey, "the specified key does not exist");
        let versions = self.objects.get(key);
        let found = match version {
            None => versions.and_then(|versions| versions.last()).ok_or_else(absent)?,
            Some(id) => versions
                .and_then(|versions| versions.iter().find(|version| version.id == id))
                .ok_or_else(|| Refusal::new(Code::NoSuchVersion, "the specified version does not exist"))?,
        };
        match (&found.object, version) {
            (Some(object), _) => Ok((found, object)),
            (None, None) => Err(Refusal { is_deleted: true, ..absent() }),
            (None, Some(_)) => {
                let refusal = Refusal::new(Code::MethodNotAllowed, "this version is a delete marker");
                Err(Refusal { is_deleted: true, ..refusal })
            }
        }
    }

    /// Deletes one version, or hides the object behind a delete marker. What is not there is deleted already.
    pub(super) fn delete(&mut self, key: &str, version: Option<&str>) -> Outcome<Deleted> {
        let Some(id) = version else { return Ok(self.hide(key)) };
        let Some(versions) = self.objects.get_mut(key) else {
            return Ok(Deleted { version: Some(id.to_owned()), is_marker: false });
        };
        let position = versions.iter().position(|version| version.id == id);
        let is_locked = |version: &Version| version.retained_until.is_some_and(|until| machine::now() < until);
        if position.and_then(|position| versions.get(position)).is_some_and(is_locked) {
            return Err(Refusal::new(Code::AccessDenied, "the version is locked"));
        }
        let removed = position.map(|position| versions.remove(position));
        if versions.is_empty() {
            self.objects.remove(key);
        }
        let is_marker = removed.is_some_and(|version| version.object.is_none());
        Ok(Deleted { version: Some(id.to_owned()), is_marker })
    }

    fn hide(&mut self, key: &str) -> Deleted {
        if !self.rules.has_versions {
            self.objects.remove(key);
            return Deleted { version: None, is_marker: false };
        }
        let marker = Version { id: new_id(true), modified: machine::now(), object: None, retained_until: None };
        let versions = self.objects.entry(key.to_owned()).or_default();
        let version = Some(add(versions, marker, true).id.clone());
        Deleted { version, is_marker: true }
    }
}

fn new_id(has_versions: bool) -> String {
    if has_versions { machine::id().simple().to_string() } else { NULL_VERSION.to_owned() }
}

fn add(versions: &mut Vec<Version>, version: Version, keeps_older: bool) -> &Version {
    if !keeps_older {
        versions.clear();
    }
    versions.push_mut(version)
}
