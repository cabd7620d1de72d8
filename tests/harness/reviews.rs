//! Access reviews: opened and swept in one organization, at a moment of the test's choice. A sweep of all of them at
//! such a moment would take from every test beside it; where that is what is tested, the organizations are in a
//! database apart.

use std::time::Duration;

use serde_json::json;
use shared::{
    Result,
    clock::{Clock, Timestamp},
    id::{AccessReviewId, AccessReviewItemId, CredentialId, ImpersonationId, KioskId, OrganizationId},
    runtime::{self, Fired},
    schedule::{Outcome, Tick},
    settings::Variables,
    tenant::Db,
};
use tokio_postgres::{Client, Row};

use super::{World, stack};
use crate::isolation::database;

/// Seconds of a day.
pub(crate) const DAY_S: i64 = 86_400;

/// The present moment.
pub(crate) fn now() -> Timestamp {
    Clock::System { offset_s: 0 }.now()
}

/// A moment some days from another.
pub(crate) fn days(from: Timestamp, days: i64) -> Timestamp {
    from.plus_seconds(days * DAY_S)
}

/// What opens reviews, with some settings changed.
pub(crate) async fn opener(changes: &[(&str, &str)]) -> open_access_reviews::Deps {
    let variables = stack::variables("fn_open_access_reviews", changes);
    stack::connect::<open_access_reviews::Deps>(&variables).await
}

/// What sweeps, with some settings changed.
pub(crate) async fn sweeper(changes: &[(&str, &str)]) -> sweep_access_reviews::Deps {
    let variables = stack::variables("fn_sweep_access_reviews", changes);
    stack::connect::<sweep_access_reviews::Deps>(&variables).await
}

/// One organization of a database.
pub(crate) struct One<'d> {
    pub(crate) db: &'d Db,
    pub(crate) organization: OrganizationId,
}

async fn open_one(one: &One<'_>, tick: &Tick) -> Result<Outcome> {
    let done = open_access_reviews::open(tick, &tick.work(one.db, one.organization)).await?;
    Ok(Outcome { organizations: 1, done, failed: 0 })
}

async fn sweep_one(one: &One<'_>, tick: &Tick) -> Result<Outcome> {
    let done = sweep_access_reviews::sweep_one(tick, &tick.work(one.db, one.organization)).await?;
    Ok(Outcome { organizations: 1, done, failed: 0 })
}

/// A tick of a minute's length.
pub(crate) fn fired() -> Fired {
    Fired { event: json!({}), request_id: "test".to_owned(), remaining: Duration::from_secs(60) }
}

/// What a tick at a moment opens in one organization.
pub(crate) async fn try_open(one: &One<'_>, moment: Timestamp) -> Result<u64> {
    runtime::sweep(Clock::Fixed(moment), one, open_one, fired()).await.map(|outcome| outcome.done)
}

/// What a tick at a moment does in one organization.
pub(crate) async fn try_sweep(one: &One<'_>, moment: Timestamp) -> Result<u64> {
    runtime::sweep(Clock::Fixed(moment), one, sweep_one, fired()).await.map(|outcome| outcome.done)
}

/// Opens the review of a world at a moment; the review.
pub(crate) async fn open(world: &World, moment: Timestamp) -> AccessReviewId {
    let deps = opener(&[]).await;
    let one = One { db: &deps.db, organization: world.organization };
    assert_eq!(try_open(&one, moment).await.expect("a tick that ends well"), 1);
    world.own_rows("SELECT review_id FROM access_reviews WHERE organization_id = $1 ORDER BY opened_at DESC").await[0]
        .get(0)
}

/// Sweeps a world at a moment; how much was done.
pub(crate) async fn sweep(world: &World, moment: Timestamp) -> u64 {
    let deps = sweeper(&[]).await;
    let one = One { db: &deps.db, organization: world.organization };
    try_sweep(&one, moment).await.expect("a tick that ends well")
}

impl World {
    /// A kiosk that is paired, and its device token.
    pub(crate) async fn paired_kiosk(&self, name: &str) -> (KioskId, String) {
        let (kiosk, secret) = (KioskId::new(now()), self.kiosk_at(self.site).await);
        let hash = shared::authn::sha256(secret.as_bytes());
        let sql = "INSERT INTO kiosks (organization_id, kiosk_id, site_id, name, credential_id, pairing_expires_at, paired_at, created_at)
            SELECT organization_id, $2, $3, $4, credential_id, now(), now(), now() FROM credentials
            WHERE organization_id = $1 AND sha256 = $5";
        self.execute(sql, &[&self.organization, &kiosk, &self.site, &name, &hash.as_slice()]).await;
        (kiosk, secret)
    }

