//! Handles `$default`: refuses routes and methods that do not exist. Contract in
//! `functions/operations/refuse-unknown-route/README.md`. Promises P6, R5.

use shared::{
    Error, Result,
    http::{Reply, Request},
};

use crate::routes::methods_of;

/// Refuses: 405 where the path is known and the method is not, else 404. It asks for no credential, since there is
/// nothing behind it.
///
/// # Errors
/// Always.
pub async fn handle((): &(), request: &Request) -> Result<Reply> {
    match methods_of(&request.path) {
        Some(allowed) if allowed.split(", ").all(|method| method != request.method.as_str()) => {
            Err(Error::MethodNotAllowed(allowed))
        }
        _ => Err(Error::NotFound),
    }
}
