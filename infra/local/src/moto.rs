//! The S3 and SSM stand-in: a pinned moto server in a virtual environment of our own.

use std::net::SocketAddr;
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use hyper::StatusCode;
use hyper::body::Bytes;
use rustix::process::Signal;
use tokio::process::Child;
use tokio::time::{Instant, sleep};

use crate::error::{Error, Result};
use crate::process::{self, Orphan};
use crate::{http, machine};

/// How long the interpreter may take to load the server on a cold disk.
const START_LIMIT: Duration = Duration::from_secs(60);
/// How many free ports are tried.
const START_ATTEMPTS: u32 = 3;
/// Tells moto which service is meant; it checks no signature.
const S3_CREDENTIAL: &str =
    "AWS4-HMAC-SHA256 Credential=local/20260101/us-east-1/s3/aws4_request, SignedHeaders=host, Signature=0";

/// A running moto server. Its objects live in its memory and go with it.
#[derive(Debug)]
pub struct Moto {
    address: SocketAddr,
    server: Child,
}

impl Moto {
    /// Starts the server from its virtual environment on a free port and waits until it answers.
    ///
    /// # Errors
    /// When the environment is not installed or the server does not answer.
    pub async fn start(environment: &Path, log: &Path) -> Result<Self> {
        let program = environment.join("bin/moto_server");
        if !program.exists() {
            return Err(Error::stack(format!("{} is missing; run infra/local/install.sh", program.display())));
        }
        // A free port may be taken by another program before moto has it; then another one is tried.
        for _ in 1..START_ATTEMPTS {
            if let Ok(moto) = Self::start_once(&program, log).await {
                return Ok(moto);
            }
        }
        Self::start_once(&program, log).await
    }

    async fn start_once(program: &Path, log: &Path) -> Result<Self> {
        let address = machine::loopback(machine::free_port()?);
        let output = process::log_file(log)?;
        let errors = output.try_clone().map_err(Error::io("cannot open the log twice"))?;
        let mut command = process::command(program, None, Orphan::Kill);
        command
            .args(["-H", "127.0.0.1", "-p", &address.port().to_string()])
            .stdout(Stdio::from(output))
            .stderr(Stdio::from(errors));
        let server = process::start(&mut command, "moto")?;
        let mut moto = Self { address, server };
        moto.wait_until_it_answers(log).await?;
        Ok(moto)
    }

    /// The URL that the AWS SDK is given.
    #[must_use]
    pub fn endpoint(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Makes a bucket, with Object Lock where the template asks for it; one that exists is left as it is.
    ///
    /// # Errors
    /// When moto refuses the name.
    pub async fn create_bucket(&self, name: &str, has_object_lock: bool) -> Result<()> {
        let lock = if has_object_lock { "true" } else { "false" };
        let headers = [("authorization", S3_CREDENTIAL), ("x-amz-bucket-object-lock-enabled", lock)];
        let request = http::request("PUT", self.address, &format!("/{name}"), &headers, Bytes::new())?;
        match http::send(self.address, request).await? {
            (StatusCode::OK | StatusCode::CONFLICT, _) => Ok(()),
            (status, _) => Err(Error::stack(format!("moto refused the bucket {name}: {status}"))),
        }
    }

    /// Stops the server.
    pub async fn stop(&mut self) {
        process::stop(&mut self.server, Signal::TERM, Duration::from_secs(2)).await;
    }

    async fn wait_until_it_answers(&mut self, log: &Path) -> Result<()> {
        let started = Instant::now();
        loop {
            let request = http::request("GET", self.address, "/moto-api/", &[], Bytes::new())?;
            let answers = http::send(self.address, request).await.is_ok();
            let has_ended = matches!(self.server.try_wait(), Ok(Some(_)));
            if answers && !has_ended {
                return Ok(());
            }
            if has_ended || started.elapsed() > START_LIMIT {
                return Err(Error::stack(format!("moto did not start; see {}", log.display())));
            }
            sleep(Duration::from_millis(50)).await;
        }
    }
}
