//! Streams of the log: where they lead, how they stand, and why a delivery was not taken.

use serde::de::Error as _;
use url::{Host, Url};

use super::visit::words;
use crate::secret::Secret;

/// Streams that an organization may have at a time.
pub const STREAMS_MAX: i32 = 3;
/// The lowest port beside 443 that a collector may listen at: what lies below belongs to mail, shells and the like, which
/// must not be spoken to.
const COLLECTOR_PORT_MIN: u16 = 1024;

words! {
    /// What kind of destination a stream leads to.
    StreamKind {
        /// A bucket of S3.
        Bucket = "bucket",
        /// A collector that speaks HTTPS.
        Https = "https",
    }

    /// Where a stream stands.
    StreamState {
        /// Entries are delivered.
        Active = "active",
        /// Nothing is delivered until it is resumed.
        Paused = "paused",
        /// Over; its secrets are destroyed.
        Ended = "ended",
    }

    /// Why a delivery was not taken.
    Undelivered {
        /// The bucket refuses us, or belongs to another account than was named.
        AccessDenied = "access_denied",
        /// The host's name leads to an address that is not public.
        AddressNotPublic = "address_not_public",
        /// The log does not continue what was delivered of it: nothing is sent until the operator has looked into it.
        ChainBroken = "chain_broken",
        /// The connection ended before an answer.
        ConnectionLost = "connection_lost",
        /// The host's name leads nowhere.
        NameNotResolved = "name_not_resolved",
        /// There is no such bucket.
        NoSuchBucket = "no_such_bucket",
        /// The bucket lies in another region than was named.
        OtherRegion = "other_region",
        /// The collector answered with a redirect, which is not followed.
        Redirected = "redirected",
        /// The destination answered with a status of 400 to 499.
        Refused = "refused",
        /// The destination answered with a status of 500 or more.
        ServerError = "server_error",
        /// There was no answer in time.
        TimedOut = "timed_out",
        /// The certificate is not valid for the host, or TLS failed otherwise.
        TlsFailed = "tls_failed",
        /// No connection is accepted.
        Unreachable = "unreachable",
    }
}

/// Reads where a collector takes deliveries; none where it may not be spoken to. An address in place of a name is
/// refused, in whatever spelling: what it leads to is then decided where it is resolved, and nowhere else.
#[must_use]
pub fn collector_url(text: &str) -> Option<Url> {
    let url = Url::parse(text).ok().filter(|_| !text.contains(char::is_whitespace))?;
    let port = url.port_or_known_default()?;
    let is_taken = url.scheme() == "https"
        && matches!(url.host(), Some(Host::Domain(_)))
        && (port == 443 || port >= COLLECTOR_PORT_MIN)
        && url.username().is_empty()
        && url.password().is_none()
        && url.fragment().is_none()
        && is_as_typed(&url, text);
    is_taken.then_some(url)
}

/// True where the parsed URL is the text: what a person reads in it is then what is called. A parser of URLs (WHATWG)
/// makes one of `https:host`, `https://a:1\@b/` and an empty user too. The default port and the slash of an empty path
/// may be written or left out.
fn is_as_typed(url: &Url, text: &str) -> bool {
    let origin = format!("https://{}", url.host_str().unwrap_or_default());
    let Some(rest) = text.strip_prefix(&origin) else { return false };
    let is_whole = |rest: &str| {
        let slash = if rest.starts_with(':') || rest.starts_with('/') { "" } else { "/" };
        let path = if rest.starts_with(':') && !rest.contains(['/', '?']) { "/" } else { "" };
        format!("{origin}{slash}{rest}{path}") == url.as_str()
    };
    is_whole(rest) || rest.strip_prefix(":443").is_some_and(is_whole)
}

/// What a collector asks for in the header `authorization`, as `Splunk 0a1b2c3d`. Nothing shows it again.
#[derive(Debug)]
pub struct CollectorToken(Secret<String>);

