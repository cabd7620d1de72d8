//! A fresh organization with a site, a host, an NDA, credentials, and eyes behind the functions.

use serde_json::Value;
use shared::{
    access::{KIOSK_PERMISSIONS, Permission},
    authn::{CredentialKind, NewCredential, Realm},
    clock::Clock,
    id::{HostId, KeyId, NoticeVersionId, OrganizationId, PersonId, SiteId},
    settings::AwsSettings,
    vault::{Vault, WrappedTenantKey},
};
use tokio_postgres::{Client, Row, types::ToSql};

use super::{postgres, stack};

const NDA: &str = "You keep to yourself what you see here.\n\nNothing is recorded by you.";

/// One tenant and its surroundings.
pub(crate) struct World {
    pub(crate) organization: OrganizationId,
    pub(crate) slug: String,
    pub(crate) site: SiteId,
    pub(crate) host: HostId,
    pub(crate) nda: NoticeVersionId,
    /// An API token with every permission.
    pub(crate) token: String,
    /// A kiosk of the site.
    pub(crate) kiosk: String,
    pub(crate) wrapped: WrappedTenantKey,
    pub(crate) vault: Vault,
    pub(crate) database: Client,
}

impl World {
    /// A fresh organization without limits of rate.
    pub(crate) async fn new() -> Self {
        let clock = Clock::System { offset_s: 0 };
        let now = clock.now();
        let database = postgres::superuser().await;
        let variables = stack::variables("fn_check_in", &[]);
        let vault = Vault::new(&AwsSettings::read(&variables).expect("AWS settings"), clock);
        let organization = OrganizationId::new(now);
        let slug = format!("o{}", organization.uuid().simple());
        let kms_key = variables.required("KMS_KEY_ID").expect("a key").to_owned();
        let wrapped = vault.create_tenant_key(organization, KeyId::new(now), &kms_key).await.expect("a tenant key");
        let mut world = Self {
            organization,
            slug,
            site: SiteId::new(now),
            host: HostId::new(now),
            nda: NoticeVersionId::new(now),
            token: String::new(),
            kiosk: String::new(),
            wrapped,
            vault,
            database,
        };
        world.enter_organization().await;
        world.enter_site(world.site).await;
        world.enter_host_and_nda().await;
        let all: Vec<&str> = Permission::ALL.iter().map(|permission| permission.word()).collect();
        world.token = world.credential(CredentialKind::ApiToken, &all, None).await;
        world.kiosk = world.kiosk_at(world.site).await;
        world
    }

    /// A world whose log no sweep of another test seals: its turn is far off. A message still seals it.
    pub(crate) async fn sealed_by_hand() -> Self {
        let world = Self::new().await;
        // A test that takes the turns of all organizations may have marked this one already.
        let far_off = "INSERT INTO pending_work AS p VALUES ($1, 'seal', now() + interval '1 day')
            ON CONFLICT (organization_id, kind, mark_id) DO UPDATE SET due_at = excluded.due_at";
        world.execute(far_off, &[&world.organization]).await;
        world
    }

    /// An API token with some permissions.
    pub(crate) async fn token_with(&self, permissions: &[&str]) -> String {
        self.credential(CredentialKind::ApiToken, permissions, None).await
    }

    /// A kiosk's device token.
    pub(crate) async fn kiosk_at(&self, site: SiteId) -> String {
        let permissions = KIOSK_PERMISSIONS.map(Permission::word);
        self.credential(CredentialKind::Kiosk, &permissions, Some(site)).await
    }

    /// Another site of the same organization.
    pub(crate) async fn another_site(&self) -> SiteId {
        let site = SiteId::new(Clock::System { offset_s: 0 }.now());
        self.enter_site(site).await;
        site
    }

    /// Runs a statement as superuser.
    pub(crate) async fn execute(&self, sql: &str, parameters: &[&(dyn ToSql + Sync)]) -> u64 {
        let statement = self.database.prepare(sql).await.expect("a statement");
        self.database
            .execute_raw(&statement, parameters.iter().copied())
            .await
            .unwrap_or_else(|error| panic!("{sql}: {error:?}"))
    }

    /// Rows of a question asked as superuser.
    pub(crate) async fn rows(&self, sql: &str, parameters: &[&(dyn ToSql + Sync)]) -> Vec<Row> {
        let statement = self.database.prepare(sql).await.expect("a statement");
        #[expect(clippy::disallowed_methods, reason = "a test may prepare")]
        self.database.query(&statement, parameters).await.unwrap_or_else(|error| panic!("{sql}: {error:?}"))
    }

