//! What is in the making while something is taken from a member does not outlive it.

use super::*;

/// True where every credential of this name has ended.
async fn has_ended(world: &World, name: &str) -> bool {
    let sql =
        "SELECT count(*), bool_and(revoked_at IS NOT NULL) FROM credentials WHERE organization_id = $1 AND name = $2";
    let row = &world.rows(sql, &[&world.organization, &name]).await[0];
    assert_eq!(row.get::<_, i64>(0), 1, "{name}");
    row.get(1)
}

/// A session of a member's that is being started, as `sign-in` does; its second factor is still missing.
fn starting(member: MemberId, role: Role) -> String {
    format!(
        "SELECT app.start_session('{member}', '{role}', NULL, gen_random_uuid(), sha256('{member} session'),
           'In the making', '{{session.open}}', 'password', '203.0.113.9', now() + interval '1 hour', now())"
    )
}

#[tokio::test]
async fn a_session_that_is_being_started_ends_with_its_members_deactivation() {
    let world = World::posting_by_hand().await;
    let member = world.member(Role::Host).await;
    choose_password(&world, member).await;
    let unfinished = Unfinished::begin(&world, &starting(member, Role::Host)).await;
    let event = to(&world, member, DEACTIVATE);

    let (answer, ()) = tokio::join!(ask(&event), unfinished.commit_when_awaited_by(&world, 1));

    assert_eq!(answer.status, 200, "{}", answer.text);
    assert!(has_ended(&world, "In the making").await);
}

#[tokio::test]
async fn a_session_that_is_being_started_ends_with_its_members_role() {
    let world = World::posting_by_hand().await;
    let member = world.member(Role::Host).await;
    choose_password(&world, member).await;
    let unfinished = Unfinished::begin(&world, &starting(member, Role::Host)).await;
    let event = giving(&world.token, member, Role::Auditor);

    let (answer, ()) = tokio::join!(ask(&event), unfinished.commit_when_awaited_by(&world, 1));

    assert_eq!(answer.status, 200, "{}", answer.text);
    assert!(has_ended(&world, "In the making").await);
}

#[tokio::test]
async fn a_session_that_is_being_started_without_a_second_factor_ends_when_one_is_demanded() {
    let world = World::posting_by_hand().await;
    let member = world.member(Role::Host).await;
    choose_password(&world, member).await;
    let unfinished = Unfinished::begin(&world, &starting(member, Role::Host)).await;
    let event = requiring(&world, true);

    let (answer, ()) = tokio::join!(ask(&event), unfinished.commit_when_awaited_by(&world, 1));

    assert_eq!(answer.status, 200, "{}", answer.text);
    assert!(has_ended(&world, "In the making").await);
}

#[tokio::test]
async fn a_token_that_is_being_made_ends_with_its_members_deactivation() {
    let world = World::posting_by_hand().await;
    let member = world.member(Role::Admin).await;
    let maker = world.token_of(member, &["token.manage", "visit.read"]).await;
    let hash = sha256(maker.as_bytes());
    let id = "SELECT credential_id::text FROM credentials WHERE organization_id = $1 AND sha256 = $2";
    let maker: String = world.rows(id, &[&world.organization, &hash.as_slice()]).await[0].get(0);
    let making = format!(
        "SELECT app.add_api_token('{maker}', gen_random_uuid(), sha256('{maker} token'), 'In the making',
           '{{visit.read}}', NULL, now() + interval '1 minute', now())"
    );
    let unfinished = Unfinished::begin(&world, &making).await;
    let event = to(&world, member, DEACTIVATE);

    let (answer, ()) = tokio::join!(ask(&event), unfinished.commit_when_awaited_by(&world, 1));

    assert_eq!(answer.status, 200, "{}", answer.text);
    assert!(has_ended(&world, "In the making").await);
}
