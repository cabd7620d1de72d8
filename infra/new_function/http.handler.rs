//! Handles `@route@`. Contract in `functions/@area@/@name@/README.md`.

use shared::{
    Result,
    access::Permission,
    http::{Reply, Request},
};

use crate::{Deps, store};

/// SAY WHAT IT DOES.
///
/// # Errors
/// The refusals of the contract; see the README's table.
pub async fn handle(deps: &Deps, request: &Request) -> Result<Reply> {
    let query = request.query()?;
    query.finish()?;

    let (_, answer) = deps.door.admit(request, Permission::VisitRead, store::load_answer()).await?;

    Reply::ok(&answer)
}
