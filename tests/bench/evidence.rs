//! What it costs to seal, to prove and to take away a long log: a real chain, the real functions, the stack's S3 and KMS.

use std::time::{Duration, Instant};

use aws_lambda_events::apigw::ApiGatewayV2httpRequest;
use futures_util::SinkExt as _;
use serde_json::{Value, json};
use shared::{
    audit::{
        hex,
        tree::{self, GrowingTree, TileId, Tiles},
    },
    http::{Reply, Request},
    queue::{EXPORT_REQUEST, SEAL_REQUEST},
    runtime::{self, Fired},
};
use tokio_postgres::types::{ToSql, Type, private::BytesMut};

use crate::{
    harness::stack,
    log,
    plan::Plan,
    table::{Table, Target},
    tenants::{CLOCK, Tenant, Tenants},
};

/// Entries that come after the long log was sealed.
const NEW: u64 = 10;
/// Entries of one COPY message.
const BATCH: u64 = 5_000;

pub(crate) async fn measure(plan: &Plan, tenants: &Tenants, table: &mut Table) {
    let tenant = &tenants.aside;
    let long = u64::try_from(plan.log_entries).expect("a length");
    table.progress(&format!("writing a chain of {long} entries"));
    append(tenants, tenant, 0, long).await;

    let sealer = sealer().await;
    let backlog = seal(&sealer, tenant).await;
    let per_million = backlog.as_secs_f64() * 1e6 / real(plan.log_entries);
    table.add("sealing a backlog, for 10^6 entries", (Target::AtMost(10.0), " s"), per_million);

    append(tenants, tenant, long, NEW).await;
    let nodes = nodes_of_a_seal(tenants, tenant, long).await;
    table.add(&format!("nodes set by a seal of {NEW} entries on {long}"), (Target::AtMost(30.0), ""), real(nodes));
    let again = seal(&sealer, tenant).await;
    table.add(
        &format!("that seal: database, KMS and two anchors (of {NEW} on {long})"),
        (Target::AtMost(100.0), " ms"),
        again.as_secs_f64() * 1e3,
    );

    prove(tenants, tenant, long, table).await;
    export(tenants, tenant, &sealer, table).await;
}

/// Writes entries with their true hashes past the trigger, as COPY does: the trigger itself is measured elsewhere.
async fn append(tenants: &Tenants, tenant: &Tenant, from: u64, count: u64) {
    tenants.script("ALTER TABLE audit_log DISABLE TRIGGER append").await;
    let organization = tenant.organization;
    let newest = "SELECT link FROM audit_log WHERE organization_id = $1 ORDER BY seq DESC LIMIT 1";
    let of_tenant: [(&(dyn ToSql + Sync), Type); 1] = [(&organization, Type::UUID)];
    let last = tenants.database.query_typed(newest, &of_tenant).await.expect("the newest link");
    let last = last.first().map(|row| row.get::<_, Vec<u8>>(0));
    let mut link = last.map_or(tree::genesis(organization), |link| link.try_into().expect("a hash"));
    let copy = tenants.database.copy_in("COPY audit_log (entry, leaf, link) FROM STDIN").await.expect("a COPY");
    let mut copy = std::pin::pin!(copy);
    let mut lines = String::new();
    for seq in from..from + count {
        let entry = entry(tenant, seq);
        let leaf = tree::leaf_hash(entry.as_bytes());
        link = tree::link_hash(&link, &leaf);
        lines.push_str(&format!("{entry}\t\\\\x{}\t\\\\x{}\n", hex(&leaf), hex(&link)));
        if seq % BATCH == BATCH - 1 {
            copy.send(BytesMut::from(lines.as_bytes()).freeze()).await.expect("room");
            lines.clear();
        }
    }
    copy.send(BytesMut::from(lines.as_bytes()).freeze()).await.expect("room");
    copy.finish().await.expect("the entries are there");
    let head =
        "UPDATE audit_heads SET seq = $2, link = $3, at = date_trunc('day', now(), 'UTC') WHERE organization_id = $1";
    let newest = i64::try_from(from + count - 1).expect("a seq");
    tenants.execute(head, &[&organization, &newest, &link.as_slice()]).await;
    tenants.script("ALTER TABLE audit_log ENABLE ALWAYS TRIGGER append; ANALYZE audit_log").await;
}

