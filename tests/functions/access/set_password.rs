//! `set-password` promises: a link sets a password once, a change ends every other session, no link opens a session,
//! and no answer tells whether there is such a member.

mod canaries;
mod changes;
mod failures;
mod invitations;
mod refusals;
mod resets;
mod weakness;

use serde_json::{Value, json};
use shared::{
    access::Role,
    authn::{CredentialKind, password::Password, session::Assurance, sha256},
    id::MemberId,
};

use crate::harness::{Event, World, event::Answer, postgres, stack};

const ACCEPT: &str = "/v1/member-invitations/accept";
const RESETS: &str = "/v1/password-resets";
const COMPLETE: &str = "/v1/password-resets/complete";
const CHANGE: &str = "/v1/session/password";
const PASSWORD: &str = "correct horse battery staple";
const ANOTHER: &str = "four quiet tractors under snow";

async fn deps(changes: &[(&str, &str)]) -> set_password::Deps {
    let variables = stack::variables("fn_set_password", changes);
    stack::connect::<set_password::Deps>(&variables).await
}

async fn ask(event: &Event) -> Answer {
    event.send(&deps(&[]).await, set_password::handle).await
}

/// The same at another time.
async fn ask_later(event: &Event, seconds: i64) -> Answer {
    let later = deps(&[("CLOCK_OFFSET_SECONDS", &seconds.to_string())]).await;
    event.send(&later, set_password::handle).await
}

fn accepting(link: &str, password: &str) -> Event {
    Event::new("POST", ACCEPT, &[]).json(&json!({ "invitation": link, "password": password }))
}

fn completing(link: &str, password: &str) -> Event {
    Event::new("POST", COMPLETE, &[]).json(&json!({ "reset": link, "password": password }))
}

fn wishing(slug: &str, email: &str) -> Event {
    Event::new("POST", RESETS, &[]).json(&json!({ "slug": slug, "email": email }))
}

fn changing(session: &str, current: &str, new: &str) -> Event {
    Event::new("POST", CHANGE, &[]).in_session(session).json(&json!({ "current": current, "new": new }))
}

fn password(text: &str) -> Password {
    serde_json::from_value(Value::String(text.to_owned())).expect("a password")
}

/// Changes columns of a member, as a superuser.
async fn set(world: &World, member: MemberId, change: &str) {
    let sql = format!("UPDATE members SET {change} WHERE organization_id = $1 AND member_id = $2");
    assert_eq!(world.execute(&sql, &[&world.organization, &member]).await, 1);
}

/// An invited person, and the credential of the link in their mail.
async fn invited(world: &World, role: Role) -> (MemberId, String) {
    let member = world.member(role).await;
    set(world, member, "state = 'invited'").await;
    (member, world.link_of(member, CredentialKind::MemberInvitation).await)
}

/// A member who has the password of these tests.
async fn with_password(world: &World, role: Role) -> MemberId {
    let member = world.member(role).await;
    let phc = password(PASSWORD).hash().expect("a hash");
    let sql = "INSERT INTO member_proofs (organization_id, member_id, password_phc, password_changed_at)
        VALUES ($1, $2, $3, now() - interval '1 day')";
    world.execute(sql, &[&world.organization, &member, &phc]).await;
    member
}

/// Gives a member with a password a second factor.
async fn enrol(world: &World, member: MemberId) {
    let sql = "UPDATE member_proofs SET totp_sealed = '\\x01', totp_confirmed_at = now(), totp_step = 7,
        recovery_salt = decode(repeat('07', 16), 'hex') WHERE organization_id = $1 AND member_id = $2";
    assert_eq!(world.execute(sql, &[&world.organization, &member]).await, 1);
}

/// A whole session of a member's.
async fn session(world: &World, member: MemberId, proven: Assurance) -> String {
    world.session_of(member, &["session.open", "session.own"], proven).await
}

/// True where this is the member's password.
async fn is_password(world: &World, member: MemberId, text: &str) -> bool {
    let sql = "SELECT password_phc FROM member_proofs WHERE organization_id = $1 AND member_id = $2";
    let rows = world.rows(sql, &[&world.organization, &member]).await;
    let phc: Option<String> = rows.first().map(|row| row.get(0));
    password(text).matches(phc.as_deref()).expect("a hash of ours").is_match()
}

/// True where the credential with this text would still be found.
async fn is_open(world: &World, secret: &str) -> bool {
    let hash = sha256(secret.as_bytes());
    let sql = "SELECT revoked_at IS NULL FROM credentials WHERE organization_id = $1 AND sha256 = $2";
    world.rows(sql, &[&world.organization, &hash.as_slice()]).await[0].get(0)
}

/// How many sessions the organization ever had.
async fn sessions(world: &World) -> i64 {
    let sql = "SELECT count(*) FROM credentials WHERE organization_id = $1 AND kind = 'session'";
    world.own_rows(sql).await[0].get(0)
}

/// Kinds of the mails that were asked for, in their order.
async fn mails(world: &World) -> Vec<String> {
    let rows = world.own_rows("SELECT kind FROM mails WHERE organization_id = $1 ORDER BY mail_id").await;
    rows.iter().map(|row| row.get(0)).collect()
}
