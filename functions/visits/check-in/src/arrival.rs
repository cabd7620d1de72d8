//! The request: who arrives, and what they say.

use serde::Deserialize;
use shared::{
    Error, Result,
    authn::{Credential, CredentialKind},
    clock::Timestamp,
    domain::{
        answers::Answers,
        text::{
            Company, EmailAddress, HazardClass, LicenceNumber, Name, PhoneNumber, Plate, Purpose, ShortText, UnNumber,
        },
        visit::{DEVICE_AHEAD_S_MAX, DEVICE_SEQ_MAX, Trailer, VisitorKind},
    },
    error::FieldError,
    id::{HostId, NoticeVersionId, PersonId, SiteId, VisitTypeId},
};
use utoipa::ToSchema;

use crate::goods::{DANGEROUS_GOODS_MAX, DangerousGoods};

/// Most bills of lading of one arrival.
pub const BILLS_OF_LADING_MAX: usize = 20;
/// The fields that only a driver has, as they stand in the body.
pub const DRIVER_FIELDS: [&str; 13] = [
    "licence_number",
    "carrier",
    "bills_of_lading",
    "appointment",
    "load_type",
    "seal",
    "un_number",
    "hazard_class",
    "dangerous_goods",
    "trailer",
    "co_driver",
    "tractor_plate",
    "trailer_plate",
];

/// The body as it is sent. One type for both kinds, so that what they share is said once; [`Arrival::parse`]
/// refuses what does not belong together.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ArrivalBody {
    /// Who comes.
    r#type: VisitorKind,
    /// Where; a kiosk may leave it out, since its credential says it.
    site_id: Option<SiteId>,
    /// A person who came before; without it the arrival makes a new one.
    person_id: Option<PersonId>,
    /// Full name; one word is enough.
    name: Name,
    /// Company that the person comes from.
    company: Option<Company>,
    /// E-mail address.
    email: Option<EmailAddress>,
    /// Telephone number.
    phone: Option<PhoneNumber>,
    /// Who is visited.
    host_id: Option<HostId>,
    /// Why.
    purpose: Option<Purpose>,
    /// What the site asks of this kind of visit.
    visit_type_id: Option<VisitTypeId>,
    /// The answers, checked against the visit type's form; at most 16 KiB, no number with an exponent.
    #[serde(default)]
    #[schema(value_type = Object)]
    answers: Answers,
    /// JPEG or PNG, base64; with `signature` at most 4 MiB decoded.
    #[schema(value_type = Option<String>, format = Byte)]
    photo: Option<String>,
    /// JPEG or PNG, base64.
    #[schema(value_type = Option<String>, format = Byte)]
    signature: Option<String>,
    /// The text that was signed; goes with `signature`.
    nda_version_id: Option<NoticeVersionId>,
    /// When it happened, from a kiosk that was offline.
    occurred_at: Option<Timestamp>,
    /// The kiosk's own count.
    #[schema(minimum = 0, maximum = 9_007_199_254_740_991_i64)]
    device_seq: Option<i64>,

    /// Number of the driver's licence. Restricted: sealed at once.
    licence_number: Option<LicenceNumber>,
    /// Whom the driver drives for.
    carrier: Option<Company>,
    /// Numbers of the bills of lading, 1 to 20.
    #[schema(min_items = 1, max_items = 20)]
    bills_of_lading: Option<Vec<ShortText>>,
    /// Reference of the appointment.
    appointment: Option<ShortText>,
    /// What is loaded or unloaded.
    load_type: Option<ShortText>,
    /// Number of the seal.
    seal: Option<ShortText>,
    /// UN number of dangerous goods; goes with `hazard_class`.
    un_number: Option<UnNumber>,
    /// Hazard class of dangerous goods; goes with `un_number`.
    hazard_class: Option<HazardClass>,
    /// Dangerous goods, 1 to 50, in place of `un_number` and `hazard_class`.
    #[schema(min_items = 1, max_items = 50)]
    dangerous_goods: Option<Vec<DangerousGoods>>,
    /// What happens to the trailer.
    trailer: Option<Trailer>,
    /// Name of a second driver.
    co_driver: Option<Name>,
    /// Plate of the tractor.
    tractor_plate: Option<Plate>,
    /// Plate of the trailer.
    trailer_plate: Option<Plate>,
}

