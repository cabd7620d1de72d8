//! Routes requests about members and the sign-in policy to their modules. Contract in
//! `functions/access/manage-members/README.md`. Promises T5, T8, E1, W3.

use shared::{
    Error, Result,
    http::{Reply, Request},
};

use crate::{Deps, invitations, members, policy, roles, standing};

/// Answers the routes that `template.yaml` gives this function.
///
/// # Errors
/// The refusals of the contract; see the README's table.
pub async fn handle(deps: &Deps, request: &Request) -> Result<Reply> {
    match request.route() {
        "POST /v1/members" => invitations::create(deps, request).await,
        "GET /v1/members" => members::list(deps, request).await,
        "GET /v1/members/{member_id}" => members::read(deps, request).await,
        "PATCH /v1/members/{member_id}" => roles::change(deps, request).await,
        "POST /v1/members/{member_id}/invite" => invitations::repeat(deps, request).await,
        "POST /v1/members/{member_id}/deactivate" => standing::deactivate(deps, request).await,
        "POST /v1/members/{member_id}/reactivate" => standing::reactivate(deps, request).await,
        "POST /v1/members/{member_id}/reset-second-factor" => standing::reset_second_factor(deps, request).await,
        "GET /v1/sign-in-policy" => policy::read(deps, request).await,
        "PATCH /v1/sign-in-policy" => policy::change(deps, request).await,
        _ => Err(Error::NotFound),
    }
}
