//! The organizations of the demonstration: each with a site, a host, an NDA and a paired kiosk.

use std::net::SocketAddr;
use std::path::Path;

use serde::Serialize;
use serde_json::json;

use super::caller::{Caller, invoke, text};
use super::kiosk;
use super::member::{self, Owner};
use super::staff::{self, Staff};
use crate::error::{Error, Result};
use crate::lambda::Lambda;

/// One organization, with the credentials that open it.
#[derive(Debug, Serialize)]
pub struct Organization {
    /// Its id.
    pub organization_id: String,
    /// Its short name.
    pub slug: String,
    /// Who answers for it, and signs in.
    #[serde(flatten)]
    pub owner: Owner,
    /// May do everything.
    pub api_token: String,
    /// May check in and out at the site.
    pub kiosk_token: String,
    /// Its one site.
    pub site_id: String,
    /// Its one host.
    pub host_id: String,
    /// What visitors sign.
    pub nda_version_id: String,
}

/// An organization in `demo.json`, with the staff who may help it.
#[derive(Serialize)]
struct Entry<'c> {
    #[serde(flatten)]
    organization: &'c Organization,
    #[serde(flatten)]
    staff: &'c Staff,
}

/// All people of the demonstration.
#[derive(Debug)]
pub struct Cast {
    /// Two customers.
    pub organizations: Vec<Organization>,
    /// One of the operator's staff.
    pub staff: Staff,
}

/// Makes two customers and the operator's own organization, and returns them with what `demo.json` says of them. `mail`
/// is where the stack keeps mail.
///
/// # Errors
/// When a function refuses.
pub async fn seed(gateway: SocketAddr, lambda: &Lambda, mail: &Path) -> Result<(Cast, String)> {
    let organizations = vec![
        organization(gateway, lambda, mail, "north-dock", "North Dock Example").await?,
        organization(gateway, lambda, mail, "south-gate", "South Gate Example").await?,
    ];
    let staff = staff::appoint(gateway, lambda, mail).await?;
    let base_url = format!("http://{gateway}");
    let entries: Vec<_> = organizations.iter().map(|organization| Entry { organization, staff: &staff }).collect();
    let file = json!({"base_url": base_url, "organizations": entries, "staff": staff.to_json()});
    let text = serde_json::to_string_pretty(&file).map_err(|error| Error::stack(error.to_string()))?;
    Ok((Cast { organizations, staff }, text + "\n"))
}

async fn organization(
    gateway: SocketAddr,
    lambda: &Lambda,
    mail: &Path,
    slug: &str,
    name: &str,
) -> Result<Organization> {
    let email = format!("owner@{slug}.example");
    let owner = json!({"name": "Robin Example", "email": email});
    let event = json!({"slug": slug, "name": name, "plan": "standard", "environment": "test", "owner": owner});
    let made = invoke(lambda, "create-organization", &event).await?;
    let api_token = text(&made, "/api_token")?;
    let owner = Caller { gateway, credential: Some(&api_token) };

    let site = json!({"name": "Main gate", "time_zone": "Europe/Berlin", "locale": "en"});
    let site_id = text(&owner.succeed("POST", "/v1/sites", &site).await?, "/site_id")?;
    let host = json!({"name": "Kim Host", "email": format!("kim@{slug}.example"), "locale": "en"});
    let host_id = text(&owner.succeed("POST", "/v1/hosts", &host).await?, "/host_id")?;
    let nda = json!({"kind": "nda", "locale": "en", "title": "Confidentiality",
        "text": "What I see and hear on this site stays here."});
    let nda_version_id = text(&owner.succeed("POST", "/v1/notices", &nda).await?, "/version_id")?;
    Ok(Organization {
        owner: member::join(gateway, lambda, mail, slug, &email).await?,
        organization_id: text(&made, "/organization_id")?,
        slug: slug.to_owned(),
        kiosk_token: kiosk::pair(&owner, slug, &site_id).await?,
        api_token,
        site_id,
        host_id,
        nda_version_id,
    })
}
