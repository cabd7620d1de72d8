//! Inputs that broke a running stack by their size, their cost, or what a visitor typed; `cases/door.json` of the vectors,
//! kinds `bounds` and `reason`.

use serde_json::{Map, Value, json};

use crate::harness::{Event, World, arrivals, event::Answer, exports, stack};

fn cases(kind: &str) -> Vec<Value> {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../shared/vectors/cases/door.json");
    let file: Value = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
    let of_kind = |case: &&Value| case["kind"] == kind;
    file["cases"].as_array().unwrap().iter().filter(of_kind).cloned().collect()
}

fn is_right(case: &Value, status: u16) -> bool {
    let right = &case["right"]["status"];
    right == &json!(status) || right.as_array().is_some_and(|all| all.contains(&json!(status)))
}

async fn write(world: &World, route: &'static str, body: &Value) -> Event {
    let key = uuid::Uuid::new_v4().to_string();
    Event::new("POST", route, &[]).bearer(&world.token).idempotent(&key).json(body)
}

async fn publish(world: &World, schema: &Value) -> Answer {
    let body =
        json!({ "site_id": world.site, "name": "Contractor", "applies_to": "visitor", "answers_schema": schema });
    let deps = stack::connect::<manage_sites::Deps>(&stack::variables("fn_manage_sites", &[])).await;
    write(world, "/v1/visit-types", &body).await.send(&deps, manage_sites::handle).await
}

async fn arrive(world: &World, visit_type: &Value, answers: &str) -> Answer {
    let body = json!({
        "type": "visitor", "site_id": world.site, "name": "Vera Visitor", "visit_type_id": visit_type, "answers": "@",
    });
    let text = body.to_string().replace("\"@\"", answers);
    let deps = stack::connect::<check_in::Deps>(&stack::variables("fn_check_in", &[])).await;
    write(world, "/v1/visits", &body).await.text(&text).send(&deps, check_in::handle).await
}

async fn reveal(world: &World, visit: &str, reason: &str) -> Answer {
    let deps = stack::connect::<reveal_visit::Deps>(&stack::variables("fn_reveal_visit", &[])).await;
    let event = Event::new("POST", "/v1/visits/{visit_id}/reveal", &[visit]).bearer(&world.token);
    let body = json!({ "fields": ["licence_number"], "reason": reason });
    event.idempotent(&uuid::Uuid::new_v4().to_string()).json(&body).send(&deps, reveal_visit::handle).await
}

/// Reads the log to its end and gives how many pages and entries it had.
async fn read_log(world: &World, query: &str) -> (usize, Vec<Value>) {
    let deps = stack::connect::<read_audit_log::Deps>(&stack::variables("fn_read_audit_log", &[])).await;
    let (mut pages, mut items, mut cursor) = (0, Vec::new(), String::new());
    loop {
        let event = Event::new("GET", "/v1/audit-log", &[]).bearer(&world.token).query(&format!("{query}{cursor}"));
        let answer = event.send(&deps, read_audit_log::handle).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        assert!(answer.text.len() < 5_000_000, "{} bytes", answer.text.len());
        pages += 1;
        items.extend(answer.body["items"].as_array().unwrap().iter().cloned());
        match answer.body["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return (pages, items),
        }
    }
}

#[tokio::test]
async fn nothing_large_is_stored_and_nothing_costs_more_than_its_size() {
    let world = World::new().await;
    let open = publish(&world, &json!({ "type": "object" })).await.body["visit_type_id"].clone();
    for case in cases("bounds") {
        let id = case["id"].as_str().unwrap();
        match id {
            "answers-too-large" => {
                let letters = "x".repeat(usize::try_from(case["request"]["answers_bytes"].as_u64().unwrap()).unwrap());
                let answer = arrive(&world, &open, &json!({ "a": letters }).to_string()).await;
                assert!(is_right(&case, answer.status), "{id}: {}", answer.text);
            }
            "answers-numbers-grow" => {
                for numbers in [vec!["1e300"; 200_000].join(","), "1e300".to_owned(), "1e22".to_owned()] {
                    let answer = arrive(&world, &open, &format!("{{\"n\": [{numbers}]}}")).await;
                    assert!(is_right(&case, answer.status), "{id}: {}", answer.text);
                }
            }
            "schema-times-answers" => {
                let choices: Vec<_> = (0..600).map(|n| json!({ "const": format!("s{n}") })).collect();
                let schema = json!({ "properties": { "a": { "items": { "anyOf": choices } } } });
                let published = publish(&world, &schema).await;
                assert!(is_right(&case, published.status), "{id}: {}", published.text);
                let choices: Vec<_> = (0..1500).map(|n| format!("s{n}")).collect();
                let dear = publish(&world, &json!({ "properties": { "a": { "enum": choices } } })).await;
                let answer =
                    arrive(&world, &dear.body["visit_type_id"], &json!({ "a": vec!["z"; 4000] }).to_string()).await;
                assert!(is_right(&case, answer.status), "{id}: {}", answer.text);
            }
            other => panic!("no test runs the case {other}"),
        }
    }
    assert_eq!(world.count("visits").await, 0);
    read_log(&world, "limit=200").await;
}

