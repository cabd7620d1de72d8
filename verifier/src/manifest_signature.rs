//! `manifest.sig` and `manifest.hmac`: that the manifest is the one that Doorbook signed. The manifest is not read before
//! that: what is unsigned can cost as much as it likes.

use crate::encoding::{hex, unhex};
use crate::finding::{Checked, Finding, Reason};
use crate::hash::{Hash, digest, hmac};
use crate::manifest::Manifest;
use crate::note::{Note, Unsigned, VerifierKey};

/// The three members that no manifest lists.
pub(crate) struct ManifestFiles {
    pub(crate) json: Vec<u8>,
    pub(crate) hmac: Vec<u8>,
    pub(crate) signature: Vec<u8>,
}

/// What was signed.
pub(crate) struct Signed<'f, 'k> {
    files: &'f ManifestFiles,
    name: &'f str,
    hmac: Hash,
    pub(crate) signers: Vec<&'k VerifierKey>,
}

fn refused(why: &str) -> Finding {
    Finding::new(Reason::ManifestSignature, why)
}

/// Checks who signed, and that signature, HMAC and manifest belong together.
///
/// # Errors
/// [`Reason::ManifestForm`] where there is no signature, [`Reason::Keys`] where no given key signed,
/// [`Reason::ManifestSignature`].
pub(crate) fn check<'f, 'k>(files: &'f ManifestFiles, keys: &'k [VerifierKey]) -> Checked<Signed<'f, 'k>> {
    let no_note = || Finding::new(Reason::ManifestForm, "manifest.sig is no signed note");
    let note = Note::read(&files.signature).ok_or_else(no_note)?;
    let (name, lines) = note.text.split_once('\n').unwrap_or((note.text, ""));
    let signers = note.signers(keys, name).map_err(|unsigned| match unsigned {
        Unsigned::Unknown => Finding::unsigned("The manifest"),
        Unsigned::Forged => refused("manifest.sig was changed: its signature is not of the key that it names"),
    })?;
    let other = || refused("manifest.json or manifest.hmac was changed: it is not the one that was signed");
    let stated = files.hmac.strip_suffix(b"\n").and_then(unhex).ok_or_else(other)?;
    let wanted = [&b"sha256 "[..], &hex(&digest(&files.json)), b"\nhmac ", &hex(&stated), b"\n"].concat();
    if lines.as_bytes() == wanted { Ok(Signed { files, name, hmac: stated, signers }) } else { Err(other()) }
}

impl Signed<'_, '_> {
    /// That it was signed for the organization of the manifest.
    ///
    /// # Errors
    /// [`Reason::ManifestSignature`].
    pub(crate) fn expect_of(&self, manifest: &Manifest) -> Checked {
        let is_own = self.name.ends_with(&format!("/{}/bundle", manifest.organization));
        if is_own { Ok(()) } else { Err(refused("The manifest is signed for another organization")) }
    }

    /// That the HMAC is of the organization's own key, where that was given.
    ///
    /// # Errors
    /// [`Reason::Hmac`].
    pub(crate) fn expect_hmac(&self, key: Option<&Hash>) -> Checked {
        match key {
            Some(key) if hmac(key, &self.files.json) != self.hmac => {
                Err(Finding::new(Reason::Hmac, "manifest.hmac is not of the export key that was given"))
            }
            _ => Ok(()),
        }
    }
}
