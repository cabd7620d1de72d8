//! The snapshot of an access review: who could do what at one moment, and the hash by which an edit of it shows.
//!
//! The hash is SHA-256 over one JSON array (RFC 8785) of the items in their order. Names and addresses are in it by a
//! salted commitment alone, so it stays true when an erasure replaces them and takes the salt.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use subtle::ConstantTimeEq as _;

use crate::{
    audit::{TargetKind, hex},
    authn::sha256,
    clock::Timestamp,
    domain::review::SubjectKind,
    error::{Error, Result},
    id::{MemberId, ReviewSubjectId, SiteId},
    secret::random_bytes,
    tenant::Row,
    vault::commitment,
};

/// What a member, token, kiosk or impersonation could do at one moment.
#[derive(Clone, Debug)]
pub struct Facts {
    /// What it is.
    pub subject_kind: SubjectKind,
    /// Which one.
    pub subject_id: ReviewSubjectId,
    /// Its name; of an impersonation, the name of the member of the staff who asked for it.
    pub name: String,
    /// Of a member, their address.
    pub email: Option<String>,
    /// Of a member what they are, of an impersonation as what they act.
    pub role: Option<String>,
    /// What it may do.
    pub permissions: Vec<String>,
    /// The only site at which it may act.
    pub site_id: Option<SiteId>,
    /// Of an API token, the member under whom it was made.
    pub member_id: Option<MemberId>,
    /// Since when it has had access.
    pub granted_at: Timestamp,
    /// When it was used last, to the minute.
    pub last_used_at: Option<Timestamp>,
}

impl Facts {
    /// Reads the columns of these names.
    ///
    /// # Errors
    /// When one is absent or of another type.
    pub fn read(row: &Row) -> Result<Self> {
        Ok(Self {
            subject_kind: row.read("subject_kind")?,
            subject_id: row.read("subject_id")?,
            name: row.read("name")?,
            email: row.read("email")?,
            role: row.read("role")?,
            permissions: row.read("permissions")?,
            site_id: row.read("site_id")?,
            member_id: row.read("member_id")?,
            granted_at: row.read("granted_at")?,
            last_used_at: row.read("last_used_at")?,
        })
    }

    fn commitment(&self, salt: &[u8]) -> [u8; 32] {
        // Neither holds a control character, so the line feed parts them beyond doubt.
        commitment(salt, format!("{}\n{}", self.name, self.email.as_deref().unwrap_or_default()).as_bytes())
    }
}

/// An item of a snapshot.
#[derive(Clone, Debug)]
pub struct SnapshotItem {
    /// What it could do.
    pub facts: Facts,
    /// Gone where name and address were erased.
    pub salt: Option<Vec<u8>>,
    /// Commitment to name and address.
    pub commit: [u8; 32],
}

impl SnapshotItem {
    /// An item with a salt of its own.
    ///
    /// # Errors
    /// When the random generator fails.
    pub fn new(facts: Facts) -> Result<Self> {
        let salt = random_bytes::<32>()?;
        Ok(Self { commit: facts.commitment(&salt), facts, salt: Some(salt.to_vec()) })
    }

    /// Reads the columns of an item.
    ///
    /// # Errors
    /// When one is absent or of another type.
    pub fn read(row: &Row) -> Result<Self> {
        Ok(Self { facts: Facts::read(row)?, salt: row.read("named_salt")?, commit: row.read_hash("named_commit")? })
    }

    /// True where name and address are those of the snapshot, or were erased.
    fn is_named_truly(&self) -> bool {
        self.salt.as_ref().is_none_or(|salt| self.facts.commitment(salt).ct_eq(&self.commit).into())
    }

    /// Its members in the order of their names, as RFC 8785 has them.
    fn canonical(&self) -> BTreeMap<&'static str, Value> {
        let facts = &self.facts;
        BTreeMap::from([
            ("granted_at", json!(facts.granted_at)),
            ("kind", json!(facts.subject_kind)),
            ("last_used_at", json!(facts.last_used_at)),
            ("member_id", json!(facts.member_id)),
            ("named", json!(hex(&self.commit))),
            ("permissions", json!(facts.permissions)),
            ("role", json!(facts.role)),
            ("site_id", json!(facts.site_id)),
            ("subject_id", json!(facts.subject_id)),
        ])
    }
}

