//! The scan of a document that has no barcode: what it costs beside the wait for the service that reads print.

use std::time::{Duration, Instant};

use aws_lambda_events::apigw::ApiGatewayV2httpRequest;
use base64::{Engine as _, prelude::BASE64_STANDARD};
use serde_json::json;
use shared::{door::WriteDoor, http::Request};

use crate::{
    arrival, cpu,
    harness::stack,
    samples::{ms, number},
    table::{Table, Target},
    tenants::{Tenant, Tenants},
};

const VECTORS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/vectors/licences");
/// Scans; each is of another front in turn.
const SCANS: usize = 24;
const CARDS: usize = 6;

pub(crate) async fn measure(tenants: &Tenants, table: &mut Table) {
    let variables = stack::variables("fn_scan_id", &[]);
    let deps = scan_id::Deps {
        door: WriteDoor::new(stack::connect(&variables).await, tenants.vault.clone(), &stack::common(&variables)),
        objects: stack::connect(&variables).await,
        text: stack::connect(&variables).await,
        faces: stack::connect(&variables).await,
    };
    let fronts: Vec<String> = (0..CARDS).map(front).collect();
    // The first one connects.
    scan(&deps, &tenants.all[14], &fronts[0]).await;
    let (started, before) = (Instant::now(), cpu::of_process("self"));
    for nth in 0..SCANS {
        scan(&deps, &tenants.all[14], &fronts[nth % CARDS]).await;
    }
    let (took, cost) = (ms(started.elapsed()) / number(SCANS), (cpu::of_process("self") - before) / number(SCANS));
    table.add("scan of a front: our CPU beside the wait for Textract", (Target::AtMost(80.0), " ms"), cost);
    table.add("the whole scan, with the stack's stand-in for Textract", (Target::None, " ms"), took);
}

fn front(card: usize) -> String {
    let bytes = std::fs::read(format!("{VECTORS}/licence-1-0{card}-front.jpg")).expect("the vectors are there");
    BASE64_STANDARD.encode(bytes)
}

async fn scan(deps: &scan_id::Deps, tenant: &Tenant, front: &str) {
    let body = json!({ "site_id": tenant.site, "front": front });
    let (event, request_id) = arrival::event(tenant, "/v1/id-scans", &body);
    let event: ApiGatewayV2httpRequest = serde_json::from_str(&event).expect("an event");
    let request = Request::of_event(event, request_id, Duration::from_secs(20)).expect("a request");
    let reply = shared::runtime::answer(deps, scan_id::handle, &request).await;
    let body: serde_json::Value = serde_json::from_str(reply.body()).expect("JSON");
    assert!(reply.status() == 201 && body["documents"][0]["source"] == "printed", "{body}");
}
