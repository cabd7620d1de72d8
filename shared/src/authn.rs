//! Credentials: `db<kind>_<environment>_<organization><secret><checksum>`.
//!
//! The organization is in the text, so no query ever runs without a tenant, not even the one that finds the
//! credential. What is stored is the SHA-256 of the whole text, so that kinds cannot be swapped. Groups are
//! Crockford base32 of the bytes as one big-endian number, upper case, zero-padded on the left; the checksum is
//! CRC-32 (ISO 3309) of everything before it, so that a typing error or a leak is seen without a database.

#[cfg(feature = "hand-off")]
pub mod hand_off;
pub mod pairing;
#[cfg(feature = "passwords")]
pub mod password;
pub mod reach;
pub mod recovery;
pub mod refusals;
pub mod session;
pub mod signing;
mod symbols;
#[cfg(feature = "second-factor")]
pub mod totp;

use crate::{
    error::{Error, Result},
    id::OrganizationId,
    secret::{Secret, random_bytes},
};

const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const ORGANIZATION_LENGTH: usize = 26;
const SECRET_LENGTH: usize = 52;
const CHECKSUM_LENGTH: usize = 7;

/// What a credential is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CredentialKind {
    /// `k`: a program of the customer's.
    ApiToken,
    /// `b`: the QR on a badge.
    Badge,
    /// `i`: the QR of an invitation.
    Invitation,
    /// `x`: a member of the operator's staff, acting for a customer.
    Impersonation,
    /// `d`: a kiosk.
    Kiosk,
    /// `q`: a device that asks to take a kiosk's place.
    KioskPairing,
    /// `m`: an invitation to become a member.
    MemberInvitation,
    /// `r`: a link to choose a new password.
    PasswordReset,
    /// `p`: a link to the visitor portal.
    Portal,
    /// `s`: a signed-in member.
    Session,
}

impl CredentialKind {
    const ALL: [(Self, char, &'static str); 10] = [
        (Self::ApiToken, 'k', "api_token"),
        (Self::Badge, 'b', "badge"),
        (Self::Impersonation, 'x', "impersonation"),
        (Self::Invitation, 'i', "invitation"),
        (Self::Kiosk, 'd', "kiosk"),
        (Self::KioskPairing, 'q', "kiosk_pairing"),
        (Self::MemberInvitation, 'm', "member_invitation"),
        (Self::PasswordReset, 'r', "password_reset"),
        (Self::Portal, 'p', "portal"),
        (Self::Session, 's', "session"),
    ];

    fn letter(self) -> char {
        Self::ALL.iter().find(|(kind, ..)| *kind == self).map_or('?', |(_, letter, _)| *letter)
    }

    /// The word that stands in columns and audit entries.
    #[must_use]
    pub fn word(self) -> &'static str {
        Self::ALL.iter().find(|(kind, ..)| *kind == self).map_or("", |(.., word)| word)
    }
}

/// Whether an organization is real or for trying things out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Realm {
    /// Real.
    Live,
    /// For trying things out.
    Test,
}

impl Realm {
    /// The word that stands in credentials and columns.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Live => "live",
            Self::Test => "test",
        }
    }

    /// The realm that the word names.
    #[must_use]
    pub fn of_word(word: &str) -> Option<Self> {
        [Self::Live, Self::Test].into_iter().find(|realm| realm.word() == word)
    }
}

crate::tenant::word_columns!(Realm);

/// A credential as it was presented: well-formed, but not yet known to be valid.
#[derive(Clone, Debug)]
pub struct Credential {
    /// What it is for.
    pub kind: CredentialKind,
    /// Whose it claims to be.
    pub organization: OrganizationId,
    /// Whether that organization is real.
    pub realm: Realm,
    /// SHA-256 of its whole text.
    pub sha256: [u8; 32],
}

impl Credential {
    /// Reads one.
    ///
    /// # Errors
    /// [`Error::Unauthenticated`] when it is not exactly of the form, checksum included.
    pub fn parse(text: &str) -> Result<Self> {
        Self::read(text).ok_or(Error::Unauthenticated)
    }

    fn read(text: &str) -> Option<Self> {
        let (prefix, rest) = text.split_once('_')?;
        let (realm, groups) = rest.split_once('_')?;
        let letter = prefix.strip_prefix("db")?;
        let (kind, ..) = CredentialKind::ALL.into_iter().find(|(_, known, _)| letter.chars().eq([*known]))?;
        let realm = Realm::of_word(realm)?;
        if groups.len() != ORGANIZATION_LENGTH + SECRET_LENGTH + CHECKSUM_LENGTH || !groups.is_ascii() {
            return None;
        }
        let organization = decode::<16>(groups.get(..ORGANIZATION_LENGTH)?)?;
        decode::<32>(groups.get(ORGANIZATION_LENGTH..ORGANIZATION_LENGTH + SECRET_LENGTH)?)?;
        let checksum = decode::<4>(groups.get(ORGANIZATION_LENGTH + SECRET_LENGTH..)?)?;
        let covered = text.get(..text.len() - CHECKSUM_LENGTH)?;
        (crc32fast::hash(covered.as_bytes()).to_be_bytes() == checksum).then(|| Self {
            kind,
            organization: uuid::Uuid::from_bytes(organization).into(),
            realm,
            sha256: sha256(text.as_bytes()),
        })
    }
}

