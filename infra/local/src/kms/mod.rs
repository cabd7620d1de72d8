//! The KMS stand-in: real cryptography, encryption context enforced, disabled keys refused.

mod key;
mod operations;
mod store;

use std::net::SocketAddr;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use crate::error::Result;
use crate::{aws_json, http};

pub use key::{Spec, Usage};
pub use store::Store;

/// A running KMS stand-in.
#[derive(Debug)]
pub struct Kms {
    address: SocketAddr,
    store: Arc<Mutex<Store>>,
    _server: http::Server,
}

impl Kms {
    /// Opens the keys kept in a directory and serves them on a free port.
    ///
    /// # Errors
    /// When the directory holds something that is no key.
    pub async fn start(directory: &Path) -> Result<Self> {
        let store = Arc::new(Mutex::new(Store::open(directory)?));
        let (listener, address) = http::listen(0).await?;
        let server = aws_json::serve(listener, &store, operations::call);
        Ok(Self { address, store, _server: server })
    }

    /// The URL that the AWS SDK is given.
    #[must_use]
    pub fn endpoint(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Makes a key for a resource of the template and returns its ARN.
    ///
    /// # Errors
    /// When the key cannot be kept on disk.
    pub fn create_key(&self, spec: Spec) -> Result<String> {
        let mut store = self.store.lock().unwrap_or_else(PoisonError::into_inner);
        Ok(store.create(spec)?.arn())
    }
}