/// The hash of a snapshot.
///
/// # Errors
/// When it cannot be written as JSON.
pub fn snapshot_sha256(items: &[SnapshotItem]) -> Result<[u8; 32]> {
    let canonical: Vec<_> = items.iter().map(SnapshotItem::canonical).collect();
    // No numbers, and keys of ASCII alone: what serde_json writes of this is what RFC 8785 demands.
    Ok(sha256(serde_json::to_string(&canonical).map_err(Error::internal)?.as_bytes()))
}

/// True where the items, whose hash is now `present`, are those that were hashed, names and addresses included.
#[must_use]
pub fn is_intact(items: &[SnapshotItem], present: &[u8; 32], recorded: &[u8; 32]) -> bool {
    items.iter().all(SnapshotItem::is_named_truly) && present == recorded
}

/// What an entry about it speaks of.
#[must_use]
pub const fn target_of(kind: SubjectKind) -> TargetKind {
    match kind {
        SubjectKind::ApiToken => TargetKind::ApiToken,
        SubjectKind::Impersonation => TargetKind::Impersonation,
        SubjectKind::Kiosk => TargetKind::Kiosk,
        SubjectKind::Member => TargetKind::Member,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn item() -> SnapshotItem {
        let facts = Facts {
            subject_kind: SubjectKind::Member,
            subject_id: uuid::Uuid::from_u128(1).into(),
            name: "Ada \"Löwe\"".to_owned(),
            email: Some("ada@example.com".to_owned()),
            role: Some("host".to_owned()),
            permissions: vec!["visit.decide".to_owned()],
            site_id: None,
            member_id: None,
            granted_at: Timestamp::parse("2026-10-01T00:00:00Z").unwrap(),
            last_used_at: Some(Timestamp::parse("2026-10-02T03:04:05.000006Z").unwrap()),
        };
        SnapshotItem { commit: facts.commitment(&[7; 32]), facts, salt: Some(vec![7; 32]) }
    }

    #[test]
    fn the_hash_is_that_of_the_canonical_text() {
        let commit = sha256(&[&[4_u8][..], &[7; 32], "Ada \"Löwe\"\nada@example.com".as_bytes()].concat());
        let text = format!(
            "[{{\"granted_at\":\"2026-10-01T00:00:00Z\",\"kind\":\"member\",\
             \"last_used_at\":\"2026-10-02T03:04:05.000006Z\",\"member_id\":null,\"named\":\"{}\",\
             \"permissions\":[\"visit.decide\"],\"role\":\"host\",\"site_id\":null,\
             \"subject_id\":\"00000000-0000-0000-0000-000000000001\"}}]",
            hex(&commit)
        );
        assert_eq!(snapshot_sha256(&[item()]).unwrap(), sha256(text.as_bytes()));
        assert_eq!(snapshot_sha256(&[]).unwrap(), sha256(b"[]"));
    }

    #[test]
    fn every_edit_shows_and_an_erasure_does_not() {
        let recorded = snapshot_sha256(&[item()]).unwrap();
        let is_intact = |items: &[SnapshotItem], recorded: &[u8; 32]| {
            snapshot_sha256(items).map(|present| super::is_intact(items, &present, recorded))
        };
        let edits: [fn(&mut SnapshotItem); 9] = [
            |item| item.facts.subject_kind = SubjectKind::Kiosk,
            |item| item.facts.subject_id = uuid::Uuid::from_u128(2).into(),
            |item| item.facts.name.push('x'),
            |item| item.facts.email = None,
            |item| item.facts.role = Some("owner".to_owned()),
            |item| item.facts.permissions.clear(),
            |item| item.facts.granted_at = item.facts.granted_at.plus_seconds(1),
            |item| item.facts.last_used_at = None,
            |item| item.commit = [0; 32],
        ];
        for (number, edit) in edits.into_iter().enumerate() {
            let mut edited = item();
            edit(&mut edited);
            assert!(!is_intact(&[edited], &recorded).unwrap(), "edit {number}");
        }
        assert!(!is_intact(&[item(), item()], &recorded).unwrap() && !is_intact(&[], &recorded).unwrap());

        let mut erased = item();
        (erased.salt, erased.facts.name, erased.facts.email) = (None, "Erased".to_owned(), None);
        assert!(is_intact(&[item()], &recorded).unwrap() && is_intact(&[erased], &recorded).unwrap());
    }
}
