//! Credentials that travel in a mail: what each opens, and for how long.

use shared::{
    Result,
    authn::{CredentialKind, NewCredential, Realm},
    domain::mail::MailKind,
    id::OrganizationId,
    secret::Secret,
};

/// Hours in which an invited person may join.
pub(crate) const INVITATION_HOURS: i64 = 72;
/// Hours in which a password may be chosen anew.
pub(crate) const RESET_HOURS: i64 = 1;

/// A link in the making. Its credential stands behind the `#`, which a browser sends to no server.
pub(crate) struct Link {
    pub(crate) credential: NewCredential,
    page: &'static str,
    hours: i64,
}

impl Link {
    /// The link that a mail of this kind carries, if it carries one.
    ///
    /// # Errors
    /// When the random generator fails.
    pub(crate) fn of(kind: MailKind, realm: Realm, organization: OrganizationId) -> Result<Option<Self>> {
        let (credential, page, hours) = match kind {
            MailKind::MemberInvitation => (CredentialKind::MemberInvitation, "join", INVITATION_HOURS),
            MailKind::PasswordReset => (CredentialKind::PasswordReset, "reset", RESET_HOURS),
            MailKind::AccessReviewDue | MailKind::ImpersonationRequested => return Ok(None),
            MailKind::CustomerLogBroken | MailKind::LogBroken => return Ok(None),
            MailKind::PasswordChanged | MailKind::SecondFactorChanged => return Ok(None),
        };
        let credential = NewCredential::generate(credential, realm, organization)?;
        Ok(Some(Self { credential, page, hours }))
    }

    /// Seconds that it opens something.
    pub(crate) const fn lifetime_s(&self) -> i64 {
        self.hours * 60 * 60
    }

    /// The link itself, below the console's origin.
    pub(crate) fn url(&self, console_origin: &str) -> Secret<String> {
        Secret::new(format!("{console_origin}/{}#{}", self.page, self.credential.text.expose_secret()))
    }
}
