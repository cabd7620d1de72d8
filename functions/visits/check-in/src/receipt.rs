//! The answer to a check-in.

use serde::Serialize;
use shared::{
    authn::CredentialKind,
    clock::Timestamp,
    domain::visit::{HoldReason, VisitState, VisitorKind},
    door::Caller,
    id::{HostId, NoticeVersionId, PersonId, SiteId, VisitId},
};
use utoipa::ToSchema;

use crate::{arrival::Arrival, visit::NewVisit};

/// The arrival, recorded.
#[derive(Debug, Serialize, ToSchema)]
pub struct Receipt {
    /// The visit.
    pub visit_id: VisitId,
    /// Who came.
    pub r#type: VisitorKind,
    /// Where.
    pub site_id: SiteId,
    /// Whose key seals what was said.
    pub person_id: PersonId,
    /// Where the visit stands.
    pub state: VisitState,
    /// Why it is held, if it is. A kiosk is not told: its visitor reads "Please see reception".
    pub hold_reasons: Vec<HoldReason>,
    /// Number on the badge, unique among those on site at the site; null while the visit is held.
    pub badge_number: Option<i32>,
    /// Text of the badge's QR: a credential, with which the badge is recognised; null while the visit is held.
    pub badge_qr: Option<String>,
    /// What was signed.
    pub nda: Option<SignedNda>,
    /// Who is told.
    pub host: Option<ToldHost>,
    /// When the visitor came on site, by our clock; null while the visit is held.
    pub checked_in_at: Option<Timestamp>,
}

/// The exact text that was signed.
#[derive(Debug, Serialize, ToSchema)]
pub struct SignedNda {
    /// Version of the text.
    pub version_id: NoticeVersionId,
    /// Its language.
    pub locale: String,
    /// SHA-256 of the text, in hex.
    pub text_sha256: String,
    /// When it was signed.
    pub signed_at: Timestamp,
}

/// The host who is told of the arrival.
#[derive(Debug, Serialize, ToSchema)]
pub struct ToldHost {
    /// The host.
    pub host_id: HostId,
    /// Name to show.
    pub name: String,
    /// `queued`: the message leaves after this answer. `held`: it leaves when the visitor is admitted.
    #[schema(example = "queued")]
    pub notification: &'static str,
}

impl Receipt {
    pub(crate) fn new(visit: &NewVisit<'_>, arrival: &Arrival, caller: &Caller) -> Self {
        let NewVisit { id, person, found, badge, now, .. } = *visit;
        let (is_held, is_kiosk) = (badge.is_none(), caller.kind == CredentialKind::Kiosk);
        Self {
            visit_id: id,
            r#type: arrival.kind(),
            site_id: found.site.id,
            person_id: person.id(),
            state: visit.state(),
            hold_reasons: if is_kiosk { Vec::new() } else { visit.hold_reasons.to_vec() },
            badge_number: badge.map(|badge| badge.number),
            badge_qr: badge.map(|badge| badge.qr.text.expose_secret().clone()),
            nda: found.nda.as_ref().map(|nda| SignedNda {
                version_id: nda.id,
                locale: nda.locale.clone(),
                text_sha256: shared::audit::hex(&nda.text_sha256),
                signed_at: now,
            }),
            host: found.host.as_ref().map(|host| ToldHost {
                host_id: host.id,
                name: host.name.clone(),
                notification: if is_held { "held" } else { "queued" },
            }),
            checked_in_at: (!is_held).then_some(now),
        }
    }
}
