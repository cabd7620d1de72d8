//! Handles `POST /v1/visits`. Contract in `functions/visits/check-in/README.md`. Promises D1, D7, D8, T4, E1, W5.

use shared::{
    Result,
    access::Permission,
    http::{Reply, Request},
    id::{PersonId, VisitId},
};

use crate::{
    Deps,
    arrival::Arrival,
    body::ArrivalBody,
    images::Images,
    receipt::Receipt,
    record::{self, SealedLicence},
    rules,
    screening::{Asking, Screening},
    store,
    visit::{self, Badge, NewVisit},
};

/// Records the arrival, its audit entry and its events together, or none of them.
///
/// # Errors
/// The refusals of the contract; see the README's table.
pub async fn handle(deps: &Deps, request: &Request) -> Result<Reply> {
    let arrival = Arrival::parse(request.json::<ArrivalBody>()?, &request.credential()?, deps.door.now())?;
    let images = Images::read(&arrival)?;

    let (admitted, found) = deps.door.admit_by(request, Permission::VisitCheckIn, store::admit(&arrival)).await?;
    rules::check(&found, &arrival)?;

    // No transaction is open here: KMS and S3 may take their time.
    let now = admitted.now();
    let id = VisitId::new(now);
    let tenant = admitted.tenant_key().await?;
    let person = match (arrival.person, &found.person_key) {
        (Some(known), Some(wrapped)) => tenant.unwrap_person(known, wrapped)?,
        _ => tenant.new_person(PersonId::new(now))?,
    };
    let holder = visit::holder(&arrival, &found, &tenant, now)?;
    let document = found.document.as_ref().zip(holder.as_ref());
    let document = document.map(|(document, holder)| document.check(&arrival, holder)).transpose()?;
    let keeper = holder.as_ref().unwrap_or(&person);
    let asking = Asking { visit: id, keeper, arrival: &arrival, document: document.as_ref(), today: found.today };
    let screening = match found.has_watchlist {
        true => asking.screen(&admitted, &tenant, store::find_listed).await?,
        false => Screening::default(),
    };
    let hold_reasons = visit::hold_reasons(document.as_ref(), &screening);
    let licence = arrival.driver.as_ref().zip(holder.as_ref());
    let licence = licence.map(|(driver, holder)| SealedLicence::new(driver, id, holder, &tenant)).transpose()?;
    let badge = Badge::unless_held(&hold_reasons, found.badge_number, admitted.caller())?;
    let stored = images.store(&deps.objects, &person, now).await?;

    let (badge, document, hold_reasons) = (badge.as_ref(), document.as_ref(), hold_reasons.as_slice());
    let (person, holder, screening) = (&person, holder.as_ref(), &screening);
    let new = NewVisit { id, person, holder, found: &found, badge, hold_reasons, document, screening, now };
    let receipt = Receipt::new(&new, &arrival, admitted.caller());
    let entry = record::entry(&admitted, &new, &arrival, &stored)?;
    let reply = Reply::created(&receipt)?;
    let rows = record::rows(&new, &arrival, &stored, licence.as_ref());
    let events = record::events(&new, &arrival);
    admitted.record_by(reply, store::record(&rows, events, entry)?).await
}
