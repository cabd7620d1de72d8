//! Every SQL statement that `scan-id` may run.

use shared::{
    Error, Result,
    clock::Timestamp,
    documents::{Document, Private, cross_check, dates::PartialDate},
    domain::visit::DocumentSide,
    door::{AdmittedWrite, Batch},
    id::{CredentialId, IdScanId, NoticeVersionId, PersonId, SiteId, VisitId},
    tenant::{Lookup, Row, Statement},
    vault::{ID_SCAN_VALUES, LICENCE_NUMBER, PersonKey, Sealed, TenantKey},
};

use crate::{
    owner::{Owner, Said, Site},
    row::{FaceRow, ScanRow, StoredSide},
    submission::Submission,
};

/// A scan with one side, to which the other is added.
#[derive(Debug)]
pub(crate) struct OpenScan {
    pub(crate) person: PersonId,
    pub(crate) wrapped_key: Vec<u8>,
    pub(crate) expires_at: Timestamp,
    pub(crate) values: Option<Sealed>,
    credential: CredentialId,
    sides: Vec<String>,
}

/// The site that is named, that of the scan, or that of the kiosk.
pub(crate) fn load_site(site: Option<SiteId>, scan: Option<IdScanId>, now: Timestamp) -> Lookup<Site> {
    Statement::new(concat!(
        "-- scan-id.load_site\n",
        "SELECT site_id, id_check_age_min::integer AS age_min, id_check_face_min::integer AS face_min, ",
        "to_char($3 AT TIME ZONE time_zone, 'YYYY-MM-DD') AS today FROM sites ",
        "WHERE site_id = coalesce($1, (SELECT site_id FROM id_scans WHERE id_scan_id = $2), app.site_id()) ",
        "AND app.reaches_site(site_id)",
    ))
    .bind(site)
    .bind(scan)
    .bind(now)
    .one(read_site)
}

/// The site of a visit.
pub(crate) fn load_site_of(visit: VisitId, now: Timestamp) -> Lookup<Site> {
    Statement::new(concat!(
        "-- scan-id.load_site_of\n",
        "SELECT s.site_id, s.id_check_age_min::integer AS age_min, s.id_check_face_min::integer AS face_min, ",
        "to_char($2 AT TIME ZONE s.time_zone, 'YYYY-MM-DD') AS today ",
        "FROM visits AS v JOIN sites AS s ON s.organization_id = v.organization_id AND s.site_id = v.site_id ",
        "WHERE v.visit_id = $1 AND app.reaches_site(s.site_id)",
    ))
    .bind(visit)
    .bind(now)
    .one(read_site)
}

fn read_site(row: &Row) -> Result<Site> {
    let today = PartialDate::parse(row.read("today")?).and_then(PartialDate::full);
    let small = |name| -> Result<Option<u8>> {
        Ok(row.read::<Option<i32>>(name)?.and_then(|number| u8::try_from(number).ok()))
    };
    Ok(Site {
        id: row.read("site_id")?,
        age_min: small("age_min")?,
        face_min: small("face_min")?,
        today: today.ok_or_else(|| Error::internal("the site's day is no date"))?,
    })
}

/// Whether the text that is accepted before a face is compared is retired.
pub(crate) fn load_face_notice(version: NoticeVersionId) -> Lookup<bool> {
    Statement::new(concat!(
        "-- scan-id.load_face_notice\n",
        "SELECT retired_at IS NOT NULL AS is_retired FROM notices WHERE version_id = $1 AND kind = 'face'",
    ))
    .bind(version)
    .one(|row| row.read("is_retired"))
}

/// Takes calls of the month's budget; false where it is used up.
pub(crate) fn take_calls(calls: i32, now: Timestamp) -> Lookup<bool> {
    Statement::new("-- scan-id.take_calls\nSELECT app.take_image_service_calls($1, $2) AS is_taken")
        .bind(calls)
        .bind(now)
        .one(|row| row.read("is_taken"))
}

/// A visit at the door or on site, as far as a document is compared with it.
#[derive(Debug)]
pub(crate) struct OpenVisit {
    name: Private,
    licence: Option<SealedLicence>,
}

