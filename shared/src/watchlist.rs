//! Entries of the watchlist: what stands in them, sealed as a whole, and the keys by which a check-in finds them.

mod asked;
mod candidate;

pub use asked::{Asked, Met, Question};
pub use candidate::{Candidate, list_digest};

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{
    documents::{
        dates::PartialDate,
        numbers,
        watchlist::{Alias, Entry, List, Prepared, keys},
    },
    domain::{
        text::{BoundedText as _, Company, LicenceNumber, Name, Plate, ShortText},
        visit::ListKind,
    },
    error::{Error, FieldError, Result},
    id::WatchlistEntryId,
    vault::{LISTED, LISTED_KEY, PersonKey, Sealed, TenantKey},
};

/// Most other names of one entry.
pub const ALIASES_MAX: usize = 20;

/// Who or what is listed. At least one of name, company, document number and plate is there.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Listed {
    /// Full name of a person.
    pub name: Option<Name>,
    /// Other names of the same person, at most 20.
    #[serde(default)]
    #[schema(max_items = 20)]
    pub aliases: Vec<ListedAlias>,
    /// A company; that a person of the name comes from it is not asked for.
    pub company: Option<Company>,
    /// Number of an identity document.
    pub document_number: Option<LicenceNumber>,
    /// Number plate.
    pub plate: Option<Plate>,
    /// Birth date as far as it is known, as `1984`, `1984-03` or `1984-03-07`.
    pub date_of_birth: Option<ShortText>,
    /// Last day on which the entry counts, by the site's calendar.
    pub expires_on: Option<ShortText>,
    /// Why.
    pub reason: ShortText,
    /// From where it is known.
    pub source: Option<ShortText>,
}

/// Another name.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ListedAlias {
    /// The name.
    pub name: Name,
    /// True where many others have it too.
    #[serde(default)]
    pub is_weak: bool,
}

impl Listed {
    /// Refuses what can meet no visitor, and dates that are none. All faults are named at once.
    ///
    /// # Errors
    /// [`Error::Malformed`] with each field.
    pub fn expect_whole(&self) -> Result<()> {
        let is_nothing =
            self.name.is_none() && self.company.is_none() && self.document_number.is_none() && self.plate.is_none();
        let is_day = |text: &ShortText| PartialDate::parse(text.as_str()).and_then(PartialDate::full).is_some();
        let is_date = |text: &ShortText| PartialDate::parse(text.as_str()).is_some();
        let faults = [
            (is_nothing, "/entry/name", "missing"),
            (self.name.is_none() && !self.aliases.is_empty(), "/entry/name", "missing"),
            (self.aliases.len() > ALIASES_MAX, "/entry/aliases", "too_many"),
            (self.date_of_birth.as_ref().is_some_and(|text| !is_date(text)), "/entry/date_of_birth", "invalid"),
            (self.expires_on.as_ref().is_some_and(|text| !is_day(text)), "/entry/expires_on", "invalid"),
        ];
        let faults: Vec<FieldError> = faults
            .into_iter()
            .filter(|(is_wrong, ..)| *is_wrong)
            .map(|(_, pointer, code)| FieldError::new(pointer, code))
            .collect();
        if faults.is_empty() { Ok(()) } else { Err(Error::Malformed(faults)) }
    }

    /// Seals it as the content of an entry.
    ///
    /// # Errors
    /// Internal, when the random generator fails.
    pub fn seal(&self, entry: WatchlistEntryId, person: &PersonKey) -> Result<Sealed> {
        person.seal(LISTED.of(entry.uuid()), &serde_json::to_vec(self).map_err(Error::internal)?)
    }

    /// Opens the content of an entry.
    ///
    /// # Errors
    /// Internal, when it was sealed for another entry or person.
    pub fn open(entry: WatchlistEntryId, person: &PersonKey, sealed: &Sealed) -> Result<Self> {
        let opened = person.open(LISTED.of(entry.uuid()), sealed)?;
        serde_json::from_slice(opened.expose_secret()).map_err(Error::internal)
    }

    /// Ready to be compared with a visitor.
    #[must_use]
    pub fn prepare(&self, id: WatchlistEntryId, kind: ListKind) -> Prepared {
        let date = |text: &Option<ShortText>| text.as_ref().and_then(|text| PartialDate::parse(text.as_str()));
        let aliases: Vec<Alias<'_>> =
            self.aliases.iter().map(|alias| Alias { name: alias.name.as_str(), is_weak: alias.is_weak }).collect();
        Prepared::new(&Entry {
            id: &id.to_string(),
            list: match kind {
                ListKind::Deny => List::Deny,
                ListKind::Permit => List::Permit,
            },
            name: self.name.as_ref().map_or("", |name| name.as_str()),
            aliases: &aliases,
            company: self.company.as_ref().map_or("", |company| company.as_str()),
            document_number: self.document_number.as_ref().map_or("", |number| number.as_str()),
            plate: self.plate.as_ref().map_or("", |plate| plate.as_str()),
            date_of_birth: date(&self.date_of_birth),
            expires_on: date(&self.expires_on).and_then(PartialDate::full),
        })
    }

    /// What a visitor must share with the entry to be compared with it.
    #[must_use]
    pub fn keys(&self, tenant: &TenantKey) -> Vec<Vec<u8>> {
        let mut sought = Sought::default();
        for name in self.name.iter().chain(self.aliases.iter().map(|alias| &alias.name)) {
            sought.name(name.as_str());
        }
        if let Some(company) = &self.company {
            sought.company(company.as_str());
        }
        if let Some(number) = &self.document_number {
            sought.document_number(number.as_str());
        }
        if let Some(plate) = &self.plate {
            sought.plate(plate.as_str());
        }
        sought.keys(tenant)
    }
}

/// Words and numbers by which entries are found.
#[derive(Default)]
pub struct Sought(BTreeSet<String>);

impl Sought {
    /// A person's name.
    pub fn name(&mut self, name: &str) {
        self.0.extend(keys::of_name(name));
    }

    /// A company.
    pub fn company(&mut self, name: &str) {
        self.0.extend(keys::of_company(name));
    }

    /// The number of a document.
    pub fn document_number(&mut self, number: &str) {
        self.0.insert(format!("d:{}", numbers::plain(number)));
    }

    /// A number plate.
    pub fn plate(&mut self, plate: &str) {
        self.0.insert(format!("p:{}", numbers::plain(plate)));
    }

    /// As they stand in the index: eight bytes of an HMAC under the organization's key, for the words are personal data.
    #[must_use]
    pub fn keys(&self, tenant: &TenantKey) -> Vec<Vec<u8>> {
        self.0.iter().map(|word| short_hash(word, tenant)).collect()
    }

    /// Those of numbers: an entry that shares one is compared however many entries share a word.
    #[must_use]
    pub fn number_keys(&self, tenant: &TenantKey) -> Vec<Vec<u8>> {
        let numbers = self.0.iter().filter(|word| word.starts_with("d:") || word.starts_with("p:"));
        numbers.map(|word| short_hash(word, tenant)).collect()
    }
}

fn short_hash(word: &str, tenant: &TenantKey) -> Vec<u8> {
    tenant.blind_index(LISTED_KEY, word).into_iter().take(8).collect()
}
