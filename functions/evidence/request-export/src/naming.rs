//! A reason must not write into the log what the log keeps sealed.

use shared::{Result, domain::Reason, door::AdmittedWrite, id::VisitId, vault::LICENCE_NUMBER};

use crate::store::NamedVisit;

/// Refuses a reason that names the person of the visit.
///
/// # Errors
/// [`shared::Error::Unprocessable`] when it holds document number, e-mail address or telephone number.
pub(crate) async fn refuse(
    admitted: &AdmittedWrite,
    visit: VisitId,
    named: &NamedVisit,
    reason: &Reason,
) -> Result<()> {
    let licence_number = licence_number(admitted, visit, named).await?;
    reason.refuse_naming([licence_number.as_deref(), named.email.as_deref(), named.phone.as_deref()])
}

/// Opened to be compared, and never shown.
async fn licence_number(admitted: &AdmittedWrite, visit: VisitId, named: &NamedVisit) -> Result<Option<String>> {
    let Some((wrapped, sealed)) = named.wrapped_key.as_ref().zip(named.licence_number.as_ref()) else {
        return Ok(None);
    };
    let person = admitted.tenant_key().await?.unwrap_person(named.person, wrapped)?;
    person.open_text(LICENCE_NUMBER.of(visit.uuid()), sealed).map(Some)
}