/// The number of a driver's licence, and whose key opens it.
#[derive(Debug)]
struct SealedLicence {
    holder: PersonId,
    wrapped_key: Vec<u8>,
    number: Sealed,
}

/// A visit that is not over.
pub(crate) fn load_visit(visit: VisitId) -> Lookup<OpenVisit> {
    Statement::new(concat!(
        "-- scan-id.load_visit\n",
        "SELECT v.name, p.person_id, p.wrapped_key, v.licence_number_sealed FROM visits AS v ",
        "LEFT JOIN people AS p ON p.organization_id = v.organization_id AND p.person_id = coalesce(v.licence_person_id, v.person_id) ",
        "AND p.wrapped_key IS NOT NULL AND v.licence_number_sealed IS NOT NULL ",
        "WHERE v.visit_id = $1 AND v.state IN ('held', 'on_site') AND app.reaches_site(v.site_id)",
    ))
    .bind(visit)
    .one(|row| {
        let holder: Option<PersonId> = row.read("person_id")?;
        let licence: Option<Result<_>> = holder.map(|holder| {
            let (wrapped_key, number) = (row.read("wrapped_key")?, row.read("licence_number_sealed")?);
            Ok(SealedLicence { holder, wrapped_key, number })
        });
        Ok(OpenVisit { name: Private::new(row.read::<String>("name")?), licence: licence.transpose()? })
    })
}

impl OpenVisit {
    /// What the visitor said.
    pub(crate) fn open(&self, visit: VisitId, tenant: &TenantKey) -> Result<Said> {
        let open = |licence: &SealedLicence| {
            let holder = tenant.unwrap_person(licence.holder, &licence.wrapped_key)?;
            holder.open_text(LICENCE_NUMBER.of(visit.uuid()), &licence.number).map(Private::new)
        };
        Ok(Said { name: self.name.clone(), licence_number: self.licence.as_ref().map(open).transpose()? })
    }
}

/// A scan that no check-in has cited yet.
pub(crate) fn load_scan(scan: IdScanId) -> Lookup<OpenScan> {
    Statement::new(concat!(
        "-- scan-id.load_scan\n",
        "SELECT s.person_id, p.wrapped_key, s.expires_at, s.values_sealed, s.credential_id, ",
        "ARRAY(SELECT o.side FROM id_scan_objects AS o WHERE o.id_scan_id = s.id_scan_id) AS sides FROM id_scans AS s ",
        "JOIN people AS p ON p.organization_id = s.organization_id AND p.person_id = s.person_id ",
        "WHERE s.id_scan_id = $1 AND s.visit_id IS NULL AND s.purged_at IS NULL AND p.wrapped_key IS NOT NULL ",
        "AND app.reaches_site(s.site_id)",
    ))
    .bind(scan)
    .one(|row| {
        Ok(OpenScan {
            person: row.read("person_id")?,
            wrapped_key: row.read("wrapped_key")?,
            expires_at: row.read("expires_at")?,
            values: row.read("values_sealed")?,
            credential: row.read("credential_id")?,
            sides: row.read("sides")?,
        })
    })
}

impl OpenScan {
    /// The scan, for the credential that began it, within its hour, and for a side that it does not have.
    ///
    /// # Errors
    /// Not found for another credential and after the hour; unprocessable `scanned_already` naming the side.
    pub(crate) fn expect_open(self, admitted: &AdmittedWrite, submission: &Submission) -> Result<Self> {
        let is_open = self.credential == admitted.caller().credential && self.expires_at > admitted.now();
        let again = submission.sides.iter().find(|sent| self.sides.iter().any(|there| there == sent.side.word()));
        match again.map(|sent| sent.side) {
            _ if !is_open => Err(Error::NotFound),
            Some(DocumentSide::Front) => Err(Error::unprocessable("/front", "scanned_already")),
            Some(DocumentSide::Back) => Err(Error::unprocessable("/back", "scanned_already")),
            None => Ok(self),
        }
    }

    /// What its first side said.
    pub(crate) fn open(&self, id: IdScanId, person: &PersonKey) -> Result<Document> {
        let Some(values) = &self.values else { return Ok(Document::default()) };
        Document::of_kept(person.open(ID_SCAN_VALUES.of(id.uuid()), values)?.expose_secret())
    }
}