/// About 470 bytes, as the trigger lays them out.
fn entry(tenant: &Tenant, seq: u64) -> String {
    let visit = uuid::Uuid::from_u128(u128::from(seq / 2));
    format!(
        r#"{{"v": 1, "org": "{}", "seq": {seq}, "at": "{}T00:00:00.000000Z", "via": "fn_check_out", "actor": {{"id": "{}", "kind": "api_token"}}, "ip": "203.0.113.7", "ua": "bench", "action": "visit.checked_out", "target": {{"id": "{visit}", "kind": "visit"}}, "prev": null, "reason": null, "diff": {{"added": {{}}, "changed": {{"state": {{"to": "left", "from": "on_site"}}}}, "removed": {{}}}}, "request_id": "{visit}"}}"#,
        tenant.organization,
        // Of today: a log that is a day old gets a heartbeat.
        CLOCK.now().day(),
        tenant.credential
    )
}

async fn sealer() -> seal_audit_log::Deps {
    let variables = stack::variables("fn_seal_audit_log", &[]);
    stack::connect::<seal_audit_log::Deps>(&variables).await
}

fn message(tenant: &Tenant, kind: &str) -> Fired {
    let body = json!({
        "v": 1, "id": uuid::Uuid::new_v4(), "organization_id": tenant.organization, "kind": kind,
        "ref": tenant.organization, "request_id": "bench", "traceparent": null,
    });
    let event = json!({ "Records": [{ "messageId": "one", "body": body.to_string() }] });
    Fired { event, request_id: "bench".to_owned(), remaining: Duration::from_secs(600) }
}

/// Seals by one message.
async fn seal(deps: &seal_audit_log::Deps, tenant: &Tenant) -> Duration {
    let began = Instant::now();
    let message = message(tenant, SEAL_REQUEST);
    let answer = runtime::work(CLOCK, deps, seal_audit_log::consume, seal_audit_log::sweep, message).await;
    assert_eq!(answer.expect("an answer")["batchItemFailures"], json!([]), "the log is sealed");
    began.elapsed()
}

/// Grows the stored tree as the sealer does, and counts.
async fn nodes_of_a_seal(tenants: &Tenants, tenant: &Tenant, size: u64) -> u64 {
    let mut tiles = Tiles::new();
    for TileId { level, index } in GrowingTree::edge(size) {
        let sql = "SELECT hashes FROM log_tiles WHERE organization_id = $1 AND level = $2 AND tile = $3";
        let (level_stored, tile) = (i32::try_from(level).expect("a level"), i64::try_from(index).expect("a tile"));
        let parameters: [(&(dyn ToSql + Sync), Type); 3] =
            [(&tenant.organization, Type::UUID), (&level_stored, Type::INT4), (&tile, Type::INT8)];
        let rows = tenants.database.query_typed(sql, &parameters).await.expect("a tile");
        tiles.insert(TileId { level, index }, rows[0].get(0));
    }
    let mut grown = GrowingTree::resume(size, &tiles).expect("the stored tree");
    (0..NEW).for_each(|_| grown.append([7; 32]));
    grown.nodes_set()
}

/// A request to a route, as the gateway would send it.
fn request(tenant: &Tenant, route: &str, query: &str, body: Option<Value>) -> Request {
    let (method, path) = route.split_once(' ').expect("a method and a path");
    let key = uuid::Uuid::new_v4().to_string();
    let event = json!({
        "version": "2.0", "routeKey": route, "rawPath": path, "rawQueryString": query,
        "headers": { "authorization": format!("Bearer {}", tenant.token), "idempotency-key": key, "content-type": "application/json" },
        "requestContext": { "http": { "method": method, "path": path, "sourceIp": "203.0.113.7" }, "routeKey": route },
        "body": body.map(|body| body.to_string()), "isBase64Encoded": false,
    });
    let event: ApiGatewayV2httpRequest = serde_json::from_value(event).expect("an event");
    Request::of_event(event, "bench".to_owned(), Duration::from_secs(20)).expect("a request")
}

