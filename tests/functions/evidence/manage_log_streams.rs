//! `manage-log-streams` promises: a stream leads where its organization says, its secrets are shown once, and each change
//! is an entry.

use serde_json::{Value, json};

use crate::harness::{
    Event, World,
    event::Answer,
    refusals, stack,
    streams::{ask, change, create, write},
    tap::Tap,
};

const STREAMS: &str = "/v1/audit-log/streams";
const ONE: &str = "/v1/audit-log/streams/{stream_id}";
const PAUSE: &str = "/v1/audit-log/streams/{stream_id}/pause";
const RESUME: &str = "/v1/audit-log/streams/{stream_id}/resume";
const REWIND: &str = "/v1/audit-log/streams/{stream_id}/rewind";

fn collector() -> Value {
    json!({ "kind": "https", "url": "https://siem.example.com/in/canary-path", "authorization": "Splunk canary-token" })
}

fn bucket() -> Value {
    json!({ "kind": "bucket", "bucket": "example-audit", "region": "eu-central-1", "account": "111122223333" })
}

async fn deps(changes: &[(&str, &str)]) -> manage_log_streams::Deps {
    let variables = stack::variables("fn_manage_log_streams", changes);
    stack::connect::<manage_log_streams::Deps>(&variables).await
}

async fn list(world: &World) -> Value {
    ask(&Event::new("GET", STREAMS, &[]).bearer(&world.token)).await.body["items"].clone()
}

async fn end(world: &World, stream: &Value) -> Answer {
    ask(&write(world, "DELETE", ONE, &[stream["stream"]["stream_id"].as_str().unwrap()])).await
}

/// Every route, with what it takes.
fn routes(world: &World, id: &str) -> Vec<Event> {
    vec![
        write(world, "POST", STREAMS, &[]).json(&collector()),
        Event::new("GET", STREAMS, &[]).bearer(&world.token),
        write(world, "POST", PAUSE, &[id]),
        write(world, "POST", RESUME, &[id]),
        write(world, "POST", REWIND, &[id]).json(&json!({ "seq": 0 })),
        write(world, "DELETE", ONE, &[id]),
    ]
}

#[tokio::test]
async fn a_stream_is_set_up_listed_and_written_into_the_log() {
    let world = World::new().await;
    let (first, second) = (create(&world, &collector()).await, create(&world, &bucket()).await);

    assert!(first["signing_secret"].as_str().unwrap().starts_with("whsec_"));
    assert_eq!((&second["signing_secret"], &second["stream"]["account"]), (&Value::Null, &json!("111122223333")));
    assert_eq!(list(&world).await, json!([first["stream"], second["stream"]]));
    assert_eq!((&first["stream"]["state"], &first["stream"]["next_seq"]), (&json!("active"), &json!(0)));
    let entries = world.entries().await;
    assert_eq!(world.actions().await, ["log_stream.created", "log_stream.created"]);
    assert_eq!(
        entries[0]["diff"]["added"],
        json!({ "kind": "https", "from_seq": 0, "host": "siem.example.com", "has_authorization": true })
    );
    assert_eq!(entries[1]["target"], json!({ "kind": "log_stream", "id": second["stream"]["stream_id"] }));
}

#[tokio::test]
async fn secrets_are_shown_once_and_stand_nowhere_in_the_clear() {
    let world = World::new().await;
    let event = write(&world, "POST", STREAMS, &[]).json(&collector());

    let (first, second) = (ask(&event).await, ask(&event.again()).await);

    assert_eq!((first.status, second.status), (201, 201), "{}", first.text);
    assert_eq!(second.headers["idempotency-replayed"], "true");
    assert_eq!((&first.body["stream"], &second.body["signing_secret"]), (&second.body["stream"], &Value::Null));
    let secret = first.body["signing_secret"].as_str().unwrap();
    let rows = world.own_rows("SELECT s::text FROM log_streams AS s WHERE organization_id = $1").await;
    let shown = [rows[0].get::<_, String>(0), list(&world).await.to_string(), world.entries().await[0].to_string()];
    for text in &shown {
        assert!(!text.contains(secret) && !text.contains("canary-token"), "{text}");
    }
    assert!(!shown[2].contains("canary-path"), "the log names the host alone");
    assert_eq!(world.count("log_streams").await, 1);
}

#[tokio::test]
async fn each_change_is_an_entry_and_no_change_is_none() {
    let world = World::new().await;
    let stream = create(&world, &collector()).await;
    for (route, body, state) in [
        (PAUSE, None, "paused"),
        (PAUSE, None, "paused"),
        (RESUME, None, "active"),
        (RESUME, None, "active"),
        (REWIND, Some(json!({ "seq": 0 })), "active"),
    ] {
        let answer = change(&world, &stream, route, body).await;
        assert_eq!((answer.status, answer.body["state"].as_str()), (200, Some(state)), "{route} {}", answer.text);
    }
    let (first, second) = (end(&world, &stream).await, end(&world, &stream).await);

    assert_eq!((&first.body["state"], first.status), (&json!("ended"), 200), "{}", first.text);
    assert_eq!(first.body, second.body);
    let expected = ["created", "paused", "resumed", "rewound", "ended"].map(|word| format!("log_stream.{word}"));
    assert_eq!(world.actions().await, expected);
}

