//! `POST /v1/exports/{export_id}/download`: a link that opens a bundle for ten minutes.

mod handler;
mod link;
mod store;

pub use handler::handle;
pub use link::BundleLink;

use shared::{bundles::BundleLinks, door::WriteDoor, runtime::Function};

/// Everything this function may touch.
pub struct Deps {
    /// Admits callers.
    pub door: WriteDoor,
    /// Signs links; nothing is called for that.
    pub bundles: BundleLinks,
}

shared::wire!(Deps { door, bundles });

/// This function: what makes it run, what it holds, and what answers.
#[must_use]
pub fn function() -> Function {
    Function::http("download-export", handle)
}
