//! What functions stand on: PostgreSQL, S3, KMS, Secrets Manager, SQS, SES, Textract and Rekognition, started together and
//! stopped together.

use std::path::{Path, PathBuf};

use crate::error::{Error, Result};
use crate::kms::{Kms, Spec};
use crate::machine;
use crate::object_storage::{Rules, S3};
use crate::postgres::{self, Cluster, Durability, Place};
use crate::rekognition::Rekognition;
use crate::secrets::Secrets;
use crate::ses::Ses;
use crate::sqs::Sqs;
use crate::template::{Physical, Resources, Template};
use crate::textract::Textract;

/// The file of the mail that was sent, one a line.
pub const MAIL: &str = "mail.jsonl";

/// Where the sources are and where running parts keep their files.
#[derive(Clone, Debug)]
pub struct Layout {
    /// The root of the repository.
    pub root: PathBuf,
    /// Data, keys and logs of one stack.
    pub state: PathBuf,
}

impl Layout {
    /// The log of one part.
    #[must_use]
    pub fn log(&self, name: &str) -> PathBuf {
        self.state.join("logs").join(format!("{name}.log"))
    }

    /// Every mail that was sent.
    #[must_use]
    pub fn mail(&self) -> PathBuf {
        self.state.join(MAIL)
    }

    /// The SQL of the database: `bootstrap.sql`, migrations and grants.
    #[must_use]
    pub fn infra(&self) -> PathBuf {
        self.root.join("infra")
    }
}

/// The root of the repository: the nearest directory upwards that holds the template.
///
/// # Errors
/// When there is none.
pub fn find_root() -> Result<PathBuf> {
    let here = std::env::current_dir().map_err(Error::io("cannot read the current directory"))?;
    let root = here.ancestors().find(|directory| directory.join("template.yaml").exists());
    root.map(Path::to_owned)
        .ok_or_else(|| Error::stack("no template.yaml here or above; run this inside the repository"))
}

/// The running parts.
#[derive(Debug)]
pub struct Services {
    /// PostgreSQL.
    pub cluster: Cluster,
    /// S3.
    pub s3: S3,
    /// KMS.
    pub kms: Kms,
    /// Secrets Manager.
    pub secrets: Secrets,
    /// SQS.
    pub sqs: Sqs,
    /// SES.
    pub ses: Ses,
    /// Textract.
    pub textract: Textract,
    /// Rekognition.
    pub rekognition: Rekognition,
    /// The attributes of the template's resources.
    pub physical: Physical,
}

impl Services {
    /// Starts every part at once and makes the template's queues, buckets, keys and secrets.
    ///
    /// # Errors
    /// When one part does not start; those that did are stopped again.
    pub async fn start(layout: &Layout, resources: Resources, durability: Durability) -> Result<Self> {
        let logs = layout.state.join("logs");
        machine::make_private_directory(&logs)?;
        let (directory, log) = (layout.state.join("postgres"), layout.log("postgres"));
        let place = Place { directory, log, port: None, durability };
        let (objects, keys) = (layout.state.join("s3"), layout.state.join("kms"));
        let (sent, mail) = (layout.log("sqs"), layout.mail());
        let stand_ins = async {
            tokio::try_join!(
                S3::start(&objects),
                Kms::start(&keys),
                Secrets::start(),
                Sqs::start(&sent),
                Ses::start(&mail),
                Textract::start(),
                Rekognition::start()
            )
        };
        let (cluster, stand_ins) = tokio::join!(Cluster::create(place), stand_ins);
        let mut cluster = cluster?;
        let (s3, kms, secrets, sqs, ses, textract, rekognition) = match stand_ins {
            Ok(all) => all,
            Err(error) => {
                cluster.stop().await;
                return Err(error);
            }
        };
        let physical = Physical::new();
        let mut services = Self { cluster, s3, kms, secrets, sqs, ses, textract, rekognition, physical };
        match services.make(resources) {
            Ok(()) => Ok(services),
            Err(error) => {
                services.stop().await;
                Err(error)
            }
        }
    }

