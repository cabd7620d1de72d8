//! What a long watchlist costs a check-in: two organizations, one with a hundred thousand entries and one with none.

use std::time::Instant;

use serde_json::json;
use shared::{
    documents::dates::PartialDate,
    domain::visit::{ListKind, ListSeverity},
    id::{PersonId, WatchlistEntryId},
    vault::TenantKey,
    watchlist::{Asked, Listed, Question},
};
use tokio_postgres::types::ToSql;

use crate::{
    arrival::Arrival,
    driver,
    plan::Plan,
    samples::{median, ms},
    table::{Table, Target},
    tenants::{CLOCK, Tenant, Tenants},
};

/// Entries that are written at a time.
const BATCH: usize = 1_000;
/// Check-ins of one kind behind each other.
const TURN: usize = 20;
/// Most entries that a check-in compares.
const COMPARED: usize = 1_000;
/// One in so many entries has the given name of the visitor who comes.
const VERAS: usize = 1_000;
/// The names of the others: one in nineteen is Nora.
const GIVEN: [&str; 19] = [
    "Amir", "Bela", "Chen", "Dana", "Emil", "Femi", "Gita", "Hugo", "Ines", "Jude", "Kofi", "Lena", "Milo", "Nora",
    "Omar", "Petra", "Quim", "Rosa", "Sven",
];
const SYLLABLES: [&str; 16] =
    ["ba", "ko", "ri", "mun", "tel", "sa", "vo", "den", "lu", "har", "pi", "gor", "ne", "shi", "wal", "zu"];

pub(crate) async fn measure(plan: &Plan, tenants: &Tenants, table: &mut Table) {
    let (none, long) = (&tenants.all[12], &tenants.all[13]);
    alone(tenants, long, table).await;
    table.progress(&format!("sealing {} entries of a watchlist", plan.listed));
    fill(tenants, long, plan.listed).await;
    tenants.settle().await;
    let deps = driver::warm_deps(tenants, &[]).await;
    let (mut without, mut with, mut full) = (Vec::new(), Vec::new(), Vec::new());
    // In turns of several: the first after another kind finds the caches cold.
    for _ in 0..plan.listed_check_ins / TURN {
        for (tenant, name, took) in
            [(none, None, &mut without), (long, None, &mut with), (long, Some("Nora Visitor"), &mut full)]
        {
            for _ in 0..TURN {
                took.push(ms(Arrival::named(tenant, name).check_in(&deps).await));
            }
        }
    }
    let (without, with, full) = (median(without), median(with), median(full));
    table.add("warm check-in without a watchlist, p50", (Target::None, " ms"), without);
    table.add(&format!("warm check-in against {} entries, p50", plan.listed), (Target::None, " ms"), with);
    table.add("watchlist: the latter less the former", (Target::AtMost(20.0), " ms"), with - without);
    table.add("the same for a name that thousands share", (Target::None, " ms"), full - without);
}

/// What of it is the function's own work: a thousand entries are opened and compared.
async fn alone(tenants: &Tenants, tenant: &Tenant, table: &mut Table) {
    let key = tenants.vault.tenant_key(&tenant.key).await.expect("a tenant key");
    let sealed: Vec<_> = (0..COMPARED)
        .map(|nth| {
            let (id, person) =
                (WatchlistEntryId::new(CLOCK.now()), key.new_person(PersonId::new(CLOCK.now())).expect("a person"));
            (id, person.id(), person.wrapped().to_vec(), listed(nth * VERAS).seal(id, &person).expect("sealed"))
        })
        .collect();
    let question = Question::new([Asked {
        name: "Vera Visitor".to_owned(),
        company: "Sample Works".to_owned(),
        ..Asked::default()
    }]);
    let today = PartialDate::parse("2026-01-01").and_then(PartialDate::full).expect("a day");
    let (mut opening, mut preparing, mut comparing) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..20 {
        let started = Instant::now();
        let open = |(id, person, wrapped, sealed): &(_, _, Vec<u8>, _)| {
            let person = key.unwrap_person(*person, wrapped).expect("unwrapped");
            (*id, Listed::open(*id, &person, sealed).expect("opened"))
        };
        let opened: Vec<_> = sealed.iter().map(open).collect();
        opening.push(ms(started.elapsed()));
        let started = Instant::now();
        let entries: Vec<_> = opened.iter().map(|(id, listed)| listed.prepare(*id, ListKind::Deny)).collect();
        preparing.push(ms(started.elapsed()));
        let started = Instant::now();
        assert!(question.meet(&entries, today).expect("compared").is_empty());
        comparing.push(ms(started.elapsed()));
    }
    for (what, took) in [("opening", opening), ("folding", preparing), ("comparing", comparing)] {
        table.add(&format!("of it, {what} {COMPARED} entries"), (Target::None, " ms"), median(took));
    }
}