#[tokio::test]
async fn a_reason_is_forbidden_by_no_visitor_and_a_guess_leaves_an_entry() {
    let world = World::new().await;
    for case in cases("reason") {
        let request = &case["request"];
        let driver = json!({ "licence_number": "D0000001" });
        let mut body = arrivals::driver(&world);
        for (key, value) in driver.as_object().unwrap().iter().chain(request.as_object().unwrap()) {
            if key != "reason" {
                body[key] = value.clone();
            }
        }
        let visit = arrivals::visit_of(&world, &body).await;
        let before = world.actions().await.len();
        let reason = request["reason"].as_str().unwrap();

        let revealed = reveal(&world, &visit, reason).await;
        assert_eq!(json!(revealed.status), case["right"]["reveal"], "{}: {}", case["id"], revealed.text);
        assert_eq!(world.actions().await.len(), before + 1, "{}: a look or a refusal is an entry", case["id"]);

        let wanted = json!({ "kind": "evidence", "visit_id": visit, "reason": reason });
        let asked = exports::asking(&world, &wanted).send(&exports::requester().await, request_export::handle).await;
        assert_eq!(asked.status, 202, "{}: {}", case["id"], asked.text);
    }
}

#[tokio::test]
async fn a_page_of_the_log_is_cut_by_bytes_and_reaches_every_entry() {
    let world = World::new().await;
    world.write_long_entries(25, 250_000).await;

    for (query, is_ascending) in [("limit=200&order=asc", true), ("limit=200", false)] {
        let (pages, items) = read_log(&world, query).await;
        let mut numbers: Vec<_> = items.iter().map(|item| item["seq"].as_i64().unwrap()).collect();
        assert!(pages >= 2, "{pages} pages");
        if !is_ascending {
            numbers.reverse();
        }
        // The second reading meets the entries of the first.
        assert_eq!(numbers[..25], (0..25).collect::<Vec<i64>>(), "{query}");
        assert!(items.iter().all(|item| item["entry"].is_object()));
    }
}

/// A log from before entries were bounded.
#[tokio::test]
async fn an_entry_that_no_page_can_hold_is_shown_as_its_hash_and_size() {
    let world = World::new().await;
    world.write_entries(3).await;
    world.tamper("ALTER TABLE audit_log DROP CONSTRAINT audit_log_entry_bounded; \
        UPDATE audit_log SET entry = replace(entry, '\"reason\": null', '\"reason\": \"' || repeat('x', 1000000) || '\"') \
        WHERE organization_id = '{o}' AND seq = 1; \
        ALTER TABLE audit_log ADD CONSTRAINT audit_log_entry_bounded CHECK (octet_length(entry) <= 300000) NOT VALID")
        .await;

    let (_, items) = read_log(&world, "limit=200&order=asc").await;

    assert_eq!((&items[1]["seq"], &items[1]["entry"]), (&json!(1), &Value::Null));
    assert!(items[1]["bytes"].as_i64().unwrap() > 1_000_000);
    assert_eq!(items[1]["leaf"].as_str().unwrap().len(), 64);
    assert!(items[0]["entry"].is_object() && items[2]["entry"].is_object());
}

/// Whatever is accepted, everything that it left can be read.
#[tokio::test]
async fn no_chain_of_accepted_requests_makes_a_later_read_fail() {
    let world = World::new().await;
    let open = publish(&world, &json!({ "type": "object" })).await.body["visit_type_id"].clone();
    let widest = |seed: usize| {
        let fill = ["x", "\u{1f69a}", "\\u0001", "\\\""][seed % 4];
        let room = 16 * 1024 - 8;
        format!("{{\"a\":\"{}\"}}", fill.repeat(room / fill.len()))
    };
    let mut visits = Vec::new();
    for seed in 0..24 {
        let answer = arrive(&world, &open, &widest(seed)).await;
        assert_eq!(answer.status, 201, "{seed}: {}", answer.text);
        visits.push(answer.body["visit_id"].as_str().unwrap().to_owned());
    }
    let nested: Map<String, Value> = (0..1000).map(|n| (format!("k{n}"), json!([n]))).collect();
    assert_eq!(arrive(&world, &open, &Value::Object(nested).to_string()).await.status, 201);

    read_log(&world, "limit=200").await;
    let deps = stack::connect::<read_visit::Deps>(&stack::variables("fn_read_visit", &[])).await;
    for visit in visits {
        let event = Event::new("GET", "/v1/visits/{visit_id}", &[&visit]).bearer(&world.token);
        assert_eq!(event.send(&deps, read_visit::handle).await.status, 200);
    }
    let deps = stack::connect::<list_visits::Deps>(&stack::variables("fn_list_visits", &[])).await;
    let event = Event::new("GET", "/v1/visits", &[]).bearer(&world.token).query("limit=200");
    assert_eq!(event.send(&deps, list_visits::handle).await.status, 200);
}
