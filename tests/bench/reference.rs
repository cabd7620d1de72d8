//! The same calls in one server function, made from what the log showed, for pgbench; and as a list, for Node.
//!
//! The function runs as the function's own role, under the same policies, in one transaction with one flush. It also
//! draws its ids and looks its organization up, since pgbench can do neither.

use serde::Serialize;
use tokio_postgres::types::Type;

use crate::{
    log::{self, Logged},
    parameters,
    tenants::{Tenant, Tenants},
};

/// Where the badge numbers of the logged check-in's site start, so that its number is seen among the parameters.
const BADGES_BEFORE: i32 = 4710;

/// What stands in a parameter's place, known by its value.
#[derive(Clone, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Slot {
    /// Of the organization.
    Tenant(&'static str),
    /// A new id.
    Id(usize),
    /// A new SHA-256.
    Hash(usize),
    Badge,
    Draft,
    Now,
    RequestId,
    Constant(Option<String>),
    /// A document of JSON, with what differs from check-in to check-in in its place.
    Document(Vec<Piece>),
}

/// A part of a document.
#[derive(Clone, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Piece {
    Text(String),
    Slot(Slot),
}

/// A statement whose parameters are known.
#[derive(Serialize)]
pub(crate) struct Step {
    pub(crate) name: String,
    pub(crate) sql: String,
    pub(crate) slots: Vec<Slot>,
    #[serde(skip)]
    kinds: Vec<String>,
}

/// The statements, and the values of the logged check-in that others start from.
#[derive(Serialize)]
pub(crate) struct Reference {
    pub(crate) steps: Vec<Step>,
    draft: String,
    #[serde(skip)]
    request_id: String,
    /// The visit's is the first.
    #[serde(skip)]
    ids: Vec<String>,
    #[serde(skip)]
    hashes: Vec<String>,
}

/// Logs one check-in and creates `bench.check_in(n)` from it.
pub(crate) async fn create(tenants: &Tenants) -> Reference {
    let sample = &tenants.all[0];
    tenants
        .execute(
            "UPDATE badge_counters SET last = $2 WHERE organization_id = $1",
            &[&sample.organization, &BADGES_BEFORE],
        )
        .await;
    let logged = log::statements_of_a_check_in(tenants, sample).await;
    let mut reference = Reference::of(&logged);
    for statement in &logged {
        let sql = parameters::with_types(tenants, &statement.sql).await;
        let prepared = tenants.database.prepare(&sql).await.unwrap_or_else(|error| panic!("{sql}: {error:?}"));
        reference.add(statement, &sql, prepared.params(), sample);
    }
    enter_tenants(tenants).await;
    tenants.script(&reference.function()).await;
    reference
}

async fn enter_tenants(tenants: &Tenants) {
    tenants
        .script(
            "CREATE SCHEMA bench;
             CREATE TABLE bench.tenants (n integer PRIMARY KEY, organization uuid, credential uuid, secret bytea, site uuid, host uuid, tenant_key uuid);
             CREATE TABLE bench.commits (n integer);
             GRANT USAGE ON SCHEMA bench TO fn_check_in;
             GRANT SELECT ON bench.tenants TO fn_check_in;
             GRANT INSERT ON bench.commits TO fn_check_in",
        )
        .await;
    let column = |value: fn(&Tenant) -> uuid::Uuid| tenants.all.iter().map(value).collect::<Vec<_>>();
    let secrets: Vec<&[u8]> = tenants.all.iter().map(|tenant| tenant.secret.as_slice()).collect();
    tenants
        .execute(
            "INSERT INTO bench.tenants SELECT n, o, c, x, s, h, k FROM unnest($1::uuid[], $2::uuid[], $3::bytea[], $4::uuid[], $5::uuid[], $6::uuid[])
             WITH ORDINALITY AS t (o, c, x, s, h, k, n)",
            &[
                &column(|tenant| tenant.organization.uuid()),
                &column(|tenant| tenant.credential.uuid()),
                &secrets,
                &column(|tenant| tenant.site.uuid()),
                &column(|tenant| tenant.host.uuid()),
                &column(|tenant| tenant.key.key_id.uuid()),
            ],
        )
        .await;
    tenants.script("ANALYZE bench.tenants").await;
}

