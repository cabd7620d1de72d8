//! The only caller of Secrets Manager: fetches the one secret of a deployment, once, while a function starts.

use std::sync::{Arc, OnceLock};

use aws_sdk_secretsmanager::{
    Client,
    config::http::HttpResponse,
    error::SdkError,
    operation::get_secret_value::{GetSecretValueError, GetSecretValueOutput},
};

use super::aws;
use crate::{
    error::{Error, Result},
    secret::Secret,
    settings::{AwsSettings, RootSecretSettings, SecretLocation},
    wiring::{Fatal, Needs, Part, Right, Start, Variable},
};

/// The newest version. Secrets Manager moves the label, and that of the one before it, when a new version is put.
const NEWEST: &str = "AWSCURRENT";
/// The version before it.
const BEFORE: &str = "AWSPREVIOUS";

/// The one secret of a deployment. It is there when the first request comes, and in memory alone.
#[derive(Clone)]
pub struct RootSecret(Arc<OnceLock<RootSecretSettings>>);

impl RootSecret {
    /// A secret that is known already.
    #[must_use]
    pub fn of(settings: RootSecretSettings) -> Self {
        Self(Arc::new(settings.into()))
    }

    /// What was fetched.
    ///
    /// # Errors
    /// [`Error::Internal`] before the start is over.
    pub(crate) fn get(&self) -> Result<&RootSecretSettings> {
        self.0.get().ok_or_else(|| Error::internal("the root secret is not fetched yet"))
    }
}

/// Fetched beside what else is opened at the start; all parts that ask share one.
impl Part for RootSecret {
    fn needs() -> Needs {
        const THROUGH_SECRETS_MANAGER: (&str, &str, &str) =
            ("StringEquals", "kms:ViaService", "secretsmanager.${AWS::Region}.${AWS::URLSuffix}");
        let rights = [
            Right::new(&["secretsmanager:GetSecretValue"], &["Keys.Outputs.RootSecret"]),
            Right::new(&["kms:Decrypt"], &["Keys.Outputs.StorageKey"]).only(&[THROUGH_SECRETS_MANAGER]),
        ];
        Needs::of(&[Variable::required("ROOT_SECRET_ID"), Variable::required("ROOT_SECRET_VERSION")], &rights)
    }

    fn build(start: &mut Start) -> Result<Self, Fatal> {
        start.shared(|start| {
            let (location, aws) = (SecretLocation::read(start.told())?, AwsSettings::read(start.told())?);
            let client = Client::new(&aws::config(&aws, aws.secrets_endpoint.as_deref()));
            let secret = Self(Arc::default());
            let fetched = Arc::clone(&secret.0);
            start.open(async move {
                let settings = fetch(&client, &location).await?;
                fetched.set(settings).map_err(|_| Error::internal("the root secret was fetched twice"))
            });
            Ok(secret)
        })
    }
}

async fn fetch(client: &Client, location: &SecretLocation) -> Result<RootSecretSettings> {
    let get = |stage| client.get_secret_value().secret_id(&location.id).version_stage(stage).send();
    let (newest, before) = futures_util::future::join(Box::pin(get(NEWEST)), Box::pin(get(BEFORE))).await;
    let newest = text(newest.map_err(refusal)?)?;
    let before = match before {
        Ok(before) => Some(text(before)?),
        // A secret that was never rotated has none.
        Err(SdkError::ServiceError(refused)) if refused.err().is_resource_not_found_exception() => None,
        Err(error) => return Err(refusal(error)),
    };
    let before = before.as_ref().map(|text| text.expose_secret().as_str());
    RootSecretSettings::of_kept(location.version, newest.expose_secret(), before).map_err(Error::internal)
}

fn text(found: GetSecretValueOutput) -> Result<Secret<String>> {
    found.secret_string.map(Secret::new).ok_or_else(|| Error::internal("the root secret is no text"))
}

/// What a retry may mend is unavailable; what Secrets Manager refuses for good is a fault of ours.
fn refusal(error: SdkError<GetSecretValueError, HttpResponse>) -> Error {
    match &error {
        SdkError::ServiceError(refused) if !refused.raw().status().is_server_error() => Error::internal(error),
        SdkError::ConstructionFailure(_) => Error::internal(error),
        _ => Error::unavailable(error),
    }
}
