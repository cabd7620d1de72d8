//! Every SQL statement that `check-in` may run.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::Value;
use shared::{
    Error, Result,
    audit::AuditEvent,
    clock::Timestamp,
    documents::{dates::PartialDate, decision::Rules, faces::FaceVerdict},
    domain::{
        answers::Answers,
        text::{Company, EmailAddress, HazardClass, Name, PhoneNumber, Plate, Purpose, ShortText, UnNumber},
        visit::{HoldReason, ImageKind, Trailer, VisitState, VisitorKind},
    },
    door::Record,
    id::{HostId, IdScanId, KeyId, NoticeVersionId, ObjectId, PersonId, SiteId, VisitId, VisitTypeId},
    outbox::OutgoingEvent,
    tenant::{Bytes, Lookup, Row, Statement},
    vault::{PersonKey, Sealed},
    watchlist::Candidate,
};
use time::Date;

use crate::{
    arrival::Arrival,
    document::{AdoptedScan, ScannedDocument},
    goods::DangerousGoods,
    images::StoredImage,
    screening::{KeptScreening, MatchRow},
};

/// The site, as far as the door needs it.
#[derive(Debug)]
pub(crate) struct Site {
    pub(crate) id: SiteId,
    pub(crate) requires_nda: bool,
}

/// Who is visited.
#[derive(Debug)]
pub(crate) struct Host {
    pub(crate) id: HostId,
    pub(crate) name: String,
}

/// A version of an NDA.
#[derive(Debug)]
pub(crate) struct Nda {
    pub(crate) id: NoticeVersionId,
    pub(crate) locale: String,
    pub(crate) text_sha256: [u8; 32],
    pub(crate) is_retired: bool,
}

/// What a site asks of a kind of visit.
#[derive(Debug)]
pub(crate) struct VisitType {
    pub(crate) applies_to: VisitorKind,
    pub(crate) answers_schema: Value,
}

/// Everything that is looked up in the round trip of admission.
#[derive(Debug)]
pub(crate) struct Found {
    pub(crate) site: Site,
    pub(crate) host: Option<Host>,
    pub(crate) nda: Option<Nda>,
    pub(crate) visit_type: Option<VisitType>,
    pub(crate) person_key: Option<Vec<u8>>,
    pub(crate) document: Option<ScannedDocument>,
    /// Whether the organization has a watchlist at all.
    pub(crate) has_watchlist: bool,
    /// The site's day.
    pub(crate) today: Date,
    pub(crate) badge_number: i32,
}

/// Admits the caller and looks up all of it.
pub(crate) fn admit(arrival: &Arrival) -> Lookup<Found> {
    let nda = arrival.nda.as_ref().map(|(version, _)| *version);
    let (host, visit_type, person, scan) = (arrival.host, arrival.visit_type, arrival.person, arrival.id_scan);
    let call = Statement::new(concat!(
        "-- check-in.admit\n",
        "SELECT * FROM app.admit_check_in($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19)",
    ));
    let call = call.bind(arrival.site).bind(host).bind(nda).bind(visit_type).bind(person).bind(scan);
    call.one(Found::read).map(move |found| {
        let is_whole = found.host.is_some() == host.is_some()
            && found.nda.is_some() == nda.is_some()
            && found.visit_type.is_some() == visit_type.is_some()
            && found.document.is_some() == scan.is_some()
            && found.person_key.is_some() == person.is_some();
        if is_whole { Ok(found) } else { Err(Error::NotFound) }
    })
}

impl Found {
    /// What was not found is absent; without a site there is nothing.
    fn read(row: &Row) -> Result<Self> {
        let site: Option<SiteId> = row.read("found_site")?;
        Ok(Self {
            site: Site { id: site.ok_or(Error::NotFound)?, requires_nda: row.read("requires_nda")? },
            host: Host::read(row)?,
            nda: Nda::read(row)?,
            visit_type: VisitType::read(row)?,
            person_key: row.read("person_key")?,
            document: read_document(row)?,
            has_watchlist: row.read("has_watchlist")?,
            today: read_today(row)?,
            badge_number: row.read::<Option<i32>>("badge_number")?.ok_or(Error::NotFound)?,
        })
    }
}

