//! Who may do what, asked of the running binaries: every role, every route of the document, every method.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use hyper::Method;
use serde_json::{Value, json};
use shared::{
    access::{KIOSK_PERMISSIONS, Permission, Role},
    authn::{
        CredentialKind, NewCredential, Realm,
        session::{OPEN_SESSION, OWN_SESSION},
    },
    id::{CredentialId, MemberId, OrganizationId, PersonId},
};

use tokio_postgres::types::ToSql;

use super::{client::Client, running::Running};

const METHODS: [Method; 6] = [Method::GET, Method::POST, Method::PUT, Method::PATCH, Method::DELETE, Method::HEAD];
/// Names that no body may set, whatever its route.
const INJECTED: [&str; 5] = ["organization_id", "role", "status", "state", "member_id"];

/// One operation of the document.
pub(super) struct Route {
    pub(super) key: String,
    method: Method,
    path: String,
    permission: Option<Permission>,
    is_of_session: bool,
    has_body: bool,
    needs_body: bool,
    body_names: Vec<String>,
}

/// The document's operations, with an id that no record has in the place of each parameter.
pub(super) fn routes() -> Vec<Route> {
    let text =
        std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/openapi.json")).expect("a document");
    let document: Value = serde_json::from_str(&text).expect("JSON");
    let absent = uuid::Uuid::new_v4().to_string();
    let mut routes = Vec::new();
    for (path, operations) in document["paths"].as_object().expect("paths") {
        for (method, operation) in operations.as_object().expect("operations") {
            let body = &operation["requestBody"]["content"]["application/json"]["schema"];
            let key = format!("{} {path}", method.to_uppercase());
            let path: Vec<_> =
                path.split('/').map(|part| if part.starts_with('{') { absent.as_str() } else { part }).collect();
            routes.push(Route {
                key,
                method: method.to_uppercase().parse().expect("a method"),
                path: path.join("/"),
                permission: operation["x-permission"]
                    .as_str()
                    .map(|word| Permission::of_word(word).expect("a permission")),
                is_of_session: operation["security"] == json!([{ "session": [] }]),
                has_body: !body.is_null(),
                needs_body: operation["requestBody"]["required"] == json!(true),
                body_names: names(&document, body),
            });
        }
    }
    routes
}

/// Every name that a schema knows at its top.
fn names(document: &Value, schema: &Value) -> Vec<String> {
    let schema = match schema["$ref"].as_str() {
        Some(reference) => document.pointer(&reference[1..]).expect("a schema"),
        None => schema,
    };
    let own = schema["properties"].as_object().into_iter().flatten().map(|(name, _)| name.clone());
    let parts = ["oneOf", "anyOf", "allOf"].into_iter().filter_map(|key| schema[key].as_array()).flatten();
    own.chain(parts.flat_map(|part| names(document, part))).collect()
}

/// A session of a new member of this role, or one whose second factor is missing.
async fn session(database: &tokio_postgres::Client, organization: &str, role: Role, is_whole: bool) -> String {
    let organization: OrganizationId = organization.parse().expect("an id");
    let now = shared::clock::Clock::System { offset_s: 0 }.now();
    let (member, person, id) = (MemberId::new(now), PersonId::new(now), CredentialId::new(now));
    let new = NewCredential::generate(CredentialKind::Session, Realm::Test, organization).expect("a credential");
    let mut reach: Vec<&str> = role.permissions().map(Permission::word).chain([OPEN_SESSION, OWN_SESSION]).collect();
    if !is_whole {
        reach = vec![OPEN_SESSION];
    }
    let people = "INSERT INTO people (organization_id, person_id, kind, key_id, created_at)
        SELECT $1, $2, 'member', key_id, now() FROM tenant_keys WHERE organization_id = $1";
    let members = "INSERT INTO members (organization_id, member_id, person_id, email, name, role, state, created_at)
        VALUES ($1, $2, $3, $4, 'Member of the matrix', $5, 'active', now())";
    let credentials =
        "INSERT INTO credentials (organization_id, credential_id, kind, sha256, name, permissions, expires_at,
          created_at, last_used_at, member_id, assurance)
        VALUES ($1, $2, 'session', $3, 'matrix', $4, now() + interval '1 hour', now(), now(), $5, 'second_factor')";
    enter(database, people, &[&organization, &person]).await;
    let email = format!("{member}@example.com");
    enter(database, members, &[&organization, &member, &person, &email, &role.word()]).await;
    let hash = new.sha256.to_vec();
    enter(database, credentials, &[&organization, &id, &hash, &reach, &member]).await;
    new.text.expose_secret().clone()
}

