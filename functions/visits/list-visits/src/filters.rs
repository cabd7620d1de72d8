//! Which visits are asked for.

use shared::{
    Result,
    clock::Timestamp,
    domain::visit::{VisitState, VisitorKind},
    http::{Page, Query},
    id::{HostId, SiteId, VisitId},
};

/// What a visit must be to stand in the list; null where anything will do.
#[derive(Debug)]
pub struct Filters {
    /// At this site.
    pub site: Option<SiteId>,
    /// In this state.
    pub state: Option<VisitState>,
    /// Of this kind.
    pub kind: Option<VisitorKind>,
    /// To see this host.
    pub host: Option<HostId>,
    /// Checked in at this moment or later.
    pub from: Option<Timestamp>,
    /// Checked in before this moment.
    pub to: Option<Timestamp>,
}

impl Filters {
    /// Reads the query parameters.
    ///
    /// # Errors
    /// [`shared::Error::Malformed`] naming the parameter that is unknown or of a wrong value.
    pub fn parse(mut query: Query) -> Result<(Self, Page<VisitId>)> {
        let moment = |text: &str| Timestamp::parse(text).ok();
        let filters = Self {
            site: query.take("site_id")?,
            state: query.take_with("state", VisitState::of_word)?,
            kind: query.take_with("type", VisitorKind::of_word)?,
            host: query.take("host_id")?,
            from: query.take_with("checked_in_from", moment)?,
            to: query.take_with("checked_in_to", moment)?,
        };
        let page = query.take_page()?;
        query.finish()?;
        Ok((filters, page))
    }
}
