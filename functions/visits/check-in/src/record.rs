//! What is written of an arrival: the visit's row, its audit entry and its events.

use shared::{
    Result,
    audit::{Action, AuditEvent, Diff, Internal, PublicHash, TargetKind},
    domain::{
        BoundedText,
        visit::{VisitState, VisitorKind},
    },
    door::AdmittedWrite,
    id::VisitId,
    outbox::{EventKind, OutgoingEvent},
    tenant::Bytes,
    vault::{LICENCE_NUMBER, PersonKey, Sealed, TenantKey},
};

use crate::{
    arrival::{Arrival, Driver},
    document::AdoptedScan,
    goods::DangerousGoods,
    images::StoredImage,
    store::{DriverColumns, ImageRow, PersonRow, Rows, VisitRow},
    visit::NewVisit,
};

/// Kind of the person whose key seals what stands on a document.
const DOCUMENT: &str = "document";

/// A driver's licence number as it is stored: sealed for as long as documents are kept, and findable by who knows it.
pub(crate) struct SealedLicence<'k> {
    holder: &'k PersonKey,
    sealed: Sealed,
    index: [u8; 32],
}

impl<'k> SealedLicence<'k> {
    pub(crate) fn new(driver: &Driver, visit: VisitId, holder: &'k PersonKey, tenant: &TenantKey) -> Result<Self> {
        Ok(Self {
            holder,
            sealed: holder.seal(LICENCE_NUMBER.of(visit.uuid()), driver.licence_number.as_str().as_bytes())?,
            index: tenant.blind_index(LICENCE_NUMBER, &driver.licence_number.normalised()),
        })
    }
}

/// Every row of the arrival.
pub(crate) fn rows<'a>(
    new: &NewVisit<'a>,
    arrival: &'a Arrival,
    images: &[StoredImage],
    licence: Option<&'a SealedLicence<'a>>,
) -> Rows<'a> {
    let person = arrival.person.is_none().then(|| PersonRow::of(new.person, arrival.kind().word()));
    // The person of a scan is there already.
    let holder = new.holder.filter(|_| arrival.id_scan.is_none()).map(|holder| PersonRow::of(holder, DOCUMENT));
    Rows {
        visit: visit_row(new, arrival, licence),
        people: person.into_iter().chain(holder).collect(),
        images: images.iter().map(ImageRow::of).collect(),
    }
}

fn visit_row<'a>(new: &NewVisit<'a>, arrival: &'a Arrival, licence: Option<&'a SealedLicence<'a>>) -> VisitRow<'a> {
    let NewVisit { id: visit, person, found, badge, .. } = *new;
    VisitRow {
        visit_id: visit,
        site_id: found.site.id,
        person_id: person.id(),
        host_id: arrival.host,
        visit_type_id: arrival.visit_type,
        r#type: arrival.kind(),
        state: new.state(),
        hold_reasons: new.hold_reasons,
        badge_number: badge.map(|badge| badge.number),
        badge_sha256: badge.map(|badge| Bytes(&badge.qr.sha256)),
        name: &arrival.name,
        company: arrival.company.as_ref(),
        email: arrival.email.as_ref(),
        phone: arrival.phone.as_ref(),
        purpose: arrival.purpose.as_ref(),
        answers: &arrival.answers,
        nda_version_id: found.nda.as_ref().map(|nda| nda.id),
        nda_text_sha256: found.nda.as_ref().map(|nda| Bytes(&nda.text_sha256)),
        occurred_at: arrival.occurred_at,
        device_seq: arrival.device_seq,
        id_scan: new.document.map(AdoptedScan::of),
        watchlist_matches: new.screening.rows(),
        watchlist_screening: new.screening.kept(),
        driver: arrival.driver.as_ref().zip(licence).map(|(driver, licence)| driver_columns(driver, licence)),
    }
}