    /// Staff who came in at a moment, for half an hour.
    pub(crate) async fn impersonation(&self, opened: Timestamp) -> ImpersonationId {
        let (impersonation, credential) = (ImpersonationId::new(opened), CredentialId::new(opened));
        let ends = opened.plus_seconds(1800);
        let sql = "INSERT INTO credentials (organization_id, credential_id, kind, sha256, name, permissions, expires_at, created_at, last_used_at)
            VALUES ($1, $2, 'impersonation', sha256($2::uuid::text::bytea), 'staff', '{visit.read}', $3, $4, $4)";
        self.execute(sql, &[&self.organization, &credential, &ends, &opened]).await;
        let sql = "INSERT INTO staff (staff_id, organization_id, term, appointed_at) VALUES ($2, $1, 1, $3)";
        self.execute(sql, &[&self.organization, &impersonation, &opened]).await;
        let sql = "INSERT INTO impersonations (organization_id, impersonation_id, staff_id, staff_term, staff_organization_id, staff_name,
              staff_role, role, reason, requested_under, requested_at, needs_approval, credential_id, opened_at, opened_by_request, expires_at)
            VALUES ($1, $2, $2, 1, $1, 'Staff of the operator', 'security', 'auditor', 'Looks at a visit that cannot be found',
              sha256($2::uuid::text::bytea), $3, false, $4, $3, 'a request', $5)";
        self.execute(sql, &[&self.organization, &impersonation, &opened, &credential, &ends]).await;
        impersonation
    }

    /// The item about something of this world, in a review.
    pub(crate) async fn item_of(&self, review: AccessReviewId, subject: uuid::Uuid) -> AccessReviewItemId {
        let sql =
            "SELECT item_id FROM access_review_items WHERE organization_id = $1 AND review_id = $2 AND subject_id = $3";
        self.rows(sql, &[&self.organization, &review, &subject]).await[0].get(0)
    }

    /// The id of the credential with this text.
    pub(crate) async fn credential_id(&self, secret: &str) -> CredentialId {
        let hash = shared::authn::sha256(secret.as_bytes());
        let sql = "SELECT credential_id FROM credentials WHERE organization_id = $1 AND sha256 = $2";
        self.rows(sql, &[&self.organization, &hash.as_slice()]).await[0].get(0)
    }

    /// True where the credential with this text has not ended.
    pub(crate) async fn is_live(&self, secret: &str) -> bool {
        let hash = shared::authn::sha256(secret.as_bytes());
        let sql = "SELECT revoked_at IS NULL FROM credentials WHERE organization_id = $1 AND sha256 = $2";
        self.rows(sql, &[&self.organization, &hash.as_slice()]).await[0].get(0)
    }
}

/// A database of its own, as a deployment makes it, with organizations that each hold one row in every table.
pub(crate) struct Apart {
    pub(crate) client: Client,
    pub(crate) name: String,
    pub(crate) organizations: Vec<OrganizationId>,
}

impl Apart {
    /// A database with so many organizations.
    pub(crate) async fn with(count: usize) -> Self {
        let client = database::connect_apart().await;
        let name = database::text(&client, "SELECT current_database()").await;
        let connect = "GRANT CONNECT ON DATABASE {db} TO fn_open_access_reviews, fn_sweep_access_reviews";
        database::run(&client, &connect.replace("{db}", &name)).await;
        let mut organizations = Vec::new();
        for _ in 0..count {
            let id = database::new_id(&client).await;
            database::run(&client, &format!("BEGIN; {} COMMIT", database::seed(&id))).await;
            let enter = format!("INSERT INTO directory (organization_id, slug) VALUES ('{id}', 'o' || md5('{id}'))");
            database::run(&client, &enter).await;
            organizations.push(id.parse().expect("an id"));
        }
        Self { client, name, organizations }
    }

    /// What a role is told, to reach this database.
    fn variables(&self, role: &str, changes: &[(&str, &str)]) -> Variables {
        let told = stack::variables(role, changes);
        let mut url = url::Url::parse(told.required("DATABASE_URL").expect("a URL")).expect("a URL");
        url.set_path(&self.name);
        stack::variables(role, &[changes, &[("DATABASE_URL", url.as_str())]].concat())
    }

    /// What opens reviews here.
    pub(crate) async fn opener(&self, changes: &[(&str, &str)]) -> open_access_reviews::Deps {
        stack::connect(&self.variables("fn_open_access_reviews", changes)).await
    }

    /// What sweeps here.
    pub(crate) async fn sweeper(&self, changes: &[(&str, &str)]) -> sweep_access_reviews::Deps {
        stack::connect(&self.variables("fn_sweep_access_reviews", changes)).await
    }

    /// Rows of a question.
    pub(crate) async fn rows(&self, sql: &str) -> Vec<Row> {
        self.client.query_typed(sql, &[]).await.unwrap_or_else(|error| panic!("{sql}: {error:?}"))
    }

    /// The number that a question answers with.
    pub(crate) async fn number(&self, sql: &str) -> i64 {
        self.rows(sql).await[0].get(0)
    }

    /// Waits until a question answers with a number that is large enough.
    pub(crate) async fn wait_for(&self, sql: &str, least: i64) {
        for _ in 0..4000 {
            if self.number(sql).await >= least {
                return;
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        panic!("{sql} was to be {least}");
    }
}
