//! Sessions of members: the cookie that carries one, how long it lives, and the token that a browser must add to whatever
//! changes something, so that another site cannot make it do so.

use super::{CredentialKind, NewCredential, Realm, encode, sha256};
use crate::{
    access::Role,
    clock::Timestamp,
    error::Result,
    id::{CredentialId, MemberId, OrganizationId},
    secret::Secret,
    tenant::Statement,
};

/// Name of the cookie. Its prefix makes browsers refuse it from any other host, without TLS or for a part of the site
/// (draft-ietf-httpbis-rfc6265bis section 4.1.3).
pub const COOKIE: &str = "__Host-doorbook";
/// Longest life of a session in seconds, however much it is used: 12 hours.
pub const LIFETIME_S: i64 = 12 * 60 * 60;
/// How long a session may wait for its second factor, in seconds.
pub const OPENING_LIFETIME_S: i64 = 15 * 60;
/// How long after a sign-in one may still change what one signs in with, in seconds.
pub const FRESH_S: i64 = 10 * 60;
/// What every session may do, and all that one may do whose second factor is missing.
pub const OPEN_SESSION: &str = "session.open";
/// What a whole session may do with itself.
pub const OWN_SESSION: &str = "session.own";
/// What a session is called whose browser does not name itself.
pub const UNKNOWN_CLIENT: &str = "unknown client";
/// Symbols of a token against forged requests: 130 bits.
const TOKEN_LENGTH: usize = 26;

/// How much was proven in a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Assurance {
    /// A password.
    Password,
    /// A password and a second factor.
    SecondFactor,
}

impl Assurance {
    /// The word that stands in columns and answers.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Password => "password",
            Self::SecondFactor => "second_factor",
        }
    }

    /// What the word stands for.
    #[must_use]
    pub fn of_word(word: &str) -> Option<Self> {
        [Self::Password, Self::SecondFactor].into_iter().find(|known| known.word() == word)
    }
}

crate::tenant::word_columns!(Assurance);

/// What a member still has to do before their session opens anything but itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum NextStep {
    /// Prove the second factor.
    SecondFactor,
    /// Enrol a second factor, which is demanded of this member.
    Enrolment,
}

/// Whose session it is to be.
#[derive(Clone, Copy, Debug)]
pub struct Holder {
    /// The tenant.
    pub organization: OrganizationId,
    /// Whether the organization is real.
    pub realm: Realm,
    /// The member.
    pub member: MemberId,
    /// Their role when it was looked up; the session is not started when it has changed since.
    pub role: Role,
}

/// A session that was just made: the only moment at which its text exists here.
pub struct NewSession {
    /// The credential.
    pub id: CredentialId,
    /// What the browser is given.
    pub secret: NewCredential,
    /// Whose it is.
    pub holder: Holder,
    /// How much was proven.
    pub assurance: Assurance,
    /// What is missing before it is a whole one.
    pub next: Option<NextStep>,
    /// When it ends, if it is used until then.
    pub expires_at: Timestamp,
    now: Timestamp,
}

impl NewSession {
    /// The same, which does not outlive the whole session in whose place it stands.
    #[must_use]
    pub fn ending_by(self, not_after: Option<Timestamp>) -> Self {
        Self { expires_at: not_after.map_or(self.expires_at, |end| end.min(self.expires_at)), ..self }
    }

    /// Makes one: whole, or waiting for the next step.
    ///
    /// # Errors
    /// [`crate::Error::Internal`] when the random generator fails.
    pub fn new(holder: Holder, assurance: Assurance, next: Option<NextStep>, now: Timestamp) -> Result<Self> {
        let lifetime_s = if next.is_some() { OPENING_LIFETIME_S } else { LIFETIME_S };
        Ok(Self {
            id: CredentialId::new(now),
            secret: NewCredential::generate(CredentialKind::Session, holder.realm, holder.organization)?,
            holder,
            assurance,
            next,
            expires_at: now.plus_seconds(lifetime_s),
            now,
        })
    }

    /// Starts it after a password, from this address and with this client. The database asks once more whether what was proven is enough, and
    /// says itself what a role may do.
    #[must_use]
    pub fn start(&self, source_ip: Option<&str>, client: Option<String>) -> Statement {
        let reach = match self.next {
            Some(_) => vec![OPEN_SESSION],
            None => [self.holder.role.words(), vec![OPEN_SESSION, OWN_SESSION]].concat(),
        };
        Statement::new("-- session.start\nSELECT app.start_session($1, $2, NULL, $3, $4, $5, $6, $7, $8, $9, $10)")
            .bind(self.holder.member)
            .bind(self.holder.role.word())
            .bind(self.id)
            .bind(self.secret.sha256.to_vec())
            .bind(client.unwrap_or_else(|| UNKNOWN_CLIENT.to_owned()))
            .bind(reach)
            .bind(self.assurance.word())
            .bind(source_ip.map(str::to_owned))
            .bind(self.expires_at)
            .bind(self.now)
    }