fn driver_columns<'a>(driver: &'a Driver, licence: &'a SealedLicence<'a>) -> DriverColumns<'a> {
    DriverColumns {
        licence_person_id: licence.holder.id(),
        licence_number_sealed: &licence.sealed,
        licence_number_index: Bytes(&licence.index),
        carrier: &driver.carrier,
        bills_of_lading: &driver.bills_of_lading,
        appointment: driver.appointment.as_ref(),
        load_type: driver.load_type.as_ref(),
        seal: driver.seal.as_ref(),
        un_number: driver.goods.first().map(|first| &first.un_number),
        hazard_class: driver.goods.first().map(|first| &first.hazard_class),
        dangerous_goods: Some(driver.goods.as_slice()).filter(|goods| !goods.is_empty()),
        trailer: driver.trailer,
        co_driver: driver.co_driver.as_ref(),
        tractor_plate: driver.tractor_plate.as_ref(),
        trailer_plate: driver.trailer_plate.as_ref(),
    }
}

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
    let answers = (!arrival.answers.is_empty()).then(|| arrival.answers.to_string());
    let mut diff = Diff::new()
        .added("type", arrival.kind())
        .added("state", new.state())
        .added("site_id", found.site.id)
        .added("person_id", person.id())
        .added_if_some("badge_number", badge.map(|badge| badge.number))
        .added_if_some("hold_reasons", Some(new.hold_reasons.to_vec()).filter(|reasons| !reasons.is_empty()))
        .added_if_some("host_id", arrival.host)
        .added_if_some("visit_type_id", arrival.visit_type)
        .added_if_some("occurred_at", arrival.occurred_at)
        .added_if_some("nda_version_id", found.nda.as_ref().map(|nda| nda.id))
        .added_if_some("nda_text_sha256", found.nda.as_ref().map(|nda| PublicHash(&nda.text_sha256)));
    if let Some(document) = new.document {
        let words = document.words();
        diff = diff
            .added("id_scan_id", document.id)
            .added("id_check", words.iter().map(|word| Internal(word)).collect::<Vec<_>>());
    }
    if new.screening.is_hit() {
        let words = new.screening.words();
        diff = diff
            .added("watchlist_matches", new.screening.ids())
            .added("watchlist", words.iter().map(|word| Internal(word)).collect::<Vec<_>>());
    }
    for image in images {
        diff = diff.added(image.kind.word(), &image.object.audit_value);
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
    if let Some((driver, holder)) = arrival.driver.as_ref().zip(new.holder) {
        diff = diff.added("licence_person_id", holder.id()).added_sealed(
            "licence_number",
            Some(driver.licence_number.as_str()),
            holder,
            request,
        )?;
    }
    let action = if new.badge.is_some() { Action::VisitCheckedIn } else { Action::VisitHeld };
    Ok(AuditEvent::new(action, TargetKind::Visit, visit).with(diff))
}

fn driver_entry(diff: Diff, driver: &Driver, seal: &impl Fn(Diff, &str, Option<&str>) -> Result<Diff>) -> Result<Diff> {
    let bills: Vec<Internal<'_>> = driver.bills_of_lading.iter().map(|bill| Internal(bill.as_str())).collect();
    let goods: Vec<String> = driver.goods.iter().map(DangerousGoods::line).collect();
    let goods: Vec<Internal<'_>> = goods.iter().map(|line| Internal(line)).collect();
    let first = driver.goods.first();
    let internal =
        |text: &'_ Option<shared::domain::text::ShortText>| text.as_ref().map(|text| text.as_str().to_owned());
    let mut diff = diff
        .added("bills_of_lading", bills)
        .added_if_some("appointment", internal(&driver.appointment).as_deref().map(Internal))
        .added_if_some("load_type", internal(&driver.load_type).as_deref().map(Internal))
        .added_if_some("seal", internal(&driver.seal).as_deref().map(Internal))
        .added_if_some("un_number", first.map(|first| Internal(first.un_number.as_str())))
        .added_if_some("hazard_class", first.map(|first| Internal(first.hazard_class.as_str())))
        .added_if_some("dangerous_goods", Some(goods).filter(|goods| !goods.is_empty()))
        .added_if_some("trailer", driver.trailer);
    diff = seal(diff, "carrier", Some(driver.carrier.as_str()))?;
    diff = seal(diff, "co_driver", driver.co_driver.as_ref().map(BoundedText::as_str))?;
    diff = seal(diff, "tractor_plate", driver.tractor_plate.as_ref().map(BoundedText::as_str))?;
    seal(diff, "trailer_plate", driver.trailer_plate.as_ref().map(BoundedText::as_str))
}

/// The events for webhooks.
pub(crate) fn events(new: &NewVisit<'_>, arrival: &Arrival) -> Vec<OutgoingEvent> {
    let NewVisit { id: visit, found, .. } = *new;
    let checked_in = match (new.state(), arrival.kind()) {
        (VisitState::Held, _) => EventKind::VisitHeld,
        (_, VisitorKind::Visitor) => EventKind::VisitorCheckedIn,
        (_, VisitorKind::Driver) => EventKind::DriverCheckedIn,
    };
    let signed = found.nda.as_ref().map(|_| EventKind::NdaAccepted);
    let matched = new.screening.is_hit().then_some(EventKind::WatchlistMatched);
    [Some(checked_in), signed, matched]
        .into_iter()
        .flatten()
        .map(|event| OutgoingEvent::about_visit(event, visit, found.site.id))
        .collect()
}
