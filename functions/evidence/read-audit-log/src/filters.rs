//! Which entries are asked for.

use shared::{
    Result,
    audit::{Action, Diff, Internal, TargetKind},
    clock::Timestamp,
    http::{Page, Query},
    id::VisitId,
};

/// Longest name of a function or route.
const WORD_LENGTH_MAX: usize = 100;

/// What an entry must be to be shown; null where anything will do.
#[derive(Debug)]
pub struct Filters {
    /// Written at this moment or later.
    pub from: Option<Timestamp>,
    /// Written before this moment.
    pub to: Option<Timestamp>,
    /// Id of who did it.
    pub actor: Option<String>,
    /// What was done.
    pub action: Option<Action>,
    /// Kind of what it was done to.
    pub target_kind: Option<TargetKind>,
    /// Id of what it was done to.
    pub target_id: Option<String>,
}

/// Which end of the log comes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// The newest entry first.
    NewestFirst,
    /// The oldest entry first.
    OldestFirst,
}

impl Filters {
    /// Reads the query parameters.
    ///
    /// # Errors
    /// [`shared::Error::Malformed`] naming the parameter that is unknown or of a wrong value.
    pub fn parse(mut query: Query) -> Result<(Self, Order, Page<i64>)> {
        let moment = |text: &str| Timestamp::parse(text).ok();
        let filters = Self {
            from: query.take_with("from", moment)?,
            to: query.take_with("to", moment)?,
            actor: query.take_with("actor", |text| id(text).or_else(|| function(text)))?,
            action: query.take_with("action", Action::of_word)?,
            target_kind: query.take_with("target_kind", TargetKind::of_word)?,
            target_id: query.take_with("target_id", |text| id(text).or_else(|| route(text)))?,
        };
        let order = query.take_with("order", |text| match text {
            "desc" => Some(Order::NewestFirst),
            "asc" => Some(Order::OldestFirst),
            _ => None,
        })?;
        let page = query.take_page()?;
        query.finish()?;
        Ok((filters, order.unwrap_or(Order::NewestFirst), page))
    }

    /// The filters as the entry of this reading shows them.
    pub(crate) fn facts(&self) -> Diff {
        Diff::new()
            .added_if_some("from", self.from)
            .added_if_some("to", self.to)
            .added_if_some("actor", self.actor.as_deref().map(Internal))
            .added_if_some("action", self.action.map(|action| Internal(action.word())))
            .added_if_some("target_kind", self.target_kind.map(|kind| Internal(kind.word())))
            .added_if_some("target_id", self.target_id.as_deref().map(Internal))
    }
}

/// The filters stand in the log themselves, so each is an id or a word of this code and never a free text, which
/// could name a person.
fn id(text: &str) -> Option<String> {
    text.parse().ok().map(|id: VisitId| id.to_string())
}

/// The name of a function, which is what the system acts as.
fn function(text: &str) -> Option<String> {
    is_word(text, |byte| byte.is_ascii_lowercase() || byte == b'-').then(|| text.to_owned())
}

/// A route, which is what a refused caller asked for.
fn route(text: &str) -> Option<String> {
    let (method, path) = text.split_once(' ')?;
    let is_route = matches!(method, "DELETE" | "GET" | "PATCH" | "POST" | "PUT")
        && path.starts_with("/v1/")
        && is_word(path, |byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"/-_.{}".contains(&byte));
    is_route.then(|| text.to_owned())
}

fn is_word(text: &str, allowed: impl Fn(u8) -> bool) -> bool {
    (1..=WORD_LENGTH_MAX).contains(&text.len()) && text.bytes().all(allowed)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_taken(raw: &str) -> bool {
        Filters::parse(Query::parse("/v1/audit-log", raw).unwrap()).is_ok()
    }

    #[test]
    fn a_filter_is_an_id_or_a_word_of_this_code() {
        for good in [
            "actor=6513270e-269e-4d37-b2a7-4de452e6b438",
            "actor=relay-outbox",
            "target_id=POST+/v1/visits/%7Bvisit_id%7D/reveal",
            "action=visit.checked_in&target_kind=visit&order=asc",
            "from=2026-11-01T00:00:00Z&to=2026-11-02T00:00:00%2B01:00",
        ] {
            assert!(is_taken(good), "{good}");
        }
        for bad in ["actor=Vera+Visitor", "target_id=B072RRE2I55", "action=visit.seen", "order=up", "from=today"] {
            assert!(!is_taken(bad), "{bad}");
        }
    }
}
