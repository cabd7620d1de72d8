//! Strings that break programs, through every text field: taken as the rule for texts says or refused by place, never a
//! fault of ours.

use serde_json::{Value, json};
use shared::domain::text::Purpose;

use super::running::Running;

const FIELDS: [&str; 5] = ["name", "company", "purpose", "carrier", "co_driver"];

fn strings() -> Vec<String> {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../shared/vectors/naughty-strings.json");
    serde_json::from_str(&std::fs::read_to_string(path).expect("the vectors")).expect("a list of strings")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_string_is_taken_whole_or_refused_by_place() {
    let running = Running::shared().await;
    let (owner, site) = (running.owner(0), running.told(0, "site_id"));
    for (at, text) in strings().into_iter().enumerate() {
        let mut body = json!({
            "type": "driver", "site_id": site, "name": "Dora Driver", "licence_number": "X1", "carrier": "Sample Haulage",
            "bills_of_lading": ["B1"],
        });
        let field = FIELDS[at % FIELDS.len()];
        body[field] = json!(text);

        let answer = owner.post("/v1/visits", &format!("naughty-{at}"), &body).await;

        match answer.status {
            201 => {
                let visit = answer.body["visit_id"].as_str().expect("an id").to_owned();
                let read = owner.get(&format!("/v1/visits/{visit}")).await;
                let stored = serde_json::from_value::<Purpose>(json!(text)).expect("the server took it");
                assert_eq!(read.body[field], json!(stored), "{field} came back changed");
            }
            400 => assert_eq!(answer.body["errors"][0]["pointer"], json!(format!("/{field}")), "{}", answer.body),
            other => panic!("{field} {text:?}: {other} {}", answer.body),
        }
    }
    let by_query = owner.get("/v1/visits?state=%27%20OR%201%3D1--").await;
    assert_eq!((by_query.status, by_query.body["code"].clone()), (400, Value::from("malformed")));
}
