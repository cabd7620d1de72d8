//! A visit that is about to be recorded.

use shared::{
    Result,
    authn::{CredentialKind, NewCredential},
    clock::Timestamp,
    domain::visit::{HoldReason, VisitState},
    door::Caller,
    id::VisitId,
    vault::PersonKey,
};

use crate::{document::CheckedDocument, screening::Screening, store::Found};

/// A visit that is about to be recorded, with what was found and made for it.
pub(crate) struct NewVisit<'v> {
    pub(crate) id: VisitId,
    /// The key of the person who arrives.
    pub(crate) person: &'v PersonKey,
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
