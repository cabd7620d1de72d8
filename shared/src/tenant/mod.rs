//! The only holder of a database connection. No query runs but inside a transaction that has a tenant.

pub(crate) mod connection;
mod iam_token;
mod pipeline;
mod statement;

use std::sync::{Arc, Mutex, PoisonError};

use tokio_postgres::Client;

pub use pipeline::Interrupted;
pub(crate) use statement::word_columns;
pub use statement::{Bytes, DecodeAll, Lookup, Lookups, Parameter, Row, Statement};

use crate::{
    clock::Clock,
    error::{Error, Result},
    id::{CredentialId, OrganizationId},
    settings::DatabaseSettings,
    wiring::{Fatal, Needs, Part, Right, Start, Variable},
};

/// A way to the database as one role. It cannot run a query by itself: only an admitted request, a message or
/// a tick of a schedule can, each for one organization.
#[derive(Clone)]
pub struct Db {
    connector: Arc<connection::Connector>,
    // A function serves one request at a time, so there is one connection here, or none.
    idle: Arc<Mutex<Vec<Client>>>,
}

impl Db {
    /// Connects, so that the first request finds the connection open.
    ///
    /// # Errors
    /// [`Error::Unavailable`] when the database does not answer.
    pub async fn connect(settings: &DatabaseSettings, clock: Clock) -> Result<Self> {
        let db = Self::new(settings, clock)?;
        db.open().await?;
        Ok(db)
    }

    fn new(settings: &DatabaseSettings, clock: Clock) -> Result<Self> {
        let connector = connection::Connector::new(settings, clock)?;
        Ok(Self { connector: Arc::new(connector), idle: Arc::default() })
    }

    async fn open(&self) -> Result<()> {
        self.give_back(self.connector.connect().await?);
        Ok(())
    }

    async fn take(&self) -> Result<Client> {
        loop {
            let idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
            match idle {
                Some(client) if client.is_closed() => {}
                Some(client) => return Ok(client),
                None => return self.connector.connect().await,
            }
        }
    }

    fn give_back(&self, client: Client) {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).push(client);
    }

    /// One transaction in one round trip. A connection on which anything failed is dropped.
    pub(crate) async fn round_trip(&self, statements: &[Statement]) -> Result<Vec<Vec<Row>>> {
        let client = self.take().await?;
        let answers = pipeline::run(&client, statements).await?;
        self.give_back(client);
        Ok(answers)
    }

    /// One transaction whose statements depend on each other. `open` binds the tenant in the round trip of BEGIN.
    pub(crate) async fn transaction<T>(
        &self,
        open: Statement,
        work: impl AsyncFnOnce(&mut TenantTx<'_>) -> Result<T>,
    ) -> Result<T> {
        let client = self.take().await?;
        let begin = async {
            let begun = client.batch_execute("BEGIN");
            let parameters = open.typed();
            let opened = client.query_typed(open.sql, &parameters);
            let (begun, opened) = futures_util::future::join(begun, opened).await;
            begun.and(opened.map(drop)).map_err(pipeline::explain)
        };
        pipeline::within(begin).await??;
        let outcome = work(&mut TenantTx { client: &client }).await?;
        pipeline::within(client.batch_execute("COMMIT")).await?.map_err(pipeline::explain)?;
        self.give_back(client);
        Ok(outcome)
    }
}

/// The database, as the function's own role; all parts that ask share one.
impl Part for Db {
    fn needs() -> Needs {
        let connect = Right::new(&["rds-db:connect"], &["${Database.Outputs.Users}/{role}"]);
        Needs::of(&[Variable::required("DATABASE_URL"), Variable::optional("DATABASE_CA_FILE")], &[connect])
    }

    fn build(start: &mut Start) -> Result<Self, Fatal> {
        start.shared(|start| {
            let db = Self::new(&DatabaseSettings::read(start.told())?, start.common().clock)?;
            let opened = db.clone();
            start.open(async move { opened.open().await });
            Ok(db)
        })
    }
}

/// A transaction that is bound to one organization: the only thing that runs dependent statements.
pub struct TenantTx<'c> {
    client: &'c Client,
}

impl TenantTx<'_> {
    /// Asks one question.
    ///
    /// # Errors
    /// [`Error::NotFound`] when a row that must be there is not.
    pub async fn find<T>(&mut self, lookup: Lookup<T>) -> Result<T> {
        let rows = self.run(&lookup.statement).await?;
        (lookup.decode)(&rows)
    }

    /// Runs one statement that changes something.
    ///
    /// # Errors
    /// When the database refuses it; nothing of this transaction then stays.
    pub async fn write(&mut self, statement: Statement) -> Result<()> {
        self.run(&statement).await.map(drop)
    }

    async fn run(&self, statement: &Statement) -> Result<Vec<Row>> {
        let parameters = statement.typed();
        let query = self.client.query_typed(statement.sql, &parameters);
        let rows = pipeline::within(query).await?.map_err(pipeline::explain)?;
        Ok(rows.into_iter().map(Row::new).collect())
    }
}

/// The statement that opens a later transaction of an admitted request.
pub(crate) fn resume(
    organization: OrganizationId,
    credential: CredentialId,
    key_sha256: Option<[u8; 32]>,
    request_id: &str,
    clock: Clock,
) -> Statement {
    Statement::new("-- door.resume\nSELECT app.resume($1, $2, $3, $4, $5)")
        .bind(organization)
        .bind(credential)
        .bind(key_sha256.map(|hash| hash.to_vec()))
        .bind(request_id.to_owned())
        .bind(clock.now())
}

/// True when another attempt at the whole request may succeed.
#[must_use]
pub fn is_interruption(error: &Error) -> bool {
    matches!(error, Error::Unavailable(cause) if cause.is::<Interrupted>())
}
