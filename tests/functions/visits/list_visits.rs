//! `list-visits` promises: the caller's own visits, page by page, the newest first, and who is on site at one moment.

use serde_json::{Value, json};

use crate::harness::{Event, World, arrivals, event::Answer, refusals, stack, tap::Tap};

async fn deps(changes: &[(&str, &str)]) -> list_visits::Deps {
    let variables = stack::variables("fn_list_visits", changes);
    stack::connect::<list_visits::Deps>(&variables).await
}

fn visits(world: &World, query: &str) -> Event {
    Event::new("GET", "/v1/visits", &[]).bearer(&world.token).query(query)
}

fn on_site(world: &World, site: &str, query: &str) -> Event {
    Event::new("GET", "/v1/sites/{site_id}/on-site", &[site]).bearer(&world.token).query(query)
}

async fn send(event: &Event) -> Answer {
    event.send(&deps(&[]).await, list_visits::handle).await
}

fn ids(answer: &Answer) -> Vec<String> {
    assert_eq!(answer.status, 200, "{}", answer.text);
    let items = answer.body["items"].as_array().unwrap();
    items.iter().map(|item| item["visit_id"].as_str().unwrap().to_owned()).collect()
}

/// Some visits, the newest first: a driver elsewhere, a visitor of the host, a driver who left, a driver.
async fn four_visits(world: &World) -> Vec<String> {
    let elsewhere = world.another_site().await;
    let (driver, visitor) = (arrivals::driver(world), arrivals::visitor(world));
    let mut away = driver.clone();
    away["site_id"] = json!(elsewhere);
    let mut visits = Vec::new();
    for body in [&driver, &driver, &visitor, &away] {
        visits.insert(0, arrivals::visit_of(world, body).await);
    }
    let left = "UPDATE visits SET state = 'left', checked_out_at = now() WHERE visit_id = $1::text::uuid";
    world.execute(left, &[&visits[2]]).await;
    visits
}

#[tokio::test]
async fn filters_choose_and_the_newest_comes_first() {
    let world = World::new().await;
    let all = four_visits(&world).await;
    let begun = "SELECT to_char(checked_in_at AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"') FROM visits WHERE visit_id = $1::text::uuid";
    let second: String = world.rows(begun, &[&all[1]]).await[0].get(0);

    let expected = [
        (String::new(), vec![0, 1, 2, 3]),
        (format!("site_id={}", world.site), vec![1, 2, 3]),
        ("state=left".to_owned(), vec![2]),
        ("state=on_site&type=driver".to_owned(), vec![0, 3]),
        ("type=visitor".to_owned(), vec![1]),
        (format!("host_id={}", world.host), vec![1]),
        (format!("checked_in_from={second}"), vec![0, 1]),
        (format!("checked_in_to={second}"), vec![2, 3]),
        (format!("checked_in_from={second}&checked_in_to={second}"), vec![]),
        ("state=expected".to_owned(), vec![]),
    ];

    for (query, places) in expected {
        let wanted: Vec<String> = places.into_iter().map(|place: usize| all[place].clone()).collect();
        assert_eq!(ids(&send(&visits(&world, &query)).await), wanted, "{query}");
    }
}

#[tokio::test]
async fn shows_what_was_said_and_nothing_that_is_sealed() {
    let world = World::new().await;
    arrivals::visit_of(&world, &arrivals::visitor(&world)).await;
    arrivals::visit_of(&world, &arrivals::driver(&world)).await;

    let answer = send(&visits(&world, "")).await;

    let (driver, visitor) = (&answer.body["items"][0], &answer.body["items"][1]);
    assert_eq!((&driver["type"], &driver["carrier"]), (&json!("driver"), &json!("Sample Haulage")));
    assert_eq!(visitor["name"], "Vera Visitor");
    assert_eq!(visitor["host"], json!({ "host_id": world.host, "name": "Host of the test" }));
    assert_eq!((&visitor["state"], &visitor["badge_number"]), (&json!("on_site"), &json!(1)));
    assert!(!answer.text.contains("B072") && !answer.text.contains("sealed"), "{}", answer.text);
}