    /// Rows of a question whose only parameter is the organization.
    pub(crate) async fn own_rows(&self, sql: &str) -> Vec<Row> {
        self.rows(sql, &[&self.organization]).await
    }

    /// How many rows this organization has in a table.
    pub(crate) async fn count(&self, table: &str) -> i64 {
        self.own_rows(&format!("SELECT count(*) FROM {table} WHERE organization_id = $1")).await[0].get(0)
    }

    /// Entries of the log, oldest first.
    pub(crate) async fn entries(&self) -> Vec<Value> {
        let rows = self.own_rows("SELECT entry FROM audit_log WHERE organization_id = $1 ORDER BY seq").await;
        rows.iter().map(|row| serde_json::from_str(row.get(0)).expect("an entry is JSON")).collect()
    }

    /// Actions of the log, oldest first.
    pub(crate) async fn actions(&self) -> Vec<String> {
        self.entries().await.iter().map(|entry| entry["action"].as_str().unwrap().to_owned()).collect()
    }

    async fn credential(&self, kind: CredentialKind, permissions: &[&str], site: Option<SiteId>) -> String {
        let now = Clock::System { offset_s: 0 }.now();
        let new = NewCredential::generate(kind, Realm::Test, self.organization).expect("a credential");
        self.execute(
            "INSERT INTO credentials (organization_id, credential_id, kind, sha256, name, permissions, site_id, created_at)
             VALUES ($1, $2, $3, $4, 'test', $5, $6, now())",
            &[
                &self.organization,
                &shared::id::CredentialId::new(now),
                &kind.word(),
                &new.sha256.as_slice(),
                &permissions,
                &site,
            ],
        )
        .await;
        new.text.expose_secret().clone()
    }

    async fn enter_organization(&self) {
        let id = &self.organization;
        self.execute("INSERT INTO directory (organization_id, slug) VALUES ($1, $2)", &[id, &self.slug]).await;
        self.execute(
            "INSERT INTO organizations (organization_id, name, plan, environment, created_at)
             VALUES ($1, 'Test', 'standard', 'test', now())",
            &[id],
        )
        .await;
        self.execute(
            "INSERT INTO audit_heads (organization_id, seq, link, at) VALUES ($1, -1, audit.genesis($1), 'epoch')",
            &[id],
        )
        .await;
        let key = &self.wrapped;
        self.execute(
            "INSERT INTO tenant_keys (organization_id, key_id, kms_key_id, wrapped_key, wrapped_index_key, created_at)
             VALUES ($1, $2, $3, $4, $5, now())",
            &[id, &key.key_id, &key.kms_key_id, &key.wrapped, &key.wrapped_index_key],
        )
        .await;
    }

    async fn enter_site(&self, site: SiteId) {
        self.execute(
            "INSERT INTO sites (organization_id, site_id, name, time_zone, locale, created_at)
             VALUES ($1, $2, 'Test site', 'Europe/Berlin', 'en', now())",
            &[&self.organization, &site],
        )
        .await;
        self.execute(
            "INSERT INTO badge_counters (organization_id, site_id, last) VALUES ($1, $2, 0)",
            &[&self.organization, &site],
        )
        .await;
    }

    async fn enter_host_and_nda(&self) {
        let now = Clock::System { offset_s: 0 }.now();
        let person = PersonId::new(now);
        let tenant = self.vault.tenant_key(&self.wrapped).await.expect("a tenant key");
        let key = tenant.new_person(person).expect("a person's key");
        self.execute(
            "INSERT INTO people (organization_id, person_id, kind, key_id, wrapped_key, created_at)
             VALUES ($1, $2, 'host', $3, $4, now())",
            &[&self.organization, &person, &self.wrapped.key_id, &key.wrapped()],
        )
        .await;
        self.execute(
            "INSERT INTO hosts (organization_id, host_id, person_id, name, email, locale, created_at)
             VALUES ($1, $2, $3, 'Host of the test', 'host@example.com', 'en', now())",
            &[&self.organization, &self.host, &person],
        )
        .await;
        self.execute(
            "INSERT INTO notices (organization_id, version_id, kind, locale, version, title, text, published_at)
             VALUES ($1, $2, 'nda', 'en', 1, 'NDA', $3, now())",
            &[&self.organization, &self.nda, &NDA],
        )
        .await;
    }
}