/// Writes the person whose key seals it.
pub(crate) fn insert_person(batch: &mut Batch, owner: &Owner, now: Timestamp) {
    batch.write(
        Statement::new(concat!(
            "-- scan-id.insert_person\n",
            "INSERT INTO people (organization_id, person_id, kind, key_id, wrapped_key, created_at) ",
            "VALUES (app.organization_id(), $1, 'document', $2, $3, $4)",
        ))
        .bind(owner.person.id())
        .bind(owner.person.tenant_key())
        .bind(owner.person.wrapped().to_vec())
        .bind(now),
    );
}

/// Writes the scan.
pub(crate) fn insert_scan(batch: &mut Batch, row: ScanRow) {
    let scan =
        Statement::new(concat!(
            "-- scan-id.insert_scan\n",
            "INSERT INTO id_scans (organization_id, id_scan_id, site_id, person_id, visit_id, credential_id, sources, values_sealed, ",
            "number_index, verdicts, algorithm, score, created_at, expires_at, face_verdict, face_reason, face_score, face_min, ",
            "face_notice_version_id) ",
            "VALUES (app.organization_id(), $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18)",
        ))
        .bind(row.id)
        .bind(row.site)
        .bind(row.person)
        .bind(row.visit)
        .bind(row.credential)
        .bind(row.sources)
        .bind(row.values)
        .bind(row.number_index)
        .bind(row.verdicts)
        .bind(cross_check::VERSION)
        .bind(row.score)
        .bind(row.created_at)
        .bind(row.expires_at);
    batch.write(bind_face(scan, row.face.as_ref()));
}

/// Adds what a second side said to what the first one said, if that is still so: of two at once, one is read again.
pub(crate) fn add_to_scan(batch: &mut Batch, row: ScanRow, before: Option<Sealed>) {
    let scan =
        Statement::new(concat!(
            "-- scan-id.add_to_scan\n",
            "WITH changed AS (UPDATE id_scans SET sources = $2, values_sealed = $3, number_index = $4, verdicts = $5, algorithm = $6, ",
            "score = $7, face_verdict = coalesce($9, face_verdict), face_reason = coalesce($10, face_reason), ",
            "face_score = CASE WHEN $9 IS NULL THEN face_score ELSE $11 END, face_min = coalesce($12, face_min), ",
            "face_notice_version_id = coalesce($13, face_notice_version_id) ",
            "WHERE id_scan_id = $1 AND visit_id IS NULL AND purged_at IS NULL ",
            "AND values_sealed IS NOT DISTINCT FROM $8 RETURNING id_scan_id) ",
            "SELECT app.expect_change(count(*)) FROM changed",
        ))
        .bind(row.id)
        .bind(row.sources)
        .bind(row.values)
        .bind(row.number_index)
        .bind(row.verdicts)
        .bind(cross_check::VERSION)
        .bind(row.score)
        .bind(before);
    batch.write(bind_face(scan, row.face.as_ref()));
}

/// The last five parameters of a scan's row; null where no face was compared.
fn bind_face(statement: Statement, face: Option<&FaceRow>) -> Statement {
    statement
        .bind(face.map(|face| face.verdict))
        .bind(face.map(|face| face.reason))
        .bind(face.and_then(|face| face.score))
        .bind(face.and_then(|face| face.min))
        .bind(face.map(|face| face.notice))
}

/// Writes the row that makes a side reachable.
pub(crate) fn insert_object(batch: &mut Batch, scan: IdScanId, side: &StoredSide, now: Timestamp) {
    batch.write(
        Statement::new(concat!(
            "-- scan-id.insert_object\n",
            "INSERT INTO id_scan_objects (organization_id, object_id, id_scan_id, side, media_type, bytes, created_at) ",
            "VALUES (app.organization_id(), $1, $2, $3, $4, $5, $6)",
        ))
        .bind(side.object.id)
        .bind(scan)
        .bind(side.side)
        .bind(side.object.media_type.name())
        .bind(i32::try_from(side.object.bytes).unwrap_or(i32::MAX))
        .bind(now),
    );
}
