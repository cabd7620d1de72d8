//! Runs `template.yaml` on one machine: see `README.md` for what it imitates and what it does not.

pub mod arguments;
pub mod aws_json;
pub mod control;
pub mod demo;
pub mod error;
pub mod gateway;
pub mod http;
pub mod kms;
pub mod lambda;
pub mod local_files;
pub mod machine;
pub mod object_storage;
pub mod postgres;
pub mod process;
pub mod report;
pub mod run;
pub mod schedule;
pub mod secrets;
pub mod services;
pub mod ses;
pub mod signals;
pub mod sqs;
pub mod stack;
pub mod template;
pub mod variables;
pub mod with_stack;
