//! What every function of Doorbook shares, in layers: a module uses only modules above it in this list.
//!
//! | layer | modules |
//! |---|---|
//! | 0 | [`error`], [`id`], [`clock`], [`secret`] |
//! | 1 | [`settings`], [`domain`], [`documents`] |
//! | 2 | [`access`], [`wiring`] |
//! | 3 | [`tenant`], [`vault`] |
//! | 4 | [`authn`], [`audit`], [`broken_logs`], `idempotency`, [`mails`], [`outbox`], `migration`, [`reviews`], [`watchlist`], [`work`] |
//! | 5 | `anchors`, `aws_json`, `bucket`, `bundles`, `foreign_buckets`, `mail`, `objects`, `outgoing`, `rekognition`, `textract` |
//! | 5 | [`http`], [`queue`], [`schedule`] |
//! | 6 | [`door`], [`telemetry`], [`runtime`] |
//!
//! The features `anchors`, `bundles`, `foreign-buckets`, `kms`, `mail`, `objects`, `queue`, `rekognition` and `textract`
//! bring the clients of AWS, and `outgoing` the one that calls hosts of customers: a function that names none builds none.

#![cfg_attr(
    not(feature = "kms"),
    allow(dead_code, reason = "what only a write needs is built with the client that seals it")
)]

pub mod clock;
pub mod error;
pub mod id;
pub mod secret;

pub mod documents;
pub mod domain;
pub mod settings;

pub mod access;
pub mod wiring;

pub mod tenant;
pub mod vault;

pub mod audit;
pub mod authn;
pub mod broken_logs;
#[cfg(feature = "kms")]
pub mod idempotency;
pub mod mails;
#[cfg(feature = "migration")]
pub mod migration;
pub mod outbox;
pub mod reviews;
pub mod watchlist;
pub mod work;

#[cfg(feature = "anchors")]
pub mod anchors;
#[cfg(feature = "aws-json")]
mod aws_json;
#[cfg(feature = "s3")]
mod bucket;
#[cfg(feature = "bundles")]
pub mod bundles;
#[cfg(feature = "foreign-buckets")]
pub mod foreign_buckets;
pub mod http;
#[cfg(feature = "mail")]
pub mod mail;
#[cfg(feature = "objects")]
pub mod objects;
#[cfg(feature = "outgoing")]
pub mod outgoing;
pub mod queue;
#[cfg(feature = "rekognition")]
pub mod rekognition;
pub mod schedule;
#[cfg(feature = "textract")]
pub mod textract;

pub mod door;
pub mod runtime;
pub mod telemetry;

pub use error::{Error, Result};