fn read_today(row: &Row) -> Result<Date> {
    let today = PartialDate::parse(row.read("today")?).and_then(PartialDate::full);
    today.ok_or_else(|| Error::internal("the site's day is no date"))
}

fn read_document(row: &Row) -> Result<Option<ScannedDocument>> {
    let id: Option<IdScanId> = row.read("found_scan")?;
    id.map(|id| {
        let age_min: Option<i32> = row.read("age_min")?;
        let rules: BTreeMap<String, String> =
            serde_json::from_value(row.read("id_check_rules")?).map_err(Error::internal)?;
        Ok(ScannedDocument {
            id,
            holder: row.read("scan_person")?,
            wrapped_key: row.read("scan_key")?,
            values: row.read("scan_values")?,
            face: read_face(row)?,
            today: read_today(row)?,
            age_min: age_min.and_then(|years| u8::try_from(years).ok()),
            rules: Rules::of_words(&rules).map_err(|_| Error::internal("a site's rule has an unknown word"))?,
        })
    })
    .transpose()
}

fn read_face(row: &Row) -> Result<Option<FaceVerdict>> {
    let Some(verdict) = row.read::<Option<String>>("face_verdict")? else { return Ok(None) };
    let face = FaceVerdict::of_names(&verdict, row.read("face_reason")?);
    face.map(Some).ok_or_else(|| Error::internal("a face has an unknown verdict"))
}

impl Host {
    fn read(row: &Row) -> Result<Option<Self>> {
        let id: Option<HostId> = row.read("found_host")?;
        id.map(|id| Ok(Self { id, name: row.read("host_name")? })).transpose()
    }
}

impl Nda {
    fn read(row: &Row) -> Result<Option<Self>> {
        let id: Option<NoticeVersionId> = row.read("found_nda")?;
        id.map(|id| {
            Ok(Self {
                id,
                locale: row.read("nda_locale")?,
                text_sha256: row.read_hash("nda_text_sha256")?,
                is_retired: row.read("nda_is_retired")?,
            })
        })
        .transpose()
    }
}

impl VisitType {
    fn read(row: &Row) -> Result<Option<Self>> {
        let applies_to: Option<VisitorKind> = row.read("applies_to")?;
        applies_to.map(|applies_to| Ok(Self { applies_to, answers_schema: row.read("answers_schema")? })).transpose()
    }
}

/// Entries of the watchlist that share a key with the visitor: those that share a number first, then those that share most.
/// One word alone may be shared by more entries than can be compared within a request. Each `OFFSET 0` keeps PostgreSQL at one key and
/// one entry at a time: it does not know whose list is long, and would read the whole of one that it takes for short.
pub(crate) fn find_listed(keys: Vec<Vec<u8>>, number_keys: Vec<Vec<u8>>) -> Lookup<Vec<Candidate>> {
    Statement::new(concat!(
        "-- check-in.find_listed\n",
        "SELECT c.entry_id, c.list, c.person_id, c.content_sealed, c.wrapped_key FROM (",
        "SELECT k.entry_id, count(*) AS shared FROM unnest($1) AS q (key) ",
        "CROSS JOIN LATERAL (SELECT w.entry_id FROM watchlist_keys AS w WHERE w.key = q.key OFFSET 0) AS k ",
        "GROUP BY k.entry_id ORDER BY bool_or(q.key = ANY ($2)) DESC, shared DESC, k.entry_id LIMIT 1000) AS f ",
        "CROSS JOIN LATERAL (SELECT e.entry_id, e.list, e.person_id, e.content_sealed, p.wrapped_key FROM watchlist_entries AS e ",
        "JOIN people AS p ON p.organization_id = e.organization_id AND p.person_id = e.person_id ",
        "WHERE e.entry_id = f.entry_id AND e.ended_at IS NULL AND p.wrapped_key IS NOT NULL OFFSET 0) AS c",
    ))
    .bind(keys)
    .bind(number_keys)
    .all(Candidate::read)
}

/// A new person, whose key seals what was said, or what stands on the document.
#[derive(Serialize)]
pub(crate) struct PersonRow<'k> {
    person_id: PersonId,
    kind: &'static str,
    key_id: KeyId,
    wrapped_key: Bytes<'k>,
}

