//! Texts that people sign or are shown.

use std::borrow::Cow;

use serde::de::Error as _;

use super::{
    text::{BoundedText, shown},
    visit::words,
};

words! {
    /// What a text is for.
    NoticeKind {
        /// Accepted before a face is compared.
        Face = "face",
        /// Signed at the door.
        Nda = "nda",
        /// Shown at the door.
        Privacy = "privacy",
    }
}

/// The text of one version, exactly as it was sent: its hash binds every signature under it, so nothing is cut
/// or changed. Lines and tabs are allowed; other control characters, overrides of direction, tags and U+2028 are refused,
/// and so is a text in which nothing can be read.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(transparent)]
pub struct NoticeText(String);

impl NoticeText {
    /// Most characters it may have.
    pub const LENGTH_MAX: usize = 100_000;
}

impl BoundedText for NoticeText {
    fn as_str(&self) -> &str {
        &self.0
    }
}

impl<'de> serde::Deserialize<'de> for NoticeText {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = <Cow<'de, str>>::deserialize(deserializer)?.into_owned();
        if !text.chars().any(shown::is_visible) {
            return Err(D::Error::custom("#empty"));
        }
        // It stays as it was sent, so what would be dropped from a name is refused here.
        let is_refused = |c: char| shown::is_deceptive(c) || (c.is_control() && !matches!(c, '\n' | '\r' | '\t'));
        if text.chars().any(is_refused) {
            return Err(D::Error::custom("#control_character"));
        }
        if text.chars().count() > Self::LENGTH_MAX {
            return Err(D::Error::custom("#too_long"));
        }
        Ok(Self(text))
    }
}

impl tokio_postgres::types::ToSql for NoticeText {
    fn to_sql(
        &self,
        kind: &tokio_postgres::types::Type,
        out: &mut tokio_postgres::types::private::BytesMut,
    ) -> Result<tokio_postgres::types::IsNull, Box<dyn std::error::Error + Sync + Send>> {
        self.0.to_sql(kind, out)
    }

    tokio_postgres::types::accepts!(TEXT);
    tokio_postgres::types::to_sql_checked!();
}

impl utoipa::PartialSchema for NoticeText {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::Schema> {
        utoipa::openapi::ObjectBuilder::new()
            .schema_type(utoipa::openapi::schema::Type::String)
            .min_length(Some(1))
            .max_length(Some(Self::LENGTH_MAX))
            .pattern(Some(r"^[^\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f]*\S[^\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f]*$"))
            .into()
    }
}

impl utoipa::ToSchema for NoticeText {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_stays_as_it_was_sent() {
        let read = |text: &str| serde_json::from_value::<NoticeText>(serde_json::json!(text));
        assert_eq!(read(" a\r\n\tb \n").unwrap().as_str(), " a\r\n\tb \n");
        assert!(read("a\u{b}").is_err());
        for bad in [" \n ", "\u{200b}", "\u{301}\n", "a\u{202e}b", "a\u{2028}b", "a\u{e0041}"] {
            assert!(read(bad).is_err(), "{bad:?}");
        }
        assert!(read("\u{2067}\u{5d0}\u{2069} \u{645}\u{200c}\u{646}").is_ok());
        assert!(read(&"é".repeat(NoticeText::LENGTH_MAX)).is_ok());
        assert!(read(&"é".repeat(NoticeText::LENGTH_MAX + 1)).is_err());
    }
}
