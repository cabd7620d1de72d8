//! Every column, object and field has its class (promise P12), and `docs/DATA.md` says what the table in code says.

use std::collections::{BTreeMap, BTreeSet};

use shared::domain::class::{COLUMNS, Class, Classified, FIELDS, Form, OBJECTS};
use tokio_postgres::Client;

use super::wiring::{Checked, read, root};
use crate::harness::postgres;

/// Sealed or wrapped columns under another name, with the reason.
const OTHERWISE_NAMED: [(&str, &str, &str); 3] = [
    ("people", "wrapped_key", "a key in an envelope, not a value"),
    ("tenant_keys", "wrapped_key", "a key that KMS wrapped"),
    ("tenant_keys", "wrapped_index_key", "a key in an envelope, not a value"),
];

/// Made by `migrate` itself before its first migration; the tests' database is migrated without it.
const LEDGER: &str = "schema_migrations";

type Place = (String, String);

async fn rows(database: &Client, sql: &str) -> Vec<tokio_postgres::Row> {
    database.query_typed(sql, &[]).await.unwrap_or_else(|error| panic!("{sql}: {error}"))
}

/// Every column that the database has, with its type.
async fn columns(database: &Client) -> BTreeMap<Place, String> {
    let sql = "SELECT c.table_name::text, c.column_name::text, c.data_type::text FROM information_schema.columns AS c
        JOIN information_schema.tables AS t USING (table_schema, table_name)
        WHERE t.table_type = 'BASE TABLE' AND c.table_schema IN ('public', 'app', 'audit', 'directory')";
    rows(database, sql).await.iter().map(|row| ((row.get(0), row.get(1)), row.get(2))).collect()
}

fn classified() -> BTreeMap<Place, &'static Classified> {
    COLUMNS.iter().map(|column| ((column.place.to_owned(), column.name.to_owned()), column)).collect()
}

#[tokio::test]
async fn every_column_has_a_class_and_every_class_a_column() {
    let database = postgres::superuser().await;

    let there: BTreeSet<_> = columns(&database).await.into_keys().collect();
    let classified = classified();

    assert_eq!(classified.len(), COLUMNS.len(), "a column stands in the table twice");
    let unclassified: Vec<_> = there.iter().filter(|place| !classified.contains_key(*place)).collect();
    assert!(unclassified.is_empty(), "without a class in shared/src/domain/class.rs: {unclassified:?}");
    let absent: Vec<_> = classified.keys().filter(|place| place.0 != LEDGER && !there.contains(*place)).collect();
    assert!(absent.is_empty(), "classified and not in the database: {absent:?}");
}

#[tokio::test]
async fn a_sealed_column_is_bytes_and_named_so() {
    let types = columns(&postgres::superuser().await).await;
    for (place, column) in classified() {
        let (table, name) = (place.0.as_str(), place.1.as_str());
        let is_excepted = OTHERWISE_NAMED.iter().any(|(its, own, _)| (*its, *own) == (table, name));
        assert!(!is_excepted || column.form == Form::Wrapped, "{table}.{name} is no exception any more");
        assert_eq!(name.ends_with("_sealed") || is_excepted, column.form != Form::Clear, "{table}.{name}");
        if column.form != Form::Clear {
            assert_eq!(types.get(&place).map(String::as_str), Some("bytea"), "{table}.{name}");
        }
    }
}

#[test]
fn what_is_restricted_belongs_to_an_organization_and_does_not_outlive_an_erasure() {
    use shared::domain::class::Erasure;
    for column in COLUMNS.iter().filter(|column| column.class == Class::Restricted) {
        let has_owner = COLUMNS.iter().any(|other| other.place == column.place && other.name == "organization_id");
        assert!(has_owner, "{} is Restricted in a table without an owner", column.place);
        assert_ne!(column.erasure, Erasure::Kept, "{}.{}", column.place, column.name);
    }
    assert!(FIELDS.iter().all(|field| field.class != Class::Restricted), "a message carries a personal value");
    assert!(OBJECTS.iter().all(|object| object.form != Form::Clear), "an object lies in the clear");
}

#[test]
fn every_object_and_field_has_a_class() -> Checked {
    use shared::{
        domain::visit::{DocumentSide, ImageKind},
        queue::outbox_nudge,
    };
    let names = |list: &[Classified], place: &str| {
        list.iter().filter(|item| item.place == place).map(|item| item.name.to_owned()).collect::<BTreeSet<_>>()
    };
    let sides = DocumentSide::ALL.iter().map(|side| side.word().to_owned());
    let kinds: BTreeSet<_> = ImageKind::ALL.iter().map(|kind| kind.word().to_owned()).chain(sides).collect();
    assert_eq!(names(OBJECTS, "bucket"), kinds);

    let nudge = outbox_nudge(uuid::Uuid::nil().into(), "", shared::clock::Clock::System { offset_s: 0 });
    let message = serde_json::to_value(nudge)?;
    let fields: BTreeSet<_> = message.as_object().ok_or("a message is an object")?.keys().cloned().collect();
    assert_eq!(names(FIELDS, "message"), fields);

    // The facts are written in one place; each is a key of a JSON object there.
    let outbox = read("shared/src/outbox.rs")?;
    let facts: BTreeSet<_> = outbox
        .split("json!({")
        .skip(1)
        .flat_map(|object| object.split("})").next().unwrap_or_default().split('"').skip(1).step_by(2))
        .map(str::to_owned)
        .collect();
    assert_eq!(names(FIELDS, "event"), facts);
    Ok(())
}