    /// Starts it in the place of the session whose secret this is, and with no more than that one had.
    #[must_use]
    pub fn renew(&self, replaced_sha256: [u8; 32], source_ip: Option<&str>, client: Option<String>) -> Statement {
        Statement::new("-- session.renew\nSELECT app.renew_session($1, $2, $3, $4, $5, $6, $7)")
            .bind(replaced_sha256.to_vec())
            .bind(self.holder.role.word())
            .bind(self.id)
            .bind(self.secret.sha256.to_vec())
            .bind(client.unwrap_or_else(|| UNKNOWN_CLIENT.to_owned()))
            .bind(source_ip.map(str::to_owned))
            .bind(self.now)
    }

    /// Starts it in the place of the session whose secret this is, behind the statement that used up what proves the
    /// second factor.
    #[must_use]
    pub fn prove(&self, replaced_sha256: [u8; 32], source_ip: Option<&str>, client: Option<String>) -> Statement {
        Statement::new("-- session.prove\nSELECT app.prove_session($1, $2, $3, $4, $5, $6, $7, $8)")
            .bind(replaced_sha256.to_vec())
            .bind(self.holder.role.word())
            .bind(self.id)
            .bind(self.secret.sha256.to_vec())
            .bind(client.unwrap_or_else(|| UNKNOWN_CLIENT.to_owned()))
            .bind(source_ip.map(str::to_owned))
            .bind(self.expires_at)
            .bind(self.now)
    }
}

/// What a page of the console must send as `x-csrf-token` with every request that changes something. A page that does not
/// hold the session cannot make it, and it opens nothing.
#[must_use]
pub fn forgery_token(session: &Secret<String>) -> String {
    let hash = sha256(format!("doorbook x-csrf-token {}", session.expose_secret()).as_bytes());
    let mut token = String::with_capacity(TOKEN_LENGTH);
    // As a number, the first 16 bytes fit 26 symbols.
    encode(hash.get(..16).unwrap_or_default(), TOKEN_LENGTH, &mut token);
    token
}

/// The session in the cookies of a request: the only one of that name, since a second one may be planted.
#[must_use]
pub fn of_cookies(cookies: &[String]) -> Option<Secret<String>> {
    let mut found =
        cookies.iter().filter_map(|cookie| cookie.trim().split_once('=')).filter(|(name, _)| *name == COOKIE);
    let (_, text) = found.next()?;
    found.next().is_none().then(|| Secret::new(text.to_owned()))
}

/// The cookie that carries a session until it ends or the browser is closed for longer.
#[must_use]
pub fn cookie(session: &Secret<String>) -> String {
    format!("{COOKIE}={}; Path=/; Max-Age={LIFETIME_S}; Secure; HttpOnly; SameSite=Lax", session.expose_secret())
}

/// The cookie that takes it away.
#[must_use]
pub fn cookie_of_none() -> String {
    format!("{COOKIE}=; Path=/; Max-Age=0; Secure; HttpOnly; SameSite=Lax")
}

#[cfg(test)]
mod tests {
    use super::{super::ALPHABET, *};

    #[test]
    fn two_cookies_of_the_name_are_none() {
        let read = |cookies: &[&str]| {
            let cookies: Vec<_> = cookies.iter().map(|text| (*text).to_owned()).collect();
            of_cookies(&cookies).map(|session| session.expose_secret().clone())
        };
        assert_eq!(read(&["a=b", "__Host-doorbook=dbs_x"]).as_deref(), Some("dbs_x"));
        assert_eq!(read(&["__Host-doorbook=dbs_x", "__Host-doorbook=dbs_y"]), None);
        assert_eq!(read(&["__host-doorbook=dbs_x", "doorbook=dbs_x"]), None);
        assert_eq!(read(&[]), None);
    }

    #[test]
    fn a_token_is_of_one_session_and_does_not_show_it() {
        let token = |text: &str| forgery_token(&Secret::new(text.to_owned()));
        assert_eq!(token("dbs_a"), token("dbs_a"));
        assert_ne!(token("dbs_a"), token("dbs_b"));
        assert_eq!(token("dbs_a").len(), TOKEN_LENGTH);
        assert!(token("dbs_a").bytes().all(|symbol| ALPHABET.contains(&symbol)));
    }
}
