//! Who was asked about. It is kept, sealed, with what was met, so that the comparison can be made again.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use time::Date;

use super::Sought;
use crate::{
    documents::{
        dates::PartialDate,
        watchlist::{self, Hit, Prepared, Query, Rule, Screened},
    },
    error::{Error, Result},
    id::{VisitId, WatchlistEntryId},
    vault::{ASKED, PersonKey, Sealed},
};

/// One name and one number of each kind; empty text is a value that is not there. It has no `Debug`, so that no log shows it.
#[derive(Clone, Default, Deserialize, PartialEq, Eq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Asked {
    /// The whole name.
    pub name: String,
    /// The company.
    pub company: String,
    /// The number of a document.
    pub document_number: String,
    /// The number plate.
    pub plate: String,
    /// The birth date as far as it is known, as `1984`, `1984-03` or `1984-03-07`; empty where it is not.
    pub date_of_birth: String,
}

impl Asked {
    fn query(&self) -> Query<'_> {
        Query {
            name: &self.name,
            company: &self.company,
            document_number: &self.document_number,
            plate: &self.plate,
            date_of_birth: PartialDate::parse(&self.date_of_birth),
        }
    }
}

/// Everything that is asked about one visit.
#[derive(Clone, Default, Deserialize, Serialize)]
#[serde(transparent)]
pub struct Question(Vec<Asked>);

/// An entry that holds the visitor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Met {
    /// The entry.
    pub entry: WatchlistEntryId,
    /// What of it was met.
    pub rule: Rule,
    /// How well, 0 to 100.
    pub score: u8,
    /// Whether a permit could have cleared it.
    pub is_weak: bool,
}

impl Question {
    /// Asks about all of these; what says nothing is left out.
    pub fn new(asked: impl IntoIterator<Item = Asked>) -> Self {
        Self(asked.into_iter().filter(|asked| *asked != Asked::default()).collect())
    }

    /// The words and numbers by which entries are found.
    #[must_use]
    pub fn sought(&self) -> Sought {
        let mut sought = Sought::default();
        for asked in &self.0 {
            sought.name(&asked.name);
            sought.company(&asked.company);
            if !asked.document_number.is_empty() {
                sought.document_number(&asked.document_number);
            }
            if !asked.plate.is_empty() {
                sought.plate(&asked.plate);
            }
        }
        sought
    }

    /// What holds the visitor, each entry once. A permit that is met well clears a weak denial of the same name; it never clears a
    /// strong one.
    ///
    /// # Errors
    /// Internal, when an entry has no id.
    pub fn meet(&self, entries: &[Prepared], today: Date) -> Result<Vec<Met>> {
        let screened: Vec<Screened<'_>> =
            self.0.iter().map(|asked| watchlist::screen(entries, &asked.query(), today)).collect();
        let mut seen = BTreeSet::new();
        let holding = screened.iter().flat_map(|about| {
            let is_permitted = about.permitted.iter().any(|permit| !permit.is_weak);
            about.denied.iter().filter(move |denial| !(denial.is_weak && is_permitted))
        });
        holding.filter(|hit| seen.insert(hit.id)).map(Met::of).collect()
    }

    /// Seals it, to be asked again.
    ///
    /// # Errors
    /// Internal, when the random generator fails.
    pub fn seal(&self, visit: VisitId, person: &PersonKey) -> Result<Sealed> {
        person.seal(ASKED.of(visit.uuid()), &serde_json::to_vec(self).map_err(Error::internal)?)
    }

    /// Opens what was asked about a visit.
    ///
    /// # Errors
    /// Internal, when it was sealed for another visit or person.
    pub fn open(visit: VisitId, person: &PersonKey, sealed: &Sealed) -> Result<Self> {
        let opened = person.open(ASKED.of(visit.uuid()), sealed)?;
        serde_json::from_slice(opened.expose_secret()).map_err(Error::internal)
    }
}

impl Met {
    fn of(hit: &Hit<'_>) -> Result<Self> {
        let entry = hit.id.parse().map_err(Error::internal)?;
        Ok(Self { entry, rule: hit.rule, score: hit.score, is_weak: hit.is_weak })
    }
}
