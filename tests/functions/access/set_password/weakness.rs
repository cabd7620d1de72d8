//! A password that others would think of first is refused on every way to one, and uses nothing up.

use super::*;

/// Each fault alone, for a member of whom a second factor is not demanded.
async fn weak(world: &World, member: MemberId) -> Vec<(String, &'static str)> {
    set(world, member, "name = 'Augusta Ada Lovelace'").await;
    let named = "UPDATE organizations SET name = 'Harbour Lights Cold Storage' WHERE organization_id = $1";
    world.execute(named, &[&world.organization]).await;
    let local = world.address_of(member).await.split('@').next().unwrap().to_owned();
    [
        ("kx9 vq2 tz7 wm", "too_short"),
        ("ManchesterUnited", "too_common"),
        ("password2026!!!!", "too_common"),
        ("my augusta of q7xz w4", "says_who_you_are"),
        ("LOVELACE was her name", "says_who_you_are"),
        (&format!("{local}!"), "says_who_you_are"),
        ("harbour-lights-cold-storage", "says_who_you_are"),
        (&format!("{} kx9 vq2", world.slug), "says_who_you_are"),
        ("the DoorBook of q7xz", "says_who_you_are"),
        ("kx9vq2tkx9vq2tkx9vq2t", "repetitive"),
    ]
    .map(|(text, code)| (text.to_owned(), code))
    .into()
}

#[tokio::test]
async fn every_fault_is_named_and_the_link_stays_as_it_was() {
    let world = World::posting_by_hand().await;
    let (guest, invitation) = invited(&world, Role::FrontDesk).await;
    let member = with_password(&world, Role::FrontDesk).await;
    let reset = world.link_of(member, CredentialKind::PasswordReset).await;
    for (text, code) in weak(&world, guest).await {
        let answer = ask(&accepting(&invitation, &text)).await;
        assert_eq!(answer.problem(), format!("422 unprocessable /password:{code}"), "{text}");
        assert!(!answer.text.contains(&text));
    }
    for (text, code) in weak(&world, member).await {
        let answer = ask(&completing(&reset, &text)).await;
        assert_eq!(answer.problem(), format!("422 unprocessable /password:{code}"), "{text}");
    }

    let (joined, changed) = (ask(&accepting(&invitation, PASSWORD)).await, ask(&completing(&reset, ANOTHER)).await);

    assert_eq!((joined.status, changed.status), (200, 200), "{} {}", joined.text, changed.text);
    assert_eq!(world.actions().await, ["member.joined", "member.password_reset"]);
}

#[tokio::test]
async fn every_fault_of_a_new_password_is_named_beside_the_one_that_is_known() {
    let world = World::posting_by_hand().await;
    let member = with_password(&world, Role::FrontDesk).await;
    let own = session(&world, member, Assurance::Password).await;
    for (text, code) in weak(&world, member).await {
        let answer = ask(&changing(&own, PASSWORD, &text)).await;
        assert_eq!(answer.problem(), format!("422 unprocessable /new:{code}"), "{text}");
    }
    let several = ask(&changing(&own, PASSWORD, "doorbook")).await;
    assert_eq!(several.problem(), "422 unprocessable /new:too_short /new:says_who_you_are");
    assert!(is_password(&world, member, PASSWORD).await && is_open(&world, &own).await);
    assert_eq!(world.actions().await.len(), 0);
}

#[tokio::test]
async fn eight_characters_are_enough_where_a_second_factor_is_demanded() {
    let short = "kx9 vq2!";
    for (role, requires_mfa, accepted) in [
        (Role::Owner, false, true),
        (Role::Admin, false, true),
        (Role::Security, false, false),
        (Role::Host, false, false),
        (Role::Host, true, true),
    ] {
        let world = World::posting_by_hand().await;
        let policy = "UPDATE organizations SET requires_mfa = $2 WHERE organization_id = $1";
        world.execute(policy, &[&world.organization, &requires_mfa]).await;
        let (member, link) = invited(&world, role).await;

        let answer = ask(&accepting(&link, short)).await;

        let told = if accepted { "200 -" } else { "422 unprocessable /password:too_short" };
        assert_eq!(answer.problem(), told, "{role} {requires_mfa}");
        assert_eq!(is_password(&world, member, short).await, accepted);
        let seven = ask(&accepting(&invited(&world, role).await.1, "kx9 vq2")).await;
        assert_eq!(seven.problem(), "422 unprocessable /password:too_short");
    }
}

#[tokio::test]
async fn a_second_factor_that_is_not_required_allows_no_short_password() {
    let world = World::posting_by_hand().await;
    let member = with_password(&world, Role::Host).await;
    enrol(&world, member).await;
    let own = session(&world, member, Assurance::SecondFactor).await;

    let answer = ask(&changing(&own, PASSWORD, "kx9 vq2!")).await;

    assert_eq!(answer.problem(), "422 unprocessable /new:too_short");
}
