//! The bucket of anchors: what was signed of each log, from which it cannot be removed.
//!
//! It belongs to another account, keeps every version, locks every object and refuses deletes. A role that can write to
//! it can add anchors and second versions, which are detected; no role can change or remove the first.

use aws_sdk_s3::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_s3::operation::list_object_versions::ListObjectVersionsOutput;
use aws_sdk_s3::primitives::ByteStream;
use std::{collections::BTreeMap, ops::Range};

use crate::bucket::Bucket;
use crate::error::{Error, Result};
use crate::id::OrganizationId;
use crate::wiring::{Fatal, Needs, Part, Right, Start, THROUGH_S3, Variable};

/// Names the bucket.
const BUCKET: Variable = Variable::required("ANCHORS_BUCKET");
/// Bytes of a note that is fetched: a checkpoint with two signatures has fewer than a thousand.
const NOTE_BYTES_MAX: i64 = 16 * 1024;

/// A checkpoint that lies in the bucket, as its listing shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Anchored {
    /// Entries.
    pub size: u64,
    /// The version that was written first, which is the one that counts.
    pub first_version: String,
    /// A second version or a delete marker: evidence of tampering by itself.
    pub is_disturbed: bool,
}

/// What became of an object that must be the first of its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Placed {
    /// It lies there, by this call or by an earlier one with the same bytes.
    Same,
    /// Something else lies there under this name.
    Other,
}

/// Entries that lie in the bucket, as its listing shows them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AnchoredEntries {
    /// Their numbers.
    pub numbers: Range<u64>,
    /// The version that was written first, which is the one that counts.
    first_version: String,
}

/// The bucket of anchors.
#[derive(Clone)]
pub struct Anchors(Bucket);

/// The bucket of anchors, for one who only reads it.
pub struct AnchorReader(pub Anchors);

impl Part for AnchorReader {
    fn needs() -> Needs {
        let rights = [
            Right::new(&["s3:GetObjectVersion"], &["Anchors.Outputs.Objects"]),
            Right::new(&["s3:ListBucketVersions"], &["Anchors.Outputs.BucketArn"]),
            Right::new(&["kms:Decrypt"], &["Keys.Outputs.StorageKey"]).only(&[THROUGH_S3]),
        ];
        Needs::of(&[BUCKET], &rights)
    }

    fn build(start: &mut Start) -> Result<Self, Fatal> {
        Ok(Self(Anchors(Bucket::of(start, &BUCKET, |config| config)?)))
    }
}

impl Part for Anchors {
    fn needs() -> Needs {
        let rights = [
            Right::new(&["s3:PutObject", "s3:GetObject", "s3:GetObjectVersion"], &["Anchors.Outputs.Objects"]),
            Right::new(&["s3:ListBucketVersions"], &["Anchors.Outputs.BucketArn"]),
            Right::new(&["kms:GenerateDataKey", "kms:Decrypt"], &["Keys.Outputs.StorageKey"]).only(&[THROUGH_S3]),
        ];
        Needs::of(&[BUCKET], &rights)
    }

    fn build(start: &mut Start) -> Result<Self, Fatal> {
        Ok(Self(Bucket::of(start, &BUCKET, |config| config)?))
    }
}

impl Anchors {
    /// Anchors the entries of these numbers, each ended by a line feed.
    ///
    /// # Errors
    /// Unavailable when the bucket does not answer.
    pub async fn place_entries(
        &self,
        organization: OrganizationId,
        numbers: Range<u64>,
        lines: Vec<u8>,
    ) -> Result<Placed> {
        self.place(&entries_key(organization, &numbers), lines).await
    }

    /// Anchors a checkpoint.
    ///
    /// # Errors
    /// Unavailable when the bucket does not answer.
    pub async fn place_checkpoint(&self, organization: OrganizationId, size: u64, note: &str) -> Result<Placed> {
        self.place(&checkpoint_key(organization, size), note.as_bytes().to_vec()).await
    }

