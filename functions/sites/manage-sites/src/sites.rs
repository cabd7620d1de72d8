//! Sites.

use serde::{Deserialize, Serialize};
use shared::{
    Error, Result,
    access::Permission,
    audit::{Action, AuditEvent, Diff, Internal, TargetKind},
    clock::Timestamp,
    domain::{
        BoundedText, Locale,
        text::{Name, TimeZone},
    },
    http::{List, Reply, Request},
    id::SiteId,
};
use utoipa::ToSchema;

use crate::{Deps, id_check::IdCheck, store};

/// A site to be.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewSite {
    /// Name.
    name: Name,
    /// IANA name of the time zone, as `Europe/Berlin`.
    time_zone: TimeZone,
    /// Language at the door, unless the visitor chooses another.
    locale: Locale,
    /// True where a check-in needs a signed NDA.
    #[serde(default)]
    requires_nda: bool,
}

/// What shall be different at a site; what is left out stays.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SiteChange {
    /// Name.
    name: Option<Name>,
    /// IANA name of the time zone.
    time_zone: Option<TimeZone>,
    /// Language at the door.
    locale: Option<Locale>,
    /// True where a check-in needs a signed NDA.
    requires_nda: Option<bool>,
    /// What the site does about identity documents; it takes the place of the rules before it.
    id_check: Option<IdCheck>,
}

/// A site.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Site {
    /// The site.
    pub site_id: SiteId,
    /// Name.
    pub name: String,
    /// IANA name of the time zone.
    pub time_zone: String,
    /// Language at the door.
    pub locale: String,
    /// True where a check-in needs a signed NDA.
    pub requires_nda: bool,
    /// What the site does about identity documents.
    pub id_check: IdCheck,
    /// When it was entered.
    pub created_at: Timestamp,
}

/// Enters a site.
pub(crate) async fn create(deps: &Deps, request: &Request) -> Result<Reply> {
    let new: NewSite = request.json()?;

    let lookup = store::is_time_zone(&new.time_zone);
    let (admitted, is_time_zone) = deps.door.admit(request, Permission::SiteManage, lookup).await?;
    // A site more is a matter of the whole organization.
    if admitted.caller().site.is_some() {
        return Err(Error::Forbidden);
    }
    check_time_zone(is_time_zone)?;

    let site = Site {
        site_id: SiteId::new(admitted.now()),
        name: new.name.as_str().to_owned(),
        time_zone: new.time_zone.as_str().to_owned(),
        locale: new.locale.as_str().to_owned(),
        requires_nda: new.requires_nda,
        id_check: IdCheck::default(),
        created_at: admitted.now(),
    };
    let diff = Diff::new()
        .added("name", Internal(&site.name))
        .added("time_zone", Internal(&site.time_zone))
        .added("locale", Internal(&site.locale))
        .added("requires_nda", site.requires_nda);
    let reply = Reply::created(&site)?;
    admitted
        .record(reply, |batch| {
            store::insert_site(batch, &site);
            batch.audit(AuditEvent::new(Action::SiteCreated, TargetKind::Site, site.site_id).with(diff));
        })
        .await
}

/// Lists sites, the oldest first.
pub(crate) async fn list(deps: &Deps, request: &Request) -> Result<Reply> {
    let mut query = request.query()?;
    let page = query.take_page::<SiteId>()?;
    query.finish()?;

    let lookup = store::list_sites(&page);
    let (_, sites) = deps.reads.admit(request, Permission::VisitRead, lookup).await?;

    Reply::ok(&List::cut(&page, sites, |site| site.site_id)?)
}

/// Changes a site. Where nothing would be different, nothing is written but the answer.
pub(crate) async fn change(deps: &Deps, request: &Request) -> Result<Reply> {
    let change: SiteChange = request.json()?;
    change.reject_empty_change()?;
    change.id_check.as_ref().map_or(Ok(()), IdCheck::expect_known)?;

    let lookups = (store::load_site(request.target("site_id")), change.time_zone.as_ref().map(store::is_time_zone));
    let (admitted, (site, is_time_zone)) = deps.door.admit(request, Permission::SiteManage, lookups).await?;
    check_time_zone(is_time_zone.unwrap_or(true))?;

    let changed = change.of(&site);
    let diff = Diff::new()
        .changed("name", Internal(&site.name), Internal(&changed.name))
        .changed("time_zone", Internal(&site.time_zone), Internal(&changed.time_zone))
        .changed("locale", Internal(&site.locale), Internal(&changed.locale))
        .changed("requires_nda", site.requires_nda, changed.requires_nda)
        .changed("id_check", Internal(&site.id_check.to_text()?), Internal(&changed.id_check.to_text()?));
    let reply = Reply::ok(&changed)?;
    admitted
        .record(reply, |batch| {
            if changed != site {
                store::change_site(batch, &site, &changed);
                batch.audit(AuditEvent::new(Action::SiteChanged, TargetKind::Site, site.site_id).with(diff));
            }
        })
        .await
}

impl SiteChange {
    fn reject_empty_change(&self) -> Result<()> {
        let says_something = self.name.is_some()
            || self.time_zone.is_some()
            || self.locale.is_some()
            || self.requires_nda.is_some()
            || self.id_check.is_some();
        if says_something { Ok(()) } else { Err(Error::malformed("", "empty")) }
    }

    fn of(&self, site: &Site) -> Site {
        let text = |new: Option<&str>, old: &str| new.unwrap_or(old).to_owned();
        Site {
            site_id: site.site_id,
            name: text(self.name.as_ref().map(BoundedText::as_str), &site.name),
            time_zone: text(self.time_zone.as_ref().map(BoundedText::as_str), &site.time_zone),
            locale: text(self.locale.as_ref().map(BoundedText::as_str), &site.locale),
            requires_nda: self.requires_nda.unwrap_or(site.requires_nda),
            id_check: self.id_check.clone().unwrap_or_else(|| site.id_check.clone()),
            created_at: site.created_at,
        }
    }
}

fn check_time_zone(is_time_zone: bool) -> Result<()> {
    if is_time_zone { Ok(()) } else { Err(Error::unprocessable("/time_zone", "unknown_value")) }
}
