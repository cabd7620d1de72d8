//! One visit: its row, what was signed at it, and its entries.

use shared::{
    Error, Result,
    audit::tree::Hash,
    clock::Timestamp,
    id::{PersonId, VisitId},
    tenant::{Lookup, Row, Statement},
};

/// A visit.
pub(crate) struct VisitRow {
    /// All that is said of it in the clear, as one JSON object.
    pub(crate) json: String,
    pub(crate) site_name: String,
    pub(crate) time_zone: String,
    pub(crate) organization_name: String,
    pub(crate) person: PersonId,
    /// Null once the person is erased.
    pub(crate) wrapped_key: Option<Vec<u8>>,
    /// Whose key seals the number of the driver's licence; the visit's person, where no other does.
    pub(crate) licence_holder: PersonId,
    /// Null once documents are purged.
    pub(crate) licence_key: Option<Vec<u8>>,
}

/// The exact text that was signed.
pub(crate) struct Signed {
    pub(crate) title: String,
    pub(crate) locale: String,
    pub(crate) version: i32,
    pub(crate) text: String,
    pub(crate) signed_at: Timestamp,
}

/// An entry as the log keeps it.
pub(crate) struct Logged {
    pub(crate) seq: u64,
    pub(crate) text: String,
    pub(crate) leaf: Hash,
    pub(crate) link: Hash,
}

const VISIT: &str = "-- build-export.visit
SELECT row_to_json(shown)::text AS json, s.name AS site_name, s.time_zone, o.name AS organization_name, v.person_id, p.wrapped_key,
  l.person_id AS licence_holder, l.wrapped_key AS licence_key
FROM visits AS v
JOIN sites AS s ON s.organization_id = v.organization_id AND s.site_id = v.site_id
JOIN organizations AS o ON o.organization_id = v.organization_id
JOIN people AS p ON p.organization_id = v.organization_id AND p.person_id = v.person_id
JOIN people AS l ON l.organization_id = v.organization_id AND l.person_id = coalesce(v.licence_person_id, v.person_id)
LEFT JOIN hosts AS h ON h.organization_id = v.organization_id AND h.host_id = v.host_id
CROSS JOIN LATERAL (SELECT v.visit_id, v.type, v.state, v.hold_reasons, v.site_id, s.name AS site_name, v.person_id, v.host_id, h.name AS host_name,
  v.visit_type_id, v.badge_number, v.name, v.company, v.email, v.phone, v.purpose, v.answers, v.nda_version_id,
  encode(v.nda_text_sha256, 'hex') AS nda_text_sha256, v.nda_signed_at, v.carrier, v.bills_of_lading, v.appointment, v.load_type, v.seal,
  v.un_number, v.hazard_class, v.dangerous_goods, v.trailer, v.co_driver, v.tractor_plate, v.trailer_plate, v.checked_in_at, v.checked_out_at,
  v.occurred_at, v.device_seq, v.checked_out_occurred_at, v.checked_out_device_seq, v.created_at, p.wrapped_key IS NULL AS is_erased) AS shown
WHERE v.visit_id = $1";

/// The visit.
pub(crate) fn visit(visit: VisitId) -> Lookup<VisitRow> {
    Statement::new(VISIT).bind(visit).one(read_visit)
}

fn read_visit(row: &Row) -> Result<VisitRow> {
    Ok(VisitRow {
        json: row.read("json")?,
        site_name: row.read("site_name")?,
        time_zone: row.read("time_zone")?,
        organization_name: row.read("organization_name")?,
        person: row.read("person_id")?,
        wrapped_key: row.read("wrapped_key")?,
        licence_holder: row.read("licence_holder")?,
        licence_key: row.read("licence_key")?,
    })
}

/// What the things of these ids are called now: kiosks, tokens, members, hosts, sites, kinds of visits and texts.
pub(crate) fn names(ids: Vec<String>) -> Lookup<Vec<(String, String)>> {
    Statement::new(concat!(
        "-- build-export.names\n",
        "SELECT * FROM (SELECT w.id, coalesce(k.name, c.name, m.name, h.name, s.name, t.name, n.title) AS name FROM unnest($1) AS w (id) ",
        "LEFT JOIN kiosks AS k ON k.credential_id = w.id::uuid LEFT JOIN credentials AS c ON c.credential_id = w.id::uuid ",
        "LEFT JOIN members AS m ON m.member_id = w.id::uuid LEFT JOIN hosts AS h ON h.host_id = w.id::uuid ",
        "LEFT JOIN sites AS s ON s.site_id = w.id::uuid LEFT JOIN visit_types AS t ON t.visit_type_id = w.id::uuid ",
        "LEFT JOIN notices AS n ON n.version_id = w.id::uuid) AS named WHERE name IS NOT NULL",
    ))
    .bind(ids)
    .all(|row| Ok((row.read("id")?, row.read("name")?)))
}

/// These moments as a clock in a time zone shows them; none where the database does not know the zone.
pub(crate) fn local_times(moments: Vec<String>, time_zone: String) -> Lookup<Vec<(String, String)>> {
    Statement::new(concat!(
        "-- build-export.local_times\n",
        "SELECT w.at, to_char(w.at::timestamptz AT TIME ZONE $2, 'YYYY-MM-DD HH24:MI:SS') AS local FROM unnest($1) AS w (at) ",
        "WHERE EXISTS (SELECT FROM pg_timezone_names AS z WHERE z.name = $2)",
    ))
    .bind(moments)
    .bind(time_zone)
    .all(|row| Ok((row.read("at")?, row.read("local")?)))
}

/// What was signed at the visit.
pub(crate) fn signed(visit: VisitId) -> Lookup<Option<Signed>> {
    Statement::new(concat!(
        "-- build-export.signed\n",
        "SELECT n.title, n.locale, n.version, n.text, v.nda_signed_at FROM visits AS v ",
        "JOIN notices AS n ON n.organization_id = v.organization_id AND n.version_id = v.nda_version_id WHERE v.visit_id = $1",
    ))
    .bind(visit)
    .optional(|row| {
        Ok(Signed {
            title: row.read("title")?,
            locale: row.read("locale")?,
            version: row.read("version")?,
            text: row.read("text")?,
            signed_at: row.read("nda_signed_at")?,
        })
    })
}

/// The entries of the visit that are sealed, oldest first.
pub(crate) fn entries_of_visit(visit: VisitId, size: i64) -> Lookup<Vec<Logged>> {
    Statement::new(concat!(
        "-- build-export.entries_of_visit\n",
        "SELECT seq, entry, leaf, link FROM audit_log WHERE target_id = $1 AND target_kind = 'visit' AND seq < $2 ORDER BY seq",
    ))
    .bind(visit.to_string())
    .bind(size)
    .all(|row| {
        Ok(Logged {
            seq: row.read::<i64>("seq")?.try_into().map_err(Error::internal)?,
            text: row.read("entry")?,
            leaf: row.read_hash("leaf")?,
            link: row.read_hash("link")?,
        })
    })
}
