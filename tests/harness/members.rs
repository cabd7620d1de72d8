//! Members of a world, and what opens the door for them: as mail, sign-in and the making of tokens leave it behind.

use shared::{
    access::Role,
    authn::{CredentialKind, NewCredential, Realm, session::Assurance},
    clock::Clock,
    id::{CredentialId, MemberId, PersonId},
};

use super::World;

impl World {
    /// A world whose mail no sweep of another test sends: its turn is far off. A message still sends it.
    pub(crate) async fn posting_by_hand() -> Self {
        let world = Self::new().await;
        let far_off = "INSERT INTO pending_work VALUES ($1, 'mail', now() + interval '1 day')";
        world.execute(far_off, &[&world.organization]).await;
        world
    }

    /// A member who may sign in, without a password or a second factor yet.
    pub(crate) async fn member(&self, role: Role) -> MemberId {
        let now = Clock::System { offset_s: 0 }.now();
        let (member, person) = (MemberId::new(now), PersonId::new(now));
        let key = self.vault.tenant_key(&self.wrapped).await.expect("a tenant key").new_person(person).expect("a key");
        self.execute(
            "INSERT INTO people (organization_id, person_id, kind, key_id, wrapped_key, created_at)
             VALUES ($1, $2, 'member', $3, $4, now())",
            &[&self.organization, &person, &self.wrapped.key_id, &key.wrapped()],
        )
        .await;
        self.execute(
            "INSERT INTO members (organization_id, member_id, person_id, email, name, role, state, created_at)
             VALUES ($1, $2, $3, $4, 'Member of the test', $5, 'active', now())",
            &[&self.organization, &member, &person, &format!("{member}@example.com"), &role],
        )
        .await;
        member
    }

    /// A session of a member's that was used just now.
    pub(crate) async fn session_of(&self, member: MemberId, permissions: &[&str], proven: Assurance) -> String {
        self.credential_of(CredentialKind::Session, member, permissions, Some(proven)).await
    }

    /// An API token that was made under a member.
    pub(crate) async fn token_of(&self, member: MemberId, permissions: &[&str]) -> String {
        self.credential_of(CredentialKind::ApiToken, member, permissions, None).await
    }

    /// The credential of a link in a mail.
    pub(crate) async fn link_of(&self, member: MemberId, kind: CredentialKind) -> String {
        self.credential_of(kind, member, &[], None).await
    }

    async fn credential_of(
        &self,
        kind: CredentialKind,
        member: MemberId,
        permissions: &[&str],
        proven: Option<Assurance>,
    ) -> String {
        let id = CredentialId::new(Clock::System { offset_s: 0 }.now());
        let new = NewCredential::generate(kind, Realm::Test, self.organization).expect("a credential");
        self.execute(
            "INSERT INTO credentials (organization_id, credential_id, kind, sha256, name, permissions, expires_at,
               created_at, last_used_at, member_id, assurance)
             VALUES ($1, $2, $3, $4, 'test', $5, now() + interval '1 hour', now(), now(), $6, $7)",
            &[
                &self.organization,
                &id,
                &kind.word(),
                &new.sha256.as_slice(),
                &permissions,
                &member,
                &proven.map(Assurance::word),
            ],
        )
        .await;
        new.text.expose_secret().clone()
    }
}
