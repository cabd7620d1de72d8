//! The answer to a check-in.

use serde::Serialize;
use shared::{
    clock::Timestamp,
    domain::visit::{VisitState, VisitorKind},
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
    /// Why it is held, if it is.
    pub hold_reasons: Vec<String>,
    /// Number on the badge, unique among those on site at the site.
    pub badge_number: i32,
    /// Text of the badge's QR: a credential, with which the badge is recognised.
    pub badge_qr: String,
    /// What was signed.
    pub nda: Option<SignedNda>,
    /// Who is told.
    pub host: Option<ToldHost>,
    /// When, by our clock.
    pub checked_in_at: Timestamp,
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
    /// `queued`: the message leaves after this answer.
    #[schema(example = "queued")]
    pub notification: &'static str,
}

impl Receipt {
    pub(crate) fn new(visit: &NewVisit<'_>, arrival: &Arrival) -> Self {
        let NewVisit { id, person, found, badge, now } = *visit;
        Self {
            visit_id: id,
            r#type: arrival.kind(),
            site_id: found.site.id,
            person_id: person.id(),
            state: VisitState::OnSite,
            hold_reasons: Vec::new(),
            badge_number: badge.number,
            badge_qr: badge.qr.text.expose_secret().clone(),
            nda: found.nda.as_ref().map(|nda| SignedNda {
                version_id: nda.id,
                locale: nda.locale.clone(),
                text_sha256: shared::audit::hex(&nda.text_sha256),
                signed_at: now,
            }),
            host: found.host.as_ref().map(|host| ToldHost {
                host_id: host.id,
                name: host.name.clone(),
                notification: "queued",
            }),
            checked_in_at: now,
        }
    }
}