/// Entries as `manage-watchlist` writes them, each under the key of a person of its own.
async fn fill(tenants: &Tenants, tenant: &Tenant, count: usize) {
    let key = tenants.vault.tenant_key(&tenant.key).await.expect("a tenant key");
    for from in (0..count).step_by(BATCH) {
        let (mut people, mut wrapped) = (Vec::new(), Vec::new());
        let (mut entries, mut contents) = (Vec::new(), Vec::new());
        let (mut keys, mut of_keys) = (Vec::new(), Vec::new());
        for nth in from..count.min(from + BATCH) {
            let (entry, listed) = (WatchlistEntryId::new(CLOCK.now()), listed(nth));
            let person = key.new_person(PersonId::new(CLOCK.now())).expect("a person");
            people.push(person.id().uuid());
            wrapped.push(person.wrapped().to_vec());
            entries.push(entry.uuid());
            contents.push(listed.seal(entry, &person).expect("sealed").envelope().to_vec());
            add_keys(&listed, &key, entry, (&mut keys, &mut of_keys));
        }
        let (organization, key_id) = (tenant.organization, tenant.key.key_id);
        tenants.execute(OF_PEOPLE, &[&organization, &key_id, &people, &wrapped]).await;
        let (list, severity) = (ListKind::Deny.word(), ListSeverity::High.word());
        let entry: [&(dyn ToSql + Sync); 6] = [&organization, &entries, &people, &contents, &list, &severity];
        tenants.execute(OF_ENTRIES, &entry).await;
        tenants.execute(OF_THEIR_KEYS, &[&organization, &keys, &of_keys]).await;
    }
}

fn add_keys(
    listed: &Listed,
    tenant: &TenantKey,
    entry: WatchlistEntryId,
    (keys, of_keys): (&mut Vec<Vec<u8>>, &mut Vec<uuid::Uuid>),
) {
    let own = listed.keys(tenant);
    of_keys.extend(own.iter().map(|_| entry.uuid()));
    keys.extend(own);
}

fn listed(nth: usize) -> Listed {
    let syllable = |place: u32| SYLLABLES[nth / 16_usize.pow(place) % 16];
    let family = format!("{}{}{}{}", syllable(0), syllable(1), syllable(2), syllable(3));
    let given = if nth.is_multiple_of(VERAS) { "Vera" } else { GIVEN[nth % GIVEN.len()] };
    let name = format!("{given} {family}");
    serde_json::from_value(
        json!({ "name": name, "document_number": format!("L{nth:07}"), "reason": "Listed for a benchmark" }),
    )
    .expect("an entry")
}

const OF_PEOPLE: &str = "INSERT INTO people (organization_id, person_id, kind, key_id, wrapped_key, created_at)
    SELECT $1, p, 'listed', $2, w, now() FROM unnest($3::uuid[], $4::bytea[]) AS t (p, w)";
const OF_ENTRIES: &str =
    "INSERT INTO watchlist_entries (organization_id, entry_id, person_id, list, severity, content_sealed, created_at, created_by)
    SELECT $1, e, p, $5, $6, c, now(), $1 FROM unnest($2::uuid[], $3::uuid[], $4::bytea[]) AS t (e, p, c)";
const OF_THEIR_KEYS: &str = "INSERT INTO watchlist_keys (organization_id, key, entry_id)
    SELECT DISTINCT $1::uuid, k, e FROM unnest($2::bytea[], $3::uuid[]) AS t (k, e)";
