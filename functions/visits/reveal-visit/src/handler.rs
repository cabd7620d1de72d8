//! Handles `POST /v1/visits/{visit_id}/reveal`. Contract in `functions/visits/reveal-visit/README.md`. Promises T4, T7,
//! E1, E5.

use shared::{
    Error, Result,
    access::Permission,
    audit::{Action, AuditEvent, Diff, Internal, TargetKind},
    door::AdmittedWrite,
    http::{Reply, Request},
    id::VisitId,
};

use crate::{
    Demand, Deps, Revealed,
    open::{self, Keys, Numbers},
    revealed::{DemandBody, Values},
    store,
};

/// Opens what is asked for, and shows it only after the log says who saw what and why.
///
/// # Errors
/// The refusals of the contract; see the README's table.
pub async fn handle(deps: &Deps, request: &Request) -> Result<Reply> {
    let demand = Demand::parse(request.json::<DemandBody>()?)?;
    let id: VisitId = request.target("visit_id");

    let wait = store::refused_reasons_wait(&request.credential()?, deps.door.now());
    let lookups =
        (store::load_sealed(id), store::list_objects(id), store::load_document(id), store::list_sides(id), wait);
    let (admitted, (sealed, mut objects, document, sides, wait_s)) =
        deps.door.admit(request, Permission::VisitReveal, lookups).await?;
    objects.extend(sides);
    if let Some(wait_s) = wait_s {
        return Err(Error::throttled(wait_s));
    }

    // No transaction is open here: KMS and S3 may take their time.
    let keys = Keys::of(&admitted, &sealed, document.as_ref()).await?;
    let numbers = Numbers::open(id, &sealed, document.as_ref(), &keys)?;
    let known = [numbers.licence(), numbers.document(), sealed.email.as_deref(), sealed.phone.as_deref()];
    if let Err(refusal) = demand.reason.refuse_naming(known) {
        return refuse(admitted, &refusal, id).await;
    }
    let values = open::values(&deps.objects, &demand, numbers, &objects, &keys).await?;

    let all_null = Revealed { visit_id: id, values: Values::all_null(&demand) };
    let reply = Reply::ok(&Revealed { visit_id: id, values })?.replayed_as(&all_null)?;
    let diff = Diff::new().added("fields", demand.fields);
    let entry = AuditEvent::new(Action::VisitRevealed, TargetKind::Visit, id).because(&demand.reason).with(diff);
    admitted.record(reply, |batch| batch.audit(entry)).await
}

/// Refuses a reason that names the person. That it does tells something of a sealed value, so it is an entry, and counted.
async fn refuse(admitted: AdmittedWrite, refusal: &Error, visit: VisitId) -> Result<Reply> {
    let reply = Reply::problem(refusal, admitted.request_id());
    let count = store::count_refused_reason(admitted.caller().credential, admitted.now());
    let why = Diff::new().added("reason", Internal("names_the_person"));
    let entry = AuditEvent::new(Action::AccessRefused, TargetKind::Visit, visit).with(why);
    admitted
        .record(reply, |batch| {
            batch.write(count);
            batch.audit(entry);
        })
        .await
}