#[tokio::test]
async fn an_ended_stream_has_no_secrets_and_does_nothing_more() {
    let world = World::new().await;
    let stream = create(&world, &collector()).await;
    end(&world, &stream).await;

    let left = "SELECT count(*) FROM log_streams WHERE organization_id = $1 \
        AND num_nonnulls(key_id, secret_sealed, token_sealed) > 0";
    assert_eq!(world.own_rows(left).await[0].get::<_, i64>(0), 0);
    for (route, body) in [(PAUSE, None), (RESUME, None), (REWIND, Some(json!({ "seq": 0 })))] {
        assert_eq!(change(&world, &stream, route, body).await.problem(), "409 conflict :ended", "{route}");
    }
}

#[tokio::test]
async fn an_organization_has_three_streams_at_a_time_however_many_ask_at_once() {
    let world = World::new().await;
    let event = || write(&world, "POST", STREAMS, &[]).json(&bucket());
    let (one, two, three, four, five) = (event(), event(), event(), event(), event());
    let (one, two, three, four, five) = tokio::join!(ask(&one), ask(&two), ask(&three), ask(&four), ask(&five));

    let answers = [one, two, three, four, five];
    let made: Vec<&Answer> = answers.iter().filter(|answer| answer.status == 201).collect();
    assert!(answers.iter().all(|answer| matches!(answer.status, 201 | 409 | 503)), "{answers:?}");
    assert!(made.len() <= 3 && world.count("log_streams").await <= 3);
    let mut last = made[0].body.clone();
    for _ in made.len()..3 {
        last = create(&world, &bucket()).await;
    }
    assert_eq!(ask(&event()).await.problem(), "409 conflict :limit_reached");
    end(&world, &last).await;
    create(&world, &bucket()).await;
}

#[tokio::test]
async fn malformed_bodies_are_refused_by_place() {
    let world = World::new().await;
    let with = |mut body: Value, name: &str, value: Value| {
        body[name] = value;
        body
    };
    let without = |mut body: Value, name: &str| {
        body.as_object_mut().unwrap().remove(name);
        body
    };
    for (body, problem) in [
        (with(collector(), "kind", json!("ftp")), "/kind:unknown_value"),
        (without(collector(), "url"), "/url:missing"),
        (with(collector(), "url", json!("http://siem.example.com/")), "/url:wrong_form"),
        (with(collector(), "url", json!("https://user:pass@siem.example.com/")), "/url:wrong_form"),
        (with(collector(), "url", json!("https://127.0.0.1/")), "/url:wrong_form"),
        (with(collector(), "url", json!("https://[::ffff:a9fe:a9fe]/")), "/url:wrong_form"),
        (with(collector(), "url", json!("https://2852039166/")), "/url:wrong_form"),
        (with(collector(), "url", json!("https://siem.example.com:25/")), "/url:wrong_form"),
        (with(collector(), "authorization", json!("a\r\nhost: b")), "/authorization:wrong_form"),
        (with(collector(), "bucket", json!("example-audit")), "/bucket:of_another_kind"),
        (with(collector(), "from_seq", json!(-1)), "/from_seq:out_of_range"),
        (with(collector(), "organization_id", json!("x")), "/organization_id:unknown_field"),
        (without(bucket(), "account"), "/account:missing"),
        (with(bucket(), "account", json!("1111")), "/account:wrong_form"),
        (with(bucket(), "bucket", json!("Example.Audit")), "/bucket:wrong_form"),
        (with(bucket(), "region", json!("eu-central-1.evil.example")), "/region:wrong_form"),
        (with(bucket(), "url", json!("https://siem.example.com/")), "/url:of_another_kind"),
    ] {
        let answer = ask(&write(&world, "POST", STREAMS, &[]).json(&body)).await;
        assert_eq!(answer.problem(), format!("400 malformed {problem}"), "{body}");
    }
    let beyond = ask(&write(&world, "POST", STREAMS, &[]).json(&with(bucket(), "from_seq", json!(1)))).await;
    assert_eq!(beyond.problem(), "422 unprocessable /from_seq:beyond_the_log");
    assert_eq!(world.count("log_streams").await, 0);
}

