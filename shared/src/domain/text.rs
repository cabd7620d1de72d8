//! Texts that people type, each with its limit. Surrounding white space is cut, and what is invisible is dropped; control
//! characters, NUL among them, are refused; everything else that shows something may be a name.

mod digits;
mod hazard;
mod locale;
mod mail;
mod phone;
mod reason;
pub(crate) mod shown;

use std::borrow::Cow;

use serde::de::Error as _;

/// What every typed text gives.
pub trait BoundedText {
    /// The text itself.
    fn as_str(&self) -> &str;
}

/// What is stored of a text, and the word for why it is refused.
type Read = fn(&str) -> Result<String, &'static str>;

fn checked(typed: &str, length_max: usize, read: Read) -> Result<String, String> {
    let text = read(typed).map_err(|word| format!("#{word}"))?;
    if text.chars().count() > length_max { Err("#too_long".to_owned()) } else { Ok(text) }
}

/// How many characters longer a text may be typed that is stored in one form.
const fn spellings(_: Read) -> usize {
    40
}

fn text_schema(length_min: usize, length_max: usize) -> utoipa::openapi::RefOr<utoipa::openapi::Schema> {
    utoipa::openapi::ObjectBuilder::new()
        .schema_type(utoipa::openapi::schema::Type::String)
        .min_length(Some(length_min))
        .max_length(Some(length_max))
        .pattern(Some(r"^[^\u0000-\u001f\u007f-\u009f]*$"))
        .into()
}

macro_rules! texts {
    ($($(#[$doc:meta])* $name:ident($length_max:literal) $(by $read:path)? $(where $rule:expr)?;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
        #[serde(transparent)]
        pub struct $name(String);

        impl utoipa::PartialSchema for $name {
            fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::Schema> {
                let more: usize = [0 $(, spellings($read))?].into_iter().sum();
                text_schema(1, $length_max + more)
            }
        }

        impl utoipa::ToSchema for $name {}

        impl $name {
            /// Most characters it may have.
            pub const LENGTH_MAX: usize = $length_max;
        }

        impl BoundedText for $name {
            fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let typed = <Cow<'de, str>>::deserialize(deserializer)?;
                // The last one counts: a way of its own, where it has one.
                let ways: &[Read] = &[shown::line $(, $read)?];
                let read = ways.last().copied().unwrap_or(shown::line);
                let text = checked(&typed, Self::LENGTH_MAX, read).map_err(D::Error::custom)?;
                $(
                    let rule: fn(&str) -> bool = $rule;
                    if !rule(&text) {
                        return Err(D::Error::custom("#wrong_form"));
                    }
                )?
                Ok(Self(text))
            }
        }

        impl tokio_postgres::types::ToSql for $name {
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
    )*};
}

texts! {
    /// Name of a person, a site or a thing. One word is allowed.
    Name(200);
    /// Name of a company or a carrier.
    Company(200);
    /// Something short: an appointment, a seal, a load type, a bill of lading.
    ShortText(100);
    /// The purpose of a visit.
    Purpose(500);
    /// E-mail address that can be mailed; only a message can prove more.
    EmailAddress(254) by mail::read;
    /// E-mail address as its owner gives it. An address that was taken before addresses were checked still signs in.
    KnownAddress(254) where |text| {
        text.split_once('@').is_some_and(|(local, domain)| {
            !local.is_empty() && !domain.is_empty() && !domain.contains('@') && !text.contains(char::is_whitespace)
        })
    };
    /// Telephone number as typed: digits of any script, spaces, `+ - . ( ) /`, an extension as `ext. 22`, `x22` or `#22`.
    PhoneNumber(40) by phone::read;
    /// Number plate of a vehicle, as typed.
    Plate(20);
    /// Number of a driver's licence, as printed.
    LicenceNumber(40);
    /// UN number of dangerous goods, as `UN1203`; `un 1203` and `1203` are the same. Numbers of North America and of IATA
    /// likewise, as `NA1993` and `ID8000`.
    UnNumber(6) by hazard::un_number;
    /// Hazard class of dangerous goods as papers print it, with subsidiary hazards: `3`, `1.4S`, `2.3 (8)`.
    HazardClass(24) by hazard::class;
    /// Packing group of dangerous goods: `I`, `II` or `III`.
    PackingGroup(3) by hazard::packing_group;
    /// Language of a person or a text, as `en`, `de-CH`, `es-419` or `zh-Hant-TW` (BCP 47).
    Locale(64) by locale::read;
    /// Time zone by its IANA name, as `Europe/Berlin`.
    TimeZone(64) where |text| text.bytes().all(|b| b.is_ascii_alphanumeric() || b"/_+-".contains(&b));
    /// What the operator's request is known by, so that it is carried out once.
    RequestKey(255);
    /// Name of a bucket of S3, without dots: those do not fit S3's certificate.
    BucketName(63) where |text| {
        text.len() >= 3 && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
            && !text.starts_with('-') && !text.ends_with('-') && !text.starts_with("xn--") && !text.contains("--")
    };
    /// Region of AWS, as `eu-central-1`.
    AwsRegion(32) where |text| {
        let (place, number) = text.rsplit_once('-').unwrap_or_default();
        let is_word = |word: &str| !word.is_empty() && word.bytes().all(|b| b.is_ascii_lowercase());
        place.contains('-') && place.split('-').all(is_word) && matches!(number.as_bytes(), [b'1'..=b'9'])
    };
    /// Account of AWS: 12 digits.
    AwsAccount(12) where |text| text.len() == 12 && text.bytes().all(|b| b.is_ascii_digit());
    /// Where a collector takes deliveries: `https`, a host name, port 443 or one from 1024 on, no user and no fragment.
    CollectorUrl(2000) where |text| super::stream::collector_url(text).is_some();
    /// Handle of an organization, as `north-gate`.
    Slug(63) where |text| {
        text.len() >= 2 && text.starts_with(|c: char| c.is_ascii_lowercase())
            && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
    };
}

impl LicenceNumber {
    /// The form that is compared: letters and digits only, in upper case.
    #[must_use]
    pub fn normalised(&self) -> String {
        self.0.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_uppercase).collect()
    }
}

