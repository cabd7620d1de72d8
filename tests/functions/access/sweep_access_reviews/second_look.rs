//! A week later.

use shared::authn::CredentialKind;

use super::*;

/// A world whose review is closed, and when that was; a member and a token that it revoked.
async fn closed() -> (World, Timestamp, MemberId, String) {
    let world = World::new().await;
    world.member(Role::Owner).await;
    let member = world.member(Role::Host).await;
    let (token, opened) = (world.token_with(&[]).await, days(now(), -40));
    world.paired_kiosk("Main entrance").await;
    world.impersonation(opened).await;
    open(&world, opened).await;
    sweep(&world, days(opened, 30)).await;
    (world, days(opened, 30), member, token)
}

#[tokio::test]
async fn a_week_after_the_closing_the_log_says_that_everything_is_gone() {
    let (world, closed, ..) = closed().await;

    sweep(&world, days(closed, 7).plus_seconds(-1)).await;
    let early = entries(&world, "access_review.checked").await.len();
    sweep(&world, days(closed, 7)).await;
    sweep(&world, days(closed, 8)).await;

    let checked = entries(&world, "access_review.checked").await;
    assert_eq!((early, checked.len()), (0, 1));
    // The world's own token, the other, the kiosk, the host and the impersonation.
    let said = json!({ "revoked": 5, "gone": 5, "came_back": 0, "came_back_ids": [] });
    assert_eq!(checked[0]["diff"]["added"], said);
    let noted = "SELECT came_back FROM access_reviews WHERE organization_id = $1 AND checked_at IS NOT NULL";
    assert_eq!(number(&world, noted).await, 0);
}

#[tokio::test]
async fn whatever_came_back_is_named() {
    for (what, change) in [
        ("member", "UPDATE members SET state = 'active' WHERE organization_id = $1 AND state = 'deactivated'"),
        (
            "api_token",
            "UPDATE credentials SET revoked_at = NULL WHERE organization_id = $1 AND credential_id IN (
            SELECT subject_id FROM access_review_items WHERE subject_kind = 'api_token' AND number = 1)",
        ),
        ("kiosk", "UPDATE kiosks SET revoked_at = NULL WHERE organization_id = $1"),
        (
            "kiosk",
            "UPDATE credentials SET revoked_at = NULL WHERE organization_id = $1 AND credential_id IN (
            SELECT credential_id FROM kiosks)",
        ),
        (
            "impersonation",
            "UPDATE credentials SET revoked_at = NULL, expires_at = now() + interval '1 day'
            WHERE organization_id = $1 AND kind = 'impersonation'",
        ),
    ] {
        let (world, closed, ..) = closed().await;
        assert_eq!(world.execute(change, &[&world.organization]).await, 1, "{change}");

        sweep(&world, days(closed, 7)).await;

        let checked = &entries(&world, "access_review.checked").await[0]["diff"]["added"];
        let kind = "SELECT subject_kind FROM access_review_items WHERE organization_id = $1 AND subject_id = $2";
        let id: uuid::Uuid = checked["came_back_ids"][0].as_str().expect("an id").parse().expect("an id");
        let kind: String = world.rows(kind, &[&world.organization, &id]).await[0].get(0);
        assert_eq!((&checked["came_back"], &checked["gone"], kind.as_str()), (&json!(1), &json!(4), what), "{change}");
    }
}

#[tokio::test]
async fn a_member_with_any_live_credential_came_back() {
    let (world, closed, member, _) = closed().await;
    world.link_of(member, CredentialKind::PasswordReset).await;

    sweep(&world, days(closed, 7)).await;

    let checked = &entries(&world, "access_review.checked").await[0]["diff"]["added"];
    assert_eq!((&checked["came_back"], &checked["came_back_ids"]), (&json!(1), &json!([member])));
}
