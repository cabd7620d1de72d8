//! A visit as it is shown: everything that was said, but what is sealed.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use shared::{
    clock::Timestamp,
    domain::visit::{HoldReason, RestrictedField, Trailer, VisitDecision, VisitState, VisitorKind},
    id::{CredentialId, HostId, IdScanId, MemberId, NoticeVersionId, PersonId, SiteId, VisitId, VisitTypeId},
};
use utoipa::ToSchema;

/// A visit. What only a driver has is null for a visitor.
#[derive(Debug, Serialize, ToSchema)]
pub struct Visit {
    /// The visit.
    pub visit_id: VisitId,
    /// Who came.
    pub r#type: VisitorKind,
    /// Where it stands.
    pub state: VisitState,
    /// Why it is held, or was until a decision.
    pub hold_reasons: Vec<HoldReason>,
    /// What was decided about it, where it was held.
    pub decided: Option<VisitDecided>,
    /// What the scan of an identity document said about it, without values.
    pub id_check: Option<DocumentCheck>,
    /// Where.
    pub site_id: SiteId,
    /// Whose key seals what was said.
    pub person_id: PersonId,
    /// Full name.
    pub name: String,
    /// Company that the person comes from.
    pub company: Option<String>,
    /// E-mail address.
    pub email: Option<String>,
    /// Telephone number as it was typed.
    pub phone: Option<String>,
    /// The same number as programs dial it: `+491511234567`, `5551234;ext=22`.
    pub phone_dialled: Option<String>,
    /// Who is visited.
    pub host: Option<VisitedHost>,
    /// Why.
    pub purpose: Option<String>,
    /// What the site asked.
    pub visit_type_id: Option<VisitTypeId>,
    /// What was answered.
    pub answers: Map<String, Value>,
    /// What was signed.
    pub nda: Option<AcceptedNda>,
    /// Number on the badge.
    pub badge_number: Option<i32>,
    /// What is sealed, and read only by `POST /v1/visits/{visit_id}/reveal`.
    pub restricted: Vec<Restricted>,
    /// When the number of the driver's licence was destroyed, since its time was over.
    pub licence_purged_at: Option<Timestamp>,
    /// Since when a legal hold keeps the visit's documents.
    pub legal_hold_since: Option<Timestamp>,
    /// What only a driver brings.
    #[serde(flatten)]
    pub load: Load,
    /// When it was entered, by our clock.
    pub created_at: Timestamp,
    /// When it began, by our clock.
    pub checked_in_at: Option<Timestamp>,
    /// When it began, by the clock of a kiosk that was offline.
    pub occurred_at: Option<Timestamp>,
    /// The kiosk's count of that.
    pub device_seq: Option<i64>,
    /// When it ended, by our clock.
    pub checked_out_at: Option<Timestamp>,
    /// When it ended, by the clock of a kiosk that was offline.
    pub checked_out_occurred_at: Option<Timestamp>,
    /// The kiosk's count of that.
    pub checked_out_device_seq: Option<i64>,
}

/// What only a driver brings.
#[derive(Debug, Serialize, ToSchema)]
pub struct Load {
    /// Whom the driver drives for.
    pub carrier: Option<String>,
    /// Numbers of the bills of lading.
    pub bills_of_lading: Option<Vec<String>>,
    /// Reference of the appointment.
    pub appointment: Option<String>,
    /// What is loaded or unloaded.
    pub load_type: Option<String>,
    /// Number of the seal.
    pub seal: Option<String>,
    /// UN number of the first of the dangerous goods.
    pub un_number: Option<String>,
    /// Hazard class of the first of the dangerous goods.
    pub hazard_class: Option<String>,
    /// All dangerous goods of the load.
    pub dangerous_goods: Option<Vec<CarriedGoods>>,
    /// What happens to the trailer.
    pub trailer: Option<Trailer>,
    /// Name of a second driver.
    pub co_driver: Option<String>,
    /// Plate of the tractor.
    pub tractor_plate: Option<String>,
    /// Plate of the trailer.
    pub trailer_plate: Option<String>,
}

/// One of the dangerous goods of a load.
#[derive(Debug, Deserialize, Serialize, ToSchema)]
pub struct CarriedGoods {
    /// UN number.
    pub un_number: String,
    /// Hazard class, with subsidiary hazards.
    pub hazard_class: String,
    /// Packing group.
    pub packing_group: Option<String>,
    /// How much, as it was printed.
    pub quantity: Option<String>,
}

/// Who is visited.
#[derive(Debug, Serialize, ToSchema)]
pub struct VisitedHost {
    /// The host.
    pub host_id: HostId,
    /// Name to show.
    pub name: String,
}

/// The exact text that was signed.
#[derive(Debug, Serialize, ToSchema)]
pub struct AcceptedNda {
    /// Version of the text.
    pub version_id: NoticeVersionId,
    /// Its language.
    pub locale: String,
    /// Its title.
    pub title: String,
    /// SHA-256 of the text, in hex.
    #[schema(pattern = "^[0-9a-f]{64}$")]
    pub text_sha256: String,
    /// When it was signed.
    pub signed_at: Timestamp,
}

/// What was decided about a visit that was held.
#[derive(Debug, Serialize, ToSchema)]
pub struct VisitDecided {
    /// What was decided.
    pub decision: VisitDecision,
    /// When.
    pub decided_at: Timestamp,
    /// The credential that decided: an API token or a session.
    pub decided_by: CredentialId,
    /// The member whose session or token it was.
    pub member_id: Option<MemberId>,
}

/// How an identity document and what was said stand to each other.
#[derive(Debug, Serialize, ToSchema)]
pub struct DocumentCheck {
    /// The scan.
    pub id_scan_id: IdScanId,
    /// Fields that could be compared, each with the worst of its comparisons.
    pub verdicts: BTreeMap<String, FieldVerdict>,
    /// What a single source was enough for, as `expired`.
    pub warnings: Vec<String>,
    /// Version of the comparison.
    pub algorithm: String,
    /// How much of what could be compared agrees, in percent.
    #[schema(minimum = 0, maximum = 100)]
    pub score: Option<i32>,
    /// The face on the document against the photo, where they were compared.
    pub face: Option<FaceVerdict>,
    /// When values and images of the document were destroyed; the verdicts stay.
    pub purged_at: Option<Timestamp>,
}

/// How a face and a photo stand to each other.
#[derive(Debug, Serialize, ToSchema)]
pub struct FaceVerdict {
    /// `match`, `near`, `mismatch`, or `absent` where nothing could be compared.
    pub verdict: String,
    /// The one word that explains it, as `low_score`.
    pub reason: String,
    /// How alike they are, in percent.
    #[schema(minimum = 0, maximum = 100)]
    pub score: Option<i32>,
    /// How alike the site wants them.
    pub min: i32,
}

/// The verdict of a field.
#[derive(Debug, Deserialize, Serialize, ToSchema)]
pub struct FieldVerdict {
    /// `match`, `near` or `mismatch`.
    pub verdict: String,
    /// The one word that explains it.
    pub reason: String,
}

/// A value that is there and sealed.
#[derive(Debug, Serialize, ToSchema)]
pub struct Restricted {
    /// Which one, as the reveal names it.
    pub field: RestrictedField,
    /// Of an image: its type.
    pub media_type: Option<String>,
    /// Of an image: its size.
    pub bytes: Option<i32>,
}

impl Restricted {
    pub(crate) const fn licence_number() -> Self {
        Self { field: RestrictedField::LicenceNumber, media_type: None, bytes: None }
    }
}