impl EmailAddress {
    /// The address as it is mailed: its domain in A-labels, so that every server on the way knows it.
    #[must_use]
    pub fn mailable(&self) -> String {
        mail::mailable(&self.0).unwrap_or_else(|| self.0.clone())
    }
}

/// The address of a stored one as it is mailed; none where it was stored before addresses were checked, and is none.
#[must_use]
pub fn mailable(stored: &str) -> Option<String> {
    mail::mailable(stored)
}

/// A stored telephone number in the form in which programs dial it, as `+491511234567;ext=22`; none where it was stored
/// before numbers were checked, and is none.
#[must_use]
pub fn dialled(stored: &str) -> Option<String> {
    phone::normalised(stored)
}

/// The reason for an action that must be explained: 20 to 500 characters as a reader counts them, of which some are
/// letters or digits. A character of Chinese, Japanese or Korean counts as two.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(transparent)]
pub struct Reason(String);

impl utoipa::PartialSchema for Reason {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::Schema> {
        // Ten characters of Chinese are long enough.
        text_schema(Self::LENGTH_MIN / 2, Self::LENGTH_MAX)
    }
}

impl utoipa::ToSchema for Reason {}

impl Reason {
    /// Fewest characters it may have.
    pub const LENGTH_MIN: usize = 20;
    /// Most characters it may have.
    pub const LENGTH_MAX: usize = 500;

    /// Refuses a reason that would write into the log what it keeps sealed.
    ///
    /// # Errors
    /// [`crate::error::Error::Unprocessable`] when it names one of the values that are known of the person.
    pub fn refuse_naming<const N: usize>(&self, known: [Option<&str>; N]) -> crate::error::Result<()> {
        if known.into_iter().flatten().any(|value| super::naming::names(&self.0, value)) {
            return Err(crate::error::Error::unprocessable("/reason", "names_the_person"));
        }
        Ok(())
    }
}

impl BoundedText for Reason {
    fn as_str(&self) -> &str {
        &self.0
    }
}

/// One that was checked when it was written.
impl<'a> tokio_postgres::types::FromSql<'a> for Reason {
    fn from_sql(
        kind: &tokio_postgres::types::Type,
        raw: &'a [u8],
    ) -> Result<Self, Box<dyn std::error::Error + Sync + Send>> {
        String::from_sql(kind, raw).map(Self)
    }

    tokio_postgres::types::accepts!(TEXT);
}

impl<'de> serde::Deserialize<'de> for Reason {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let typed = <Cow<'de, str>>::deserialize(deserializer)?;
        let text = checked(&typed, Self::LENGTH_MAX, shown::line).map_err(D::Error::custom)?;
        reason::expect_sense(&text, Self::LENGTH_MIN).map_err(|word| D::Error::custom(format!("#{word}")))?;
        Ok(Self(text))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read<T: for<'de> serde::Deserialize<'de>>(text: &str) -> Result<T, String> {
        serde_json::from_value(serde_json::Value::String(text.to_owned())).map_err(|error| error.to_string())
    }

    #[test]
    fn a_name_is_anything_without_control_characters() {
        assert_eq!(read::<Name>("  Ada ").unwrap().as_str(), "Ada");
        assert_eq!(read::<Name>(&"é".repeat(200)).unwrap().as_str().chars().count(), 200);
        assert_eq!(read::<Name>(&"é".repeat(201)).unwrap_err(), "#too_long");
        assert_eq!(read::<Name>("   ").unwrap_err(), "#empty");
        assert_eq!(read::<Name>("a\u{0}b").unwrap_err(), "#control_character");
    }
}
