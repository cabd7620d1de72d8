//! Handles `POST /v1/visits`. Contract in `functions/visits/check-in/README.md`. Promises D1, D7, D8, T4, E1, W5.

use shared::{
    Result,
    access::Permission,
    http::{Reply, Request},
    id::{PersonId, VisitId},
};

use crate::{
    Deps,
    arrival::{Arrival, ArrivalBody},
    images::Images,
    receipt::Receipt,
    record::{self, SealedLicence},
    rules,
    store::{self, Found},
    visit::{Badge, NewVisit},
};

/// Records the arrival, its audit entry and its events together, or none of them.
///
/// # Errors
/// The refusals of the contract; see the README's table.
pub async fn handle(deps: &Deps, request: &Request) -> Result<Reply> {
    let arrival = Arrival::parse(request.json::<ArrivalBody>()?, &request.credential()?, deps.door.now())?;
    let images = Images::read(&arrival)?;

    let lookups = store::look_up(&arrival);
    let (admitted, found) = deps.door.admit(request, Permission::VisitCheckIn, lookups).await?;
    let found = Found::of(found);
    rules::check(&found, &arrival)?;

    // No transaction is open here: KMS and S3 may take their time.
    let now = admitted.now();
    let visit = VisitId::new(now);
    let tenant = admitted.tenant_key().await?;
    let person = match (arrival.person, &found.person_key) {
        (Some(known), Some(wrapped)) => tenant.unwrap_person(known, wrapped)?,
        _ => tenant.new_person(PersonId::new(now))?,
    };
    let licence =
        arrival.driver.as_ref().map(|driver| SealedLicence::new(driver, visit, &person, &tenant)).transpose()?;
    let badge = Badge::new(found.badge_number, admitted.caller())?;
    let stored = images.store(&deps.objects, &person, now).await?;

    let new = NewVisit { id: visit, person: &person, found: &found, badge: &badge, now };
    let receipt = Receipt::new(&new, &arrival);
    let entry = record::entry(&admitted, &new, &arrival, &stored)?;
    let reply = Reply::created(&receipt)?;
    admitted
        .record(&reply, |batch| {
            if arrival.person.is_none() {
                store::insert_person(batch, person.id(), receipt.r#type, &person, now);
            }
            record::events(batch, visit, receipt.r#type, &found);
            record::insert_visit(batch, &new, arrival, licence);
            for image in &stored {
                store::insert_image(batch, visit, image, now);
            }
            batch.audit(entry);
        })
        .await?;

    Ok(reply)
}
