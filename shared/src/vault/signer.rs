//! Ed25519 signatures by KMS, whose private keys never leave it.

use aws_sdk_kms::Client;
use aws_sdk_kms::primitives::Blob;
use aws_sdk_kms::types::{MessageType, SigningAlgorithmSpec};
use tokio::sync::OnceCell;

use super::aws;
use super::kms::refusal;
use crate::error::{Error, Result};
use crate::settings::{AwsSettings, Unsafe};
use crate::wiring::{Fatal, Needs, Part, Right, Start, Variable};

/// What stands before the 32 bytes of an Ed25519 key in its SubjectPublicKeyInfo (RFC 8410 section 4).
const ED25519_INFO: [u8; 12] = [0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00];

/// One key of KMS that signs.
///
/// KMS is trusted: a role that may call Sign with this key can sign anything in its name.
#[derive(Clone, Debug)]
pub struct Signer {
    kms: Client,
    key_id: String,
    public: OnceCell<[u8; 32]>,
}

impl Signer {
    /// A signer with a key of key spec `ECC_NIST_EDWARDS25519`; nothing is called yet.
    #[must_use]
    pub fn new(settings: &AwsSettings, key_id: &str) -> Self {
        let kms = Client::new(&aws::config(settings, settings.kms_endpoint.as_deref()));
        Self { kms, key_id: key_id.to_owned(), public: OnceCell::new() }
    }

    fn of(start: &Start, variable: &'static str) -> Result<Self, Unsafe> {
        Ok(Self::new(&AwsSettings::read(start.told())?, start.told().required(variable)?))
    }

    /// The id of the key at KMS.
    #[must_use]
    pub fn key_id(&self) -> &str {
        &self.key_id
    }

    /// The public half, asked for once in the life of a process.
    ///
    /// # Errors
    /// Unavailable when KMS does not answer; internal when it refuses, or the key is of another kind.
    pub async fn public_key(&self) -> Result<[u8; 32]> {
        let ask = async || {
            let call = self.kms.get_public_key().key_id(&self.key_id);
            let answer = Box::pin(call.send()).await.map_err(refusal)?;
            let info = answer.public_key.map(Blob::into_inner).unwrap_or_default();
            let key = info.strip_prefix(&ED25519_INFO).and_then(|key| key.try_into().ok());
            key.ok_or_else(|| Error::internal("the signing key is no Ed25519 key"))
        };
        self.public.get_or_try_init(ask).await.copied()
    }

    /// Signs a message of at most 4096 bytes. Ed25519 gives the same message the same signature each time.
    ///
    /// # Errors
    /// Unavailable when KMS does not answer; internal when it refuses.
    pub async fn sign(&self, message: &str) -> Result<[u8; 64]> {
        let call = self.kms.sign().key_id(&self.key_id).message(Blob::new(message)).message_type(MessageType::Raw);
        let call = call.signing_algorithm(SigningAlgorithmSpec::Ed25519Sha512);
        let answer = Box::pin(call.send()).await.map_err(refusal)?;
        let signature = answer.signature.map(Blob::into_inner).unwrap_or_default();
        signature.try_into().map_err(|_| Error::internal("KMS returned a signature of another length"))
    }
}

/// What signs the logs of all organizations.
pub struct LogSigners {
    /// The key that signs.
    pub current: Signer,
    /// The key before it, while a rotation is under way.
    pub retiring: Option<Signer>,
}

impl Part for LogSigners {
    fn needs() -> Needs {
        let sign = Right::new(&["kms:Sign", "kms:GetPublicKey"], &["Keys.Outputs.LogKey", "RetiringLogKey"]);
        Needs::of(&[Variable::required("LOG_KEY_ID"), Variable::optional("LOG_KEY_ID_RETIRING")], &[sign])
    }

    fn build(start: &mut Start) -> Result<Self, Fatal> {
        let aws = AwsSettings::read(start.told())?;
        let retiring = start.told().optional("LOG_KEY_ID_RETIRING").map(|key_id| Signer::new(&aws, key_id));
        Ok(Self { current: Signer::of(start, "LOG_KEY_ID")?, retiring })
    }
}

/// The public halves of what signs the logs, for one who only verifies.
pub struct LogVerifiers(pub LogSigners);

impl Part for LogVerifiers {
    fn needs() -> Needs {
        let read = Right::new(&["kms:GetPublicKey"], &["Keys.Outputs.LogKey", "RetiringLogKey"]);
        Needs::of(&[Variable::required("LOG_KEY_ID"), Variable::optional("LOG_KEY_ID_RETIRING")], &[read])
    }

    fn build(start: &mut Start) -> Result<Self, Fatal> {
        LogSigners::build(start).map(Self)
    }
}

/// What signs the manifests of bundles.
pub struct DocumentSigner(pub Signer);

impl Part for DocumentSigner {
    fn needs() -> Needs {
        let sign = Right::new(&["kms:Sign", "kms:GetPublicKey"], &["Keys.Outputs.DocumentKey"]);
        Needs::of(&[Variable::required("DOCUMENT_KEY_ID")], &[sign])
    }

    fn build(start: &mut Start) -> Result<Self, Fatal> {
        Ok(Self(Signer::of(start, "DOCUMENT_KEY_ID")?))
    }
}
