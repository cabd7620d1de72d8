//! What is written of an arrival: the visit's row, its audit entry and its events.

use shared::{
    Result,
    audit::{Action, AuditEvent, Diff, Internal, PublicHash, TargetKind},
    domain::{
        BoundedText,
        visit::{VisitState, VisitorKind},
    },
    door::{AdmittedWrite, Batch},
    id::VisitId,
    outbox::{EventKind, OutgoingEvent},
    tenant::Statement,
    vault::{LICENCE_NUMBER, PersonKey, Sealed, TenantKey},
};

use crate::{
    arrival::{Arrival, Driver},
    images::StoredImage,
    store::Found,
    visit::NewVisit,
};

/// A driver's licence number as it is stored: sealed, and findable by who knows it.
pub(crate) struct SealedLicence {
    sealed: Sealed,
    index: [u8; 32],
}

impl SealedLicence {
    pub(crate) fn new(driver: &Driver, visit: VisitId, person: &PersonKey, tenant: &TenantKey) -> Result<Self> {
        Ok(Self {
            sealed: person.seal(LICENCE_NUMBER.of(visit.uuid()), driver.licence_number.as_str().as_bytes())?,
            index: tenant.blind_index(LICENCE_NUMBER, &driver.licence_number.normalised()),
        })
    }
}

/// The visit's row.
pub(crate) fn insert_visit(batch: &mut Batch, new: &NewVisit<'_>, arrival: Arrival, licence: Option<SealedLicence>) {
    let NewVisit { id: visit, person, found, badge, now } = *new;
    let (sealed, index) = licence.map(|licence| (licence.sealed, licence.index.to_vec())).unzip();
    let driver = arrival.driver;
    let hazard = driver.as_ref().and_then(|driver| driver.hazard.clone()).unzip();
    let kind = if driver.is_some() { VisitorKind::Driver } else { VisitorKind::Visitor };
    batch.write(
        Statement::new(INSERT_VISIT)
            .bind(visit)
            .bind(found.site.id)
            .bind(person.id())
            .bind(arrival.host)
            .bind(arrival.visit_type)
            .bind(kind)
            .bind(badge.number)
            .bind(badge.qr.sha256.to_vec())
            .bind(arrival.name)
            .bind(arrival.company)
            .bind(arrival.email)
            .bind(arrival.phone)
            .bind(arrival.purpose)
            .bind(serde_json::Value::Object(arrival.answers))
            .bind(found.nda.as_ref().map(|nda| nda.id))
            .bind(found.nda.as_ref().map(|nda| nda.text_sha256.to_vec()))
            .bind(sealed)
            .bind(index)
            .bind(driver.as_ref().map(|driver| driver.carrier.clone()))
            .bind(driver.as_ref().map(|driver| driver.bills_of_lading.clone()))
            .bind(driver.as_ref().and_then(|driver| driver.appointment.clone()))
            .bind(driver.as_ref().and_then(|driver| driver.load_type.clone()))
            .bind(driver.as_ref().and_then(|driver| driver.seal.clone()))
            .bind(hazard.0)
            .bind(hazard.1)
            .bind(driver.as_ref().and_then(|driver| driver.trailer))
            .bind(driver.as_ref().and_then(|driver| driver.co_driver.clone()))
            .bind(driver.as_ref().and_then(|driver| driver.tractor_plate.clone()))
            .bind(driver.and_then(|driver| driver.trailer_plate))
            .bind(now)
            .bind(arrival.occurred_at)
            .bind(arrival.device_seq),
    );
}

const INSERT_VISIT: &str = "-- check-in.insert_visit
INSERT INTO visits (organization_id, visit_id, site_id, person_id, host_id, visit_type_id, type, state, badge_number, badge_sha256,
  name, company, email, phone, purpose, answers, nda_version_id, nda_text_sha256, nda_signed_at,
  licence_number_sealed, licence_number_index, carrier, bills_of_lading, appointment, load_type, seal,
  un_number, hazard_class, trailer, co_driver, tractor_plate, trailer_plate,
  checked_in_at, occurred_at, device_seq, created_at)
VALUES (app.organization_id(), $1, $2, $3, $4, $5, $6, 'on_site', $7, $8,
  $9, $10, $11, $12, $13, $14, $15, $16, CASE WHEN $15 IS NULL THEN NULL ELSE $30 END,
  $17, $18, $19, $20, $21, $22, $23, $24, $25, $26, $27, $28, $29, $30, $31, $32, $30)";

