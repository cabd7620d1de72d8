//! Handles `GET /v1/visits/{visit_id}`. Contract in `functions/visits/read-visit/README.md`. Promises D10, T4.

use shared::{
    Result,
    access::Permission,
    http::{Reply, Request},
    id::VisitId,
};

use crate::{Deps, store};

/// Answers one visit. What is sealed is named, and stays sealed.
///
/// # Errors
/// The refusals of the contract; see the README's table.
pub async fn handle(deps: &Deps, request: &Request) -> Result<Reply> {
    request.query()?.finish()?;
    let id: VisitId = request.target("visit_id");

    let lookups = (store::load_visit(id), store::list_objects(id), store::list_document(id), store::load_id_check(id));
    let (_, (mut visit, objects, document, id_check)) =
        deps.door.admit(request, Permission::VisitRead, lookups).await?;

    visit.restricted.extend(objects.into_iter().chain(document));
    visit.id_check = id_check;
    Reply::ok(&visit)
}