impl Reference {
    fn of(logged: &[Logged]) -> Self {
        let draft =
            logged.iter().flat_map(|statement| statement.parameters.iter().flatten()).find(|text| is_draft(text));
        let draft = draft.expect("an audit entry").clone();
        let entry: serde_json::Value = serde_json::from_str(&draft).expect("a draft is JSON");
        let text = |pointer: &str| entry.pointer(pointer).and_then(|value| value.as_str()).expect("a text").to_owned();
        let (visit, request_id) = (text("/target/id"), text("/request_id"));
        Self { steps: Vec::new(), draft, request_id, ids: vec![visit], hashes: Vec::new() }
    }

    fn add(&mut self, statement: &Logged, sql: &str, kinds: &[Type], sample: &Tenant) {
        let name = sql.lines().next().and_then(|line| line.strip_prefix("-- ")).expect("a name").to_owned();
        let sql = sql.lines().skip(1).collect::<Vec<_>>().join("\n");
        assert_eq!(statement.parameters.len(), kinds.len(), "{name}");
        let slots = statement
            .parameters
            .iter()
            .zip(kinds)
            .map(|(value, kind)| self.slot(value.as_deref(), kind, sample))
            .collect();
        let kinds = kinds.iter().map(|kind| kind.name().to_owned()).collect();
        self.steps.push(Step { name, sql, slots, kinds });
    }

    fn slot(&mut self, value: Option<&str>, kind: &Type, sample: &Tenant) -> Slot {
        let Some(value) = value else { return Slot::Constant(None) };
        if let Some(name) = known(sample, value) {
            return Slot::Tenant(name);
        }
        match kind.name() {
            "uuid" => Slot::Id(position(&mut self.ids, value)),
            "bytea" if value.len() == 66 => Slot::Hash(position(&mut self.hashes, value)),
            "timestamptz" => Slot::Now,
            "int4" if value == (BADGES_BEFORE + 1).to_string() => Slot::Badge,
            "text" if value == self.request_id => Slot::RequestId,
            "jsonb" if is_draft(value) => Slot::Draft,
            "jsonb" => Slot::Document(self.pieces(value, sample)),
            _ => Slot::Constant(Some(value.to_owned())),
        }
    }

    /// Cuts a document at its ids, its hashes and the badge's number.
    fn pieces(&mut self, document: &str, sample: &Tenant) -> Vec<Piece> {
        let badge = format!("\"badge_number\": {}", BADGES_BEFORE + 1);
        let (mut pieces, mut text, mut rest) = (Vec::new(), String::new(), document);
        while !rest.is_empty() {
            let (slot, length) = if let Some(id) = rest.get(..36).filter(|id| uuid::Uuid::parse_str(id).is_ok()) {
                let tenant = known(sample, id).map(Slot::Tenant);
                (Some(tenant.unwrap_or_else(|| Slot::Id(position(&mut self.ids, id)))), 36)
            } else if let Some(hash) = rest.get(..64).filter(|hash| text.ends_with("\\x") && is_hash(hash, &rest[64..]))
            {
                (Some(Slot::Hash(position(&mut self.hashes, &format!("\\x{hash}")))), 64)
            } else if rest.starts_with(&badge) {
                text.push_str("\"badge_number\": ");
                (Some(Slot::Badge), badge.len())
            } else {
                (None, rest.chars().next().map_or(1, char::len_utf8))
            };
            match slot {
                Some(slot) => pieces.extend([Piece::Text(std::mem::take(&mut text)), Piece::Slot(slot)]),
                None => text.push_str(&rest[..length]),
            }
            rest = &rest[length..];
        }
        pieces.push(Piece::Text(text));
        pieces
    }