/// Enters or changes one row, as superuser.
async fn enter(database: &tokio_postgres::Client, sql: &str, parameters: &[&(dyn ToSql + Sync)]) {
    let statement = database.prepare(sql).await.expect("a statement");
    let entered = database.execute_raw(&statement, parameters.iter().copied()).await;
    assert_eq!(entered.expect("it is taken"), 1);
}

/// What each route takes, from the sample events.
#[derive(Default)]
pub(super) struct Sample {
    query: String,
    pub(super) body: Option<Value>,
}

/// By name, the first of a route counts: one that every kind of caller may send.
pub(super) fn samples() -> BTreeMap<String, Sample> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../events");
    let list = |folder: &Path| std::fs::read_dir(folder).expect("a folder").map(|file| file.expect("a file").path());
    let below = |folder: PathBuf| list(&folder).collect::<Vec<_>>();
    let mut files: Vec<_> = list(Path::new(folder)).flat_map(below).flat_map(below).collect();
    files.sort();
    let mut samples: BTreeMap<String, Sample> = BTreeMap::new();
    for path in files {
        let event: Value = serde_json::from_str(&std::fs::read_to_string(&path).expect("a text")).expect("JSON");
        let name = path.file_name().expect("a name").to_string_lossy().into_owned();
        let Some(route) = event["routeKey"].as_str() else { continue };
        if name.contains("malformed") || name.contains("refused") {
            continue;
        }
        let sample = samples.entry(route.to_owned()).or_default();
        let body = event["body"].as_str().and_then(|body| serde_json::from_str::<Value>(body).ok());
        sample.body = sample.body.take().or(body);
        if sample.query.is_empty() {
            event["rawQueryString"].as_str().unwrap_or_default().clone_into(&mut sample.query);
        }
    }
    samples
}

