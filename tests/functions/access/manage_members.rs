//! `manage-members` promises: a member gives and takes no more than they have, an organization is never without an
//! owner, and what is taken from a member is gone with the next request.

mod canaries;
mod invitations;
mod listing;
mod owners;
mod policy;
mod reach;
mod refusals;
mod roles;
mod standing;
mod unfinished;

use serde_json::{Value, json};
use shared::{access::Role, authn::sha256, id::MemberId};
use tokio_postgres::Client;

use crate::harness::{Event, World, event::Answer, postgres, stack};

const MEMBERS: &str = "/v1/members";
const MEMBER: &str = "/v1/members/{member_id}";
const INVITE: &str = "/v1/members/{member_id}/invite";
const DEACTIVATE: &str = "/v1/members/{member_id}/deactivate";
const REACTIVATE: &str = "/v1/members/{member_id}/reactivate";
const RESET: &str = "/v1/members/{member_id}/reset-second-factor";
const POLICY: &str = "/v1/sign-in-policy";
const REASON: &str = "Left the company at the end of October";

async fn deps(changes: &[(&str, &str)]) -> manage_members::Deps {
    let variables = stack::variables("fn_manage_members", changes);
    stack::connect::<manage_members::Deps>(&variables).await
}

async fn ask(event: &Event) -> Answer {
    event.send(&deps(&[]).await, manage_members::handle).await
}

/// A change with an Idempotency-Key of its own.
fn write(credential: &str, method: &'static str, route: &'static str, parameters: &[&str]) -> Event {
    let key = uuid::Uuid::new_v4().to_string();
    Event::new(method, route, parameters).bearer(credential).idempotent(&key)
}

/// Something is done to a member; with the token that may do everything.
fn to(world: &World, member: MemberId, route: &'static str) -> Event {
    write(&world.token, "POST", route, &[&member.to_string()])
}

fn giving(credential: &str, member: MemberId, role: Role) -> Event {
    write(credential, "PATCH", MEMBER, &[&member.to_string()]).json(&json!({ "role": role }))
}

fn inviting(credential: &str, body: &Value) -> Event {
    write(credential, "POST", MEMBERS, &[]).json(body)
}

fn requiring(world: &World, requires_mfa: bool) -> Event {
    write(&world.token, "PATCH", POLICY, &[]).json(&json!({ "requires_mfa": requires_mfa }))
}

fn frida() -> Value {
    json!({ "email": "frida@north-gate.example", "name": "Frida Desk", "role": "front_desk" })
}

/// Every route, with what it takes.
fn routes(world: &World, member: MemberId) -> Vec<Event> {
    let id = member.to_string();
    let mut events = vec![
        inviting(&world.token, &frida()),
        Event::new("GET", MEMBERS, &[]).bearer(&world.token),
        Event::new("GET", MEMBER, &[&id]).bearer(&world.token),
        giving(&world.token, member, Role::Auditor),
        Event::new("GET", POLICY, &[]).bearer(&world.token),
        requiring(world, true),
    ];
    events.extend([INVITE, DEACTIVATE, REACTIVATE, RESET].map(|route| to(world, member, route)));
    events
}

async fn read(world: &World, member: MemberId) -> Value {
    let answer = ask(&Event::new("GET", MEMBER, &[&member.to_string()]).bearer(&world.token)).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    answer.body
}

/// Changes columns of a member, as a superuser.
async fn set(world: &World, member: MemberId, change: &str) {
    let sql = format!("UPDATE members SET {change} WHERE organization_id = $1 AND member_id = $2");
    assert_eq!(world.execute(&sql, &[&world.organization, &member]).await, 1);
}

/// Gives a member a password, as a link in a mail does.
async fn choose_password(world: &World, member: MemberId) {
    let sql = "INSERT INTO member_proofs (organization_id, member_id, password_phc, password_changed_at)
        VALUES ($1, $2, '$scrypt$ln=14,r=16,p=1$c2FsdHNhbHRzYWx0c2FsdA$aGFzaA', now())";
    world.execute(sql, &[&world.organization, &member]).await;
}

/// Gives a member with a password a second factor and a recovery code.
async fn enrol(world: &World, member: MemberId) {
    let sql = "UPDATE member_proofs SET totp_sealed = '\\x01', totp_confirmed_at = now(),
          recovery_salt = decode(repeat('07', 16), 'hex')
        WHERE organization_id = $1 AND member_id = $2";
    assert_eq!(world.execute(sql, &[&world.organization, &member]).await, 1);
    let code = "INSERT INTO recovery_codes (organization_id, member_id, code_hash) VALUES ($1, $2, sha256('code'))";
    world.execute(code, &[&world.organization, &member]).await;
}

/// True where the credential with this text would still be found.
async fn is_open(world: &World, secret: &str) -> bool {
    let hash = sha256(secret.as_bytes());
    let sql = "SELECT revoked_at IS NULL FROM credentials WHERE organization_id = $1 AND sha256 = $2";
    world.rows(sql, &[&world.organization, &hash.as_slice()]).await[0].get(0)
}

/// Kinds of the mails that were asked for, in their order.
async fn mails(world: &World) -> Vec<String> {
    let rows = world.own_rows("SELECT kind FROM mails WHERE organization_id = $1 ORDER BY mail_id").await;
    rows.iter().map(|row| row.get(0)).collect()
}

/// Who are owners and active.
async fn owners(world: &World) -> i64 {
    let sql = "SELECT count(*) FROM members WHERE organization_id = $1 AND role = 'owner' AND state = 'active'";
    world.own_rows(sql).await[0].get(0)
}

/// A superuser's transaction that did something and is not committed.
pub(super) struct Unfinished(Client);

impl Unfinished {
    pub(super) async fn begin(world: &World, statement: &str) -> Self {
        let client = postgres::superuser().await;
        let opened = format!("BEGIN; SELECT app.bind('{}', NULL); {statement}", world.organization);
        client.batch_execute(&opened).await.unwrap_or_else(|error| panic!("{statement}: {error:?}"));
        Self(client)
    }

    /// Commits as soon as so many others wait for it, or for one who does.
    pub(super) async fn commit_when_awaited_by(self, world: &World, others: i64) {
        let pid: i32 = self.0.query_typed("SELECT pg_backend_pid()", &[]).await.unwrap()[0].get(0);
        let waiting = "WITH RECURSIVE waits AS (SELECT $1::integer AS pid
              UNION SELECT a.pid FROM pg_stat_activity AS a JOIN waits AS w
                ON CASE WHEN a.wait_event_type = 'Lock' THEN w.pid = ANY (pg_blocking_pids(a.pid)) END)
            SELECT count(*) - 1 FROM waits";
        for _ in 0..2000 {
            let count: i64 = world.rows(waiting, &[&pid]).await[0].get(0);
            if count >= others {
                return self.0.batch_execute("COMMIT").await.unwrap();
            }
            tokio::time::sleep(std::time::Duration::from_millis(5)).await;
        }
        panic!("{others} were to wait");
    }
}
