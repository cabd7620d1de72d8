//! A thousand organizations on a plan without limits, each with a key of its own from KMS.

use std::sync::Arc;

use shared::{
    access::Permission,
    authn::{CredentialKind, NewCredential, Realm},
    clock::Clock,
    id::{CredentialId, HostId, KeyId, OrganizationId, PersonId, SiteId},
    settings::AwsSettings,
    vault::{Vault, WrappedTenantKey},
};
use tokio_postgres::{Client, types::ToSql};

use crate::harness::{postgres, stack};

/// Real time.
pub(crate) const CLOCK: Clock = Clock::System { offset_s: 0 };

/// One organization, as far as a check-in needs it.
#[derive(Clone)]
pub(crate) struct Tenant {
    pub(crate) organization: OrganizationId,
    pub(crate) credential: CredentialId,
    pub(crate) token: String,
    /// SHA-256 of the token.
    pub(crate) secret: [u8; 32],
    pub(crate) site: SiteId,
    pub(crate) host: HostId,
    pub(crate) key: WrappedTenantKey,
    host_person: (PersonId, Vec<u8>),
}

/// All of them, with their keys in memory: what a warm function holds.
pub(crate) struct Tenants {
    pub(crate) all: Arc<Vec<Tenant>>,
    /// One without check-ins.
    pub(crate) aside: Tenant,
    pub(crate) vault: Vault,
    pub(crate) database: Client,
}

impl Tenants {
    pub(crate) async fn create(count: usize) -> Self {
        let variables = stack::variables("fn_check_in", &[]);
        let vault = Vault::new(&AwsSettings::read(&variables).expect("AWS settings"), CLOCK);
        let kms_key = variables.required("KMS_KEY_ID").expect("a key").to_owned();
        let aside = Tenant::create(&vault, &kms_key).await;
        let mut all = vec![aside.clone()];
        for _ in 0..count {
            all.push(Tenant::create(&vault, &kms_key).await);
        }
        let database = postgres::superuser().await;
        let mut tenants = Self { all: Arc::new(all), aside, vault, database };
        tenants.enter().await;
        tenants.all = Arc::new(tenants.all[1..].to_vec());
        tenants
    }

    /// Runs something as superuser.
    pub(crate) async fn execute(&self, sql: &str, parameters: &[&(dyn ToSql + Sync)]) -> u64 {
        let statement = self.database.prepare(sql).await.unwrap_or_else(|error| panic!("{sql}: {error:?}"));
        let done = self.database.execute_raw(&statement, parameters.iter().copied()).await;
        done.unwrap_or_else(|error| panic!("{sql}: {error:?}"))
    }

    /// Runs several statements as superuser.
    pub(crate) async fn script(&self, sql: &str) {
        self.database.batch_execute(sql).await.unwrap_or_else(|error| panic!("{sql}: {error:?}"));
    }

    /// Leaves the server nothing to do by itself: neither dead rows nor unwritten pages.
    pub(crate) async fn settle(&self) {
        self.script("VACUUM ANALYZE").await;
        self.script("CHECKPOINT").await;
    }

    /// Every check-in, of any contestant, left a visit, a person, an event and an entry.
    pub(crate) async fn expect_whole_check_ins(&self) {
        let visits = self.count("SELECT count(*) FROM visits").await;
        for rows in ["people WHERE kind = 'visitor'", "outbox", "audit_log", "answers WHERE state = 'done'"] {
            let count = self.count(&format!("SELECT count(*) FROM {rows}")).await;
            assert_eq!(count, visits, "{rows}, beside visits");
        }
    }

    /// One number, asked as superuser.
    pub(crate) async fn count(&self, sql: &str) -> i64 {
        let rows = self.database.query_typed(sql, &[]).await.unwrap_or_else(|error| panic!("{sql}: {error:?}"));
        rows[0].get(0)
    }