#[tokio::test]
async fn a_stream_goes_back_and_never_forwards() {
    let world = World::new().await;
    let stream = create(&world, &bucket()).await;
    world.write_entries(5).await;
    for (seq, problem) in [
        (json!(1), "422 unprocessable /seq:beyond_what_was_acknowledged"),
        (json!(100), "422 unprocessable /seq:beyond_what_was_acknowledged"),
        (json!(-1), "400 malformed /seq:out_of_range"),
        (json!("0"), "400 malformed /seq:wrong_type"),
    ] {
        assert_eq!(change(&world, &stream, REWIND, Some(json!({ "seq": seq }))).await.problem(), problem);
    }
}

#[tokio::test]
async fn no_or_a_bad_credential_is_401_on_every_route() {
    let world = World::new().await;
    let stream = create(&world, &bucket()).await;
    for event in routes(&world, stream["stream"]["stream_id"].as_str().unwrap()) {
        refusals::without_a_credential(&world, &event, &deps(&[]).await, manage_log_streams::handle).await;
    }
}

#[tokio::test]
async fn a_credential_without_the_permission_is_403_and_recorded() {
    let world = World::new().await;
    let stream = create(&world, &bucket()).await;
    let reader = world.token_with(&["audit.read", "site.manage"]).await;
    for event in routes(&world, stream["stream"]["stream_id"].as_str().unwrap()) {
        refusals::without_the_permission(&world, &event, &reader, &deps(&[]).await, manage_log_streams::handle).await;
    }
}

#[tokio::test]
async fn a_credential_of_one_site_has_no_say_over_the_log() {
    let world = World::new().await;
    let stream = create(&world, &bucket()).await;
    let bound = world.token_with(&["webhook.manage"]).await;
    let hash = shared::authn::sha256(bound.as_bytes());
    let bind = "UPDATE credentials SET site_id = $2 WHERE organization_id = $1 AND sha256 = $3";
    world.execute(bind, &[&world.organization, &world.site, &hash.as_slice()]).await;
    for event in routes(&world, stream["stream"]["stream_id"].as_str().unwrap()) {
        assert_eq!(ask(&event.bearer(&bound)).await.problem(), "403 forbidden");
    }
    assert_eq!(list(&world).await, json!([stream["stream"]]));
}

#[tokio::test]
async fn another_organizations_stream_is_answered_like_none() {
    let (world, other) = (World::new().await, World::new().await);
    let theirs = create(&other, &collector()).await;
    let theirs = theirs["stream"]["stream_id"].as_str().unwrap();
    let absent_id = uuid::Uuid::new_v4().to_string();
    for at in 2..6 {
        let [theirs, absent, no_id] = [theirs, &absent_id, "nonsense"].map(|id| routes(&world, id).swap_remove(at));
        refusals::of_another_organization(&theirs, &absent, &no_id, &deps(&[]).await, manage_log_streams::handle).await;
    }
    assert_eq!(list(&world).await, json!([]));
    assert_eq!(other.actions().await, ["log_stream.created"]);
}

#[tokio::test]
async fn a_lost_answer_of_the_record_is_found_and_given() {
    let world = World::new().await;
    let variables = stack::variables("fn_manage_log_streams", &[]);
    let (tap, url) = Tap::before_url(variables.required("DATABASE_URL").unwrap()).await;
    let deps = deps(&[("DATABASE_URL", &url)]).await;
    let created = write(&world, "POST", STREAMS, &[]).json(&collector());
    tap.lose_one_answer_after(1);
    let created = created.send(&deps, manage_log_streams::handle).await;
    assert_eq!((created.status, &created.body["signing_secret"]), (201, &Value::Null), "{}", created.text);

    for event in routes(&world, created.body["stream"]["stream_id"].as_str().unwrap()).split_off(2) {
        let before = world.actions().await.len();
        tap.lose_one_answer_after(1);
        let answer = event.send(&deps, manage_log_streams::handle).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        assert!(world.actions().await.len() <= before + 1, "once");
    }
    assert_eq!((world.count("log_streams").await, end_state(&world).await), (1, "ended".to_owned()));
}

async fn end_state(world: &World) -> String {
    world.own_rows("SELECT state FROM log_streams WHERE organization_id = $1").await[0].get(0)
}

#[tokio::test]
async fn a_part_that_stays_away_leaves_nothing_and_a_retry_executes() {
    let variables = stack::variables("fn_manage_log_streams", &[]);
    for part in ["DATABASE_URL", "AWS_ENDPOINT_URL_KMS"] {
        let world = World::new().await;
        let (tap, url) = Tap::before_url(variables.required(part).unwrap()).await;
        let deps = deps(&[(part, &url)]).await;
        let event = write(&world, "POST", STREAMS, &[]).json(&collector());
        tap.close();

        let failed = event.send(&deps, manage_log_streams::handle).await;

        assert_eq!((failed.problem().as_str(), world.count("log_streams").await), ("503 unavailable", 0), "{part}");
        tap.open();
        assert_eq!(event.again().send(&deps, manage_log_streams::handle).await.status, 201);
    }
}