    /// The checkpoints of an organization from a size on, smallest first.
    ///
    /// # Errors
    /// Unavailable when the bucket does not answer.
    pub async fn checkpoints_from(&self, organization: OrganizationId, size: u64) -> Result<Vec<Anchored>> {
        let mut found = BTreeMap::new();
        if size > 0 {
            // A listing begins behind its marker, so the size itself is asked for by its whole name.
            self.list(organization, &checkpoint_key(organization, size), None, &mut found).await?;
        }
        self.list_beyond(organization, size, &mut found).await?;
        Ok(found.into_values().collect())
    }

    /// The largest checkpoint of an organization beyond a size, if there is one. One call, unless a thousand lie there.
    ///
    /// # Errors
    /// Unavailable when the bucket does not answer.
    pub async fn largest_beyond(&self, organization: OrganizationId, size: u64) -> Result<Option<Anchored>> {
        let mut found = BTreeMap::new();
        self.list_beyond(organization, size, &mut found).await?;
        Ok(found.into_values().next_back().filter(|largest| largest.size > size))
    }

    async fn list_beyond(
        &self,
        organization: OrganizationId,
        size: u64,
        found: &mut BTreeMap<u64, Anchored>,
    ) -> Result<()> {
        let behind = (size > 0).then(|| checkpoint_key(organization, size));
        self.list(organization, &checkpoint_prefix(organization), behind, found).await
    }

    async fn list(
        &self,
        organization: OrganizationId,
        prefix: &str,
        behind: Option<String>,
        found: &mut BTreeMap<u64, Anchored>,
    ) -> Result<()> {
        let (mut marker, mut version_marker) = (behind, None);
        loop {
            let call = self.0.s3.list_object_versions().bucket(&self.0.name).prefix(prefix);
            let call = call.set_key_marker(marker).set_version_id_marker(version_marker);
            let page = Box::pin(call.send()).await.map_err(Error::unavailable)?;
            read_page(&page, &checkpoint_prefix(organization), found);
            (marker, version_marker) = (page.next_key_marker, page.next_version_id_marker);
            if page.is_truncated != Some(true) || marker.is_none() {
                return Ok(());
            }
        }
    }

    /// The anchored entries of an organization, in the order of their first numbers. Two runs may overlap: what a sealer
    /// that crashed left behind is covered by the next one's.
    ///
    /// # Errors
    /// Unavailable when the bucket does not answer.
    pub async fn entries(&self, organization: OrganizationId) -> Result<Vec<AnchoredEntries>> {
        let prefix = format!("entries/{organization}/");
        let mut found = BTreeMap::new();
        let (mut marker, mut version_marker) = (None, None);
        loop {
            let call = self.0.s3.list_object_versions().bucket(&self.0.name).prefix(&prefix);
            let call = call.set_key_marker(marker).set_version_id_marker(version_marker);
            let page = Box::pin(call.send()).await.map_err(Error::unavailable)?;
            for version in page.versions() {
                let name = version.key().and_then(|key| key.strip_prefix(&prefix)?.strip_suffix(".jsonl"));
                let numbers = name.and_then(|name| name.split_once('-'));
                let numbers = numbers.and_then(|(from, to)| Some((from.parse().ok()?, to.parse().ok()?)));
                // Of one key the oldest version comes last.
                if let (Some(numbers), Some(id)) = (numbers, version.version_id()) {
                    found.insert(numbers, id.to_owned());
                }
            }
            (marker, version_marker) = (page.next_key_marker, page.next_version_id_marker);
            if page.is_truncated != Some(true) || marker.is_none() {
                let run = |((from, to), first_version)| AnchoredEntries { numbers: from..to, first_version };
                return Ok(found.into_iter().map(run).collect());
            }
        }
    }