impl<'k> PersonRow<'k> {
    pub(crate) fn of(key: &'k PersonKey, kind: &'static str) -> Self {
        Self { person_id: key.id(), kind, key_id: key.tenant_key(), wrapped_key: Bytes(key.wrapped()) }
    }
}

/// The visit, as `app.record_check_in` reads it; what it adds are the organization and the time.
#[derive(Serialize)]
pub(crate) struct VisitRow<'a> {
    pub(crate) visit_id: VisitId,
    pub(crate) site_id: SiteId,
    pub(crate) person_id: PersonId,
    pub(crate) host_id: Option<HostId>,
    pub(crate) visit_type_id: Option<VisitTypeId>,
    pub(crate) r#type: VisitorKind,
    pub(crate) state: VisitState,
    pub(crate) hold_reasons: &'a [HoldReason],
    pub(crate) badge_number: Option<i32>,
    pub(crate) badge_sha256: Option<Bytes<'a>>,
    pub(crate) name: &'a Name,
    pub(crate) company: Option<&'a Company>,
    pub(crate) email: Option<&'a EmailAddress>,
    pub(crate) phone: Option<&'a PhoneNumber>,
    pub(crate) purpose: Option<&'a Purpose>,
    pub(crate) answers: &'a Answers,
    pub(crate) nda_version_id: Option<NoticeVersionId>,
    pub(crate) nda_text_sha256: Option<Bytes<'a>>,
    pub(crate) occurred_at: Option<Timestamp>,
    pub(crate) device_seq: Option<i64>,
    pub(crate) id_scan: Option<AdoptedScan>,
    pub(crate) watchlist_matches: Vec<MatchRow<'a>>,
    pub(crate) watchlist_screening: Option<&'a KeptScreening>,
    #[serde(flatten)]
    pub(crate) driver: Option<DriverColumns<'a>>,
}

/// The columns of a visit that only a driver's has.
#[derive(Serialize)]
pub(crate) struct DriverColumns<'a> {
    pub(crate) licence_person_id: PersonId,
    pub(crate) licence_number_sealed: &'a Sealed,
    pub(crate) licence_number_index: Bytes<'a>,
    pub(crate) carrier: &'a Company,
    pub(crate) bills_of_lading: &'a [ShortText],
    pub(crate) appointment: Option<&'a ShortText>,
    pub(crate) load_type: Option<&'a ShortText>,
    pub(crate) seal: Option<&'a ShortText>,
    pub(crate) un_number: Option<&'a UnNumber>,
    pub(crate) hazard_class: Option<&'a HazardClass>,
    pub(crate) dangerous_goods: Option<&'a [DangerousGoods]>,
    pub(crate) trailer: Option<Trailer>,
    pub(crate) co_driver: Option<&'a Name>,
    pub(crate) tractor_plate: Option<&'a Plate>,
    pub(crate) trailer_plate: Option<&'a Plate>,
}

/// The row that makes a stored image reachable.
#[derive(Serialize)]
pub(crate) struct ImageRow {
    object_id: ObjectId,
    kind: ImageKind,
    media_type: &'static str,
    bytes: usize,
}

impl ImageRow {
    pub(crate) fn of(image: &StoredImage) -> Self {
        let object = &image.object;
        Self { object_id: object.id, kind: image.kind, media_type: object.media_type.name(), bytes: object.bytes }
    }
}

/// Every row that an arrival writes.
pub(crate) struct Rows<'a> {
    pub(crate) visit: VisitRow<'a>,
    /// Those that are not known yet.
    pub(crate) people: Vec<PersonRow<'a>>,
    pub(crate) images: Vec<ImageRow>,
}

/// Writes the visit and what belongs to it.
///
/// # Errors
/// [`Error::Internal`] when a row has no JSON.
pub(crate) fn record(rows: &Rows<'_>, events: Vec<OutgoingEvent>, entry: AuditEvent) -> Result<Record> {
    let call = Statement::new(concat!(
        "-- check-in.record\n",
        "SELECT app.record_check_in($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
    ))
    .bind(serde_json::to_value(&rows.visit).map_err(Error::internal)?)
    .bind(serde_json::to_value(&rows.people).map_err(Error::internal)?)
    .bind(serde_json::to_value(&rows.images).map_err(Error::internal)?);
    Ok(Record::new(call, events, entry))
}
