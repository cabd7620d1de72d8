//! A link out of a mail, and the one request that may use it up.

use std::borrow::Cow;

use serde::{Deserialize, de::Error as _};
use shared::{
    authn::{Credential, CredentialKind},
    http::Request,
};
use utoipa::ToSchema;

/// The credential in a link: what follows its `#`. Its text is not kept, only what it is known again by.
#[derive(Debug)]
pub struct Link(pub(crate) Credential);

/// A link, and the one request that may use it up.
pub(crate) struct Use<'r> {
    pub(crate) link: &'r Link,
    pub(crate) kind: CredentialKind,
    pub(crate) request: &'r Request,
}

impl<'de> Deserialize<'de> for Link {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = <Cow<'de, str>>::deserialize(deserializer)?;
        Credential::parse(&text).map(Self).map_err(|_| D::Error::custom("#wrong_form"))
    }
}

impl utoipa::PartialSchema for Link {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::Schema> {
        utoipa::openapi::ObjectBuilder::new()
            .schema_type(utoipa::openapi::schema::Type::String)
            .pattern(Some("^db[a-z]_(live|test)_[0-9A-HJKMNP-TV-Z]{85}$"))
            .write_only(true)
            .into()
    }
}

impl ToSchema for Link {}
