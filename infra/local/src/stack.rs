//! `doorbook-local run`: everything that the template says, on one machine, until it is stopped.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

use serde_json::json;
use tokio::net::TcpListener;
use tokio::sync::Mutex;
use tokio::task::JoinSet;

use crate::control::{self, Controlled};
use crate::error::{Error, Result};
use crate::lambda::{Clock, Lambda, Launch, Outcome};
use crate::local_files::LocalFiles;
use crate::object_storage::S3;
use crate::postgres::{self, Cluster, Durability};
use crate::rekognition::Rekognition;
use crate::schedule::{self, Schedule};
use crate::secrets::Secrets;
use crate::services::{Layout, Services, find_root, read_template};
use crate::ses::Ses;
use crate::sqs::{self, Sqs};
use crate::template::{Function, Template, Trigger};
use crate::textract::Textract;
use crate::{gateway, http, kms, machine, report, variables};

/// Where the gateway listens unless PORT says otherwise.
const PORT: u16 = 9000;
/// How many batches of one queue are under way at once.
const POLLERS: usize = 2;

/// A running stack. [`Stack::stop`] stops it in order; what is dropped instead is killed.
pub struct Stack {
    /// Where the gateway answers.
    pub address: SocketAddr,
    /// The functions, as they were resolved.
    pub functions: Vec<Function>,
    /// For invoking functions by name.
    pub lambda: Arc<Lambda>,
    /// For writing files of the running stack.
    pub files: LocalFiles,
    cluster: Arc<Mutex<Cluster>>,
    tasks: JoinSet<()>,
    servers: Vec<http::Server>,
    _s3: S3,
    _kms: kms::Kms,
    _secrets: Secrets,
    _sqs: Sqs,
    _ses: Ses,
    _textract: Textract,
    _rekognition: Rekognition,
}

impl Stack {
    /// Starts everything, migrates the database and serves.
    ///
    /// # Errors
    /// When a stack runs already, the port is taken, a part does not start or a migration fails. Nothing is left running.
    pub async fn start(binaries: Option<PathBuf>) -> Result<Self> {
        let root = find_root()?;
        let files = LocalFiles::take(&root)?;
        // The port first: it costs nothing and is what fails most often.
        let (listener, address) = http::listen(port()?).await?;
        let layout = Layout { root, state: files.directory().to_owned() };
        let (template, resources) = read_template(&layout)?;
        report::note("starting PostgreSQL and the AWS stand-ins");
        let mut services = Services::start(&layout, resources, Durability::Flushed).await?;
        match wire(&layout, &template, &services, address, binaries, &files).await {
            Ok((functions, lambda)) => Self::serve(listener, address, functions, lambda, files, services).await,
            Err(error) => {
                services.stop().await;
                Err(error)
            }
        }
    }

    /// Stops the gateway, then the functions, then what they stand on.
    pub async fn stop(mut self) {
        self.servers.clear();
        self.tasks.shutdown().await;
        self.lambda.stop();
        self.cluster.lock().await.stop().await;
    }

    async fn serve(
        listener: TcpListener,
        address: SocketAddr,
        functions: Vec<Function>,
        lambda: Lambda,
        files: LocalFiles,
        services: Services,
    ) -> Result<Self> {
        let lambda = Arc::new(lambda);
        let Services { cluster, s3, kms, secrets, sqs, ses, textract, rekognition, .. } = services;
        let cluster = Arc::new(Mutex::new(cluster));
        let scheduled = functions.iter().filter(|one| schedules(one).next().is_some());
        let controlled = Controlled {
            lambda: Arc::clone(&lambda),
            scheduled: Arc::new(scheduled.map(|one| one.name.clone()).collect()),
            cluster: Arc::clone(&cluster),
        };
        let (control, point) = control::serve(controlled).await?;
        files.write_control(&point)?;
        let mut tasks = JoinSet::new();
        feed(&mut tasks, &functions, &lambda, &sqs)?;
        let gateway = gateway::serve(listener, &functions, Arc::clone(&lambda), gateway::INTEGRATION_LIMIT);
        let servers = vec![gateway, control];
        Ok(Self {
            address,
            functions,
            lambda,
            files,
            cluster,
            tasks,
            servers,
            _s3: s3,
            _kms: kms,
            _secrets: secrets,
            _sqs: sqs,
            _ses: ses,
            _textract: textract,
            _rekognition: rekognition,
        })
    }
}

