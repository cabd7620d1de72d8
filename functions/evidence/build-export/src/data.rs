//! Everything of an organization, table by table, as JSON and for spreadsheets. What is sealed stays where it is: a
//! value is opened for one visit and for a reason, never for all.

use serde::de::{Deserializer as _, MapAccess, Visitor};
use serde_json::value::RawValue;
use shared::{Error, Result};

use crate::{
    bundle::Bundle,
    counts::Counts,
    csv,
    job::Attempt,
    position::{TableMembers, TablesPosition},
    stop::Stop,
    store::{Table, TableRow},
};

/// Adds the tables to their end.
pub(crate) async fn stream(
    attempt: Attempt<'_>,
    bundle: &mut Bundle,
    place: &mut TablesPosition,
    counts: &mut Counts,
    goes_on: &impl Fn() -> bool,
) -> Result<(), Stop> {
    while let Some(table) = Table::ALL.get(place.table) {
        let members = match place.members {
            Some(members) => members,
            None => begin(*table, bundle).await?,
        };
        place.members = Some(members);
        let lookup = table.page(place.after.as_deref());
        let page = attempt.work.with_tenant(async |tx| tx.find(lookup).await).await?;
        add(&page, bundle, members, place).await?;
        attempt.renew(u64::try_from(counts.of("entries")).map_err(Error::internal)?).await?;
        if page.is_empty() {
            let ending: &[u8] = if place.rows == 0 { b"]\n" } else { b"\n]\n" };
            bundle.write(members.json, ending).await?;
            bundle.end(members.csv).await?;
            bundle.end(members.json).await?;
            counts.set(table.name(), place.rows);
            *place = TablesPosition { table: place.table + 1, ..TablesPosition::default() };
        }
        if place.table < Table::ALL.len() && !goes_on() {
            return Err(Stop::OutOfTime);
        }
    }
    Ok(())
}

async fn begin(table: Table, bundle: &mut Bundle) -> Result<TableMembers, Stop> {
    let (csv, json) =
        (bundle.begin(&format!("data/{}.csv", table.name())), bundle.begin(&format!("data/{}.json", table.name())));
    bundle.write(csv, (csv::BYTE_ORDER_MARK.to_owned() + &table.columns().join(",") + "\n").as_bytes()).await?;
    bundle.write(json, b"[").await?;
    Ok(TableMembers { csv, json })
}

async fn add(
    page: &[TableRow],
    bundle: &mut Bundle,
    members: TableMembers,
    place: &mut TablesPosition,
) -> Result<(), Stop> {
    let (mut rows, mut objects) = (Vec::new(), Vec::new());
    for TableRow { key, object } in page {
        objects.extend_from_slice(if place.rows == 0 { b"\n" } else { b",\n" });
        objects.extend_from_slice(object.as_bytes());
        csv::row(cells(object)?, &mut rows)?;
        place.rows += 1;
        place.after = Some(key.clone());
    }
    bundle.write(members.csv, &rows).await?;
    bundle.write(members.json, &objects).await
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
