//! The rules that an arrival must keep, once the site and what the visitor chose are known.

use shared::{Error, Result, domain::answers::Form};

use crate::{arrival::Arrival, store::Found};

/// Checks what was found against what was said.
///
/// # Errors
/// [`Error::Unprocessable`] naming the field that cannot be done.
pub(crate) fn check(found: &Found, arrival: &Arrival) -> Result<()> {
    if found.site.requires_nda && found.nda.is_none() {
        return Err(Error::unprocessable("/nda_version_id", "required_at_this_site"));
    }
    if found.nda.as_ref().is_some_and(|nda| nda.is_retired) {
        return Err(Error::unprocessable("/nda_version_id", "retired"));
    }
    let Some(visit_type) = &found.visit_type else { return Ok(()) };
    if visit_type.applies_to != arrival.kind() {
        return Err(Error::unprocessable("/visit_type_id", "for_another_kind"));
    }
    // A version from before forms were bounded is published anew.
    let form =
        Form::read(&visit_type.answers_schema).map_err(|_| Error::unprocessable("/visit_type_id", "publish_anew"))?;
    form.check(&arrival.answers)
}
