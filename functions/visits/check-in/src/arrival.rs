//! The request: who arrives, and what they say.

use shared::{
    Error, Result,
    authn::Credential,
    clock::Timestamp,
    domain::{
        answers::Answers,
        text::{Company, EmailAddress, LicenceNumber, Name, PhoneNumber, Plate, Purpose, ShortText},
        visit::{Trailer, VisitorKind},
    },
    id::{HostId, IdScanId, NoticeVersionId, PersonId, SiteId, VisitTypeId},
};

use crate::{body::ArrivalBody, goods::DangerousGoods};

/// An arrival in which everything belongs together.
#[derive(Debug)]
pub struct Arrival {
    /// Null only for a kiosk, whose credential names the site.
    pub site: Option<SiteId>,
    /// A person who came before.
    pub person: Option<PersonId>,
    /// The scan of the identity document.
    pub id_scan: Option<IdScanId>,
    /// Full name.
    pub name: Name,
    /// Company.
    pub company: Option<Company>,
    /// E-mail address.
    pub email: Option<EmailAddress>,
    /// Telephone number.
    pub phone: Option<PhoneNumber>,
    /// Who is visited.
    pub host: Option<HostId>,
    /// Why.
    pub purpose: Option<Purpose>,
    /// Kind of visit.
    pub visit_type: Option<VisitTypeId>,
    /// Answers to what the site asks.
    pub answers: Answers,
    /// Base64 of the photo.
    pub photo: Option<String>,
    /// The text signed, and the base64 of the signature.
    pub nda: Option<(NoticeVersionId, String)>,
    /// The kiosk's time.
    pub occurred_at: Option<Timestamp>,
    /// The kiosk's count.
    pub device_seq: Option<i64>,
    /// What only a driver has.
    pub driver: Option<Driver>,
}

/// What only a driver has.
#[derive(Debug)]
pub struct Driver {
    /// Number of the licence.
    pub licence_number: LicenceNumber,
    /// Whom the driver drives for.
    pub carrier: Company,
    /// Bills of lading, at least one.
    pub bills_of_lading: Vec<ShortText>,
    /// Reference of the appointment.
    pub appointment: Option<ShortText>,
    /// What is loaded or unloaded.
    pub load_type: Option<ShortText>,
    /// Number of the seal.
    pub seal: Option<ShortText>,
    /// Dangerous goods; one where only a number and a class were said.
    pub goods: Vec<DangerousGoods>,
    /// What happens to the trailer.
    pub trailer: Option<Trailer>,
    /// Name of a second driver.
    pub co_driver: Option<Name>,
    /// Plate of the tractor.
    pub tractor_plate: Option<Plate>,
    /// Plate of the trailer.
    pub trailer_plate: Option<Plate>,
}

impl Arrival {
    /// Reads the body for the credential that presents it. All faults are named at once.
    ///
    /// # Errors
    /// [`Error::Malformed`] with each field that is missing or does not belong.
    pub fn parse(body: ArrivalBody, credential: &Credential, now: Timestamp) -> Result<Self> {
        body.expect_whole(credential, now)?;

        let driver = match body.r#type {
            VisitorKind::Visitor => None,
            VisitorKind::Driver => Some(Driver {
                licence_number: present(body.licence_number)?,
                carrier: present(body.carrier)?,
                bills_of_lading: present(body.bills_of_lading)?,
                appointment: body.appointment,
                load_type: body.load_type,
                seal: body.seal,
                goods: DangerousGoods::of(body.un_number.zip(body.hazard_class), body.dangerous_goods),
                trailer: body.trailer,
                co_driver: body.co_driver,
                tractor_plate: body.tractor_plate,
                trailer_plate: body.trailer_plate,
            }),
        };
        Ok(Self {
            site: body.site_id,
            person: body.person_id,
            id_scan: body.id_scan_id,
            name: body.name,
            company: body.company,
            email: body.email,
            phone: body.phone,
            host: body.host_id,
            purpose: body.purpose,
            visit_type: body.visit_type_id,
            answers: body.answers,
            photo: body.photo,
            nda: body.nda_version_id.zip(body.signature),
            occurred_at: body.occurred_at,
            device_seq: body.device_seq,
            driver,
        })
    }

    /// Who comes.
    #[must_use]
    pub const fn kind(&self) -> VisitorKind {
        if self.driver.is_some() { VisitorKind::Driver } else { VisitorKind::Visitor }
    }
}

/// What `Faults` has seen to be there.
fn present<T>(field: Option<T>) -> Result<T> {
    field.ok_or_else(|| Error::internal("a required field passed the check and is absent"))
}
