//! The functions of signing in as a browser meets them, at one moment.

use serde_json::{Value, json};
use shared::{
    access::Role,
    authn::{
        password::Password,
        totp::{TotpCode, TotpSecret},
    },
    clock::{Clock, Timestamp},
    id::MemberId,
    secret::Secret,
};

use super::{Event, World, event::Answer, stack};

/// What members of tests sign in with.
pub(crate) const PASSWORD: &str = "purple elephants never queue";

/// The functions, told the same variables and the same time.
pub(crate) struct Desk {
    sign_in: sign_in::Deps,
    enrol: enrol_second_factor::Deps,
    sessions: manage_sessions::Deps,
    now: Clock,
}

impl Desk {
    /// As they are now.
    pub(crate) async fn now() -> Self {
        Self::at(0).await
    }

    /// As they are so many seconds from now.
    pub(crate) async fn at(offset_s: i64) -> Self {
        Self::told(offset_s, &[]).await
    }

    /// As they are so many seconds from now, with other variables. Their time is moved on to the beginning of a step of
    /// codes, so that none ends while a test uses its code.
    pub(crate) async fn told(offset_s: i64, changes: &[(&str, &str)]) -> Self {
        let moment = Clock::System { offset_s }.now().unix_parts().0;
        let to_next_step = 30 - i64::try_from(moment % 30).expect("seconds");
        let offset = (offset_s + to_next_step).to_string();
        let changes = [&[("CLOCK_OFFSET_SECONDS", offset.as_str())], changes].concat();
        let of = |role: &str| stack::variables(role, &changes);
        let (first, second, third) = (of("fn_sign_in"), of("fn_enrol_second_factor"), of("fn_manage_sessions"));
        let common = stack::common(&first);
        Self {
            sign_in: stack::connect::<sign_in::Deps>(&first).await,
            enrol: stack::connect::<enrol_second_factor::Deps>(&second).await,
            sessions: stack::connect::<manage_sessions::Deps>(&third).await,
            now: common.clock,
        }
    }

    /// Sends the event to the function that has its route.
    pub(crate) async fn ask(&self, event: &Event) -> Answer {
        match event.route() {
            "/v1/session/second-factor" => event.send(&self.sign_in, sign_in::handle).await,
            "/v1/session" if event.method() == "POST" => event.send(&self.sign_in, sign_in::handle).await,
            "/v1/session/totp" | "/v1/session/totp/confirm" | "/v1/session/recovery-codes" => {
                event.send(&self.enrol, enrol_second_factor::handle).await
            }
            _ => event.send(&self.sessions, manage_sessions::handle).await,
        }
    }

    /// Asks within a session.
    pub(crate) async fn within(
        &self,
        session: &str,
        method: &'static str,
        route: &'static str,
        body: &Value,
    ) -> Answer {
        let event = Event::new(method, route, &[]).in_session(session);
        self.ask(&if method == "GET" { event } else { event.json(body) }).await
    }

    /// Offers a password.
    pub(crate) async fn offer(&self, world: &World, email: &str, password: &str) -> Answer {
        self.ask(&password_event(&world.slug, email, password)).await
    }

    /// Offers a code within a session.
    pub(crate) async fn prove(&self, session: &str, code: &str) -> Answer {
        self.within(session, "POST", "/v1/session/second-factor", &json!({ "code": code })).await
    }

    /// What one is signed in as.
    pub(crate) async fn session(&self, session: &str) -> Answer {
        self.within(session, "GET", "/v1/session", &Value::Null).await
    }

    /// The code that an app shows now, or some steps later.
    pub(crate) fn code(&self, secret: &TotpSecret, steps: i64) -> String {
        let code: TotpCode = secret.code_at(self.moment().plus_seconds(30 * steps)).expect("a code");
        code.digits().expose_secret().clone()
    }

    /// A code that is none of those which would be taken now.
    pub(crate) fn wrong_code(&self, secret: &TotpSecret) -> String {
        let right = [-1, 0, 1, 2].map(|steps| self.code(secret, steps));
        let wrong = (0..10).map(|digit| digit.to_string().repeat(6)).find(|code| !right.contains(code));
        wrong.expect("ten codes are not all right")
    }

    /// The moment at which the functions are.
    pub(crate) fn moment(&self) -> Timestamp {
        self.now.now()
    }

    /// Enrols a second factor in a session; the secret, the recovery codes and the session that goes on.
    pub(crate) async fn enrol(&self, session: &str) -> (TotpSecret, Vec<String>, String) {
        let begun = self.within(session, "POST", "/v1/session/totp", &json!({})).await;
        assert_eq!(begun.status, 201, "{}", begun.text);
        let secret = typed(begun.body["secret"].as_str().expect("a secret"));
        let code = json!({ "code": self.code(&secret, -1) });
        let confirmed = self.within(session, "POST", "/v1/session/totp/confirm", &code).await;
        assert_eq!(confirmed.status, 200, "{}", confirmed.text);
        let codes = confirmed.body["recovery_codes"].as_array().expect("codes");
        let codes = codes.iter().map(|code| code.as_str().expect("text").to_owned()).collect();
        (secret, codes, confirmed.session().to_owned())
    }
}

/// The secret that a member types into an app: base32 (RFC 4648) by a reader of its own.
pub(crate) fn typed(base32: &str) -> TotpSecret {
    let (mut bits, mut held, mut bytes) = (0_u32, 0_u32, Vec::new());
    for symbol in base32.bytes() {
        let value = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".iter().position(|known| *known == symbol).expect("base32");
        (bits, held) = ((bits << 5) | u32::try_from(value).unwrap(), held + 5);
        if held >= 8 {
            held -= 8;
            bytes.push(u8::try_from((bits >> held) & 255).unwrap());
        }
    }
    TotpSecret::of(Secret::new(bytes))
}

/// A sign-in with a password.
pub(crate) fn password_event(slug: &str, email: &str, password: &str) -> Event {
    Event::new("POST", "/v1/session", &[]).json(&json!({ "slug": slug, "email": email, "password": password }))
}

impl World {
    /// A member with the password of tests: who it is, and their e-mail address.
    pub(crate) async fn account(&self, role: Role) -> (MemberId, String) {
        let member = self.member(role).await;
        let password: Password = serde_json::from_value(json!(PASSWORD)).expect("a password");
        self.execute(
            "INSERT INTO member_proofs (organization_id, member_id, password_phc, password_changed_at)
             VALUES ($1, $2, $3, now())",
            &[&self.organization, &member, &password.hash().expect("a hash")],
        )
        .await;
        (member, format!("{member}@example.com"))
    }

    /// A member who has just signed in, whole or not, and their session.
    pub(crate) async fn signed_in(&self, desk: &Desk, role: Role) -> (MemberId, String, String) {
        let (member, email) = self.account(role).await;
        let answer = desk.offer(self, &email, PASSWORD).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        (member, email, answer.session().to_owned())
    }
}
