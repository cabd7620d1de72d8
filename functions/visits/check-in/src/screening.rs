//! The visitor against the watchlist. An organization without entries is asked nothing.

use std::collections::BTreeSet;

use serde::Serialize;
use shared::{
    Result,
    authn::sha256,
    clock::Timestamp,
    documents::watchlist::{self, Hit, Prepared, Query, Rule, Screened},
    domain::{BoundedText as _, visit::ListKind},
    door::AdmittedWrite,
    id::{PersonId, WatchlistEntryId, WatchlistMatchId},
    tenant::Bytes,
    vault::{Sealed, TenantKey},
    watchlist::{Listed, Sought},
};
use time::Date;

use crate::arrival::Arrival;

/// An entry that shares a word or a number with the visitor.
pub(crate) struct Candidate {
    pub(crate) id: WatchlistEntryId,
    pub(crate) list: ListKind,
    pub(crate) person: PersonId,
    pub(crate) wrapped_key: Vec<u8>,
    pub(crate) content: Sealed,
}

/// An entry that holds the visitor.
pub(crate) struct Match {
    id: WatchlistMatchId,
    entry: String,
    rule: Rule,
    score: u8,
    is_weak: bool,
}

/// What the watchlist says.
#[derive(Default)]
pub(crate) struct Screening {
    matches: Vec<Match>,
    list_digest: Option<[u8; 32]>,
}

/// A match, as `app.record_check_in` reads it.
#[derive(Serialize)]
pub(crate) struct MatchRow<'s> {
    match_id: WatchlistMatchId,
    entry_id: &'s str,
    rule: &'static str,
    score: u8,
    is_weak: bool,
    algorithm: &'static str,
    list_digest: Option<Bytes<'s>>,
}

impl Screening {
    /// Looks for the visitor, their company, document and plates, and for the second driver.
    ///
    /// # Errors
    /// When the database fails, or an entry does not open.
    pub(crate) async fn of(
        arrival: &Arrival,
        admitted: &AdmittedWrite,
        tenant: &TenantKey,
        look: impl FnOnce(Vec<Vec<u8>>, Vec<Vec<u8>>) -> shared::tenant::Lookup<Vec<Candidate>>,
        today: Date,
    ) -> Result<Self> {
        let queries = queries(arrival);
        let sought = sought(&queries);
        let candidates = admitted.look_up(look(sought.keys(tenant), sought.number_keys(tenant))).await?;
        let entries = candidates.iter().map(|candidate| candidate.open(tenant)).collect::<Result<Vec<_>>>()?;
        let screened: Vec<Screened<'_>> =
            queries.iter().map(|query| watchlist::screen(&entries, query, today)).collect();
        Ok(Self { matches: matches(&screened, admitted.now()), list_digest: Some(digest(&candidates)) })
    }

    /// Whether the visitor has to wait.
    pub(crate) const fn is_hit(&self) -> bool {
        !self.matches.is_empty()
    }

    /// What is written of it.
    pub(crate) fn rows<'s>(&'s self) -> Vec<MatchRow<'s>> {
        let row = |hit: &'s Match| MatchRow {
            match_id: hit.id,
            entry_id: &hit.entry,
            rule: hit.rule.name(),
            score: hit.score,
            is_weak: hit.is_weak,
            algorithm: watchlist::VERSION,
            list_digest: self.list_digest.as_ref().map(|digest| Bytes(digest)),
        };
        self.matches.iter().map(row).collect()
    }

    /// Which entries were met, by what, and how well: ids and numbers, no value.
    pub(crate) fn words(&self) -> Vec<String> {
        let strength = |hit: &Match| if hit.is_weak { "weak" } else { "strong" };
        self.matches
            .iter()
            .map(|hit| format!("{} {} {} {}", hit.entry, hit.rule.name(), hit.score, strength(hit)))
            .collect()
    }

    /// Their ids.
    pub(crate) fn ids(&self) -> Vec<WatchlistMatchId> {
        self.matches.iter().map(|hit| hit.id).collect()
    }
}

impl Candidate {
    fn open(&self, tenant: &TenantKey) -> Result<Prepared> {
        let person = tenant.unwrap_person(self.person, &self.wrapped_key)?;
        Ok(Listed::open(self.id, &person, &self.content)?.prepare(self.id, self.list))
    }
}

/// Who and what is asked about: a query has one plate and one name.
fn queries(arrival: &Arrival) -> Vec<Query<'_>> {
    let driver = arrival.driver.as_ref();
    let company = driver.map(|driver| &driver.carrier).or(arrival.company.as_ref());
    let visitor = Query {
        name: arrival.name.as_str(),
        company: company.map_or("", |company| company.as_str()),
        document_number: driver.map_or("", |driver| driver.licence_number.as_str()),
        plate: driver.and_then(|driver| driver.tractor_plate.as_ref()).map_or("", |plate| plate.as_str()),
        date_of_birth: None,
    };
    let trailer = driver.and_then(|driver| driver.trailer_plate.as_ref());
    let trailer = trailer.map(|plate| Query { plate: plate.as_str(), ..Query::default() });
    let second = driver.and_then(|driver| driver.co_driver.as_ref());
    let second = second.map(|name| Query { name: name.as_str(), ..Query::default() });
    let own = arrival.company.as_ref().filter(|_| driver.is_some());
    let own = own.map(|company| Query { company: company.as_str(), ..Query::default() });
    std::iter::once(visitor).chain(trailer).chain(second).chain(own).collect()
}

fn sought(queries: &[Query<'_>]) -> Sought {
    let mut sought = Sought::default();
    for query in queries {
        sought.name(query.name);
        sought.company(query.company);
        if !query.document_number.is_empty() {
            sought.document_number(query.document_number);
        }
        if !query.plate.is_empty() {
            sought.plate(query.plate);
        }
    }
    sought
}

/// Each entry once. A permit that is met well clears a weak denial of the same name; it never clears a strong one.
fn matches(screened: &[Screened<'_>], now: Timestamp) -> Vec<Match> {
    let mut seen = BTreeSet::new();
    let holding = screened.iter().flat_map(|about| {
        let is_permitted = about.permitted.iter().any(|permit| !permit.is_weak);
        about.denied.iter().filter(move |denial| !(denial.is_weak && is_permitted))
    });
    holding.filter(|hit| seen.insert(hit.id)).map(|hit| Match::of(hit, now)).collect()
}

impl Match {
    fn of(hit: &Hit<'_>, now: Timestamp) -> Self {
        let (rule, score, is_weak) = (hit.rule, hit.score, hit.is_weak);
        Self { id: WatchlistMatchId::new(now), entry: hit.id.to_owned(), rule, score, is_weak }
    }
}

/// SHA-256 over the ids of the entries that were compared, in order: an id is a version.
fn digest(candidates: &[Candidate]) -> [u8; 32] {
    let ids: BTreeSet<[u8; 16]> = candidates.iter().map(|candidate| *candidate.id.uuid().as_bytes()).collect();
    sha256(&ids.into_iter().flatten().collect::<Vec<u8>>())
}
