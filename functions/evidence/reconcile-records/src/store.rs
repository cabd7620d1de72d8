//! Every SQL statement that `reconcile-records` may run.
//!
//! Each walks one kind of record of a period in its order and asks for the counterparts one by one, by id and request,
//! wherever in time they lie. A `LIMIT` or an aggregate keeps PostgreSQL from reading a whole table to join with it, and
//! `OFFSET 0` makes ids text before row-level security is asked, which an index could not follow otherwise.

use shared::{
    Result,
    clock::Timestamp,
    id::{EventId, VisitId},
    tenant::{Lookup, Row, Statement},
};

use crate::{
    Finding, Period,
    findings::{Counterpart, RecordKind},
    period::Place,
};

/// A question of one kind of record: period, since when events are asked for, where the page begins, how many rows.
pub(crate) type Question = fn(Period, Timestamp, Option<&Place>, i64) -> Lookup<Vec<Finding>>;

/// The questions that are still open behind a place.
pub(crate) fn questions(after: Option<&Place>) -> &'static [Question] {
    match after {
        None | Some(Place::Arrival(..)) => &[arrivals, departures, entries, events],
        Some(Place::Departure(..)) => &[departures, entries, events],
        Some(Place::Entry(_)) => &[entries, events],
        Some(Place::Event(_)) => &[events],
    }
}

macro_rules! visits {
    ($name:literal, at $at:literal, entered as $action:literal, told as $event:literal, signed where $signed:literal) => {
        concat!(
            "-- reconcile-records.", $name, "\n",
            "SELECT * FROM (SELECT v.visit_id, v.at, entry.seq IS NULL AS lacks_entry, ",
            "v.at >= $5 AND NOT coalesce(v.kind = ANY (told.kinds), false) AS lacks_event, ",
            "v.at >= $5 AND v.is_signed AND NOT coalesce('nda.accepted' = ANY (told.kinds), false) AS lacks_nda_event ",
            "FROM (SELECT visit_id, visit_id::text AS target, ", $at, " AS at, type || '", $event, "' AS kind, ",
            $signed, " AS is_signed FROM visits WHERE ", $at, " >= $1 AND ", $at, " < $2 ",
            "AND ($3 IS NULL OR (", $at, ", visit_id) > ($3, $4)) ORDER BY ", $at, ", visit_id OFFSET 0) AS v ",
            "LEFT JOIN LATERAL (SELECT l.seq FROM audit_log AS l WHERE l.target_id = v.target AND l.target_kind = 'visit' ",
            "AND l.action IN (", $action, ") LIMIT 1) AS entry ON true ",
            "LEFT JOIN LATERAL (SELECT array_agg(o.kind) AS kinds FROM outbox AS o WHERE o.subject_id = v.visit_id ",
            "AND o.subject_kind = 'visit') AS told ON true) AS held ",
            "WHERE lacks_entry OR lacks_event OR lacks_nda_event ORDER BY at, visit_id LIMIT $6",
        )
    };
}

/// Which half of a visit is asked about.
#[derive(Clone, Copy)]
enum Half {
    Arrival,
    Departure,
}

fn visits(
    half: Half,
    period: Period,
    events_from: Timestamp,
    after: Option<(VisitId, Timestamp)>,
    room: i64,
) -> Statement {
    let statement = Statement::new(match half {
        Half::Arrival => visits!(
            "arrivals", at "checked_in_at", entered as "'visit.checked_in', 'visit.admitted'", told as ".checked_in", signed where "nda_version_id IS NOT NULL"
        ),
        Half::Departure => visits!(
            "departures", at "checked_out_at", entered as "'visit.checked_out'", told as ".checked_out", signed where "false"
        ),
    });
    let (visit, at) = after.unzip();
    statement.bind(at.unwrap_or(period.from)).bind(period.to).bind(at).bind(visit).bind(events_from).bind(room)
}

/// Visits that began in the period, without entry or event.
fn arrivals(period: Period, events_from: Timestamp, after: Option<&Place>, room: i64) -> Lookup<Vec<Finding>> {
    let after = after.and_then(|place| if let Place::Arrival(visit, at) = *place { Some((visit, at)) } else { None });
    visits(Half::Arrival, period, events_from, after, room).all(|row| visit(row, "visit.checked_in", Place::Arrival))
}

