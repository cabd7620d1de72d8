//! A member cannot give a role, or change a member, that may do more than they.

use shared::access::Permission;

use super::*;

/// What a credential of this role could do if it might also manage members.
fn held(role: Role) -> Vec<&'static str> {
    let mut held: Vec<_> = role.permissions().map(Permission::word).collect();
    if !held.contains(&"member.manage") {
        held.push("member.manage");
    }
    held
}

#[tokio::test]
async fn each_role_invites_into_the_roles_within_it_and_no_other() {
    let (world, deps) = (World::posting_by_hand().await, deps(&[]).await);
    let mut refused = 0;
    for caller in Role::ALL {
        let held = held(*caller);
        let token = world.token_with(&held).await;
        for role in Role::ALL {
            let body = json!({ "email": format!("{caller}-{role}@north-gate.example"), "name": "N", "role": role });
            let answer = inviting(&token, &body).send(&deps, manage_members::handle).await;
            let is_within = role.permissions().all(|permission| held.contains(&permission.word()));
            let expected = if is_within { "201 -" } else { "422 unprocessable /role:beyond_its_maker" };
            assert_eq!(answer.problem(), expected, "{caller} invites {role}");
            refused += usize::from(!is_within);
        }
    }
    let entries = world.actions().await.into_iter().filter(|action| action == "access.refused").count();
    assert_eq!(entries, refused, "each refusal has an entry");
    // An owner into all, an admin into all but owner and billing.
    let of =
        |caller: &str| format!("SELECT count(*) FROM members WHERE organization_id = $1 AND email LIKE '{caller}-%'");
    assert_eq!(world.own_rows(&of("owner")).await[0].get::<_, i64>(0), 8);
    assert_eq!(world.own_rows(&of("admin")).await[0].get::<_, i64>(0), 6);
}

#[tokio::test]
async fn an_admin_makes_no_owner_and_takes_no_owners_role() {
    let world = World::posting_by_hand().await;
    let (owner, auditor) = (world.member(Role::Owner).await, world.member(Role::Auditor).await);
    world.member(Role::Owner).await;
    let admin = world.token_with(&held(Role::Admin)).await;

    for (member, role, expected) in [
        (auditor, Role::Owner, "422 unprocessable /role:beyond_its_maker"),
        (owner, Role::Auditor, "403 forbidden"),
        (owner, Role::Owner, "403 forbidden"),
    ] {
        assert_eq!(ask(&giving(&admin, member, role)).await.problem(), expected, "{role}");
    }
    assert_eq!(world.actions().await, ["access.refused"; 3]);

    assert_eq!((owners(&world).await, read(&world, auditor).await["role"].clone()), (2, json!("auditor")));
    assert_eq!(ask(&giving(&admin, auditor, Role::FrontDesk)).await.status, 200, "within an admin");
}

#[tokio::test]
async fn what_is_done_to_an_owner_by_an_admin_is_refused_and_recorded() {
    let world = World::posting_by_hand().await;
    let owner = world.member(Role::Owner).await;
    world.member(Role::Owner).await;
    choose_password(&world, owner).await;
    enrol(&world, owner).await;
    let admin = world.token_with(&held(Role::Admin)).await;

    for route in [INVITE, DEACTIVATE, REACTIVATE, RESET] {
        let event = to(&world, owner, route).bearer(&admin);
        let (first, second) = (ask(&event).await, ask(&event.again()).await);
        assert_eq!(
            (first.problem().as_str(), second.problem().as_str()),
            ("403 forbidden", "403 forbidden"),
            "{route}"
        );
        let entry = world.entries().await.pop().expect("an entry");
        assert_eq!(
            (&entry["action"], &entry["target"]["id"]),
            (&json!("access.refused"), &json!(format!("POST {route}")))
        );
        assert_eq!(entry["diff"]["added"], json!({ "permission": "billing.manage" }));
    }

    assert_eq!(world.actions().await, ["access.refused"; 4]);
    assert_eq!((owners(&world).await, mails(&world).await.len()), (2, 0));
    assert_eq!(read(&world, owner).await["has_second_factor"], true);
}
