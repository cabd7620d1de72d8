//! A reason must not write into the log what the log keeps sealed.

use shared::{Error, Result, domain::Reason, gate::WriteGate, id::VisitId, vault::LICENCE_NUMBER};

use crate::store::NamedVisit;

/// Refuses a reason that names the person of the visit.
///
/// # Errors
/// [`Error::Unprocessable`] when it holds document number, e-mail address or telephone number.
pub(crate) async fn refuse(gate: &WriteGate, visit: VisitId, named: &NamedVisit, reason: &Reason) -> Result<()> {
    let licence_number = licence_number(gate, visit, named).await?;
    let known = [licence_number.as_deref(), named.email.as_deref(), named.phone.as_deref()];
    if known.into_iter().flatten().any(|value| reason.mentions(value)) {
        return Err(Error::unprocessable("/reason", "names_the_person"));
    }
    Ok(())
}

/// Opened to be compared, and shown to nobody.
async fn licence_number(gate: &WriteGate, visit: VisitId, named: &NamedVisit) -> Result<Option<String>> {
    let Some((wrapped, sealed)) = named.wrapped_key.as_ref().zip(named.licence_number.as_ref()) else {
        return Ok(None);
    };
    let person = gate.tenant_key().await?.unwrap_person(named.person, wrapped)?;
    let opened = person.open(LICENCE_NUMBER.of(visit.uuid()), sealed)?;
    String::from_utf8(opened.expose_secret().clone()).map(Some).map_err(Error::internal)
}
