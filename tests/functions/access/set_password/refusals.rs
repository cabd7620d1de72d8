//! What cannot be read is refused before anything is looked up, and the role can read nothing itself.

use super::*;

#[tokio::test]
async fn malformed_bodies_are_refused_by_place() {
    let world = World::posting_by_hand().await;
    let (_, link) = invited(&world, Role::FrontDesk).await;
    let (accept, wish) = (accepting(&link, PASSWORD), wishing(&world.slug, "ada@example.com"));
    let complete = completing(&link, PASSWORD);
    let change = changing(&world.token, PASSWORD, ANOTHER).bearer(&world.token);
    let cut = &link[..link.len() - 1];
    for (event, body, problem) in [
        (&accept, json!({ "password": PASSWORD }), "/invitation:missing"),
        (&accept, json!({ "invitation": cut, "password": PASSWORD }), "/invitation:wrong_form"),
        (&accept, json!({ "invitation": "", "password": PASSWORD }), "/invitation:wrong_form"),
        (&accept, json!({ "invitation": 1, "password": PASSWORD }), "/invitation:wrong_type"),
        (&accept, json!({ "invitation": link }), "/password:missing"),
        (&accept, json!({ "invitation": link, "password": null }), "/password:wrong_type"),
        (&accept, json!({ "invitation": link, "password": "é".repeat(257) }), "/password:too_long"),
        (&accept, json!({ "invitation": link, "password": "correct\u{0}horse battery" }), "/password:nul"),
        (&accept, json!({ "invitation": link, "password": PASSWORD, "role": "owner" }), "/role:unknown_field"),
        (&accept, json!({ "invitation": link, "password": PASSWORD, "state": "active" }), "/state:unknown_field"),
        (&accept, json!({ "reset": link, "password": PASSWORD }), "/reset:unknown_field /invitation:missing"),
        (&complete, json!({ "invitation": link, "password": PASSWORD }), "/invitation:unknown_field /reset:missing"),
        (&complete, json!({ "reset": cut, "password": PASSWORD }), "/reset:wrong_form"),
        (
            &complete,
            json!({ "reset": link, "password": PASSWORD, "member_id": world.site }),
            "/member_id:unknown_field",
        ),
        (&wish, json!({ "slug": "North Gate", "email": "ada@example.com" }), "/slug:wrong_form"),
        (&wish, json!({ "slug": world.slug, "email": "unknown" }), "/email:wrong_form"),
        (&wish, json!({ "slug": world.slug, "email": "a@b.c\r\nbcc: d@e.f" }), "/email:control_character"),
        (
            &wish,
            json!({ "slug": world.slug, "email": "a@b.c", "organization_id": world.organization }),
            "/organization_id:unknown_field",
        ),
        (&change, json!({ "current": PASSWORD }), "/new:missing"),
        (&change, json!({ "current": "x".repeat(257), "new": ANOTHER }), "/current:too_long"),
        (&change, json!({ "current": PASSWORD, "new": ANOTHER, "member_id": world.site }), "/member_id:unknown_field"),
    ] {
        let answer = ask(&event.clone().json(&body)).await;
        assert_eq!(answer.problem(), format!("400 malformed {problem}"));
        assert!(!answer.text.contains(PASSWORD) && !answer.text.contains(cut));
    }
    for event in [&accept, &complete, &wish, &change] {
        assert_eq!(ask(&event.clone().text("{")).await.problem(), "400 malformed :not_json");
        let plain = event.clone().header("content-type", "text/plain");
        assert_eq!(ask(&plain).await.problem(), "415 unsupported_media_type");
    }
    assert!(is_open(&world, &link).await && world.actions().await.is_empty());
}

#[tokio::test]
async fn the_role_reads_neither_links_nor_hashes() {
    let client = postgres::as_role("fn_set_password").await;
    for table in [
        "credentials",
        "members",
        "member_proofs",
        "recovery_codes",
        "guesses",
        "known_sources",
        "mails",
        "organizations",
        "directory",
        "refused_sources",
        "audit_log",
    ] {
        for statement in [format!("SELECT FROM {table}"), format!("DELETE FROM {table}")] {
            let refused = client.batch_execute(&statement).await.expect_err("no right");
            assert_eq!(refused.code().map(tokio_postgres::error::SqlState::code), Some("42501"), "{statement}");
        }
    }
}
