//! Uploads in parts, from their beginning until they are one object or ended.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::bucket::Object;
use super::files::{Content, Piece};
use super::refusal::{Code, Outcome, Refusal};
use crate::machine;

/// Fewest bytes of a part that is not the last (Amazon S3, multipart upload limits).
const PART_BYTES_MIN: u64 = 5 * 1024 * 1024;
/// Highest number of a part.
const NUMBER_MAX: u32 = 10_000;

/// Every upload that was begun and neither completed nor ended, by its id.
#[derive(Debug, Default)]
pub(super) struct Uploads(BTreeMap<String, Upload>);

#[derive(Debug)]
struct Upload {
    bucket: String,
    key: String,
    headers: Vec<(&'static str, String)>,
    parts: BTreeMap<u32, Part>,
}

#[derive(Debug)]
struct Part {
    piece: Arc<Piece>,
    etag: String,
}

/// A part as the client names it when it completes an upload.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Named {
    pub(super) number: u32,
    pub(super) etag: String,
}

impl Uploads {
    pub(super) fn begin(&mut self, bucket: &str, key: &str, headers: Vec<(&'static str, String)>) -> String {
        let id = machine::id().simple().to_string();
        let upload = Upload { bucket: bucket.to_owned(), key: key.to_owned(), headers, parts: BTreeMap::new() };
        self.0.insert(id.clone(), upload);
        id
    }

    /// Keeps a part, in the place of one with the same number.
    pub(super) fn place(
        &mut self,
        (bucket, key, id): (&str, &str, &str),
        number: u32,
        piece: Piece,
    ) -> Outcome<String> {
        if number == 0 || number > NUMBER_MAX {
            return Err(Refusal::new(Code::InvalidArgument, "the number of a part is from 1 to 10,000"));
        }
        let upload = self.0.get_mut(id).filter(|upload| upload.is_of(bucket, key)).ok_or_else(gone)?;
        let etag = machine::id().simple().to_string();
        upload.parts.insert(number, Part { piece: Arc::new(piece), etag: etag.clone() });
        Ok(etag)
    }

    /// Ends an upload and makes one object of the parts that are named.
    pub(super) fn complete(&mut self, (bucket, key, id): (&str, &str, &str), named: &[Named]) -> Outcome<Object> {
        let upload = self.0.get(id).filter(|upload| upload.is_of(bucket, key)).ok_or_else(gone)?;
        let content = upload.join(named)?;
        let upload = self.0.remove(id).ok_or_else(gone)?;
        let etag = format!("{}-{}", machine::id().simple(), named.len());
        Ok(Object { content, etag, checksum: None, headers: upload.headers })
    }

    pub(super) fn abort(&mut self, (bucket, key, id): (&str, &str, &str)) -> Outcome<()> {
        self.0.get(id).filter(|upload| upload.is_of(bucket, key)).ok_or_else(gone)?;
        self.0.remove(id);
        Ok(())
    }
}

impl Upload {
    fn is_of(&self, bucket: &str, key: &str) -> bool {
        self.bucket == bucket && self.key == key
    }

    fn join(&self, named: &[Named]) -> Outcome<Content> {
        let Some(last) = named.last() else {
            return Err(Refusal::new(Code::MalformedXML, "no part is named"));
        };
        if !named.is_sorted_by(|one, next| one.number < next.number) {
            return Err(Refusal::new(Code::InvalidPartOrder, "the parts are not in the order of their numbers"));
        }
        let mut pieces = Vec::with_capacity(named.len());
        for Named { number, etag } in named {
            let part = self.parts.get(number).filter(|part| part.etag == *etag);
            let part = part.ok_or_else(|| Refusal::new(Code::InvalidPart, format!("part {number} is not there")))?;
            if part.piece.length() < PART_BYTES_MIN && *number != last.number {
                return Err(Refusal::new(Code::EntityTooSmall, format!("part {number} is smaller than 5 MiB")));
            }
            pieces.push(Arc::clone(&part.piece));
        }
        Ok(Content::of(pieces))
    }
}

fn gone() -> Refusal {
    Refusal::new(Code::NoSuchUpload, "the upload does not exist; it may have been completed or ended")
}
