//! Visit types.

use super::*;

#[tokio::test]
async fn a_change_is_a_new_version() {
    let world = World::new().await;
    let mut body = visit_type(&world);

    let first = post(&world, "/v1/visit-types", &body).await;
    body["answers_schema"] = json!({ "type": "object" });
    let second = post(&world, "/v1/visit-types", &body).await;
    body["name"] = json!("Driver");
    let other = post(&world, "/v1/visit-types", &body).await;

    let versions = [&first, &second, &other].map(|answer| answer.body["version"].clone());
    assert_eq!(versions, [json!(1), json!(2), json!(1)], "{}", first.text);
    let query = format!("site_id={}&limit=2", world.site);
    let listed = get(&world, "/v1/visit-types", &[], &query).await;
    assert_eq!(listed.body["items"], json!([first.body, second.body]));
    assert_eq!(world.actions().await, ["visit_type.published"; 3]);
}

#[tokio::test]
async fn versions_at_once_get_numbers_of_their_own() {
    let world = World::new().await;
    let mut racers = tokio::task::JoinSet::new();
    for _ in 0..3 {
        let event = write(&world, "POST", "/v1/visit-types", &[], &visit_type(&world));
        racers.spawn(async move { send(&event).await.body["version"].as_i64().unwrap() });
    }

    let mut versions = racers.join_all().await;

    versions.sort_unstable();
    assert_eq!(versions, [1, 2, 3]);
}

#[tokio::test]
async fn a_schema_that_could_harm_is_refused_by_place() {
    let world = World::new().await;
    let mut body = visit_type(&world);
    for (schema, fault) in [
        (json!({ "type": "objekt" }), "/answers_schema/type:not_a_schema"),
        (json!({ "$ref": "https://schemas.example/visit" }), "/answers_schema/$ref:not_allowed"),
        (json!({ "properties": { "a": { "$ref": "#" } } }), "/answers_schema/properties/a/$ref:not_allowed"),
        (json!({ "title": "x".repeat(16 * 1024) }), "/answers_schema:too_long"),
        (json!([]), "/answers_schema:wrong_type"),
    ] {
        body["answers_schema"] = schema;
        let answer = post(&world, "/v1/visit-types", &body).await;
        assert_eq!(answer.problem(), format!("400 malformed {fault}"));
    }
    assert_eq!(world.count("visit_types").await, 0);
}

#[tokio::test]
async fn what_is_published_is_what_the_door_asks() {
    let world = World::new().await;
    let published = post(&world, "/v1/visit-types", &visit_type(&world)).await;
    let variables = stack::variables("fn_check_in", &[]);
    let deps = stack::connect::<check_in::Deps>(&variables).await;
    let mut problems = Vec::new();
    for answers in [json!({ "boots": true }), json!({ "boots": "yes" }), json!({})] {
        let body = json!({
            "type": "visitor", "site_id": world.site, "name": "Vera Visitor",
            "visit_type_id": published.body["visit_type_id"], "answers": answers,
        });
        let answer = write(&world, "POST", "/v1/visits", &[], &body).send(&deps, check_in::handle).await;
        problems.push(answer.problem());
    }
    let refused = |fault: &str| format!("422 unprocessable /answers/boots:{fault}");
    assert_eq!(problems, ["201 -".to_owned(), refused("wrong_type"), refused("missing")]);
}
