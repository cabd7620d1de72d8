//! `manage-sites` promises: what a site is made of, kept with its history, and only for the caller's tenant.

mod failures;
mod hosts;
mod notices;
mod refusals;
mod sites;
mod visit_types;

use serde_json::{Value, json};

use crate::harness::{Event, World, event::Answer, stack};

async fn deps(changes: &[(&str, &str)]) -> manage_sites::Deps {
    let variables = stack::variables("fn_manage_sites", changes);
    stack::connect::<manage_sites::Deps>(&variables).await
}

async fn send(event: &Event) -> Answer {
    event.send(&deps(&[]).await, manage_sites::handle).await
}

/// A change with an Idempotency-Key of its own.
fn write(world: &World, method: &'static str, route: &'static str, parameters: &[&str], body: &Value) -> Event {
    let key = uuid::Uuid::new_v4().to_string();
    Event::new(method, route, parameters).bearer(&world.token).idempotent(&key).json(body)
}

async fn post(world: &World, route: &'static str, body: &Value) -> Answer {
    send(&write(world, "POST", route, &[], body)).await
}

async fn get(world: &World, route: &'static str, parameters: &[&str], query: &str) -> Answer {
    send(&Event::new("GET", route, parameters).bearer(&world.token).query(query)).await
}

fn text(value: &Value) -> &str {
    value.as_str().expect("a text")
}

fn site() -> Value {
    json!({ "name": "Hall 1", "time_zone": "Europe/Berlin", "locale": "de", "requires_nda": true })
}

fn host() -> Value {
    json!({ "name": "Hanna Host", "email": "hanna@example.com", "phone": "+49 30 5678", "locale": "de-CH" })
}

fn visit_type(world: &World) -> Value {
    let schema = json!({ "type": "object", "required": ["boots"], "properties": { "boots": { "type": "boolean" } } });
    json!({ "site_id": world.site, "name": "Contractor", "applies_to": "visitor", "answers_schema": schema })
}

fn notice() -> Value {
    json!({ "kind": "nda", "locale": "de", "title": "Verschwiegenheit", "text": "Was Sie sehen,\nbleibt hier.\n" })
}

/// Every route that changes something, with a body that it takes.
fn writes(world: &World) -> Vec<Event> {
    let (site_id, nda) = (world.site.to_string(), world.nda.to_string());
    vec![
        write(world, "POST", "/v1/sites", &[], &site()),
        write(world, "PATCH", "/v1/sites/{site_id}", &[&site_id], &json!({ "name": "Hall 2" })),
        write(world, "POST", "/v1/hosts", &[], &host()),
        write(world, "POST", "/v1/visit-types", &[], &visit_type(world)),
        write(world, "POST", "/v1/notices", &[], &notice()),
        write(world, "POST", "/v1/notices/{version_id}/retire", &[&nda], &json!({})),
    ]
}

/// Every route that reads.
fn reads(world: &World) -> Vec<Event> {
    let nda = world.nda.to_string();
    [
        Event::new("GET", "/v1/sites", &[]),
        Event::new("GET", "/v1/hosts", &[]),
        Event::new("GET", "/v1/visit-types", &[]),
        Event::new("GET", "/v1/notices", &[]),
        Event::new("GET", "/v1/notices/{version_id}", &[&nda]),
    ]
    .map(|event| event.bearer(&world.token))
    .into()
}
