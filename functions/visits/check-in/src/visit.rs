//! A visit that is about to be recorded.

use shared::{
    Result,
    authn::{CredentialKind, NewCredential},
    clock::Timestamp,
    door::Caller,
    id::VisitId,
    vault::PersonKey,
};

use crate::store::Found;

/// A visit that is about to be recorded, with what was found and made for it.
pub(crate) struct NewVisit<'v> {
    pub(crate) id: VisitId,
    /// The key of the person who arrives.
    pub(crate) person: &'v PersonKey,
    pub(crate) found: &'v Found,
    pub(crate) badge: &'v Badge,
    pub(crate) now: Timestamp,
}

/// A badge before it is printed.
pub(crate) struct Badge {
    pub(crate) number: i32,
    pub(crate) qr: NewCredential,
}

impl Badge {
    pub(crate) fn new(number: i32, caller: &Caller) -> Result<Self> {
        Ok(Self { number, qr: NewCredential::generate(CredentialKind::Badge, caller.realm, caller.organization)? })
    }
}