/// Visits that ended in the period, without entry or event.
fn departures(period: Period, events_from: Timestamp, after: Option<&Place>, room: i64) -> Lookup<Vec<Finding>> {
    let after = after.and_then(|place| if let Place::Departure(visit, at) = *place { Some((visit, at)) } else { None });
    visits(Half::Departure, period, events_from, after, room)
        .all(|row| visit(row, "visit.checked_out", Place::Departure))
}

fn visit(row: &Row, says: &str, place: fn(VisitId, Timestamp) -> Place) -> Result<Finding> {
    let id = row.read("visit_id")?;
    Ok(Finding {
        kind: RecordKind::Visit,
        visit_id: Some(id),
        seq: None,
        event_id: None,
        says: says.to_owned(),
        request_id: None,
        lacks: lacks(row, &[("lacks_entry", Counterpart::Entry), LACKS_EVENT, LACKS_NDA_EVENT])?,
        place: place(id, row.read("at")?),
    })
}

const LACKS_EVENT: (&str, Counterpart) = ("lacks_event", Counterpart::Event);
const LACKS_NDA_EVENT: (&str, Counterpart) = ("lacks_nda_event", Counterpart::NdaEvent);
const LACKS_VISIT: (&str, Counterpart) = ("lacks_visit", Counterpart::Visit);

fn lacks(row: &Row, columns: &[(&str, Counterpart)]) -> Result<Vec<Counterpart>> {
    let mut missing = Vec::new();
    for (column, counterpart) in columns {
        if row.read(column)? {
            missing.push(*counterpart);
        }
    }
    Ok(missing)
}