    /// The lines of anchored entries, in the version that counts.
    ///
    /// # Errors
    /// Unavailable when the bucket does not answer; internal when they are no text.
    pub async fn lines(&self, organization: OrganizationId, anchored: &AnchoredEntries) -> Result<String> {
        let key = entries_key(organization, &anchored.numbers);
        let call = self.0.s3.get_object().bucket(&self.0.name).key(key).version_id(&anchored.first_version);
        let answer = Box::pin(call.send()).await.map_err(Error::unavailable)?;
        let bytes = answer.body.collect().await.map_err(Error::unavailable)?.to_vec();
        String::from_utf8(bytes).map_err(Error::internal)
    }

    /// The note of an anchored checkpoint, in the version that counts.
    ///
    /// # Errors
    /// Unavailable when the bucket does not answer; internal when it is longer than a note.
    pub async fn note(&self, organization: OrganizationId, anchored: &Anchored) -> Result<String> {
        let call = self.0.s3.get_object().bucket(&self.0.name).key(checkpoint_key(organization, anchored.size));
        let answer = Box::pin(call.version_id(&anchored.first_version).send()).await.map_err(Error::unavailable)?;
        if answer.content_length().is_none_or(|bytes| bytes > NOTE_BYTES_MAX) {
            return Err(Error::internal("an anchor is larger than any note"));
        }
        let bytes = answer.body.collect().await.map_err(Error::unavailable)?.to_vec();
        String::from_utf8(bytes).map_err(Error::internal)
    }

    /// Writes an object unless one of its name is there. A lost answer is asked again, and then finds its own bytes.
    async fn place(&self, key: &str, bytes: Vec<u8>) -> Result<Placed> {
        let call = self.0.s3.put_object().bucket(&self.0.name).key(key).if_none_match("*");
        let put = Box::pin(call.body(ByteStream::from(bytes.clone())).send()).await;
        match put {
            Ok(_) => Ok(Placed::Same),
            Err(SdkError::ServiceError(refused)) if refused.err().code() == Some("PreconditionFailed") => {
                let lies_there = self.bytes(key).await? == bytes;
                Ok(if lies_there { Placed::Same } else { Placed::Other })
            }
            Err(error) => Err(Error::unavailable(error)),
        }
    }

    async fn bytes(&self, key: &str) -> Result<Vec<u8>> {
        let call = self.0.s3.get_object().bucket(&self.0.name).key(key);
        let answer = Box::pin(call.send()).await.map_err(Error::unavailable)?;
        Ok(answer.body.collect().await.map_err(Error::unavailable)?.to_vec())
    }
}

fn entries_key(organization: OrganizationId, numbers: &Range<u64>) -> String {
    format!("entries/{organization}/{:020}-{:020}.jsonl", numbers.start, numbers.end)
}

fn checkpoint_prefix(organization: OrganizationId) -> String {
    format!("checkpoints/{organization}/")
}

fn checkpoint_key(organization: OrganizationId, size: u64) -> String {
    format!("{}{size:020}.note", checkpoint_prefix(organization))
}

/// Versions of one key come newest first, so the last that is seen is the one that was written first. What does not
/// look like a checkpoint was put there by another hand and is no anchor.
fn read_page(page: &ListObjectVersionsOutput, prefix: &str, found: &mut BTreeMap<u64, Anchored>) {
    let size_of = |key: Option<&str>| key?.strip_prefix(prefix)?.strip_suffix(".note")?.parse::<u64>().ok();
    for version in page.versions() {
        if let (Some(size), Some(id)) = (size_of(version.key()), version.version_id()) {
            let is_disturbed = found.contains_key(&size);
            found.insert(size, Anchored { size, first_version: id.to_owned(), is_disturbed });
        }
    }
    for marker in page.delete_markers() {
        if let Some(anchored) = size_of(marker.key()).and_then(|size| found.get_mut(&size)) {
            anchored.is_disturbed = true;
        }
    }
}