/// Resolves the functions, brings the database to their version and gives every role its password.
async fn wire(
    layout: &Layout,
    template: &Template,
    services: &Services,
    address: SocketAddr,
    binaries: Option<PathBuf>,
    files: &LocalFiles,
) -> Result<(Vec<Function>, Lambda)> {
    let cluster = &services.cluster;
    let parameters = BTreeMap::from([
        ("Environment".to_owned(), "local".to_owned()),
        ("DatabaseEndpoint".to_owned(), cluster.endpoint()),
        ("LogOrigin".to_owned(), machine::LOG_ORIGIN.to_owned()),
        ("MailFrom".to_owned(), machine::MAIL_FROM.to_owned()),
        ("ConsoleOrigin".to_owned(), format!("http://{address}")),
    ]);
    let mut functions = template.functions(&parameters, &services.physical)?;
    for expression in functions.iter().flat_map(schedules) {
        Schedule::read(expression)?;
    }
    let passwords = variables::passwords(&functions)?;
    for function in &mut functions {
        variables::make_local(function, cluster, &passwords);
    }
    let launch = Launch {
        root: layout.root.clone(),
        binaries,
        logs: layout.state.join("logs"),
        variables: services.sdk_variables(),
        clock: Clock::default(),
    };
    let lambda = Lambda::new(functions.clone(), launch)?;
    files.write("env", &variables::for_people(cluster, &passwords, &services.sdk_variables()))?;
    report::note("migrating the database");
    let migrator = passwords.get(postgres::MIGRATOR).map(String::as_str).unwrap_or_default();
    services.bootstrap(layout, migrator).await?;
    let (Outcome::Answered(payload) | Outcome::Failed(payload)) = lambda.invoke("migrate", "{}".into()).await?;
    // A refusal is an answer too, so what counts is whether it says what was applied.
    if serde_json::from_slice(&payload).is_ok_and(|answer: serde_json::Value| answer.get("applied").is_none()) {
        return Err(Error::stack(format!("the migration failed: {}", String::from_utf8_lossy(&payload))));
    }
    let superuser = cluster.superuser().await?;
    for (role, password) in &passwords {
        postgres::set_password(&superuser, role, password).await?;
    }
    Ok((functions, lambda))
}

/// Starts the pollers of queues and the timers of schedules.
fn feed(tasks: &mut JoinSet<()>, functions: &[Function], lambda: &Arc<Lambda>, sqs: &Sqs) -> Result<()> {
    for function in functions {
        for trigger in &function.triggers {
            if let Trigger::Queue(mapping) = trigger {
                for _ in 0..POLLERS {
                    let (lambda, name) = (Arc::clone(lambda), function.name.clone());
                    tasks.spawn(sqs::poll(sqs.queues(), mapping.clone(), move |event| {
                        let (lambda, name) = (Arc::clone(&lambda), name.clone());
                        async move { answered(&lambda, &name, event).await }
                    }));
                }
            }
        }
        for expression in schedules(function) {
            let schedule = Schedule::read(expression)?;
            tasks.spawn(keep_time(schedule, Arc::clone(lambda), function.name.clone()));
        }
    }
    Ok(())
}

async fn keep_time(schedule: Schedule, lambda: Arc<Lambda>, function: String) {
    loop {
        tokio::time::sleep(schedule.next(machine::now())).await;
        if schedule.is_due(machine::now()) {
            // A failure is reported by the function's pool; the schedule goes on.
            answered(&lambda, &function, schedule::event(&function)).await;
        }
    }
}

async fn answered(lambda: &Lambda, function: &str, event: serde_json::Value) -> Option<serde_json::Value> {
    match lambda.invoke(function, event.to_string().into()).await {
        Ok(Outcome::Answered(payload)) => Some(serde_json::from_slice(&payload).unwrap_or(json!(null))),
        Ok(Outcome::Failed(_)) | Err(_) => None,
    }
}

fn schedules(function: &Function) -> impl Iterator<Item = &str> {
    function.triggers.iter().filter_map(|trigger| match trigger {
        Trigger::Schedule(expression) => Some(expression.as_str()),
        Trigger::Http(_) | Trigger::Queue(_) => None,
    })
}

fn port() -> Result<u16> {
    match machine::variable("PORT") {
        None => Ok(PORT),
        Some(text) => text.parse().map_err(|_| Error::Arguments(format!("PORT={text} is no port"))),
    }
}
