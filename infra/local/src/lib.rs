//! Runs `template.yaml` on one machine: see `README.md` for what it imitates and what it does not.

pub mod arguments;
pub mod aws_json;
pub mod error;
pub mod gateway;
pub mod http;
pub mod kms;
pub mod lambda;
pub mod machine;
pub mod moto;
pub mod postgres;
pub mod process;
pub mod report;
pub mod services;
pub mod signals;
pub mod sqs;
pub mod template;
pub mod with_stack;
