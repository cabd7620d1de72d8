//! Handles `GET /v1/exports/{export_id}` and `GET /v1/jobs`. Contract in `functions/evidence/read-export/README.md`.
//! Promises E3, T3.

use shared::{
    Error, Result,
    access::Permission,
    http::{List, Reply, Request},
    id::ExportId,
};

use crate::{Deps, store};

/// Says how far one bundle is, or all of them, the newest first.
///
/// # Errors
/// The refusals of the contract; see the README's table.
pub async fn handle(deps: &Deps, request: &Request) -> Result<Reply> {
    match request.route() {
        "GET /v1/exports/{export_id}" => read_one(deps, request).await,
        "GET /v1/jobs" => list(deps, request).await,
        _ => Err(Error::NotFound),
    }
}

async fn read_one(deps: &Deps, request: &Request) -> Result<Reply> {
    request.query()?.finish()?;
    let export: ExportId = request.target("export_id");

    let (_, export) = deps.door.admit(request, Permission::ExportRequest, store::load_export(export)).await?;

    Reply::ok(&export)
}

async fn list(deps: &Deps, request: &Request) -> Result<Reply> {
    let mut query = request.query()?;
    let page = query.take_page()?;
    query.finish()?;

    let (_, exports) = deps.door.admit(request, Permission::ExportRequest, store::list_exports(&page)).await?;

    Reply::ok(&List::cut(&page, exports, |export| export.export_id)?)
}
