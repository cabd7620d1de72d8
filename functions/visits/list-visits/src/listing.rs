//! What a list shows of a visit. Nothing that is sealed.

use serde::Serialize;
use shared::{
    clock::Timestamp,
    domain::visit::{VisitState, VisitorKind},
    id::{HostId, PersonId, SiteId, VisitId},
};
use utoipa::ToSchema;

/// Who is on site at one moment.
#[derive(Debug, Serialize, ToSchema)]
pub struct OnSite {
    /// The site.
    pub site_id: SiteId,
    /// The moment, by our clock.
    pub as_of: Timestamp,
    /// How many are on site, those of other pages included.
    #[schema(minimum = 0)]
    pub count: i64,
    /// Who they are, newest first.
    pub items: Vec<ListedVisit>,
    /// What to send as `cursor` for the next page; null on the last one.
    pub next_cursor: Option<String>,
}

/// A visit as lists show it.
#[derive(Debug, Serialize, ToSchema)]
pub struct ListedVisit {
    /// The visit.
    pub visit_id: VisitId,
    /// Who came.
    pub r#type: VisitorKind,
    /// Where it stands.
    pub state: VisitState,
    /// Why it is held, if it is.
    pub hold_reasons: Vec<String>,
    /// Where.
    pub site_id: SiteId,
    /// Whose key seals what was said.
    pub person_id: PersonId,
    /// Full name.
    pub name: String,
    /// Company that the person comes from.
    pub company: Option<String>,
    /// Whom a driver drives for.
    pub carrier: Option<String>,
    /// Who is visited.
    pub host: Option<VisitedHost>,
    /// Number on the badge.
    pub badge_number: Option<i32>,
    /// When it began, by our clock.
    pub checked_in_at: Option<Timestamp>,
    /// When it began, by the clock of a kiosk that was offline.
    pub occurred_at: Option<Timestamp>,
    /// When it ended, by our clock.
    pub checked_out_at: Option<Timestamp>,
}

/// Who is visited.
#[derive(Debug, Serialize, ToSchema)]
pub struct VisitedHost {
    /// The host.
    pub host_id: HostId,
    /// Name to show.
    pub name: String,
}
