//! `manifest.sig` and `manifest.hmac`: that the manifest is the one that Doorbook signed.

use crate::encoding::{hex, unhex};
use crate::finding::{Checked, Finding, Reason};
use crate::hash::{Hash, digest, hmac};
use crate::manifest::Manifest;
use crate::note::{Note, Unsigned, VerifierKey};

/// The three members that no manifest lists.
pub(crate) struct ManifestFiles {
    pub(crate) json: Vec<u8>,
    pub(crate) hmac: Option<Vec<u8>>,
    pub(crate) signature: Option<Vec<u8>>,
}

/// Checks who signed the manifest, and that signature, HMAC and manifest belong together.
///
/// # Errors
/// [`Reason::ManifestSignature`], or [`Reason::Hmac`] when the organization's own key says otherwise.
pub(crate) fn check<'k>(
    files: &ManifestFiles,
    manifest: &Manifest,
    keys: &'k [VerifierKey],
    hmac_key: Option<&Hash>,
) -> Checked<Vec<&'k VerifierKey>> {
    let refused = |why| Finding::new(Reason::ManifestSignature, format!("The manifest {why}."));
    let signature = files.signature.as_deref().ok_or_else(|| refused("is not signed"))?;
    let stated = files.hmac.as_deref().and_then(read_hmac).ok_or_else(|| refused("has no HMAC beside it"))?;
    let note = Note::read(signature).ok_or_else(|| refused("has a signature that cannot be read"))?;
    let (name, lines) = note.text.split_once('\n').unwrap_or((note.text, ""));
    let signers = note.signers(keys, name).map_err(|unsigned| match unsigned {
        Unsigned::Unknown => refused("is not signed by a key that was given"),
        Unsigned::Forged => refused("has a signature that is not of the key it names"),
    })?;
    if !name.ends_with(&format!("/{}/bundle", manifest.organization)) {
        return Err(refused("is signed for another organization"));
    }
    let wanted = [&b"sha256 "[..], &hex(&digest(&files.json)), b"\nhmac ", &hex(&stated), b"\n"].concat();
    if lines.as_bytes() != wanted {
        return Err(refused("or its HMAC is not the one that was signed"));
    }
    match hmac_key {
        Some(key) if hmac(key, &files.json) != stated => {
            Err(Finding::new(Reason::Hmac, "The HMAC of the manifest is not of the export key that was given."))
        }
        _ => Ok(signers),
    }
}

fn read_hmac(file: &[u8]) -> Option<Hash> {
    unhex(file.strip_suffix(b"\n")?)
}