#[tokio::test]
async fn pages_follow_each_other_without_a_gap() {
    let world = World::new().await;
    let all = four_visits(&world).await;

    let first = send(&visits(&world, "limit=3")).await;
    let cursor = first.body["next_cursor"].as_str().unwrap();
    let second = send(&visits(&world, &format!("limit=3&cursor={cursor}"))).await;

    assert_eq!([ids(&first), ids(&second)].concat(), all);
    assert_eq!(second.body["next_cursor"], Value::Null);
}

#[tokio::test]
async fn counts_and_shows_who_is_on_site() {
    let world = World::new().await;
    let all = four_visits(&world).await;
    let site = world.site.to_string();

    let first = send(&on_site(&world, &site, "limit=1")).await;
    let cursor = first.body["next_cursor"].as_str().unwrap();
    let second = send(&on_site(&world, &site, &format!("limit=1&cursor={cursor}"))).await;
    let empty = send(&on_site(&world, &world.another_site().await.to_string(), "")).await;

    assert_eq!((ids(&first), ids(&second)), (vec![all[1].clone()], vec![all[3].clone()]));
    assert_eq!((&first.body["count"], &second.body["count"]), (&json!(2), &json!(2)));
    assert_eq!((&first.body["site_id"], &second.body["next_cursor"]), (&json!(site), &Value::Null));
    assert_eq!((&empty.body["count"], &empty.body["items"]), (&json!(0), &json!([])));
}

#[tokio::test]
async fn malformed_parameters_are_refused_by_name() {
    let world = World::new().await;

    for (query, problem) in [
        ("limit=0", "400 malformed ?limit:wrong_value"),
        ("limit=201", "400 malformed ?limit:wrong_value"),
        ("cursor=zzz", "400 malformed ?cursor:wrong_value"),
        ("state=gone", "400 malformed ?state:wrong_value"),
        ("type=guest", "400 malformed ?type:wrong_value"),
        ("site_id=here", "400 malformed ?site_id:wrong_value"),
        ("checked_in_from=today", "400 malformed ?checked_in_from:wrong_value"),
        ("state=left&state=left", "400 malformed ?state:repeated"),
        ("order=asc", "400 malformed ?order:unknown_parameter"),
    ] {
        assert_eq!(send(&visits(&world, query)).await.problem(), problem);
    }
    let wrong = on_site(&world, &world.site.to_string(), "state=left");
    assert_eq!(send(&wrong).await.problem(), "400 malformed ?state:unknown_parameter");
}

#[tokio::test]
async fn who_may_not_is_refused() {
    let world = World::new().await;
    let deps = deps(&[]).await;

    for event in [visits(&world, ""), on_site(&world, &world.site.to_string(), "")] {
        refusals::without_a_credential(&world, &event, &deps, list_visits::handle).await;
        refusals::without_the_permission(&world, &event, &world.kiosk, &deps, list_visits::handle).await;
    }
}

#[tokio::test]
async fn another_organizations_ids_find_nothing() {
    let (world, other) = (World::new().await, World::new().await);
    arrivals::visit_of(&other, &arrivals::visitor(&other)).await;
    let (site, absent_id) = (other.site.to_string(), uuid::Uuid::new_v4().to_string());

    let ask = |site: &str| on_site(&world, site, "");
    let (theirs, absent, no_id) = (ask(&site), ask(&absent_id), ask("nonsense"));
    refusals::of_another_organization(&theirs, &absent, &no_id, &deps(&[]).await, list_visits::handle).await;

    for query in
        [String::new(), format!("site_id={site}"), format!("host_id={}", other.host), format!("site_id={absent_id}")]
    {
        assert_eq!(ids(&send(&visits(&world, &query)).await), [""; 0], "{query}");
    }
}

#[tokio::test]
async fn a_lost_answer_is_asked_again_and_a_database_that_stays_away_is_503() {
    let world = World::new().await;
    let visit = arrivals::visit_of(&world, &arrivals::driver(&world)).await;
    let variables = stack::variables("fn_list_visits", &[]);
    let (tap, url) = Tap::before_url(variables.required("DATABASE_URL").unwrap()).await;
    let deps = deps(&[("DATABASE_URL", &url)]).await;

    tap.lose_one_answer_after(0);
    let found = visits(&world, "").send(&deps, list_visits::handle).await;
    tap.close();
    let failed = visits(&world, "").send(&deps, list_visits::handle).await;

    assert_eq!(ids(&found), [visit]);
    assert_eq!((failed.problem().as_str(), failed.headers["retry-after"].as_str()), ("503 unavailable", "1"));
}