    async fn enter(&self) {
        let column = |value: fn(&Tenant) -> uuid::Uuid| self.all.iter().map(value).collect::<Vec<_>>();
        let bytes = |value: fn(&Tenant) -> &[u8]| self.all.iter().map(value).collect::<Vec<_>>();
        let (organizations, sites) = (column(|tenant| tenant.organization.uuid()), column(|tenant| tenant.site.uuid()));
        let (credentials, keys) =
            (column(|tenant| tenant.credential.uuid()), column(|tenant| tenant.key.key_id.uuid()));
        let (hosts, people) = (column(|tenant| tenant.host.uuid()), column(|tenant| tenant.host_person.0.uuid()));
        let kms_keys: Vec<&str> = self.all.iter().map(|tenant| tenant.key.kms_key_id.as_str()).collect();
        let permissions: Vec<&str> = Permission::ALL.iter().map(|permission| permission.word()).collect();

        self.execute(OF_ORGANIZATIONS[0], &[&organizations]).await;
        self.execute(OF_ORGANIZATIONS[1], &[&organizations]).await;
        self.execute(OF_ORGANIZATIONS[2], &[&organizations]).await;
        let (wrapped, index) = (bytes(|tenant| &tenant.key.wrapped), bytes(|tenant| &tenant.key.wrapped_index_key));
        self.execute(OF_KEYS, &[&organizations, &keys, &kms_keys, &wrapped, &index]).await;
        self.execute(OF_SITES[0], &[&organizations, &sites]).await;
        self.execute(OF_SITES[1], &[&organizations, &sites]).await;
        let secrets = bytes(|tenant| &tenant.secret);
        self.execute(OF_CREDENTIALS, &[&organizations, &credentials, &secrets, &permissions]).await;
        let persons = bytes(|tenant| &tenant.host_person.1);
        self.execute(OF_HOSTS[0], &[&organizations, &people, &keys, &persons]).await;
        self.execute(OF_HOSTS[1], &[&organizations, &hosts, &people]).await;
        self.script("VACUUM ANALYZE").await;
    }
}

impl Tenant {
    async fn create(vault: &Vault, kms_key: &str) -> Self {
        let now = CLOCK.now();
        let (organization, person) = (OrganizationId::new(now), PersonId::new(now));
        let key = vault.create_tenant_key(organization, KeyId::new(now), kms_key).await.expect("a tenant key");
        let tenant_key = vault.tenant_key(&key).await.expect("a tenant key in memory");
        let token = NewCredential::generate(CredentialKind::ApiToken, Realm::Test, organization).expect("a credential");
        let wrapped = tenant_key.new_person(person).expect("a person's key").wrapped().to_vec();
        Self {
            organization,
            credential: CredentialId::new(now),
            token: token.text.expose_secret().clone(),
            secret: token.sha256,
            site: SiteId::new(now),
            host: HostId::new(now),
            key,
            host_person: (person, wrapped),
        }
    }
}

const OF_ORGANIZATIONS: [&str; 3] = [
    "INSERT INTO directory (organization_id, slug) SELECT id, 'o' || replace(id::text, '-', '') FROM unnest($1::uuid[]) AS id",
    "INSERT INTO organizations (organization_id, name, plan, environment, created_at)
     SELECT id, 'Benchmark', 'benchmark', 'test', now() FROM unnest($1::uuid[]) AS id",
    "INSERT INTO audit_heads (organization_id, seq, link, at)
     SELECT id, -1, audit.genesis(id), 'epoch' FROM unnest($1::uuid[]) AS id",
];
const OF_KEYS: &str =
    "INSERT INTO tenant_keys (organization_id, key_id, kms_key_id, wrapped_key, wrapped_index_key, created_at)
    SELECT *, now() FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::bytea[], $5::bytea[])";
const OF_SITES: [&str; 2] = [
    "INSERT INTO sites (organization_id, site_id, name, time_zone, locale, created_at)
     SELECT o, s, 'Site', 'Europe/Berlin', 'en', now() FROM unnest($1::uuid[], $2::uuid[]) AS t (o, s)",
    "INSERT INTO badge_counters (organization_id, site_id, last) SELECT o, s, 0 FROM unnest($1::uuid[], $2::uuid[]) AS t (o, s)",
];
const OF_CREDENTIALS: &str = "INSERT INTO credentials (organization_id, credential_id, kind, sha256, name, permissions, created_at)
    SELECT o, c, 'api_token', s, 'benchmark', $4, now() FROM unnest($1::uuid[], $2::uuid[], $3::bytea[]) AS t (o, c, s)";
const OF_HOSTS: [&str; 2] = [
    "INSERT INTO people (organization_id, person_id, kind, key_id, wrapped_key, created_at)
     SELECT o, p, 'host', k, w, now() FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::bytea[]) AS t (o, p, k, w)",
    "INSERT INTO hosts (organization_id, host_id, person_id, name, email, locale, created_at)
     SELECT o, h, p, 'Host of the benchmark', 'host@example.com', 'en', now()
     FROM unnest($1::uuid[], $2::uuid[], $3::uuid[]) AS t (o, h, p)",
];

/// One of them, as a list of its own.
pub(crate) fn one_of(all: &Arc<Vec<Tenant>>, at: usize) -> Arc<Vec<Tenant>> {
    Arc::new(vec![all[at].clone()])
}
