//! `doorbook-local with-stack -- command`: a migrated database and the AWS stand-ins for as long as a command runs.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::io::IsTerminal;
use std::path::{Path, PathBuf};
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use rustix::process::{Signal, kill_process_group};
use tokio::process::{Child, Command};

use crate::error::{Error, Result};
use crate::postgres::Durability;
use crate::report::{self, OrReport};
use crate::services::{Layout, Services, find_root, read_template};
use crate::template::Template;
use crate::{machine, postgres, process, signals};

/// The beginning of the names of our directories; what follows is the process id of their owner.
const DIRECTORY: &str = "doorbook-stack-";
/// How long a command may take to end when we are told to stop.
const GRACE: Duration = Duration::from_secs(10);

/// Runs a command on a stack of its own and returns its exit code.
///
/// # Errors
/// When a part does not start or the command does not exist.
pub async fn with_stack(command: &[OsString], durability: Durability) -> Result<u8> {
    let scratch = Scratch::create()?;
    let layout = Layout { root: find_root()?, state: scratch.0.clone() };
    let mut stop = signals::stop_requested()?;
    let (mut services, variables) = tokio::select! {
        started = start(&layout, durability) => started?,
        () = stop.requested() => return Err(Error::stack("stopped before the stack was up")),
    };
    let outcome = match spawn(command, &variables) {
        Ok(mut child) => tokio::select! {
            status = child.wait() => status.map_err(Error::io("cannot wait for the command")),
            () = stop.requested() => end(&mut child).await,
        },
        Err(error) => Err(error),
    };
    services.stop().await;
    Ok(exit_code(outcome?))
}

async fn start(layout: &Layout, durability: Durability) -> Result<(Services, Vec<(String, String)>)> {
    let (template, resources) = read_template(layout)?;
    let mut services = Services::start(layout, resources, durability).await?;
    match prepare(layout, &template, &services).await {
        Ok(variables) => Ok((services, variables)),
        Err(error) => {
            services.stop().await;
            Err(error)
        }
    }
}

async fn prepare(layout: &Layout, template: &Template, services: &Services) -> Result<Vec<(String, String)>> {
    let cluster = &services.cluster;
    let password = machine::random_password()?;
    services.bootstrap(layout, &password).await?;
    postgres::migrate(cluster, &layout.infra(), &password).await?;
    let superuser = cluster.superuser().await?;
    for role in postgres::function_roles(&superuser).await? {
        postgres::set_password(&superuser, &role, &password).await?;
    }
    let mut variables = services.sdk_variables();
    variables.extend([
        ("DOORBOOK_TEST_SUPERUSER_URL".to_owned(), cluster.superuser_url()),
        ("DOORBOOK_TEST_MIGRATOR_URL".to_owned(), cluster.url(postgres::MIGRATOR, &password)),
        ("DOORBOOK_TEST_DATABASE_CA".to_owned(), cluster.authority().display().to_string()),
        ("DOORBOOK_TEST_DATABASE_LOG".to_owned(), layout.log("postgres").display().to_string()),
        ("DOORBOOK_TEST_FN_PASSWORD".to_owned(), password),
        ("DOORBOOK_TEST_MAIL_FILE".to_owned(), layout.mail().display().to_string()),
    ]);
    variables.extend(resource_variables(template, services)?);
    Ok(variables)
}

/// What functions are told of queues, buckets and keys, for tests that stand in their place.
fn resource_variables(template: &Template, services: &Services) -> Result<BTreeMap<String, String>> {
    let parameters = [
        ("LogOrigin", machine::LOG_ORIGIN),
        ("MailFrom", machine::MAIL_FROM),
        ("ConsoleOrigin", machine::CONSOLE_ORIGIN),
    ];
    let parameters = parameters.map(|(name, value)| (name.to_owned(), value.to_owned())).into();
    let functions = template.functions(&parameters, &services.physical)?;
    let all = functions.into_iter().flat_map(|function| function.variables);
    let of_resources = all.filter(|(name, _)| !matches!(name.as_str(), "DATABASE_URL" | "ENVIRONMENT" | "LOG_LEVEL"));
    Ok(of_resources.map(|(name, value)| (format!("DOORBOOK_TEST_{name}"), value)).collect())
}

fn spawn(command: &[OsString], variables: &[(String, String)]) -> Result<Child> {
    let mut child = Command::new("setpriv");
    child.args(["--pdeathsig=TERM", "--"]).args(command).envs(variables.iter().cloned()).kill_on_drop(true);
    // At a terminal the command shares our group, so that it may read keys and Ctrl-C reaches it by itself.
    if !std::io::stdin().is_terminal() {
        child.process_group(0).stdin(Stdio::inherit());
    }
    process::start(&mut child, "the command")
}

async fn end(child: &mut Child) -> Result<ExitStatus> {
    report::note("stopping");
    let group = process::pid_of(child);
    let status = process::stop(child, Signal::TERM, GRACE).await;
    if let Some(group) = group.filter(|_| !std::io::stdin().is_terminal()) {
        // Programs that the command started and left behind.
        kill_process_group(group, Signal::KILL).ok();
    }
    status.ok_or_else(|| Error::stack("the command was gone"))
}

fn exit_code(status: ExitStatus) -> u8 {
    use std::os::unix::process::ExitStatusExt;

    let code = status.code().or_else(|| status.signal().map(|signal| signal.saturating_add(128)));
    code.and_then(|code| u8::try_from(code).ok()).unwrap_or(1)
}

/// A directory that goes when its owner does; one whose owner was killed goes at the next start.
struct Scratch(PathBuf);

impl Scratch {
    fn create() -> Result<Self> {
        use std::os::unix::fs::PermissionsExt;

        let parent = std::env::temp_dir();
        remove_abandoned(&parent);
        let directory = parent.join(format!("{DIRECTORY}{}-{}", std::process::id(), machine::id()));
        machine::make_private_directory(&directory)?;
        // The user `postgres` passes through; what is inside has its own modes.
        std::fs::set_permissions(&directory, PermissionsExt::from_mode(0o711))
            .map_err(Error::io("cannot open the way"))?;
        Ok(Self(directory))
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        std::fs::remove_dir_all(&self.0).or_report("a temporary directory is left behind");
    }
}

fn remove_abandoned(parent: &Path) {
    for entry in std::fs::read_dir(parent).into_iter().flatten().flatten() {
        let name = entry.file_name();
        let owner = name.to_str().and_then(|name| name.strip_prefix(DIRECTORY)?.split('-').next()?.parse().ok());
        if owner.is_some_and(|owner: i32| !process::is_alive(owner)) {
            // Another user's directory stays, and another start may be removing this one too.
            std::fs::remove_dir_all(entry.path()).ok();
        }
    }
}
