//! Handles `POST /v1/visits/{visit_id}/reveal`. Contract in `functions/visits/reveal-visit/README.md`. Promises T4, T7,
//! E1, E5.

use shared::{
    Result,
    access::Permission,
    audit::{Action, AuditEvent, Diff, TargetKind},
    http::{Reply, Request},
    id::VisitId,
};

use crate::{
    Demand, Deps, Revealed, open,
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

    let lookups = (store::load_sealed(id), store::list_objects(id));
    let (admitted, (sealed, objects)) = deps.door.admit(request, Permission::VisitReveal, lookups).await?;

    // No transaction is open here: KMS and S3 may take their time.
    let person = open::person_key(&admitted, &sealed).await?;
    let licence_number = open::licence_number(id, &sealed, person.as_ref())?;
    demand.reason.refuse_naming([licence_number.as_deref(), sealed.email.as_deref(), sealed.phone.as_deref()])?;
    let values = open::values(&deps.objects, &demand, licence_number, &objects, person.as_ref()).await?;

    let all_null = Revealed { visit_id: id, values: Values::all_null(&demand) };
    let reply = Reply::ok(&Revealed { visit_id: id, values })?.replayed_as(&all_null)?;
    let diff = Diff::new().added("fields", demand.fields);
    let entry = AuditEvent::new(Action::VisitRevealed, TargetKind::Visit, id).because(&demand.reason).with(diff);
    admitted.record(reply, |batch| batch.audit(entry)).await
}
