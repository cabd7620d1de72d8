//! The S3 stand-in: objects with versions and Object Lock, uploads in parts, listings, and links that are signed.

mod answer;
mod bucket;
mod buckets;
mod chunked;
mod credential;
mod files;
mod listing;
mod objects;
mod parts;
mod received;
mod refusal;
mod request;
mod uploads;
mod xml;

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use http_body_util::BodyExt as _;
use hyper::body::Incoming;
use hyper::http::request::Parts;
use hyper::{Method, Request};

use crate::error::{Error, Result};
use crate::{http, machine};

use answer::Answer;
use bucket::Bucket;
use files::Files;
use refusal::{Code, Outcome, Refusal};
use request::Target;
use uploads::Uploads;

pub use bucket::{Retention, Rules};

/// Most frames of a refused upload that are still read, since a client that is still sending hears no answer.
const DISCARDED_FRAMES_MAX: usize = 100_000;

/// A running S3 stand-in. Its objects lie in a directory and go with it.
#[derive(Debug)]
pub struct S3 {
    address: SocketAddr,
    directory: PathBuf,
    shared: Arc<Shared>,
    _server: http::Server,
}

/// What all requests work on.
#[derive(Debug)]
struct Shared {
    store: Mutex<Store>,
    files: Files,
}

/// What lies there. The bytes themselves are in files.
#[derive(Debug, Default)]
struct Store {
    buckets: BTreeMap<String, Bucket>,
    uploads: Uploads,
}

impl S3 {
    /// Serves no buckets yet, on a free port, and keeps the bytes of objects in a directory.
    ///
    /// # Errors
    /// When no port is free or the directory cannot be made.
    pub async fn start(directory: &Path) -> Result<Self> {
        let shared = Arc::new(Shared { store: Mutex::default(), files: Files::open(directory)? });
        let (listener, address) = http::listen(0).await?;
        let serving = Arc::clone(&shared);
        let server = http::serve(listener, move |_, request| answer(Arc::clone(&serving), request));
        Ok(Self { address, directory: directory.to_owned(), shared, _server: server })
    }

    /// The URL that the AWS SDK is given.
    #[must_use]
    pub fn endpoint(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Makes a bucket for a resource of the template.
    ///
    /// # Errors
    /// When the name is none, or taken.
    pub fn create_bucket(&self, name: &str, rules: Rules) -> Result<()> {
        let made = self.shared.lock().create(name, rules);
        made.map_err(|refusal| Error::stack(format!("the bucket {name} cannot be made: {}", refusal.message)))
    }
}

impl Drop for S3 {
    fn drop(&mut self) {
        std::fs::remove_dir_all(&self.directory).ok();
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, Store> {
        self.store.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Store {
    fn bucket(&self, name: &str) -> Outcome<&Bucket> {
        self.buckets.get(name).ok_or_else(no_such_bucket)
    }

    fn bucket_mut(&mut self, name: &str) -> Outcome<&mut Bucket> {
        self.buckets.get_mut(name).ok_or_else(no_such_bucket)
    }
}

fn no_such_bucket() -> Refusal {
    Refusal::new(Code::NoSuchBucket, "the specified bucket does not exist")
}

async fn answer(shared: Arc<Shared>, request: Request<Incoming>) -> Answer {
    let (head, mut body) = request.into_parts();
    match route(&shared, &head, &mut body).await {
        Ok(answer) => answer,
        Err(refusal) => {
            for _ in 0..DISCARDED_FRAMES_MAX {
                if !matches!(body.frame().await, Some(Ok(_))) {
                    break;
                }
            }
            answer::refused(&refusal, &head)
        }
    }
}

async fn route(shared: &Shared, head: &Parts, body: &mut Incoming) -> Outcome<Answer> {
    let target = Target::read(head)?;
    credential::check(head, &target, machine::now())?;
    if target.bucket.is_empty() {
        return match head.method {
            Method::GET => buckets::list(shared, &target),
            _ => Err(unknown(head)),
        };
    }
    if target.key.is_empty() {
        return match (&head.method, target.query.get("versions"), target.query.get("list-type")) {
            (&Method::PUT, None, None) => buckets::create(shared, head, &target),
            (&Method::GET, Some(_), None) => buckets::list_versions(shared, head, &target),
            (&Method::GET, None, Some("2")) => buckets::list_objects(shared, head, &target),
            _ => Err(unknown(head)),
        };
    }
    match (&head.method, target.query.get("uploads"), target.query.get("uploadId")) {
        (&Method::PUT, None, None) => objects::put(shared, head, &target, body).await,
        (&Method::GET | &Method::HEAD, None, None) => objects::get(shared, head, &target),
        (&Method::DELETE, None, None) => objects::delete(shared, head, &target),
        (&Method::POST, Some(_), None) => parts::begin(shared, head, &target),
        (&Method::PUT, None, Some(upload)) => parts::place(shared, head, (&target, upload), body).await,
        (&Method::POST, None, Some(upload)) => parts::complete(shared, head, (&target, upload), body).await,
        (&Method::DELETE, None, Some(upload)) => parts::abort(shared, head, (&target, upload)),
        _ => Err(unknown(head)),
    }
}

fn unknown(head: &Parts) -> Refusal {
    Refusal::not_imitated(format_args!("{} {}", head.method, head.uri))
}

/// Refuses where the client expects the bucket to be another account's.
fn check_owner(bucket: &Bucket, head: &Parts) -> Outcome<()> {
    match head.headers.get("x-amz-expected-bucket-owner") {
        Some(expected) if expected.as_bytes() != bucket.rules.owner.as_bytes() => {
            Err(Refusal::new(Code::AccessDenied, "the bucket belongs to another account"))
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod s3_tests;
