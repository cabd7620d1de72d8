//! The visitor against the watchlist. An organization without entries is asked nothing.

use serde::Serialize;
use shared::{
    Result,
    documents::{
        Document, Field,
        watchlist::{self, keys},
    },
    domain::BoundedText as _,
    door::AdmittedWrite,
    id::{PersonId, VisitId, WatchlistEntryId, WatchlistMatchId},
    tenant::{Bytes, Lookup},
    vault::{PersonKey, Sealed, TenantKey},
    watchlist::{Asked, Candidate, Met, Question, list_digest},
};
use time::Date;

use crate::{arrival::Arrival, document::CheckedDocument};

/// What the watchlist is asked, and for which visit.
pub(crate) struct Asking<'p> {
    pub(crate) visit: VisitId,
    /// Whose key keeps the question: that of the document, where its number is asked for.
    pub(crate) keeper: &'p PersonKey,
    pub(crate) arrival: &'p Arrival,
    pub(crate) document: Option<&'p CheckedDocument>,
    /// The site's day.
    pub(crate) today: Date,
}

/// What the watchlist says.
#[derive(Default)]
pub(crate) struct Screening {
    matches: Vec<(WatchlistMatchId, Met)>,
    list_digest: [u8; 32],
    kept: Option<KeptScreening>,
}

/// A match, as `app.record_check_in` reads it.
#[derive(Serialize)]
pub(crate) struct MatchRow<'s> {
    match_id: WatchlistMatchId,
    entry_id: WatchlistEntryId,
    rule: &'static str,
    score: u8,
    is_weak: bool,
    algorithm: &'static str,
    list_digest: Bytes<'s>,
}

/// What the comparison needs to be made again, as `app.record_check_in` reads it.
#[derive(Serialize)]
pub(crate) struct KeptScreening {
    person_id: PersonId,
    asked_sealed: Sealed,
    today: String,
    compared: Vec<WatchlistEntryId>,
}

impl Asking<'_> {
    /// Finds the entries that share a word or a number with the question, and compares them.
    ///
    /// # Errors
    /// When the database fails, or an entry does not open.
    pub(crate) async fn screen(
        self,
        admitted: &AdmittedWrite,
        tenant: &TenantKey,
        look: impl FnOnce(Vec<Vec<u8>>, Vec<Vec<u8>>) -> Lookup<Vec<Candidate>>,
    ) -> Result<Screening> {
        let question = question(self.arrival, self.document);
        let sought = question.sought();
        let candidates = admitted.look_up(look(sought.keys(tenant), sought.number_keys(tenant))).await?;
        let entries = candidates.iter().filter_map(|candidate| candidate.prepare(tenant).transpose());
        let met = question.meet(&entries.collect::<Result<Vec<_>>>()?, self.today)?;
        if met.is_empty() {
            return Ok(Screening::default());
        }
        let kept = KeptScreening {
            person_id: self.keeper.id(),
            asked_sealed: question.seal(self.visit, self.keeper)?,
            today: self.today.to_string(),
            compared: candidates.iter().map(Candidate::id).collect(),
        };
        let matches = met.into_iter().map(|met| (WatchlistMatchId::new(admitted.now()), met)).collect();
        Ok(Screening { matches, list_digest: list_digest(&candidates), kept: Some(kept) })
    }
}

impl Screening {
    /// Whether the visitor has to wait.
    pub(crate) const fn is_hit(&self) -> bool {
        !self.matches.is_empty()
    }

    /// What is written of each match.
    pub(crate) fn rows(&self) -> Vec<MatchRow<'_>> {
        let row = |(id, met): &(WatchlistMatchId, Met)| MatchRow {
            match_id: *id,
            entry_id: met.entry,
            rule: met.rule.name(),
            score: met.score,
            is_weak: met.is_weak,
            algorithm: watchlist::VERSION,
            list_digest: Bytes(&self.list_digest),
        };
        self.matches.iter().map(row).collect()
    }

    /// What is kept so that the comparison can be made again; nothing where nothing was met.
    pub(crate) const fn kept(&self) -> Option<&KeptScreening> {
        self.kept.as_ref()
    }

    /// Which entries were met, by what, and how well: ids and numbers, no value.
    pub(crate) fn words(&self) -> Vec<String> {
        let strength = |met: &Met| if met.is_weak { "weak" } else { "strong" };
        let words = |(_, met): &(_, Met)| format!("{} {} {} {}", met.entry, met.rule.name(), met.score, strength(met));
        self.matches.iter().map(words).collect()
    }

    /// Their ids.
    pub(crate) fn ids(&self) -> Vec<WatchlistMatchId> {
        self.matches.iter().map(|(id, _)| *id).collect()
    }
}

/// Who and what is asked about: what was said, and what a scanned document says. Each has one plate and one name.
fn question(arrival: &Arrival, document: Option<&CheckedDocument>) -> Question {
    let driver = arrival.driver.as_ref();
    let company = driver.map(|driver| &driver.carrier).or(arrival.company.as_ref());
    let scanned = document.map(|checked| scanned(&checked.document, arrival.name.as_str())).unwrap_or_default();
    let visitor = Asked {
        name: arrival.name.as_str().to_owned(),
        company: company.map_or_else(String::new, |company| company.as_str().to_owned()),
        document_number: driver.map_or_else(String::new, |driver| driver.licence_number.as_str().to_owned()),
        plate: driver
            .and_then(|driver| driver.tractor_plate.as_ref())
            .map_or_else(String::new, |plate| plate.as_str().to_owned()),
        date_of_birth: scanned.date_of_birth.clone(),
    };
    let trailer = driver.and_then(|driver| driver.trailer_plate.as_ref());
    let trailer = trailer.map(|plate| Asked { plate: plate.as_str().to_owned(), ..Asked::default() });
    let second = driver.and_then(|driver| driver.co_driver.as_ref());
    let second = second.map(|name| Asked { name: name.as_str().to_owned(), ..Asked::default() });
    let own = arrival.company.as_ref().filter(|_| driver.is_some());
    let own = own.map(|company| Asked { company: company.as_str().to_owned(), ..Asked::default() });
    Question::new([visitor, scanned].into_iter().chain(trailer).chain(second).chain(own))
}

/// What stands on the document. Its name is asked for where it is another than the typed one: other words, and not the same in
/// another order or case.
fn scanned(document: &Document, typed: &str) -> Asked {
    let text = |field| document.text(field).unwrap_or_default();
    let parts = [Field::GivenName, Field::MiddleName, Field::FamilyName].map(text);
    let whole = parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ");
    let name = if whole.is_empty() { text(Field::FullName).to_owned() } else { whole };
    Asked {
        name: if keys::of_name(&name) == keys::of_name(typed) { String::new() } else { name },
        document_number: text(Field::DocumentNumber).to_owned(),
        date_of_birth: text(Field::DateOfBirth).to_owned(),
        ..Asked::default()
    }
}
