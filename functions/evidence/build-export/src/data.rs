//! Everything of an organization, table by table, as JSON and for spreadsheets. What is sealed stays where it is: a value is
//! opened for one visit and for a reason, never for all.

use serde::de::{Deserializer as _, MapAccess, Visitor};
use serde_json::value::RawValue;
use shared::{
    Error, Result,
    queue::SystemWork,
    tenant::{Lookup, Statement},
};

use crate::{
    Deps,
    bundle::{Bundle, Slot},
    csv,
    job::{Job, Stop},
    manifest::Counts,
};

/// Rows that are read at a time.
const PAGE: i64 = 2_000;

/// How far the tables are in the bundle.
#[derive(Debug, Default, serde::Serialize, serde::Deserialize)]
pub(crate) struct Place {
    table: usize,
    members: Option<(Slot, Slot)>,
    after: Option<String>,
    rows: u64,
}

macro_rules! tables {
    ($($variant:ident $name:ident by $key:ident: $($column:ident)+;)+) => {
        /// A table that is taken along.
        #[derive(Clone, Copy)]
        enum Table { $($variant,)+ }

        impl Table {
            const ALL: &[Self] = &[$(Self::$variant),+];

            const fn name(self) -> &'static str {
                match self { $(Self::$variant => stringify!($name),)+ }
            }

            const fn columns(self) -> &'static [&'static str] {
                match self { $(Self::$variant => &[stringify!($key), $(stringify!($column)),+],)+ }
            }

            /// Some rows behind a key, each as one JSON object, with its key.
            fn page(self, after: Option<&str>) -> Lookup<Vec<(String, String)>> {
                Statement::new(match self { $(Self::$variant => concat!(
                    "-- build-export.", "page_of_", stringify!($name), "\n",
                    "SELECT t.", stringify!($key), "::text AS key, row_to_json(t)::text AS row FROM (SELECT ",
                    stringify!($key), $(", ", stringify!($column),)+ " FROM ", stringify!($name),
                    " WHERE $1 IS NULL OR ", stringify!($key), " > $1::uuid ORDER BY ", stringify!($key), " LIMIT $2) AS t ORDER BY 1",
                ),)+ })
                .bind(after.map(str::to_owned))
                .bind(PAGE)
                .all(|row| Ok((row.read("key")?, row.read("row")?)))
            }
        }
    };
}

tables! {
    AccessReviewItems access_review_items by item_id: review_id number subject_kind subject_id name email role permissions site_id member_id
        granted_at last_used_at decision how reason decided_by decided_at revoked_at;
    AccessReviews access_reviews by review_id: quarter opened_at deadline_at item_count closed_at checked_at came_back;
    Credentials credentials by credential_id: kind name permissions site_id expires_at revoked_at created_at last_used_at member_id assurance;
    Exports exports by export_id: kind visit_id from_at to_at requested_by requested_by_kind state created_at built_at expires_at failure;
    Hosts hosts by host_id: person_id name email phone locale created_at;
    Impersonations impersonations by impersonation_id: staff_id staff_organization_id staff_name staff_role role reason requested_at
        approved_at restricted_approved_at credential_id opened_at expires_at ended_at ended_by;
    Kiosks kiosks by kiosk_id: site_id name device credential_id paired_at revoked_at created_at;
    Mails mails by mail_id: member_id kind requested_at sent_at given_up_at;
    Members members by member_id: person_id email name role state created_at last_sign_in_at standing_since;
    Notices notices by version_id: kind locale version title text published_at retired_at;
    Organizations organizations by organization_id: name plan environment created_at requires_mfa requires_staff_approval;
    Outbox outbox by event_id: kind subject_kind subject_id facts request_id occurred_at ready_at;
    People people by person_id: kind created_at;
    Sites sites by site_id: name time_zone locale requires_nda created_at;
    VisitObjects visit_objects by object_id: visit_id kind media_type bytes created_at;
    VisitTypes visit_types by visit_type_id: site_id name applies_to version answers_schema created_at;
    Visits visits by visit_id: site_id person_id host_id visit_type_id type state hold_reasons badge_number name company email phone purpose answers
        nda_version_id nda_signed_at carrier bills_of_lading appointment load_type seal un_number hazard_class trailer co_driver tractor_plate trailer_plate
        checked_in_at checked_out_at occurred_at device_seq checked_out_occurred_at checked_out_device_seq created_at;
}

/// Adds the tables to their end.
pub(crate) async fn stream(
    deps: &Deps,
    work: &SystemWork,
    job: &Job,
    (bundle, place, counts): (&mut Bundle, &mut Place, &mut Counts),
    goes_on: &impl Fn() -> bool,
) -> Result<(), Stop> {
    while let Some(table) = Table::ALL.get(place.table) {
        let members = match place.members {
            Some(members) => members,
            None => begin(*table, bundle).await?,
        };
        place.members = Some(members);
        let lookup = table.page(place.after.as_deref());
        let page = work.with_tenant(async |tx| tx.find(lookup).await).await?;
        add(&page, bundle, members, place).await?;
        job.renew(deps, work, u64::try_from(counts.of("entries")).map_err(Error::internal)?).await?;
        if page.is_empty() {
            let ending: &[u8] = if place.rows == 0 { b"]\n" } else { b"\n]\n" };
            bundle.write(members.1, ending).await?;
            bundle.end(members.0).await?;
            bundle.end(members.1).await?;
            counts.set(table.name(), place.rows);
            *place = Place { table: place.table + 1, ..Place::default() };
        }
        if place.table < Table::ALL.len() && !goes_on() {
            return Err(Stop::OutOfTime);
        }
    }
    Ok(())
}

async fn begin(table: Table, bundle: &mut Bundle) -> Result<(Slot, Slot), Stop> {
    let (csv, json) =
        (bundle.begin(&format!("data/{}.csv", table.name())), bundle.begin(&format!("data/{}.json", table.name())));
    bundle.write(csv, (table.columns().join(",") + "\n").as_bytes()).await?;
    bundle.write(json, b"[").await?;
    Ok((csv, json))
}

async fn add(
    page: &[(String, String)],
    bundle: &mut Bundle,
    (csv, json): (Slot, Slot),
    place: &mut Place,
) -> Result<(), Stop> {
    let (mut rows, mut objects) = (Vec::new(), Vec::new());
    for (key, object) in page {
        objects.extend_from_slice(if place.rows == 0 { b"\n" } else { b",\n" });
        objects.extend_from_slice(object.as_bytes());
        csv::row(cells(object)?, &mut rows)?;
        place.rows += 1;
        place.after = Some(key.clone());
    }
    bundle.write(csv, &rows).await?;
    bundle.write(json, &objects).await
}

/// The values of an object, in the order in which they stand there.
fn cells(object: &str) -> Result<Vec<Option<&RawValue>>> {
    struct InOrder;

    impl<'de> Visitor<'de> for InOrder {
        type Value = Vec<Option<&'de RawValue>>;

        fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            f.write_str("an object")
        }

        fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
            let mut cells = Vec::new();
            while let Some((_, value)) = map.next_entry::<serde::de::IgnoredAny, &'de RawValue>()? {
                cells.push(Some(value));
            }
            Ok(cells)
        }
    }

    serde_json::Deserializer::from_str(object).deserialize_map(InOrder).map_err(Error::internal)
}