/// Asks every route that has a permission, and names those whose answer is not what the table says.
async fn judge(client: &Client, routes: &[Route], who: &str, may: impl Fn(Permission) -> bool) -> Vec<String> {
    let (samples, mut wrong) = (samples(), Vec::new());
    for (route, permission) in routes.iter().filter_map(|route| Some((route, route.permission?))) {
        let sample = samples.get(&route.key);
        let body = sample.and_then(|sample| sample.body.as_ref());
        if route.needs_body && body.is_none() {
            wrong.push(format!("{}: no sample event has a body", route.key));
            continue;
        }
        let query = sample.map(|sample| sample.query.as_str()).filter(|query| !query.is_empty());
        let path = query.map_or_else(|| route.path.clone(), |query| format!("{}?{query}", route.path));
        let status = client.ask(route.method.clone(), &path, body).await.status;
        // A caller with the permission is told that no record has the id, and one without it only that they lack it.
        let is_right = if may(permission) { !matches!(status, 401 | 403 | 405 | 429 | 500..) } else { status == 403 };
        if !is_right {
            wrong.push(format!("{who}: {} is {status}", route.key));
        }
    }
    wrong
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_role_does_what_the_table_says_and_nothing_else() {
    let running = Running::shared().await;
    let (database, routes) = (running.database().await, routes());
    let organization = running.told(0, "organization_id");
    let mut wrong = Vec::new();
    for role in Role::ALL {
        let session = session(&database, &organization, *role, true).await;
        let client = running.in_session(&session);
        wrong.extend(judge(&client, &routes, role.word(), |permission| role.allows(permission)).await);
    }
    let kiosk = Client::new(running.demo["base_url"].as_str().expect("a URL"), &running.told(0, "kiosk_token"));
    wrong.extend(judge(&kiosk, &routes, "kiosk", |permission| KIOSK_PERMISSIONS.contains(&permission)).await);
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_session_whose_second_factor_is_missing_opens_nothing_that_asks_for_a_permission() {
    let running = Running::shared().await;
    let (database, routes) = (running.database().await, routes());
    let session = session(&database, &running.told(0, "organization_id"), Role::Owner, false).await;
    let client = running.in_session(&session);
    let wrong = judge(&client, &routes, "an owner without a second factor", |_| false).await;
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(routes.iter().filter(|route| route.is_of_session).count() >= 10);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_credential_of_one_site_does_nothing_that_reaches_the_whole_organization() {
    let running = Running::shared().await;
    let (database, mut routes) = (running.database().await, routes());
    routes.retain(|route| route.permission.is_some_and(|permission| !permission.is_of_one_site()));
    // Of the second organization: tests that share this stack use the token of the first.
    let (organization, site) = (running.told(1, "organization_id"), running.told(1, "site_id"));
    let bind =
        "UPDATE credentials SET site_id = $2::text::uuid WHERE organization_id = $1::text::uuid AND kind = 'api_token'";
    enter(&database, bind, &[&organization, &site]).await;

    let wrong = judge(&running.owner(1), &routes, "a token of one site", |_| false).await;

    assert!(routes.len() > 20 && wrong.is_empty(), "{}", wrong.join("\n"));
}

/// What an owner among the operator's staff opens as an owner of the first organization, which lets them to everything
/// that it can.
async fn impersonation(running: &Running, database: &tokio_postgres::Client) -> String {
    let operator = running.demo["staff"]["organization_id"].as_str().expect("an id");
    let session = session(database, operator, Role::Owner, true).await;
    let appoint = "INSERT INTO staff SELECT member_id, organization_id, 1, now(), NULL FROM members
        WHERE organization_id = $1::text::uuid AND name = 'Member of the matrix'";
    enter(database, appoint, &[&operator]).await;
    let (staff, slug) = (running.in_session(&session), running.told(0, "slug"));
    let asked = json!({ "slug": slug, "role": "owner", "reason": "Every route is asked what staff may do" });
    let asked = staff.ask(Method::POST, "/v1/mission-control/impersonations", Some(&asked)).await;
    let id = asked.body["impersonation_id"].as_str().expect("an id");
    let restricted = Some(json!({ "restricted": true }));
    let approve = format!("/v1/impersonations/{id}/approve");
    assert_eq!(running.owner(0).ask(Method::POST, &approve, restricted.as_ref()).await.status, 200);
    let hand_off = format!("/v1/mission-control/impersonations/{id}/hand-off");
    let token = staff.ask(Method::POST, &hand_off, Some(&json!({ "slug": slug }))).await.body["token"].clone();
    let begun = staff.ask(Method::POST, "/v1/session/impersonation", Some(&json!({ "token": token }))).await;
    let cookie = begun.headers["set-cookie"].to_str().expect("text");
    cookie.split(['=', ';']).nth(1).expect("a session").to_owned()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn staff_do_what_is_open_to_staff_and_nothing_else() {
    let running = Running::shared().await;
    let (database, routes) = (running.database().await, routes());
    let client = running.in_session(&impersonation(&running, &database).await);

    let mut wrong = judge(&client, &routes, "staff", Permission::is_open_to_staff).await;

    // No second factor, password or session of a member, and no further customer.
    let samples = samples();
    for route in routes.iter().filter(|route| route.is_of_session && route.path != "/v1/session") {
        let body = samples.get(&route.key).and_then(|sample| sample.body.as_ref());
        let status = client.ask(route.method.clone(), &route.path, body).await.status;
        if status != 403 {
            wrong.push(format!("staff: {} is {status}", route.key));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    // The positive control: it was open all the time.
    let own = client.get("/v1/session").await;
    assert_eq!((own.status, &own.body["banner"]["role"]), (200, &json!("owner")));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_body_sets_what_only_the_server_says() {
    let running = Running::shared().await;
    let (database, routes) = (running.database().await, routes());
    let session = session(&database, &running.told(0, "organization_id"), Role::Owner, true).await;
    let (api, browser) = (running.owner(0), running.in_session(&session));
    let mut asked = 0;
    for route in routes.iter().filter(|route| route.has_body) {
        let client = if route.is_of_session { &browser } else { &api };
        for name in INJECTED.iter().filter(|name| !route.body_names.iter().any(|known| known == *name)) {
            let answer = client.ask(route.method.clone(), &route.path, Some(&json!({ *name: "owner" }))).await;
            let errors = answer.body["errors"].as_array().cloned().unwrap_or_default();
            let is_named = errors.iter().any(|error| error["pointer"] == json!(format!("/{name}")));
            assert!(answer.status == 400 && is_named, "{} {} {name}: {}", route.method, route.path, answer.body);
            asked += 1;
        }
    }
    assert!(asked > 100, "{asked}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_other_method_is_405_and_says_which_there_are() {
    let running = Running::shared().await;
    let client = running.owner(0);
    let mut by_path: BTreeMap<String, Vec<Method>> = BTreeMap::new();
    for route in routes() {
        by_path.entry(route.path).or_default().push(route.method);
    }
    for (path, known) in by_path {
        let is_known = |method: &Method| known.contains(if method == Method::HEAD { &Method::GET } else { method });
        for method in METHODS.iter().filter(|method| !is_known(method)) {
            let answer = client.ask(method.clone(), &path, None).await;
            assert_eq!(answer.status, 405, "{method} {path}");
            let allow = answer.headers["allow"].to_str().expect("text");
            assert!(known.iter().all(|method| allow.contains(method.as_str())), "{path}: {allow}");
        }
    }
}
