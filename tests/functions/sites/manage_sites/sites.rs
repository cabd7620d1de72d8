//! Sites.

use super::*;

#[tokio::test]
async fn a_site_is_entered_with_its_badge_numbers() {
    let world = World::new().await;

    let created = post(&world, "/v1/sites", &site()).await;

    assert_eq!(created.status, 201, "{}", created.text);
    assert_eq!((&created.body["name"], &created.body["requires_nda"]), (&json!("Hall 1"), &json!(true)));
    assert_eq!((world.count("sites").await, world.count("badge_counters").await), (2, 2));
    let entry = world.entries().await.remove(0);
    assert_eq!((&entry["action"], &entry["target"]["id"]), (&json!("site.created"), &created.body["site_id"]));
    let added = json!({ "name": "Hall 1", "time_zone": "Europe/Berlin", "locale": "de", "requires_nda": true });
    assert_eq!(entry["diff"], json!({ "added": added, "removed": {}, "changed": {} }));
}

#[tokio::test]
async fn the_log_says_of_a_change_what_it_changed() {
    let world = World::new().await;
    let id = world.site.to_string();

    let change = json!({ "name": "Hall 2", "requires_nda": true, "locale": "en" });
    let changed = send(&write(&world, "PATCH", "/v1/sites/{site_id}", &[&id], &change)).await;
    let same = send(&write(&world, "PATCH", "/v1/sites/{site_id}", &[&id], &change)).await;

    assert_eq!((changed.status, same.status), (200, 200), "{} {}", changed.text, same.text);
    assert_eq!((&changed.body["name"], &changed.body["time_zone"]), (&json!("Hall 2"), &json!("Europe/Berlin")));
    assert_eq!(changed.body, same.body);
    assert_eq!(world.actions().await, ["site.changed"]);
    let diff =
        json!({ "name": { "from": "Test site", "to": "Hall 2" }, "requires_nda": { "from": false, "to": true } });
    assert_eq!(world.entries().await[0]["diff"]["changed"], diff);
}

#[tokio::test]
async fn changes_at_once_each_start_from_the_one_before() {
    let world = World::new().await;
    let id = world.site.to_string();
    let mut racers = tokio::task::JoinSet::new();
    for number in 0..2 {
        let change = json!({ "name": format!("Hall {number}") });
        let event = write(&world, "PATCH", "/v1/sites/{site_id}", &[&id], &change);
        racers.spawn(async move { send(&event).await.status });
    }

    assert_eq!(racers.join_all().await, [200; 2]);

    let entries = world.entries().await;
    let names: Vec<_> = entries.iter().map(|entry| entry["diff"]["changed"]["name"].clone()).collect();
    assert_eq!((names.len(), &names[0]["from"]), (2, &json!("Test site")));
    assert_eq!(names[1]["from"], names[0]["to"]);
}

#[tokio::test]
async fn an_unknown_time_zone_is_refused() {
    let world = World::new().await;
    let mut body = site();
    for unknown in ["Europe/Atlantis", "europe/berlin", "CEST", "UTC+2"] {
        body["time_zone"] = json!(unknown);
        let created = post(&world, "/v1/sites", &body).await;
        let change = json!({ "time_zone": unknown });
        let changed = send(&write(&world, "PATCH", "/v1/sites/{site_id}", &[&world.site.to_string()], &change)).await;
        for answer in [created, changed] {
            assert_eq!(answer.problem(), "422 unprocessable /time_zone:unknown_value", "{unknown}");
        }
    }
    assert_eq!((world.count("sites").await, world.actions().await.len()), (1, 0));
}

#[tokio::test]
async fn lists_go_on_where_the_page_before_ended() {
    let world = World::new().await;
    for name in ["Hall 1", "Hall 2"] {
        let mut body = site();
        body["name"] = json!(name);
        post(&world, "/v1/sites", &body).await;
    }

    let first = get(&world, "/v1/sites", &[], "limit=2").await;
    let query = format!("limit=2&cursor={}", text(&first.body["next_cursor"]));
    let second = get(&world, "/v1/sites", &[], &query).await;

    let names = |answer: &Answer| -> Vec<String> {
        answer.body["items"].as_array().unwrap().iter().map(|site| text(&site["name"]).to_owned()).collect()
    };
    assert_eq!(
        (names(&first), names(&second)),
        (vec!["Test site".to_owned(), "Hall 1".to_owned()], vec!["Hall 2".to_owned()])
    );
    assert_eq!(second.body["next_cursor"], Value::Null);
}

#[tokio::test]
async fn rules_for_documents_are_changed_as_a_whole_and_only_known_ones_are_taken() {
    let world = World::new().await;
    let id = world.site.to_string();
    let patch = async |check: Value| {
        send(&write(&world, "PATCH", "/v1/sites/{site_id}", &[&id], &json!({ "id_check": check }))).await
    };
    let rules = json!({ "age_min": 18, "face_min": 90, "rules": { "expired": "refused", "face.unavailable": "held", "name.near": "held" } });

    let changed = patch(rules.clone()).await;

    assert_eq!((changed.status, &changed.body["id_check"]), (200, &rules), "{}", changed.text);
    assert!(world.entries().await[0]["diff"]["changed"]["id_check"]["to"].as_str().unwrap().contains("refused"));
    for (check, problem) in [
        (json!({ "age_min": 0 }), "400 malformed /id_check/age_min:out_of_range"),
        (json!({ "age_min": 121 }), "400 malformed /id_check/age_min:out_of_range"),
        (json!({ "face_min": 79 }), "400 malformed /id_check/face_min:out_of_range"),
        (json!({ "rules": { "face.mismatch": "refused" } }), "422 unprocessable /id_check/rules:unknown_value"),
        (json!({ "rules": { "shoes.near": "held" } }), "422 unprocessable /id_check/rules:unknown_value"),
        (json!({ "rules": { "expired": "shot" } }), "422 unprocessable /id_check/rules:unknown_value"),
        (json!({ "pages": 1 }), "400 malformed /id_check/pages:unknown_field"),
    ] {
        assert_eq!(patch(check).await.problem(), problem);
    }
    assert_eq!(
        patch(json!({ "age_min": null })).await.body["id_check"],
        json!({ "age_min": null, "face_min": null, "rules": {} })
    );
}
