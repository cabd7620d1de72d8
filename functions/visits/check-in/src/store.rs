//! Every SQL statement that `check-in` may run.

use serde_json::Value;
use shared::{
    Error,
    clock::Timestamp,
    domain::visit::VisitorKind,
    door::Batch,
    id::{HostId, NoticeVersionId, PersonId, SiteId, VisitId, VisitTypeId},
    tenant::{Lookup, Lookups, Statement},
    vault::PersonKey,
};

use crate::{arrival::Arrival, images::StoredImage};

/// The site, as far as the door needs it.
#[derive(Debug)]
pub(crate) struct Site {
    pub(crate) id: SiteId,
    pub(crate) requires_nda: bool,
}

/// Who is visited.
#[derive(Debug)]
pub(crate) struct Host {
    pub(crate) id: HostId,
    pub(crate) name: String,
}

/// A version of an NDA.
#[derive(Debug)]
pub(crate) struct Nda {
    pub(crate) id: NoticeVersionId,
    pub(crate) locale: String,
    pub(crate) text_sha256: [u8; 32],
    pub(crate) is_retired: bool,
}

/// What a site asks of a kind of visit.
#[derive(Debug)]
pub(crate) struct VisitType {
    pub(crate) applies_to: VisitorKind,
    pub(crate) answers_schema: Value,
}

/// Everything that is looked up in the round trip of admission.
#[derive(Debug)]
pub(crate) struct Found {
    pub(crate) site: Site,
    pub(crate) host: Option<Host>,
    pub(crate) nda: Option<Nda>,
    pub(crate) visit_type: Option<VisitType>,
    pub(crate) person_key: Option<Vec<u8>>,
    pub(crate) badge_number: i32,
}

/// The answers in the order of the questions.
pub(crate) type Answers = (Site, Option<Host>, Option<Nda>, Option<VisitType>, Option<Vec<u8>>, i32);

impl Found {
    /// Names the answers.
    pub(crate) fn of((site, host, nda, visit_type, person_key, badge_number): Answers) -> Self {
        Self { site, host, nda, visit_type, person_key, badge_number }
    }
}

/// Asks for all of it.
pub(crate) fn look_up(arrival: &Arrival) -> impl Lookups<Found = Answers> + use<> {
    (
        load_site(arrival.site),
        arrival.host.map(load_host),
        arrival.nda.as_ref().map(|(version, _)| load_nda(*version)),
        arrival.visit_type.map(|visit_type| load_visit_type(visit_type, arrival.site)),
        arrival.person.map(load_person_key),
        draw_badge_number(arrival.site),
    )
}

fn load_site(site: Option<SiteId>) -> Lookup<Site> {
    Statement::new(concat!(
        "-- check-in.load_site\n",
        "SELECT site_id, requires_nda FROM sites WHERE site_id = coalesce($1, app.site_id()) AND app.reaches_site(site_id)",
    ))
    .bind(site)
    .one(|row| Ok(Site { id: row.read("site_id")?, requires_nda: row.read("requires_nda")? }))
}

fn load_host(host: HostId) -> Lookup<Host> {
    Statement::new("-- check-in.load_host\nSELECT host_id, name FROM hosts WHERE host_id = $1")
        .bind(host)
        .one(|row| Ok(Host { id: row.read("host_id")?, name: row.read("name")? }))
}

fn load_nda(version: NoticeVersionId) -> Lookup<Nda> {
    Statement::new(concat!(
        "-- check-in.load_nda\n",
        "SELECT version_id, locale, text_sha256, retired_at IS NOT NULL AS is_retired ",
        "FROM notices WHERE version_id = $1 AND kind = 'nda'",
    ))
    .bind(version)
    .one(|row| {
        Ok(Nda {
            id: row.read("version_id")?,
            locale: row.read("locale")?,
            text_sha256: row.read_hash("text_sha256")?,
            is_retired: row.read("is_retired")?,
        })
    })
}

fn load_visit_type(visit_type: VisitTypeId, site: Option<SiteId>) -> Lookup<VisitType> {
    Statement::new(concat!(
        "-- check-in.load_visit_type\n",
        "SELECT applies_to, answers_schema FROM visit_types ",
        "WHERE visit_type_id = $1 AND site_id = coalesce($2, app.site_id())",
    ))
    .bind(visit_type)
    .bind(site)
    .one(|row| Ok(VisitType { applies_to: row.read("applies_to")?, answers_schema: row.read("answers_schema")? }))
}

fn load_person_key(person: PersonId) -> Lookup<Vec<u8>> {
    Statement::new(concat!(
        "-- check-in.load_person_key\n",
        "SELECT wrapped_key FROM people WHERE person_id = $1 AND wrapped_key IS NOT NULL AND kind IN ('visitor', 'driver')",
    ))
    .bind(person)
    .one(|row| row.read("wrapped_key"))
}

/// Draws the next number that nobody on site wears. Two arrivals at once wait for each other here for the length
/// of this transaction, which does not wait for the disk.
fn draw_badge_number(site: Option<SiteId>) -> Lookup<i32> {
    Statement::new(concat!(
        "-- check-in.draw_badge_number\n",
        "UPDATE badge_counters AS c SET last = (",
        "SELECT n FROM (SELECT generate_series(c.last, c.last + 9998) % 9999 + 1 AS n) AS numbers ",
        "WHERE NOT EXISTS (SELECT FROM visits AS v WHERE v.organization_id = c.organization_id ",
        "AND v.site_id = c.site_id AND v.badge_number = numbers.n AND v.state = 'on_site') LIMIT 1) ",
        "WHERE c.site_id = coalesce($1, app.site_id()) AND app.reaches_site(c.site_id) RETURNING last",
    ))
    .bind(site)
    .optional(|row| row.read("last"))
    // Without a site there is no counter either; the look-up of the site has said so by then.
    .map(|number| number.ok_or(Error::NotFound))
}

/// A new person, whose key seals what was said.
pub(crate) fn insert_person(batch: &mut Batch, person: PersonId, kind: VisitorKind, key: &PersonKey, now: Timestamp) {
    batch.write(
        Statement::new(concat!(
            "-- check-in.insert_person\n",
            "INSERT INTO people (organization_id, person_id, kind, key_id, wrapped_key, created_at) ",
            "VALUES (app.organization_id(), $1, $2, $3, $4, $5)",
        ))
        .bind(person)
        .bind(kind)
        .bind(key.tenant_key())
        .bind(key.wrapped().to_vec())
        .bind(now),
    );
}

/// The row that makes a stored image reachable.
pub(crate) fn insert_image(batch: &mut Batch, visit: VisitId, image: &StoredImage, now: Timestamp) {
    batch.write(
        Statement::new(concat!(
            "-- check-in.insert_image\n",
            "INSERT INTO visit_objects (organization_id, object_id, visit_id, kind, media_type, bytes, created_at) ",
            "VALUES (app.organization_id(), $1, $2, $3, $4, $5, $6)",
        ))
        .bind(image.id)
        .bind(visit)
        .bind(image.kind)
        .bind(image.media_type.name())
        .bind(i32::try_from(image.bytes).unwrap_or(i32::MAX))
        .bind(now),
    );
}
