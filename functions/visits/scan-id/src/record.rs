//! What is written of a scan: its row, its objects and its audit entry. Verdicts stand there, and no value.

use shared::{
    Result,
    audit::{Action, AuditEvent, Diff, Internal, TargetKind},
    clock::Timestamp,
    documents::{
        Document, Field,
        cross_check::{self, CrossCheck},
        faces::FaceFinding,
        numbers,
    },
    domain::visit::DocumentSide,
    id::{CredentialId, NoticeVersionId},
    objects::ObjectWriter,
    vault::{Column, DOCUMENT_BACK, DOCUMENT_FRONT, ID_SCAN_VALUES, LICENCE_NUMBER, PersonKey, TenantKey},
};

use crate::{
    owner::{Owner, Site},
    row::{FaceRow, ScanRow, StoredSide},
    submission::Side,
};

/// What the comparison of faces found, and the text that the visitor accepted before it.
pub(crate) struct ComparedFace {
    pub(crate) finding: FaceFinding,
    pub(crate) notice: NoticeVersionId,
}

/// A scan that is about to be recorded.
pub(crate) struct Scan<'s> {
    pub(crate) owner: &'s Owner,
    pub(crate) site: &'s Site,
    pub(crate) document: &'s Document,
    pub(crate) check: CrossCheck,
    pub(crate) face: Option<ComparedFace>,
    pub(crate) now: Timestamp,
}

/// Seals and stores the images. What is stored here and never recorded is unreachable, and swept.
pub(crate) async fn store_sides(
    objects: &ObjectWriter,
    person: &PersonKey,
    sides: &[Side],
    now: Timestamp,
) -> Result<Vec<StoredSide>> {
    let puts = sides.iter().map(async |side| {
        let object = objects.put_picture(person, column_of(side.side), &side.picture, now).await?;
        Ok(StoredSide { side: side.side, object })
    });
    futures_util::future::try_join_all(puts).await
}

const fn column_of(side: DocumentSide) -> Column {
    match side {
        DocumentSide::Front => DOCUMENT_FRONT,
        DocumentSide::Back => DOCUMENT_BACK,
    }
}

/// The row of the scan.
pub(crate) fn row(scan: &Scan<'_>, tenant: &TenantKey, credential: CredentialId) -> Result<ScanRow> {
    let (owner, check) = (scan.owner, &scan.check);
    let number = scan.document.text(Field::DocumentNumber).map(numbers::plain).filter(|number| !number.is_empty());
    let has_values = scan.document.readings().next().is_some();
    let kept = has_values.then(|| scan.document.to_keep()).transpose()?.map(shared::secret::Secret::new);
    let place = ID_SCAN_VALUES.of(owner.id.uuid());
    let sealed = kept.map(|kept| owner.person.seal(place, kept.expose_secret())).transpose()?;
    Ok(ScanRow {
        id: owner.id,
        site: scan.site.id,
        person: owner.person.id(),
        visit: owner.visit.as_ref().map(|(visit, _)| *visit),
        credential,
        sources: sources(scan),
        values: sealed,
        number_index: number.map(|number| tenant.blind_index(LICENCE_NUMBER, &number).to_vec()),
        verdicts: check.to_stored(),
        score: check.score().and_then(|score| i32::try_from(score).ok()),
        face: scan.face.as_ref().map(|face| FaceRow::of(face, scan.site)),
        created_at: scan.now,
        expires_at: owner.expires_at,
    })
}

impl ComparedFace {
    /// For the log, as `near.low_score`.
    fn word(&self) -> String {
        format!("{}.{}", self.finding.verdict.name(), self.finding.reason.name())
    }
}

impl FaceRow {
    fn of(face: &ComparedFace, site: &Site) -> Self {
        Self {
            verdict: face.finding.verdict.name(),
            reason: face.finding.reason.name(),
            score: face.finding.score().map(i32::from),
            min: site.face_min.map(i32::from),
            notice: face.notice,
        }
    }
}

fn sources(scan: &Scan<'_>) -> Vec<&'static str> {
    scan.document.readings().map(|(source, _)| source.name()).collect()
}

/// The entry of the scan.
pub(crate) fn entry(scan: &Scan<'_>, stored: &[StoredSide]) -> AuditEvent {
    let (owner, check) = (scan.owner, &scan.check);
    let (words, sources) = (check.to_words(), sources(scan));
    let mut diff = Diff::new()
        .added("site_id", scan.site.id)
        .added("person_id", owner.person.id())
        .added("sources", sources.into_iter().map(Internal).collect::<Vec<_>>())
        .added("verdicts", words.iter().map(|word| Internal(word)).collect::<Vec<_>>())
        .added("algorithm", Internal(cross_check::VERSION))
        .added_if_some("visit_id", owner.visit.as_ref().map(|(visit, _)| *visit))
        .added_if_some("face", scan.face.as_ref().map(ComparedFace::word).as_deref().map(Internal))
        .added_if_some("face_notice_version_id", scan.face.as_ref().map(|face| face.notice));
    for side in stored {
        diff = diff.added(side.side.word(), &side.object.audit_value);
    }
    AuditEvent::new(Action::IdScanRecorded, TargetKind::IdScan, owner.id).with(diff)
}