/// A moment becomes a number, once, in a subquery of its own: the log has no column of time. A target that is no id is
/// no visit. A visit comes and goes once: a second entry of the same has none. A visit that was held comes with its admission.
const ENTRIES: &str = "-- reconcile-records.entries
SELECT * FROM (
  SELECT e.seq, e.action, e.visit_id, e.request_id, visit.visit_id IS NULL OR earlier.seq IS NOT NULL AS lacks_visit,
    e.seq >= (SELECT audit.first_seq_at(to_char($4 AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"')))
      AND NOT coalesce(told.kinds && CASE e.action WHEN 'visit.checked_out' THEN '{visitor.checked_out,driver.checked_out}'::text[]
        WHEN 'visit.held' THEN '{visit.held}' ELSE '{visitor.checked_in,driver.checked_in}' END, false) AS lacks_event,
    e.seq >= (SELECT audit.first_seq_at(to_char($4 AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"')))
      AND e.is_signed AND NOT coalesce('nda.accepted' = ANY (told.kinds), false) AS lacks_nda_event
  FROM (SELECT l.seq, l.action, l.target_id, coalesce(l.entry #> '{diff,added}' ? 'nda_version_id', false) AS is_signed,
      CASE WHEN l.target_id ~ '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' THEN l.target_id::uuid END AS visit_id,
      l.entry ->> 'request_id' AS request_id
    FROM (SELECT seq, action, target_id, entry::jsonb AS entry FROM audit_log
      WHERE seq >= (SELECT audit.first_seq_at(to_char($1 AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"')))
        AND seq < (SELECT audit.first_seq_at(to_char($2 AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"')))
        AND ($3 IS NULL OR seq > $3) AND target_kind = 'visit' AND action IN ('visit.admitted', 'visit.checked_in', 'visit.checked_out', 'visit.held')
      ORDER BY seq OFFSET 0) AS l ORDER BY l.seq OFFSET 0) AS e
  LEFT JOIN LATERAL (SELECT v.visit_id FROM visits AS v WHERE v.visit_id = e.visit_id
    AND CASE e.action WHEN 'visit.checked_out' THEN v.checked_out_at WHEN 'visit.held' THEN v.created_at ELSE v.checked_in_at END
      IS NOT NULL LIMIT 1) AS visit ON true
  LEFT JOIN LATERAL (SELECT array_agg(o.kind) AS kinds FROM outbox AS o WHERE o.subject_id = e.visit_id
    AND o.subject_kind = 'visit' AND o.request_id = e.request_id) AS told ON true
  LEFT JOIN LATERAL (SELECT f.seq FROM audit_log AS f WHERE f.target_id = e.target_id AND f.target_kind = 'visit'
    AND (f.action = e.action OR (f.action, e.action) = ('visit.checked_in', 'visit.admitted')) AND f.seq < e.seq LIMIT 1) AS earlier ON true) AS held
WHERE lacks_visit OR lacks_event OR lacks_nda_event ORDER BY seq LIMIT $5";

/// Entries of the period about an arrival or a departure, without visit or event.
fn entries(period: Period, events_from: Timestamp, after: Option<&Place>, room: i64) -> Lookup<Vec<Finding>> {
    let after = after.and_then(|place| if let Place::Entry(seq) = *place { Some(seq) } else { None });
    let statement = Statement::new(ENTRIES).bind(period.from).bind(period.to).bind(after);
    statement.bind(events_from).bind(room).all(|row| {
        let seq = row.read("seq")?;
        Ok(Finding {
            kind: RecordKind::Entry,
            visit_id: row.read("visit_id")?,
            seq: Some(seq),
            event_id: None,
            says: row.read("action")?,
            request_id: row.read("request_id")?,
            lacks: lacks(row, &[LACKS_VISIT, LACKS_EVENT, LACKS_NDA_EVENT])?,
            place: Place::Entry(seq),
        })
    })
}

/// The moment of an event is that of its id. A visit comes, signs and goes once: a second event of the same has none.
const EVENTS: &str = "-- reconcile-records.events
SELECT * FROM (
  SELECT e.event_id, e.kind, e.subject_id, e.request_id, visit.visit_id IS NULL OR earlier.event_id IS NOT NULL AS lacks_visit,
    entry.seq IS NULL AS lacks_entry
  FROM (SELECT event_id, kind, subject_id, subject_id::text AS target, request_id,
      CASE WHEN kind IN ('visitor.checked_out', 'driver.checked_out') THEN '{visit.checked_out}'::text[]
        WHEN kind = 'nda.accepted' THEN '{visit.checked_in,visit.held}'
        WHEN kind = 'watchlist.matched' THEN '{visit.held}'
        WHEN kind IN ('visit.admitted', 'visit.declined', 'visit.held') THEN ARRAY[kind] ELSE '{visit.checked_in,visit.admitted}' END AS actions
    FROM outbox WHERE event_id >= $1 AND event_id < $2 AND ($3 IS NULL OR event_id > $3) AND subject_kind = 'visit'
      AND kind IN ('driver.checked_in', 'driver.checked_out', 'nda.accepted', 'visit.admitted', 'visit.declined', 'visit.held',
        'visitor.checked_in', 'visitor.checked_out', 'watchlist.matched')
    ORDER BY event_id OFFSET 0) AS e
  LEFT JOIN LATERAL (SELECT v.visit_id FROM visits AS v WHERE v.visit_id = e.subject_id
    AND CASE e.kind WHEN 'nda.accepted' THEN v.nda_version_id IS NOT NULL WHEN 'visit.held' THEN v.hold_reasons <> '{}'
      WHEN 'watchlist.matched' THEN 'watchlist' = ANY (v.hold_reasons)
      WHEN 'visit.admitted' THEN v.decision = 'admit' WHEN 'visit.declined' THEN v.decision = 'decline' WHEN v.type || '.checked_in' THEN v.checked_in_at IS NOT NULL
      WHEN v.type || '.checked_out' THEN v.checked_out_at IS NOT NULL ELSE false END LIMIT 1) AS visit ON true
  LEFT JOIN LATERAL (SELECT l.seq FROM audit_log AS l WHERE l.target_id = e.target AND l.target_kind = 'visit'
    AND l.action = ANY (e.actions) AND l.entry::jsonb ->> 'request_id' = e.request_id LIMIT 1) AS entry ON true
  LEFT JOIN LATERAL (SELECT f.event_id FROM outbox AS f WHERE f.subject_id = e.subject_id AND f.subject_kind = 'visit'
    AND f.kind = e.kind AND f.event_id < e.event_id LIMIT 1) AS earlier ON true) AS held
WHERE lacks_visit OR lacks_entry ORDER BY event_id LIMIT $4";

/// Events of the period about a visit, without visit or entry.
fn events(period: Period, _: Timestamp, after: Option<&Place>, room: i64) -> Lookup<Vec<Finding>> {
    let after = after.and_then(|place| if let Place::Event(event) = *place { Some(event) } else { None });
    let statement = Statement::new(EVENTS).bind(EventId::first_at(period.from)).bind(EventId::first_at(period.to));
    statement.bind(after).bind(room).all(|row| {
        let event = row.read("event_id")?;
        Ok(Finding {
            kind: RecordKind::Event,
            visit_id: row.read("subject_id")?,
            seq: None,
            event_id: Some(event),
            says: row.read("kind")?,
            request_id: row.read("request_id")?,
            lacks: lacks(row, &[LACKS_VISIT, ("lacks_entry", Counterpart::Entry)])?,
            place: Place::Event(event),
        })
    })
}