/// A credential that was just made: the only moment at which its text exists here.
pub struct NewCredential {
    /// What the caller is shown, once.
    pub text: Secret<String>,
    /// What is stored.
    pub sha256: [u8; 32],
}

impl NewCredential {
    /// Makes one from 256 random bits.
    ///
    /// # Errors
    /// [`Error::Internal`] when the random generator fails.
    pub fn generate(kind: CredentialKind, realm: Realm, organization: OrganizationId) -> Result<Self> {
        let mut text = format!("db{}_{}_", kind.letter(), realm.word());
        encode(organization.uuid().as_bytes(), ORGANIZATION_LENGTH, &mut text);
        encode(&random_bytes::<32>()?, SECRET_LENGTH, &mut text);
        let checksum = crc32fast::hash(text.as_bytes()).to_be_bytes();
        encode(&checksum, CHECKSUM_LENGTH, &mut text);
        let sha256 = sha256(text.as_bytes());
        Ok(Self { text: Secret::new(text), sha256 })
    }
}

/// SHA-256 of some bytes.
#[must_use]
pub fn sha256(bytes: &[u8]) -> [u8; 32] {
    let mut hash = [0; 32];
    hash.copy_from_slice(aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, bytes).as_ref());
    hash
}

fn symbol(value: u8) -> char {
    char::from(ALPHABET.get(usize::from(value & 31)).copied().unwrap_or(b'0'))
}

/// Appends the bytes, as one number, in `length` symbols.
fn encode(bytes: &[u8], length: usize, text: &mut String) {
    let bit = |index: usize| -> u8 {
        // `index` counts from the least significant bit; those beyond the number are zero.
        let byte = bytes.len().checked_sub(index / 8 + 1).and_then(|at| bytes.get(at)).copied().unwrap_or(0);
        (byte >> (index % 8)) & 1
    };
    for position in (0..length).rev() {
        let value = (0..5).rev().fold(0, |value, offset| (value << 1) | bit(position * 5 + offset));
        text.push(symbol(value));
    }
}

/// The number in these symbols as `N` bytes; none when it does not fit or a symbol is foreign.
fn decode<const N: usize>(symbols: &str) -> Option<[u8; N]> {
    let mut bytes = [0_u8; N];
    for (position, letter) in symbols.bytes().rev().enumerate() {
        let value = u8::try_from(ALPHABET.iter().position(|known| *known == letter)?).ok()?;
        for offset in (0..5).filter(|offset| value >> offset & 1 == 1) {
            let index = position * 5 + offset;
            let at = N.checked_sub(index / 8 + 1)?;
            *bytes.get_mut(at)? |= 1 << (index % 8);
        }
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn organization() -> OrganizationId {
        "6513270e-269e-4d37-b2a7-4de452e6b438".parse().unwrap()
    }

    #[test]
    fn a_new_credential_is_read_back() {
        let new = NewCredential::generate(CredentialKind::Kiosk, Realm::Test, organization()).unwrap();
        let text = new.text.expose_secret();
        assert_eq!(text.len(), "dbd_test_".len() + 85);
        let read = Credential::parse(text).unwrap();
        assert_eq!(
            (read.kind, read.realm, read.organization, read.sha256),
            (CredentialKind::Kiosk, Realm::Test, organization(), new.sha256)
        );
    }

    #[test]
    fn every_changed_character_is_refused() {
        let new = NewCredential::generate(CredentialKind::ApiToken, Realm::Live, organization()).unwrap();
        let text = new.text.expose_secret();
        for (at, _) in text.char_indices() {
            for replacement in ["0", "Z", "a", "_", "é"] {
                let mut changed = text.clone();
                changed.replace_range(at..=at, replacement);
                assert!(changed == *text || Credential::parse(&changed).is_err(), "{changed}");
            }
        }
        assert!(Credential::parse(&text.to_lowercase()).is_err());
        assert!(Credential::parse(&format!("{text} ")).is_err());
        assert!(Credential::parse("").is_err());
    }

    #[test]
    fn numbers_that_do_not_fit_are_refused() {
        assert_eq!(decode::<16>("7ZZZZZZZZZZZZZZZZZZZZZZZZZ"), Some([0xff; 16]));
        assert_eq!(decode::<16>("8ZZZZZZZZZZZZZZZZZZZZZZZZZ"), None);
    }
}