/// The functions that may read a column, from the database's own rights.
async fn readers(database: &Client) -> BTreeMap<Place, Vec<String>> {
    let sql = "SELECT c.relname::text, a.attname::text, r.rolname::text FROM pg_class AS c
        JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
        JOIN pg_roles AS r ON r.rolname LIKE 'fn\\_%' AND has_column_privilege(r.oid, c.oid, a.attnum, 'SELECT')
        WHERE c.relkind IN ('r', 'p') AND c.relnamespace = 'public'::regnamespace ORDER BY 3";
    let mut readers: BTreeMap<Place, Vec<String>> = BTreeMap::new();
    for row in rows(database, sql).await {
        let role: String = row.get(2);
        let function = role.trim_start_matches("fn_").replace('_', "-");
        readers.entry((row.get(0), row.get(1))).or_default().push(function);
    }
    readers
}

const HEAD: &str = "# Which data is kept, and how

Rendered from [`shared/src/domain/class.rs`](../shared/src/domain/class.rs) and the database's own rights.
`UPDATE_DOCS=1 make test` renders it again, and a test compares. Promise P12.

- **Public**: anyone may know it.
- **Internal**: for the organization and those to whom it gives access.
- **Restricted**: about a person. A Restricted value is never in logs, metrics, traces, errors, URLs, messages or names
  of files. In audit entries it is sealed, with a commitment.

The forms:

- *encrypted*: by the store, under the KMS key of the organization, for the few days that a bundle is kept.
- *sealed*: in an envelope (AES-256-GCM) under the person's key; `answer_sealed` and `key_sealed` under the tenant key.
- *wrapped*: a key in an envelope under another key.

*Read by* lists, for each Restricted column, the functions whose database role may select it. Some functions of the
database read for all of them: `app.admit` reads `answer_sealed` for a replay. `audit_log.entry` holds Restricted
values only sealed. The address and User-Agent of a customer's program or kiosk are in it in the clear. A visitor's
would be sealed.

Done today: `sweep-leftovers` removes `answers`, `refused_sources`, `guesses`, `known_sources`, `mails` and
`kiosk_pairings`, sessions and links that ended 30 days ago, and objects that no row names.

¹ No sweep carries out this rule yet. Until retention (P3) is built, these rows stay as long as the organization.

Erasure (P1) is not built yet either. The column says what it will do. Each person's own key makes it possible.
";

fn render(readers: &BTreeMap<Place, Vec<String>>) -> String {
    let mut text = HEAD.to_owned();
    for table in COLUMNS.chunk_by(|one, next| one.place == next.place) {
        let name = table.first().map_or("", |column| column.place);
        text.push_str(&format!(
            "\n## {name}\n\n| column | class | form | stays | at erasure |\n| --- | --- | --- | --- | --- |\n"
        ));
        text.extend(table.iter().map(|column| line(column) + "\n"));
        text.push_str(&read_by(table, readers));
    }
    for (title, list) in [("Objects in the buckets", OBJECTS), ("Fields of events and messages", FIELDS)] {
        text.push_str(&format!("\n## {title}\n\n| name | class | form | stays | at erasure | where |\n| --- | --- | --- | --- | --- | --- |\n"));
        text.extend(list.iter().map(|item| format!("{} {} |\n", line(item), item.place)));
    }
    text
}

/// The cells that every list has, without the end of the line.
fn line(item: &Classified) -> String {
    let (class, form) = (item.class.word(), item.form.word());
    format!("| `{}` | {class} | {form} | {} | {} |", item.name, item.retention.rule(), item.erasure.rule())
}

/// The functions that may read each Restricted column of a table, as a list of short lines.
fn read_by(table: &[Classified], readers: &BTreeMap<Place, Vec<String>>) -> String {
    let mut text = String::new();
    for column in table.iter().filter(|column| column.class == Class::Restricted) {
        let Some(functions) = readers.get(&(column.place.to_owned(), column.name.to_owned())) else { continue };
        let mut last = format!("- `{}`:", column.name);
        for function in functions {
            if last.len() + function.len() > 110 {
                text.push_str(&format!("{last}\n"));
                last = " ".to_owned();
            }
            last.push_str(&format!(" {function},"));
        }
        text.push_str(&format!("{}\n", last.trim_end_matches(',')));
    }
    if text.is_empty() { text } else { format!("\nRead by:\n\n{text}") }
}

#[tokio::test]
async fn the_document_says_what_the_table_says() {
    let rendered = render(&readers(&postgres::superuser().await).await);

    let path = root().join("docs/DATA.md");
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(&path, &rendered).expect("docs/DATA.md can be written");
    }

    let written = std::fs::read_to_string(&path).unwrap_or_default();
    let differs = rendered.lines().zip(written.lines()).find(|(new, old)| new != old);
    assert!(rendered == written, "docs/DATA.md is behind the code; UPDATE_DOCS=1 renders it anew. First: {differs:?}");
}