/// The entry of the arrival. What a person said stands in it sealed, with a commitment.
pub(crate) fn entry(
    admitted: &AdmittedWrite,
    new: &NewVisit<'_>,
    arrival: &Arrival,
    images: &[StoredImage],
) -> Result<AuditEvent> {
    let NewVisit { id: visit, person, found, badge, .. } = *new;
    let request = admitted.request_id();
    let seal = |diff: Diff, key: &str, value: Option<&str>| diff.added_sealed(key, value, person, request);
    let answers = (!arrival.answers.is_empty()).then(|| serde_json::Value::Object(arrival.answers.clone()).to_string());
    let mut diff = Diff::new()
        .added("type", arrival.kind())
        .added("state", VisitState::OnSite)
        .added("site_id", found.site.id)
        .added("person_id", person.id())
        .added("badge_number", badge.number)
        .added_if_some("host_id", arrival.host)
        .added_if_some("visit_type_id", arrival.visit_type)
        .added_if_some("occurred_at", arrival.occurred_at)
        .added_if_some("nda_version_id", found.nda.as_ref().map(|nda| nda.id))
        .added_if_some("nda_text_sha256", found.nda.as_ref().map(|nda| PublicHash(&nda.text_sha256)));
    for image in images {
        diff = diff.added(image.kind.word(), &image.audit_value);
    }
    diff = seal(diff, "name", Some(arrival.name.as_str()))?;
    diff = seal(diff, "company", arrival.company.as_ref().map(BoundedText::as_str))?;
    diff = seal(diff, "email", arrival.email.as_ref().map(BoundedText::as_str))?;
    diff = seal(diff, "phone", arrival.phone.as_ref().map(BoundedText::as_str))?;
    diff = seal(diff, "purpose", arrival.purpose.as_ref().map(BoundedText::as_str))?;
    diff = seal(diff, "answers", answers.as_deref())?;
    if let Some(driver) = &arrival.driver {
        diff = driver_entry(diff, driver, &seal)?;
    }
    Ok(AuditEvent::new(Action::VisitCheckedIn, TargetKind::Visit, visit).with(diff))
}

fn driver_entry(diff: Diff, driver: &Driver, seal: &impl Fn(Diff, &str, Option<&str>) -> Result<Diff>) -> Result<Diff> {
    let bills: Vec<Internal<'_>> = driver.bills_of_lading.iter().map(|bill| Internal(bill.as_str())).collect();
    let internal =
        |text: &'_ Option<shared::domain::text::ShortText>| text.as_ref().map(|text| text.as_str().to_owned());
    let mut diff = diff
        .added("bills_of_lading", bills)
        .added_if_some("appointment", internal(&driver.appointment).as_deref().map(Internal))
        .added_if_some("load_type", internal(&driver.load_type).as_deref().map(Internal))
        .added_if_some("seal", internal(&driver.seal).as_deref().map(Internal))
        .added_if_some("un_number", driver.hazard.as_ref().map(|(number, _)| Internal(number.as_str())))
        .added_if_some("hazard_class", driver.hazard.as_ref().map(|(_, class)| Internal(class.as_str())))
        .added_if_some("trailer", driver.trailer);
    diff = seal(diff, "licence_number", Some(driver.licence_number.as_str()))?;
    diff = seal(diff, "carrier", Some(driver.carrier.as_str()))?;
    diff = seal(diff, "co_driver", driver.co_driver.as_ref().map(BoundedText::as_str))?;
    diff = seal(diff, "tractor_plate", driver.tractor_plate.as_ref().map(BoundedText::as_str))?;
    seal(diff, "trailer_plate", driver.trailer_plate.as_ref().map(BoundedText::as_str))
}

/// The events for webhooks.
pub(crate) fn events(batch: &mut Batch, visit: VisitId, kind: VisitorKind, found: &Found) {
    let checked_in = match kind {
        VisitorKind::Visitor => EventKind::VisitorCheckedIn,
        VisitorKind::Driver => EventKind::DriverCheckedIn,
    };
    batch.emit(OutgoingEvent::about_visit(checked_in, visit, found.site.id));
    if found.nda.is_some() {
        batch.emit(OutgoingEvent::about_visit(EventKind::NdaAccepted, visit, found.site.id));
    }
}