async fn expect(reply: Reply, status: u16) -> Value {
    assert_eq!(reply.status(), status, "{}", reply.body());
    serde_json::from_str(reply.body()).expect("JSON")
}

async fn prove(tenants: &Tenants, tenant: &Tenant, long: u64, table: &mut Table) {
    let variables = stack::variables("fn_prove_audit_log", &[]);
    let ask = async || {
        let deps = stack::connect::<prove_audit_log::Deps>(&variables).await;
        let asked = request(tenant, "GET /v1/audit-log/proof", &format!("seq={}", long / 3), None);
        expect(runtime::answer(&deps, prove_audit_log::handle, &asked).await, 200).await;
    };
    let statements = log::statements(tenants, "fn_prove_audit_log", ask).await;
    let queries = statements.iter().filter(|one| one.sql.starts_with("--")).count();
    table.add(&format!("queries of an inclusion proof in a log of {long}"), (Target::AtMost(3.0), ""), real(queries));
}

async fn export(tenants: &Tenants, tenant: &Tenant, sealer: &seal_audit_log::Deps, table: &mut Table) {
    let variables = stack::variables("fn_request_export", &[]);
    let door = stack::connect::<request_export::Deps>(&variables).await;
    let wish = request(tenant, "POST /v1/exports", "", Some(json!({ "kind": "audit" })));
    expect(runtime::answer(&door, request_export::handle, &wish).await, 202).await;
    seal(sealer, tenant).await;
    let variables = stack::variables("fn_build_export", &[]);
    let deps = stack::connect::<build_export::Deps>(&variables).await;

    let before = memory("VmRSS");
    // Forgets the peak so far (proc(5), clear_refs).
    std::fs::write("/proc/self/clear_refs", "5").expect("the peak is forgotten");
    let began = Instant::now();
    let answer =
        runtime::work(CLOCK, &deps, build_export::consume, build_export::sweep, message(tenant, EXPORT_REQUEST)).await;
    let took = began.elapsed();
    let peak = memory("VmHWM");

    assert_eq!(answer.expect("an answer")["batchItemFailures"], json!([]), "the bundle is made");
    let sql = "SELECT state, tree_size, bytes FROM exports WHERE organization_id = $1";
    let of_tenant: [(&(dyn ToSql + Sync), Type); 1] = [(&tenant.organization, Type::UUID)];
    let rows = tenants.database.query_typed(sql, &of_tenant).await.expect("the export");
    let (state, entries, bytes): (String, i64, Option<i64>) = (rows[0].get(0), rows[0].get(1), rows[0].get(2));
    assert_eq!(state, "built");
    let what = format!("export of {entries} entries ({} MB)", bytes.unwrap_or_default() / 1_000_000);
    table.add(&what, (Target::AtLeast(50.0), " k entries/s"), real(entries) / took.as_secs_f64() / 1e3);
    table.add("memory that this export adds, at its peak", (Target::AtMost(128.0), " MiB"), (peak - before) / 1024.0);
    table.note("Sealing and export include the stack's stand-ins for S3 and KMS, which share the processors.");
}

/// A count for the table.
fn real(count: impl TryInto<u32>) -> f64 {
    f64::from(count.try_into().unwrap_or(u32::MAX))
}

/// A line of this process's status, in KiB.
fn memory(name: &str) -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").expect("our status");
    let line = status.lines().find_map(|line| line.strip_prefix(&format!("{name}:"))).expect("the line");
    line.trim().trim_end_matches(" kB").parse().expect("a number")
}
