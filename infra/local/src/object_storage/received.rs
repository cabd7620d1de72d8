//! The body of an upload: written to a file as it comes in, and compared with what the client says of it.

use aws_lc_rs::digest::{Context, SHA256};
use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use http_body_util::BodyExt as _;
use hyper::HeaderMap;
use hyper::body::Incoming;
use md5::{Digest as _, Md5};

use super::chunked::Decoder;
use super::files::{Files, Piece, Unfinished};
use super::refusal::{Code, Outcome, Refusal};

/// Most bytes of one upload or part (Amazon S3, limits).
const BYTES_MAX: u64 = 5 * 1024 * 1024 * 1024;
const PREFIX: &str = "x-amz-checksum-";

/// What was received.
#[derive(Debug)]
pub(super) struct Received {
    pub(super) piece: Piece,
    /// The checksum that came with it and is right, by the name of its header.
    pub(super) checksum: Option<(Algorithm, String)>,
    /// True where the client said something by which damage would be found.
    pub(super) is_protected: bool,
}

/// A checksum that SDKs send.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Algorithm {
    Crc32,
    Sha256,
}

impl Algorithm {
    pub(super) const fn header(self) -> &'static str {
        match self {
            Self::Crc32 => "x-amz-checksum-crc32",
            Self::Sha256 => "x-amz-checksum-sha256",
        }
    }

    fn of_header(name: &str) -> Outcome<Option<Self>> {
        match name.strip_prefix(PREFIX) {
            Some("crc32") => Ok(Some(Self::Crc32)),
            Some("sha256") => Ok(Some(Self::Sha256)),
            None | Some("mode" | "type" | "algorithm") => Ok(None),
            Some(_) => Err(Refusal::not_imitated(name)),
        }
    }
}

/// What the headers say of a body.
#[derive(Debug, Default)]
struct Declared {
    md5: Option<Vec<u8>>,
    checksum: Option<(Algorithm, String)>,
    /// The checksum comes behind the body.
    trailer: Option<Algorithm>,
    is_chunked: bool,
    /// Bytes without the encoding.
    length: Option<u64>,
}

impl Declared {
    fn read(headers: &HeaderMap) -> Outcome<Self> {
        let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).map(str::trim);
        let mut declared = Self::default();
        if let Some(encoded) = text("content-md5") {
            let digest = BASE64.decode(encoded).ok().filter(|digest| digest.len() == 16);
            declared.md5 = Some(digest.ok_or_else(|| Refusal::new(Code::InvalidDigest, "Content-MD5 is no MD5"))?);
        }
        for (name, value) in headers {
            if let Some(algorithm) = Algorithm::of_header(name.as_str())? {
                declared.checksum = Some((algorithm, value.to_str().unwrap_or_default().to_owned()));
            }
        }
        if let Some(name) = text("x-amz-trailer") {
            declared.trailer = Algorithm::of_header(name)?;
        }
        let is_streaming = |value: &str| value.starts_with("STREAMING-");
        declared.is_chunked = text("x-amz-content-sha256").is_some_and(is_streaming);
        let length = if declared.is_chunked { "x-amz-decoded-content-length" } else { "content-length" };
        declared.length = text(length).and_then(|length| length.parse().ok());
        Ok(declared)
    }

    fn wants(&self, algorithm: Algorithm) -> bool {
        self.trailer == Some(algorithm) || self.checksum.as_ref().is_some_and(|(declared, _)| *declared == algorithm)
    }
}

/// Where the bytes go, and what is counted on the way. Only what the client says something of is counted.
struct Sink {
    file: Unfinished,
    length: u64,
    md5: Option<Md5>,
    crc32: Option<crc32fast::Hasher>,
    sha256: Option<Context>,
}

impl Sink {
    fn new(files: &Files, declared: &Declared) -> Outcome<Self> {
        Ok(Self {
            file: files.begin().map_err(|error| Refusal::of_disk(&error))?,
            length: 0,
            md5: declared.md5.is_some().then(Md5::new),
            crc32: declared.wants(Algorithm::Crc32).then(crc32fast::Hasher::new),
            sha256: declared.wants(Algorithm::Sha256).then(|| Context::new(&SHA256)),
        })
    }

    fn write(&mut self, bytes: &[u8]) -> Outcome<()> {
        self.length = self.length.saturating_add(u64::try_from(bytes.len()).unwrap_or(u64::MAX));
        if self.length > BYTES_MAX {
            return Err(Refusal::new(Code::InvalidRequest, "more than 5 GiB in one upload"));
        }
        if let Some(md5) = &mut self.md5 {
            md5.update(bytes);
        }
        if let Some(crc32) = &mut self.crc32 {
            crc32.update(bytes);
        }
        if let Some(sha256) = &mut self.sha256 {
            sha256.update(bytes);
        }
        self.file.write(bytes).map_err(|error| Refusal::of_disk(&error))
    }

    fn finish(self, declared: Declared) -> Outcome<Received> {
        if declared.length.is_some_and(|length| length != self.length) {
            return Err(Refusal::new(Code::IncompleteBody, "the body is shorter than its header says"));
        }
        let is_protected = declared.md5.is_some() || declared.checksum.is_some();
        if let (Some(wanted), Some(md5)) = (declared.md5, self.md5)
            && md5.finalize().as_slice() != wanted
        {
            return Err(Refusal::new(Code::BadDigest, "Content-MD5 is that of another body"));
        }
        let computed = |algorithm| match algorithm {
            Algorithm::Crc32 => self.crc32.map(|crc32| BASE64.encode(crc32.finalize().to_be_bytes())),
            Algorithm::Sha256 => self.sha256.map(|sha256| BASE64.encode(sha256.finish())),
        };
        if let Some((algorithm, wanted)) = &declared.checksum
            && computed(*algorithm).as_ref() != Some(wanted)
        {
            return Err(Refusal::new(Code::BadDigest, format!("{} is that of another body", algorithm.header())));
        }
        Ok(Received { piece: self.file.finish(), checksum: declared.checksum, is_protected })
    }
}

/// Receives a body.
pub(super) async fn receive(files: &Files, headers: &HeaderMap, body: &mut Incoming) -> Outcome<Received> {
    let mut declared = Declared::read(headers)?;
    let (mut sink, mut decoder) = (Sink::new(files, &declared)?, Decoder::default());
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|_| Refusal::new(Code::IncompleteBody, "the connection ended before the body"))?;
        let Ok(data) = frame.into_data() else { continue };
        if declared.is_chunked {
            decoder.take(&data, |bytes| sink.write(bytes))?;
        } else {
            sink.write(&data)?;
        }
    }
    if declared.is_chunked {
        let mut trailers = decoder.finish()?;
        if let Some(algorithm) = declared.trailer {
            let behind = trailers.remove(algorithm.header());
            let behind = behind.ok_or_else(|| Refusal::new(Code::InvalidRequest, "the trailer is missing"))?;
            declared.checksum = Some((algorithm, behind));
        }
    }
    sink.finish(declared)
}