    /// The statements in the order they were sent, with variables in the parameters' places.
    fn function(&self) -> String {
        let ids = (0..self.ids.len()).map(|at| format!("b_id{at} uuid := bench.id();"));
        let hashes =
            (0..self.hashes.len()).map(|at| format!("b_hash{at} bytea := sha256(uuid_send(gen_random_uuid()));"));
        let declared: String = ids.chain(hashes).collect::<Vec<_>>().join("\n  ");
        let draft = self.draft.replace('\'', "''");
        let mut body = String::new();
        for step in &self.steps {
            body.push_str(&format!("  {};\n", step.in_function()));
            if step.name == "check-in.admit" {
                // Admission turns waiting for the disk off, for a transaction of its own.
                body.push_str("  b_text := set_config('synchronous_commit', 'on', true);\n");
            }
        }
        format!(
            "CREATE FUNCTION bench.id() RETURNS uuid LANGUAGE sql AS $$ SELECT (lpad(to_hex((extract(epoch FROM clock_timestamp()) * 1000)::bigint), 12, '0')
               || right(gen_random_uuid()::text, 22))::uuid $$;
             CREATE FUNCTION bench.check_in(wanted integer) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  b_tenant bench.tenants; b_text text; b_badge integer; b_now timestamptz := clock_timestamp(); b_request text := gen_random_uuid()::text;
  {declared}
  b_draft jsonb := replace('{draft}', '{visit}', b_id0::text)::jsonb;
BEGIN
  SELECT * INTO b_tenant FROM bench.tenants WHERE n = wanted;
{body}END $$;
GRANT EXECUTE ON FUNCTION bench.id(), bench.check_in(integer) TO fn_check_in",
            visit = self.ids[0],
        )
    }
}

impl Step {
    fn in_function(&self) -> String {
        let instead = |number: usize| Some(self.slots.get(number - 1)?.in_function(self.kinds.get(number - 1)?));
        let sql = parameters::replaced(&self.sql, instead);
        match sql.split_once(char::is_whitespace) {
            Some(("SELECT", rest)) if self.name == "check-in.admit" => {
                let (_, call) = rest.split_once("FROM ").expect("a function that answers with a row");
                format!("SELECT a.badge_number INTO STRICT b_badge FROM {call} AS a")
            }
            Some(("SELECT", rest)) => format!("PERFORM {rest}"),
            _ => sql,
        }
    }
}

impl Slot {
    fn in_function(&self, kind: &str) -> String {
        match self {
            Self::Tenant(column) => format!("b_tenant.{column}"),
            Self::Id(at) => format!("b_id{at}"),
            Self::Hash(at) => format!("b_hash{at}"),
            Self::Badge => "b_badge".to_owned(),
            Self::Draft => "b_draft".to_owned(),
            Self::Now => "b_now".to_owned(),
            Self::RequestId => "b_request".to_owned(),
            Self::Constant(None) => format!("NULL::{kind}"),
            Self::Constant(Some(value)) => format!("'{}'::{kind}", value.replace('\'', "''")),
            Self::Document(pieces) => {
                let pieces: Vec<String> = pieces.iter().map(Piece::in_function).collect();
                format!("concat({})::{kind}", pieces.join(", "))
            }
        }
    }
}

impl Piece {
    fn in_function(&self) -> String {
        match self {
            Self::Text(text) => format!("'{}'", text.replace('\'', "''")),
            Self::Slot(Slot::Hash(at)) => format!("encode(b_hash{at}, 'hex')"),
            Self::Slot(slot) => slot.in_function("text"),
        }
    }
}

/// What the organization has under this value.
fn known(sample: &Tenant, value: &str) -> Option<&'static str> {
    let known = [
        ("organization", sample.organization.to_string()),
        ("credential", sample.credential.to_string()),
        ("site", sample.site.to_string()),
        ("host", sample.host.to_string()),
        ("tenant_key", sample.key.key_id.to_string()),
        ("secret", format!("\\x{}", shared::audit::hex(&sample.secret))),
    ];
    known.into_iter().find(|(_, known)| known == value).map(|(name, _)| name)
}

fn is_hash(digits: &str, rest: &str) -> bool {
    digits.bytes().all(|digit| digit.is_ascii_hexdigit()) && rest.starts_with('"')
}

fn is_draft(text: &str) -> bool {
    text.starts_with('{') && text.contains("\"actor\"")
}

fn position(seen: &mut Vec<String>, value: &str) -> usize {
    seen.iter().position(|known| known == value).unwrap_or_else(|| {
        seen.push(value.to_owned());
        seen.len() - 1
    })
}
