//! What the door found out of a request, for the loop that answers it.

use std::sync::OnceLock;

use crate::id::ImpersonationId;

/// What the door found out of a request. The loop needs it after the handler, even after one that failed or panicked: a
/// claim is settled or given back, and the answer says under which impersonation it is given. The door alone writes it.
#[derive(Debug, Default)]
pub(crate) struct Admission {
    pub(crate) impersonation: OnceLock<ImpersonationId>,
    #[cfg(feature = "kms")]
    pub(crate) claim: OnceLock<crate::idempotency::HeldClaim>,
}
