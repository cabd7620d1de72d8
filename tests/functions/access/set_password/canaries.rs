//! A password stands nowhere: what is kept of it is a slow hash.

use base64::{Engine as _, prelude::BASE64_STANDARD_NO_PAD};
use shared::audit::hex;

use super::*;

const CANARY: &str = "zqkwuvxy tambourine 9413";

/// Every table that could hold something of an organization, as text.
async fn dump(world: &World) -> String {
    let tables = "SELECT c.relname::text FROM pg_class AS c JOIN pg_attribute AS a ON a.attrelid = c.oid
        WHERE c.relkind IN ('r', 'p') AND c.relnamespace = 'public'::regnamespace AND a.attname = 'organization_id'";
    let mut text = String::new();
    for table in world.rows(tables, &[]).await {
        let sql = format!("SELECT t::text FROM {} AS t WHERE organization_id = $1", table.get::<_, &str>(0));
        for row in world.own_rows(&sql).await {
            text.push_str(row.get(0));
        }
    }
    text
}

#[tokio::test]
async fn a_password_stands_nowhere_however_it_was_set_or_refused() {
    let world = World::posting_by_hand().await;
    let (guest, invitation) = invited(&world, Role::FrontDesk).await;
    let member = with_password(&world, Role::FrontDesk).await;
    let reset = world.link_of(member, CredentialKind::PasswordReset).await;

    let joined = ask(&accepting(&invitation, CANARY)).await;
    let again = ask(&accepting(&invitation, CANARY)).await;
    let completed = ask(&completing(&reset, CANARY)).await;
    let own = session(&world, member, Assurance::Password).await;
    let wrong = ask(&changing(&own, &format!("{CANARY}!"), ANOTHER)).await;
    let weak = ask(&changing(&own, CANARY, "zqkwuvxy 94")).await;
    let changed = ask(&changing(&own, CANARY, &CANARY.to_uppercase())).await;

    let statuses = [&joined, &again, &completed, &wrong, &weak, &changed].map(|answer| answer.status);
    assert_eq!(statuses, [200, 404, 200, 422, 422, 200]);
    assert!(is_password(&world, guest, CANARY).await && is_password(&world, member, &CANARY.to_uppercase()).await);
    for answer in [&joined, &again, &completed, &wrong, &weak, &changed] {
        assert!(!answer.text.to_lowercase().contains("zqkwuvxy"), "{}", answer.text);
    }
    let kept = dump(&world).await;
    assert!(kept.contains("$scrypt$ln=14,r=16,p=1$") && kept.contains("member.joined"), "it was read");
    // What is stored of a secret that is not slow to guess, a hash of SHA-256, is as good as the secret here.
    let (base64, upper) = (BASE64_STANDARD_NO_PAD.encode(CANARY), CANARY.to_uppercase());
    for form in [
        "zqkwuvxy".to_owned(),
        hex(b"zqkwuvxy"),
        hex(b"ZQKWUVXY"),
        hex(&sha256(CANARY.as_bytes())),
        hex(&sha256(upper.as_bytes())),
        base64[..12].to_owned(),
    ] {
        assert!(!kept.to_lowercase().contains(&form.to_lowercase()), "{form}");
    }
    for secret in [&invitation, &reset, &own, changed.session()] {
        assert!(!kept.contains(secret), "a link or a session");
    }
}
