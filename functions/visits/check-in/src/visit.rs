//! A visit that is about to be recorded.

use shared::{
    Result,
    authn::{CredentialKind, NewCredential},
    clock::Timestamp,
    domain::visit::{HoldReason, VisitState},
    door::Caller,
    id::{PersonId, VisitId},
    vault::{PersonKey, TenantKey},
};

use crate::{arrival::Arrival, document::CheckedDocument, screening::Screening, store::Found};

/// A visit that is about to be recorded, with what was found and made for it.
pub(crate) struct NewVisit<'v> {
    pub(crate) id: VisitId,
    /// The key of the person who arrives.
    pub(crate) person: &'v PersonKey,
    /// The key that seals what stands on the identity document; absent where none was shown or typed.
    pub(crate) holder: Option<&'v PersonKey>,
    pub(crate) found: &'v Found,
    /// Absent while the visit is held.
    pub(crate) badge: Option<&'v Badge>,
    /// Why it is held; empty for a visit that is not.
    pub(crate) hold_reasons: &'v [HoldReason],
    /// What the identity document says about the visitor.
    pub(crate) document: Option<&'v CheckedDocument>,
    /// What the watchlist says about the visitor.
    pub(crate) screening: &'v Screening,
    pub(crate) now: Timestamp,
}

impl NewVisit<'_> {
    /// On site, or held.
    pub(crate) const fn state(&self) -> VisitState {
        if self.hold_reasons.is_empty() { VisitState::OnSite } else { VisitState::Held }
    }
}

/// The key that seals what stands on the document: that of the scan, or a new one for a driver's licence number. It is destroyed before
/// the person's own.
pub(crate) fn holder(
    arrival: &Arrival,
    found: &Found,
    tenant: &TenantKey,
    now: Timestamp,
) -> Result<Option<PersonKey>> {
    match (&found.document, &arrival.driver) {
        (Some(scan), _) => tenant.unwrap_person(scan.holder, &scan.wrapped_key).map(Some),
        (None, Some(_)) => tenant.new_person(PersonId::new(now)).map(Some),
        (None, None) => Ok(None),
    }
}

/// Why the visit has to wait for a decision.
pub(crate) fn hold_reasons(document: Option<&CheckedDocument>, screening: &Screening) -> Vec<HoldReason> {
    let id_check = document.filter(|document| document.is_held).map(|_| HoldReason::IdCheck);
    id_check.into_iter().chain(screening.is_hit().then_some(HoldReason::Watchlist)).collect()
}

/// A badge before it is printed.
pub(crate) struct Badge {
    pub(crate) number: i32,
    pub(crate) qr: NewCredential,
}

impl Badge {
    /// The badge of a visitor who comes in at once; a held one gets it with the decision.
    pub(crate) fn unless_held(hold_reasons: &[HoldReason], number: i32, caller: &Caller) -> Result<Option<Self>> {
        if hold_reasons.is_empty() { Self::new(number, caller).map(Some) } else { Ok(None) }
    }

    fn new(number: i32, caller: &Caller) -> Result<Self> {
        Ok(Self { number, qr: NewCredential::generate(CredentialKind::Badge, caller.realm, caller.organization)? })
    }
}