impl CollectorToken {
    /// Most characters it may have.
    pub const LENGTH_MAX: usize = 2000;

    /// The bytes to be sealed.
    #[must_use]
    pub fn secret(&self) -> &Secret<String> {
        &self.0
    }
}

impl<'de> serde::Deserialize<'de> for CollectorToken {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Secret::new(String::deserialize(deserializer)?);
        let bytes = text.expose_secret().as_bytes();
        if bytes.is_empty() {
            return Err(D::Error::custom("#empty"));
        }
        if bytes.len() > Self::LENGTH_MAX {
            return Err(D::Error::custom("#too_long"));
        }
        let is_header = bytes.iter().all(|byte| byte.is_ascii_graphic() || *byte == b' ');
        if !is_header || bytes.first() == Some(&b' ') || bytes.last() == Some(&b' ') {
            return Err(D::Error::custom("#wrong_form"));
        }
        Ok(Self(text))
    }
}

impl utoipa::PartialSchema for CollectorToken {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::Schema> {
        utoipa::openapi::ObjectBuilder::new()
            .schema_type(utoipa::openapi::schema::Type::String)
            .min_length(Some(1))
            .max_length(Some(Self::LENGTH_MAX))
            .pattern(Some("^[!-~]([ -~]*[!-~])?$"))
            .into()
    }
}

impl utoipa::ToSchema for CollectorToken {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_collector_is_a_host_by_name_over_https() {
        for good in [
            "https://siem.example.com/in",
            "https://siem.example.com:443/in?source=doorbook",
            "https://siem.example.com",
            "https://siem.example.com:443",
            "https://siem.example.com:8088",
            "https://siem.example.com?a=b",
            "https://siem.example.com/a%20b?c=%2B",
            "https://xn--mnchen-3ya.example/",
            "https://hec.example.com:8088/services/collector",
        ] {
            assert!(collector_url(good).is_some(), "{good}");
        }
    }

    #[test]
    fn what_is_no_host_by_name_over_https_is_no_collector() {
        for bad in [
            "http://siem.example.com/in",
            "ftp://siem.example.com/in",
            "https://user:pass@siem.example.com/",
            "https://user@siem.example.com/",
            "https://siem.example.com/#in",
            "https://siem.example.com:22/",
            "https://siem.example.com:25/",
            "https://siem.example.com:1023/",
            "https://siem.example.com:0/",
            "https://127.0.0.1/",
            "https://2130706433/",
            "https://0x7f000001/",
            "https://0177.0.0.1/",
            "https://127.1/",
            "https://[::1]/",
            "https://[::ffff:169.254.169.254]/",
            "https://169.254.169.254/latest/meta-data/",
            "https://siem.example.com/a b",
            "https:///",
            "https://localhost:9443\\@siem.example.com/",
            "https:\\\\siem.example.com/",
            "https:siem.example.com/",
            "https:/siem.example.com/",
            "https:///siem.example.com/",
            "https://@siem.example.com/",
            "https://:@siem.example.com/",
            "https://siem.example.com:/",
            "https://siem.example.com:0443/",
            "https://siem.example.com:4430000/",
            "https://SIEM.example.com/",
            "https://m\u{fc}nchen.example/",
            "https://siem%2eexample.com/",
            "https://siem.example.com/a/../b",
            "https://siem.example.com/\u{202e}a",
            "https://siem.example.com/\ta",
            "HTTPS://siem.example.com/",
            "siem.example.com",
            "",
        ] {
            assert!(collector_url(bad).is_none(), "{bad}");
        }
    }

    #[test]
    fn a_token_is_a_header_and_shows_itself_nowhere() {
        let read = |text: &str| serde_json::from_value::<CollectorToken>(serde_json::json!(text));
        assert!(!format!("{:?}", read("Splunk canary").unwrap()).contains("canary"));
        for bad in ["", " a", "a ", "a\r\nb: c", "ä"] {
            assert!(read(bad).is_err(), "{bad}");
        }
    }
}
