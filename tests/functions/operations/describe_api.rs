//! `describe-api` promises: the document as it is committed and the table as the code has it, for anybody.

use serde_json::{Value, json};
use shared::access::{Permission, Role};

use crate::harness::{Event, event::Answer};

async fn send(route: &'static str) -> Answer {
    Event::new("GET", route, &[]).send(&(), describe_api::handle).await
}

#[tokio::test]
async fn gives_the_document_that_is_committed() {
    let answer = send("/v1/openapi.json").await;

    assert_eq!((answer.status, answer.headers["content-type"].as_str()), (200, "application/json"));
    assert_eq!(answer.text, describe_api::DOCUMENT);
    assert_eq!(answer.body["openapi"], "3.1.0");
}

#[tokio::test]
async fn gives_every_role_with_what_it_may_do() {
    let answer = send("/v1/roles").await;

    assert_eq!(answer.status, 200);
    let rows = answer.body["items"].as_array().unwrap();
    let roles: Vec<&str> = rows.iter().map(|row| row["role"].as_str().unwrap()).collect();
    assert_eq!(roles, ["owner", "admin", "security", "front_desk", "host", "auditor", "billing", "kiosk_manager"]);
    for (row, role) in rows.iter().zip(Role::ALL) {
        let allowed: Vec<Value> = role.permissions().map(|permission| json!(permission)).collect();
        assert_eq!(row["permissions"], Value::Array(allowed));
    }
    assert_eq!(answer.body["kiosk_permissions"], json!([Permission::VisitCheckIn, Permission::VisitCheckOut]));
}

#[tokio::test]
async fn answers_no_other_route() {
    assert_eq!(send("/v1/visits").await.problem(), "404 not_found");
}