    /// Stops what runs in a process of its own; the stand-ins end when this is dropped.
    pub async fn stop(&mut self) {
        self.cluster.stop().await;
    }

    /// The variables by which an AWS SDK finds the stand-ins, with credentials that open nothing else.
    #[must_use]
    pub fn sdk_variables(&self) -> Vec<(String, String)> {
        let variables = [
            ("AWS_REGION", machine::REGION.to_owned()),
            ("AWS_DEFAULT_REGION", machine::REGION.to_owned()),
            ("AWS_ACCESS_KEY_ID", machine::LOCAL_CREDENTIAL.to_owned()),
            ("AWS_SECRET_ACCESS_KEY", machine::LOCAL_CREDENTIAL.to_owned()),
            ("AWS_SESSION_TOKEN", machine::LOCAL_CREDENTIAL.to_owned()),
            ("AWS_ENDPOINT_URL_S3", self.s3.endpoint()),
            ("AWS_ENDPOINT_URL_KMS", self.kms.endpoint()),
            ("AWS_ENDPOINT_URL_SECRETS_MANAGER", self.secrets.endpoint()),
            ("AWS_ENDPOINT_URL_SQS", self.sqs.endpoint()),
            ("AWS_ENDPOINT_URL_SESV2", self.ses.endpoint()),
            ("AWS_ENDPOINT_URL_TEXTRACT", self.textract.endpoint()),
            ("AWS_ENDPOINT_URL_REKOGNITION", self.rekognition.endpoint()),
        ];
        variables.map(|(name, value)| (name.to_owned(), value)).to_vec()
    }

    /// Makes the two roles that migrations need and gives the migrator its password.
    ///
    /// # Errors
    /// When PostgreSQL refuses `bootstrap.sql`.
    pub async fn bootstrap(&self, layout: &Layout, migrator_password: &str) -> Result<()> {
        postgres::bootstrap(&self.cluster, &layout.infra()).await?;
        postgres::set_password(&self.cluster.superuser().await?, postgres::MIGRATOR, migrator_password).await
    }

    fn make(&mut self, resources: Resources) -> Result<()> {
        self.physical = resources.physical;
        for (path, queue) in resources.queues {
            let url = self.sqs.queues().add(queue);
            self.name(&path, [("Ref", url)]);
        }
        for bucket in resources.buckets {
            let (owner, has_versions) = (machine::ACCOUNT.to_owned(), bucket.has_versions);
            self.s3.create_bucket(&bucket.name, Rules { owner, has_versions, retention: bucket.retention })?;
        }
        for key in &resources.keys {
            let spec = match key.spec.as_deref() {
                None | Some("SYMMETRIC_DEFAULT") => Spec::Symmetric,
                Some("ECC_NIST_EDWARDS25519") => Spec::Ed25519,
                Some(other) => return Err(Error::stack(format!("the local KMS makes no {other} keys ({})", key.path))),
            };
            let arn = self.kms.create_key(spec)?;
            let id = arn.rsplit('/').next().unwrap_or_default().to_owned();
            self.name(&key.path, [("Ref", id.clone()), ("KeyId", id), ("Arn", arn)]);
        }
        for secret in &resources.secrets {
            let arn = self.secrets.create(&secret.name, secret.generate()?);
            self.name(&secret.path, [("Ref", arn.clone()), ("Id", arn)]);
        }
        Ok(())
    }

    fn name<const N: usize>(&mut self, path: &str, attributes: [(&str, String); N]) {
        let known = self.physical.entry(path.to_owned()).or_default();
        known.extend(attributes.map(|(attribute, value)| (attribute.to_owned(), value)));
    }
}

/// Reads the template of a repository.
///
/// # Errors
/// When it is missing or not understood.
pub fn read_template(layout: &Layout) -> Result<(Template, Resources)> {
    let template = Template::read(&layout.root.join("template.yaml"))?;
    let resources = template.resources()?;
    Ok((template, resources))
}
