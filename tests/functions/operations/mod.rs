//! Deployment, new organizations, the description of the API, and sweeps.

mod create_organization;
mod describe_api;
mod migrate;
mod refuse_unknown_route;
mod sweep_id_scans;
mod sweep_leftovers;
mod sweep_retention;
