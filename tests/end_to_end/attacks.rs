//! What broke a running stack once, tried again on the real binaries behind the gateway. Each attack stands beside a request
//! of the same shape that succeeds.

use hyper::Method;
use serde_json::{Value, json};

use super::{client::Client, running::Running};

/// The owner of an organization, and a site of theirs.
async fn owner(running: &Running, organization: usize) -> (Client, String) {
    let owner = running.owner(organization);
    let sites = owner.get("/v1/sites").await;
    let site = sites.body["items"][0]["site_id"].as_str().expect("a site").to_owned();
    (owner, site)
}

async fn publish(owner: &Client, site: &str, schema: &Value) -> super::client::Answer {
    let name = format!("Contractor {}", uuid::Uuid::new_v4().simple());
    let body = json!({ "site_id": site, "name": name, "applies_to": "visitor", "answers_schema": schema });
    owner.ask(Method::POST, "/v1/visit-types", Some(&body)).await
}

async fn arrive(owner: &Client, site: &str, change: &Value) -> super::client::Answer {
    let mut body = json!({ "type": "visitor", "site_id": site, "name": "Vera Sample" });
    for (key, value) in change.as_object().expect("an object") {
        body[key] = value.clone();
    }
    owner.ask(Method::POST, "/v1/visits", Some(&body)).await
}

/// Reads the log to its end.
async fn log_is_readable(owner: &Client) {
    let mut cursor = String::new();
    loop {
        let page = owner.get(&format!("/v1/audit-log?limit=200{cursor}")).await;
        assert_eq!(page.status, 200);
        match page.body["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return,
        }
    }
}

#[tokio::test]
async fn no_answers_make_the_log_unreadable() {
    let running = Running::shared().await;
    let (owner, site) = owner(&running, 0).await;
    let form = publish(&owner, &site, &json!({ "type": "object" })).await;
    let of_form = |answers: Value| json!({ "visit_type_id": form.body["visit_type_id"], "answers": answers });

    let small = arrive(&owner, &site, &of_form(json!({ "a": "x".repeat(10_000), "n": 1.5 }))).await;
    assert_eq!(small.status, 201, "{}", small.body);
    for answers in [json!({ "a": "x".repeat(4_800_000) }), json!({ "n": vec![1e300; 1000] }), json!({ "n": 1e300 })] {
        let refused = arrive(&owner, &site, &of_form(answers)).await;
        assert_eq!((refused.status, &refused.body["errors"][0]["pointer"]), (400, &json!("/answers")));
    }
    log_is_readable(&owner).await;
}

#[tokio::test]
async fn no_form_costs_more_than_its_size() {
    let running = Running::shared().await;
    let (owner, site) = owner(&running, 0).await;
    let choices: Vec<_> = (0..600).map(|n| json!({ "const": format!("s{n}") })).collect();

    for dear in [
        json!({ "properties": { "a": { "items": { "anyOf": choices } } } }),
        json!({ "$defs": { "a": { "type": "string" } }, "allOf": vec![json!({ "$ref": "#/$defs/a" }); 200] }),
        json!({ "properties": { "a": { "contains": { "const": 1 } } } }),
        json!({ "properties": { "a": { "type": "string", "pattern": "^(a+)+$" } } }),
    ] {
        assert_eq!(publish(&owner, &site, &dear).await.status, 400, "{dear}");
    }
    let plain = json!({ "required": ["boots"], "properties": { "boots": { "type": "boolean" } } });
    assert_eq!(publish(&owner, &site, &plain).await.status, 201);
}

#[tokio::test]
async fn a_guess_at_a_sealed_value_leaves_an_entry_and_ends_soon() {
    let running = Running::shared().await;
    // No other test reveals with this credential, whose guesses are used up here.
    let (owner, site) = owner(&running, 1).await;
    let driver = json!({
        "type": "driver", "name": "Dora Sample", "licence_number": "D7654321", "carrier": "Sample Haulage",
        "bills_of_lading": ["BOL-1"],
    });
    let visit = arrive(&owner, &site, &driver).await;
    let path = format!("/v1/visits/{}/reveal", visit.body["visit_id"].as_str().expect("an id"));
    let reveal = async |number: &str| {
        let reason = format!("Customs asked whether {number} is the licence");
        owner.ask(Method::POST, &path, Some(&json!({ "fields": ["photo"], "reason": reason }))).await.status
    };

    assert_eq!(reveal("D7654320").await, 200);
    for _ in 0..5 {
        assert_eq!(reveal("D765-4321").await, 422);
    }
    assert_eq!(reveal("D7654320").await, 429, "a quarter of an hour must pass");
    let target = visit.body["visit_id"].as_str().expect("an id");
    let log = owner.get(&format!("/v1/audit-log?target_id={target}&order=asc")).await;
    let actions: Vec<_> =
        log.body["items"].as_array().expect("entries").iter().map(|item| item["entry"]["action"].clone()).collect();
    assert_eq!(actions[..2], [json!("visit.checked_in"), json!("visit.revealed")]);
    assert_eq!(actions[2..], vec![json!("access.refused"); 5]);
}
