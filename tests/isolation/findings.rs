//! Everything that is wrong with the isolation of a database, as a list that should be empty.

use std::sync::atomic::{AtomicUsize, Ordering};

use tokio_postgres::Client;

use super::database::{grants, lay_limits_down, new_id, run, seed, try_texts};

/// A transaction in which two organizations are seeded and each role has a twin made from its grants.
pub(super) struct Probed<'client> {
    client: &'client Client,
    organizations: (String, String),
    number: usize,
}

/// Opens it. A test that drops the connection or says ROLLBACK leaves no trace.
pub(super) async fn probe(client: &Client) -> Probed<'_> {
    static OPENED: AtomicUsize = AtomicUsize::new(0);
    let number = OPENED.fetch_add(1, Ordering::Relaxed);
    let organizations = (new_id(client).await, new_id(client).await);
    run(client, "BEGIN").await;
    run(client, &own_names(include_str!("catalogue.sql"), number)).await;
    run(client, &own_names(include_str!("probes.sql"), number)).await;
    for (role, file) in grants() {
        let twin = own_names(&format!("{role}__twin"), number);
        run(client, &format!("CREATE ROLE {twin} LOGIN NOINHERIT")).await;
        lay_limits_down(client, &twin, &file).await;
        run(client, "SET LOCAL ROLE doorbook_owner").await;
        run(client, &file.replace(&role, &twin)).await;
        run(client, "RESET ROLE").await;
    }
    for organization in [&organizations.0, &organizations.1] {
        run(client, &seed(organization)).await;
    }
    // What waits for COMMIT would keep a table from being altered.
    run(client, "SET CONSTRAINTS ALL IMMEDIATE").await;
    run(client, &format!("SELECT pg_temp.prepare_probes('{}')", organizations.1)).await;
    Probed { client, organizations, number }
}

/// Roles belong to the whole server, and two transactions that make one of the same name wait for each other. So each
/// has names of its own for what it makes.
fn own_names(sql: &str, number: usize) -> String {
    sql.replace("__twin", &format!("__twin{number}"))
        .replace(r"\_\_twin", &format!(r"\_\_twin{number}"))
        .replace("isolation_probe", &format!("isolation_probe{number}"))
}

impl Probed<'_> {
    /// What is wrong now: by the catalogue, and if that is in order, by what the probes could do.
    pub(super) async fn findings(&self) -> Vec<String> {
        let by_catalogue = self.findings_by_catalogue().await;
        if by_catalogue.is_empty() { self.findings_by_probes().await } else { by_catalogue }
    }

    pub(super) async fn findings_by_catalogue(&self) -> Vec<String> {
        let checks = "SELECT pg_temp.role_findings() UNION ALL SELECT pg_temp.right_findings() \
             UNION ALL SELECT pg_temp.table_findings() UNION ALL SELECT pg_temp.object_findings()";
        self.failing(checks).await
    }

    pub(super) async fn findings_by_probes(&self) -> Vec<String> {
        let (a, b) = &self.organizations;
        self.failing(&format!("SELECT pg_temp.probe_findings('{a}', '{b}')")).await
    }

    /// A check that cannot even run counts as something wrong.
    async fn failing(&self, checks: &str) -> Vec<String> {
        try_texts(self.client, checks).await.unwrap_or_else(|code| vec![format!("the checks fail with {code}")])
    }

    /// Makes a change that `undo` takes back.
    pub(super) async fn mutate(&self, statements: &str) {
        run(self.client, "SAVEPOINT untouched").await;
        run(self.client, &own_names(statements, self.number)).await;
    }

    pub(super) async fn undo(&self) {
        run(self.client, "ROLLBACK TO untouched").await;
    }

    pub(super) fn client(&self) -> &Client {
        self.client
    }
}
