//! The failure of a statement of a migration, with the name of what it was for.

use crate::error::Error;

/// What a script or a grant ran into, by name.
#[derive(Debug, thiserror::Error)]
#[error("{name} failed")]
struct Failed {
    name: String,
    source: tokio_postgres::Error,
}

/// Names what failed.
pub(super) fn failed(name: &str) -> impl FnOnce(tokio_postgres::Error) -> Error + use<> {
    let name = name.to_owned();
    move |source| Error::internal(Failed { name, source })
}
