//! Every SQL statement that `reveal-visit` may run.

use shared::{
    Result,
    authn::Credential,
    clock::Timestamp,
    domain::visit::{DocumentSide, ImageKind, RestrictedField},
    id::{CredentialId, IdScanId, ObjectId, PersonId, VisitId},
    tenant::{Lookup, Statement},
    vault::{Column, DOCUMENT_BACK, DOCUMENT_FRONT, PHOTO, SIGNATURE, Sealed},
};

/// What a visit keeps sealed, and what a reason must not mention.
#[derive(Debug)]
pub(crate) struct SealedVisit {
    pub(crate) person: PersonId,
    /// Null once the person is erased.
    pub(crate) wrapped_key: Option<Vec<u8>>,
    pub(crate) licence: Option<SealedLicence>,
    pub(crate) email: Option<String>,
    pub(crate) phone: Option<String>,
}

/// An image of the visit, or of the document that was scanned for it.
#[derive(Debug)]
pub(crate) struct StoredObject {
    pub(crate) id: ObjectId,
    pub(crate) field: RestrictedField,
    /// What it was sealed for.
    pub(crate) column: Column,
}

/// The number of a driver's licence, and whose key opens it.
#[derive(Debug)]
pub(crate) struct SealedLicence {
    pub(crate) holder: PersonId,
    pub(crate) wrapped_key: Vec<u8>,
    pub(crate) number: Sealed,
}

/// The document that was scanned for the visit, and whose key opens it.
#[derive(Debug)]
pub(crate) struct ScannedDocument {
    pub(crate) id: IdScanId,
    pub(crate) holder: PersonId,
    pub(crate) wrapped_key: Vec<u8>,
    /// What was read of it, where anything was.
    pub(crate) values: Option<Sealed>,
}

/// The visit, where the caller sees its site.
pub(crate) fn load_sealed(visit: VisitId) -> Lookup<SealedVisit> {
    Statement::new(concat!(
        "-- reveal-visit.load_sealed\n",
        "SELECT v.person_id, p.wrapped_key, v.email, v.phone, h.person_id AS holder, h.wrapped_key AS holder_key, ",
        "v.licence_number_sealed FROM visits AS v ",
        "JOIN people AS p ON p.organization_id = v.organization_id AND p.person_id = v.person_id ",
        "LEFT JOIN people AS h ON h.organization_id = v.organization_id AND h.person_id = coalesce(v.licence_person_id, v.person_id) ",
        "AND h.wrapped_key IS NOT NULL AND v.licence_number_sealed IS NOT NULL ",
        "WHERE v.visit_id = $1 AND app.reaches_site(v.site_id)",
    ))
    .bind(visit)
    .one(|row| {
        let holder: Option<PersonId> = row.read("holder")?;
        let licence: Option<Result<_>> = holder.map(|holder| {
            let (wrapped_key, number) = (row.read("holder_key")?, row.read("licence_number_sealed")?);
            Ok(SealedLicence { holder, wrapped_key, number })
        });
        Ok(SealedVisit {
            person: row.read("person_id")?,
            wrapped_key: row.read("wrapped_key")?,
            licence: licence.transpose()?,
            email: row.read("email")?,
            phone: row.read("phone")?,
        })
    })
}

/// The images of the visit. They are asked for beside the visit, and count for nothing where that is not found.
pub(crate) fn list_objects(visit: VisitId) -> Lookup<Vec<StoredObject>> {
    Statement::new(concat!(
        "-- reveal-visit.list_objects\n",
        "SELECT object_id, kind FROM visit_objects WHERE visit_id = $1 ORDER BY kind",
    ))
    .bind(visit)
    .all(|row| {
        let (field, column) = match row.read("kind")? {
            ImageKind::Photo => (RestrictedField::Photo, PHOTO),
            ImageKind::Signature => (RestrictedField::Signature, SIGNATURE),
        };
        Ok(StoredObject { id: row.read("object_id")?, field, column })
    })
}

/// The document that was scanned for the visit last, as long as it is kept.
pub(crate) fn load_document(visit: VisitId) -> Lookup<Option<ScannedDocument>> {
    Statement::new(concat!(
        "-- reveal-visit.load_document\n",
        "SELECT i.id_scan_id, p.person_id, p.wrapped_key, i.values_sealed FROM id_scans AS i ",
        "JOIN people AS p ON p.organization_id = i.organization_id AND p.person_id = i.person_id ",
        "WHERE i.visit_id = $1 AND i.purged_at IS NULL AND p.wrapped_key IS NOT NULL ORDER BY i.id_scan_id DESC LIMIT 1",
    ))
    .bind(visit)
    .optional(|row| {
        Ok(ScannedDocument {
            id: row.read("id_scan_id")?,
            holder: row.read("person_id")?,
            wrapped_key: row.read("wrapped_key")?,
            values: row.read("values_sealed")?,
        })
    })
}

/// The sides of that document.
pub(crate) fn list_sides(visit: VisitId) -> Lookup<Vec<StoredObject>> {
    Statement::new(concat!(
        "-- reveal-visit.list_sides\n",
        "SELECT object_id, side FROM id_scan_objects WHERE id_scan_id = (SELECT id_scan_id FROM id_scans ",
        "WHERE visit_id = $1 AND purged_at IS NULL ORDER BY id_scan_id DESC LIMIT 1) ORDER BY side",
    ))
    .bind(visit)
    .all(|row| {
        let (field, column) = match row.read("side")? {
            DocumentSide::Front => (RestrictedField::DocumentFront, DOCUMENT_FRONT),
            DocumentSide::Back => (RestrictedField::DocumentBack, DOCUMENT_BACK),
        };
        Ok(StoredObject { id: row.read("object_id")?, field, column })
    })
}

/// The seconds that this credential must wait, since too many of its reasons named the person.
pub(crate) fn refused_reasons_wait(credential: &Credential, now: Timestamp) -> Lookup<Option<i32>> {
    Statement::new("-- reveal-visit.refused_reasons_wait\nSELECT app.refused_reasons_wait($1, $2) AS wait_s")
        .bind(credential.sha256.to_vec())
        .bind(now)
        .one(|row| row.read("wait_s"))
}

/// Counts a reason that named the person.
pub(crate) fn count_refused_reason(credential: CredentialId, now: Timestamp) -> Statement {
    Statement::new("-- reveal-visit.count_refused_reason\nSELECT app.count_refused_reason($1, $2)")
        .bind(credential)
        .bind(now)
}
