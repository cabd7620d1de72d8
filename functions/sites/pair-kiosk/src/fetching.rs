//! A device asks how far it is, and fetches its credential: RFC 8628 sections 3.4 and 3.5.

use std::borrow::Cow;

use serde::{Deserialize, Serialize, de::Error as _};
use shared::{
    Result,
    audit::{Action, Actor, AuditEvent, Diff, TargetKind},
    authn::{Credential, CredentialKind, NewCredential},
    http::{Reply, Request},
    id::{KioskId, SiteId},
};
use utoipa::ToSchema;

use crate::{
    Deps,
    store::{self, Outcome, Place},
};

/// What the device keeps. Its text is not kept here, only what it is known again by.
#[derive(Debug)]
pub struct DeviceCode(pub(crate) Credential);

/// What a device that has asked knows.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Fetching {
    /// What the device was given to keep, `dbq_…`.
    device_code: DeviceCode,
}

/// How far a device is.
#[derive(Debug, Serialize, ToSchema)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum PairingProgress {
    /// Its code is not confirmed yet.
    Waiting,
    /// It has a kiosk's place.
    Paired {
        /// The kiosk.
        kiosk_id: KioskId,
        /// The only site at which it may act.
        site_id: SiteId,
        /// The device's credential, shown once.
        kiosk_token: String,
    },
}

/// Gives the device its credential, if its code was confirmed. It is made at this moment, and the log says so.
pub(crate) async fn fetch(deps: &Deps, request: &Request) -> Result<Reply> {
    let Fetching { device_code: DeviceCode(device) } = request.json_unauthenticated()?;

    // No credential admits this caller: the device's code does, in the statement that acts.
    let work = deps.door.open(request, &device);
    let secret = NewCredential::generate(CredentialKind::Kiosk, device.realm, device.organization)?;
    let now = deps.door.now();
    let outcome = work
        .with_tenant(async |tx| {
            let outcome = tx.find(store::poll(&device, &secret, request, now)).await?;
            if let Outcome::Paired(place) = &outcome {
                work.audit_by(tx, &place.actor(request), place.entry()).await?;
            }
            Ok(outcome)
        })
        .await?;

    Reply::ok(&match outcome {
        Outcome::Waiting => PairingProgress::Waiting,
        Outcome::Paired(place) => PairingProgress::Paired {
            kiosk_id: place.kiosk,
            site_id: place.site,
            kiosk_token: secret.text.expose_secret().clone(),
        },
        // Only now: what was counted is committed.
        Outcome::Refused(refusal) => return Err(refusal),
    })
}

impl Place {
    /// The device acts with the credential that it fetches.
    fn actor(&self, request: &Request) -> Actor {
        let (ip, user_agent) = (request.source_ip.clone(), request.user_agent.clone());
        Actor::Credential { kind: CredentialKind::Kiosk, id: self.credential, ip, user_agent }
    }

    fn entry(&self) -> AuditEvent {
        let diff = Diff::new()
            .added("credential_id", self.credential)
            .added("site_id", self.site)
            .added("is_again", self.is_again);
        AuditEvent::new(Action::KioskPaired, TargetKind::Kiosk, self.kiosk).with(diff)
    }
}

impl<'de> Deserialize<'de> for DeviceCode {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = <Cow<'de, str>>::deserialize(deserializer)?;
        let found = Credential::parse(&text).ok().filter(|found| found.kind == CredentialKind::KioskPairing);
        found.map(Self).ok_or_else(|| D::Error::custom("#wrong_form"))
    }
}

impl utoipa::PartialSchema for DeviceCode {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::Schema> {
        utoipa::openapi::ObjectBuilder::new()
            .schema_type(utoipa::openapi::schema::Type::String)
            .pattern(Some("^dbq_(live|test)_[0-9A-HJKMNP-TV-Z]{85}$"))
            .write_only(true)
            .into()
    }
}

impl ToSchema for DeviceCode {}
