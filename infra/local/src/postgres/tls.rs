//! A certificate authority that lives as long as one cluster, and the server's certificate from it.

use std::path::{Path, PathBuf};

use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair, KeyUsagePurpose};
use time::Duration;

use crate::error::{Error, Result};
use crate::machine;

/// The files of one server identity. A process that can read `key` can pose as the local server until it stops.
#[derive(Clone, Debug)]
pub(super) struct Identity {
    /// What clients trust.
    pub(super) authority: PathBuf,
    /// What the server shows.
    pub(super) certificate: PathBuf,
    /// What the server proves it with.
    pub(super) key: PathBuf,
}

impl Identity {
    /// Makes an authority and a certificate for `localhost` and `127.0.0.1`; the authority's key is not kept.
    pub(super) fn create(directory: &Path) -> Result<Self> {
        let (authority, certificate, key) =
            issue().map_err(|error| Error::stack(format!("cannot make a certificate: {error}")))?;
        let identity = Self {
            authority: directory.join("ca.pem"),
            certificate: directory.join("server.pem"),
            key: directory.join("server.key"),
        };
        machine::write_private(&identity.authority, authority.as_bytes())?;
        machine::write_private(&identity.certificate, certificate.as_bytes())?;
        machine::write_private(&identity.key, key.as_bytes())?;
        Ok(identity)
    }
}

fn issue() -> std::result::Result<(String, String, String), rcgen::Error> {
    let mut params = valid_for_a_month(CertificateParams::new(Vec::new())?);
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign];
    params.distinguished_name.push(DnType::CommonName, "doorbook-local");
    let authority_key = KeyPair::generate()?;
    let authority = params.self_signed(&authority_key)?;
    let issuer = Issuer::new(params, authority_key);

    let names = vec!["localhost".to_owned(), "127.0.0.1".to_owned()];
    let server_key = KeyPair::generate()?;
    let server = valid_for_a_month(CertificateParams::new(names)?).signed_by(&server_key, &issuer)?;
    Ok((authority.pem(), server.pem(), server_key.serialize_pem()))
}

fn valid_for_a_month(mut params: CertificateParams) -> CertificateParams {
    let now = machine::now();
    params.not_before = now - Duration::days(1);
    params.not_after = now + Duration::days(30);
    params
}
