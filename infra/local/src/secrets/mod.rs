//! The Secrets Manager stand-in: secrets with versions and the labels that tell the newest and the one before it.

mod operations;
mod store;

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};

use crate::error::Result;
use crate::{aws_json, http};

use store::Store;

/// A running Secrets Manager stand-in. What it keeps ends with it.
#[derive(Debug)]
pub struct Secrets {
    address: SocketAddr,
    store: Arc<Mutex<Store>>,
    _server: http::Server,
}

impl Secrets {
    /// Serves on a free port, with no secret yet.
    ///
    /// # Errors
    /// When no port is free.
    pub async fn start() -> Result<Self> {
        let store = Arc::new(Mutex::new(Store::default()));
        let (listener, address) = http::listen(0).await?;
        let server = aws_json::serve(listener, &store, operations::call);
        Ok(Self { address, store, _server: server })
    }

    /// The URL that the AWS SDK is given.
    #[must_use]
    pub fn endpoint(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Makes a secret for a resource of the template and returns its ARN.
    #[must_use]
    pub fn create(&self, name: &str, text: String) -> String {
        let mut store = self.store.lock().unwrap_or_else(PoisonError::into_inner);
        store.create(name, text)
    }
}