/// An arrival in which everything belongs together.
#[derive(Debug)]
pub struct Arrival {
    /// Null only for a kiosk, whose credential names the site.
    pub site: Option<SiteId>,
    /// A person who came before.
    pub person: Option<PersonId>,
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
        let mut faults = Faults::default();
        faults.check(body.site_id.is_none() && credential.kind != CredentialKind::Kiosk, "/site_id", "missing");
        faults.check(body.signature.is_some() && body.nda_version_id.is_none(), "/nda_version_id", "missing");
        faults.check(body.nda_version_id.is_some() && body.signature.is_none(), "/signature", "missing");
        faults.check(!body.answers.is_empty() && body.visit_type_id.is_none(), "/visit_type_id", "missing");
        faults.check(
            body.device_seq.is_some_and(|seq| !(0..=DEVICE_SEQ_MAX).contains(&seq)),
            "/device_seq",
            "out_of_range",
        );
        let ahead = body.occurred_at.is_some_and(|at| at.seconds_since(now) > DEVICE_AHEAD_S_MAX);
        faults.check(ahead, "/occurred_at", "in_the_future");
        match body.r#type {
            VisitorKind::Visitor => faults.check_visitor(&body),
            VisitorKind::Driver => faults.check_driver(&body),
        }
        faults.into_result()?;

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

#[derive(Default)]
struct Faults(Vec<FieldError>);

impl Faults {
    fn check(&mut self, wrong: bool, pointer: &'static str, code: &'static str) {
        if wrong {
            self.0.push(FieldError::new(pointer, code));
        }
    }

    fn check_visitor(&mut self, body: &ArrivalBody) {
        let given = [
            body.licence_number.is_some(),
            body.carrier.is_some(),
            body.bills_of_lading.is_some(),
            body.appointment.is_some(),
            body.load_type.is_some(),
            body.seal.is_some(),
            body.un_number.is_some(),
            body.hazard_class.is_some(),
            body.dangerous_goods.is_some(),
            body.trailer.is_some(),
            body.co_driver.is_some(),
            body.tractor_plate.is_some(),
            body.trailer_plate.is_some(),
        ];
        for (field, _) in DRIVER_FIELDS.iter().zip(given).filter(|(_, given)| *given) {
            self.0.push(FieldError::new(format!("/{field}"), "only_for_drivers"));
        }
    }

    fn check_driver(&mut self, body: &ArrivalBody) {
        self.check(body.licence_number.is_none(), "/licence_number", "missing");
        self.check(body.carrier.is_none(), "/carrier", "missing");
        let bills = body.bills_of_lading.as_ref().map(Vec::len);
        self.check(bills.is_none(), "/bills_of_lading", "missing");
        self.check(bills == Some(0), "/bills_of_lading", "empty");
        self.check(bills.is_some_and(|count| count > BILLS_OF_LADING_MAX), "/bills_of_lading", "too_many");
        self.check(body.un_number.is_some() && body.hazard_class.is_none(), "/hazard_class", "missing");
        self.check(body.hazard_class.is_some() && body.un_number.is_none(), "/un_number", "missing");
        let goods = body.dangerous_goods.as_ref().map(Vec::len);
        self.check(goods == Some(0), "/dangerous_goods", "empty");
        self.check(goods.is_some_and(|count| count > DANGEROUS_GOODS_MAX), "/dangerous_goods", "too_many");
        // Two places that could say two things.
        let is_said_twice = goods.is_some() && (body.un_number.is_some() || body.hazard_class.is_some());
        self.check(is_said_twice, "/dangerous_goods", "not_beside_un_number");
    }

    fn into_result(self) -> Result<()> {
        if self.0.is_empty() { Ok(()) } else { Err(Error::Malformed(self.0)) }
    }
}
