//! The Textract stand-in: text as Debian's tesseract reads it, and of a licence the fields that its labels name.

mod identity;
mod lines;

use std::net::SocketAddr;
use std::sync::Arc;

use serde_json::{Value, json};
use tokio::sync::Semaphore;

use crate::aws_json::{Outcome, Refusal};
use crate::error::Result;
use crate::http;
use crate::image_service::{self, Call};

use lines::Line;

/// What stands in each answer's `x-doorbook-local`.
const HEADER: &str = "a stand-in; text by tesseract, fields by their labels, nothing by Textract";
/// Readers at a time.
const READERS: usize = 2;
/// The service's own limit.
const IMAGE_BYTES_MAX: usize = 10 * 1024 * 1024;

/// A running Textract stand-in.
#[derive(Debug)]
pub struct Textract {
    address: SocketAddr,
    _server: http::Server,
}

impl Textract {
    /// Serves on a free port.
    ///
    /// # Errors
    /// When no port is free.
    pub async fn start() -> Result<Self> {
        let (listener, address) = http::listen(0).await?;
        let readers = Arc::new(Semaphore::new(READERS));
        let server = image_service::serve(listener, HEADER, move |asked| {
            let readers = Arc::clone(&readers);
            async move { call(&readers, &asked).await }
        });
        Ok(Self { address, _server: server })
    }

    /// The URL that the AWS SDK is given.
    #[must_use]
    pub fn endpoint(&self) -> String {
        format!("http://{}", self.address)
    }
}

async fn call(readers: &Semaphore, call: &Call) -> Outcome {
    let pointer = match call.operation.as_str() {
        "AnalyzeID" => "/DocumentPages/0/Bytes",
        "DetectDocumentText" => "/Document/Bytes",
        other => {
            let message = format!("the local Textract does not know {other}");
            return Err(Refusal::new("UnknownOperationException", message));
        }
    };
    let image = call.image(pointer)?;
    if image.len() > IMAGE_BYTES_MAX {
        return Err(Refusal::new("DocumentTooLargeException", "the image is larger than 10 MB"));
    }
    if !image.starts_with(&[0xff, 0xd8, 0xff]) && !image.starts_with(b"\x89PNG\r\n\x1a\n") {
        return Err(Refusal::new("UnsupportedDocumentException", "the image is neither JPEG nor PNG"));
    }
    let _one_of_few = readers.acquire().await;
    let lines = lines::read(&image).await?;
    // What the service answers about a document that it does not know, where a test asks for that.
    let known = if call.wanted.as_deref() == Some("unknown-document") { &[] } else { lines.as_slice() };
    Ok(match call.operation.as_str() {
        "AnalyzeID" => json!({
            "AnalyzeIDModelVersion": "1.0",
            "DocumentMetadata": {"Pages": 1},
            "IdentityDocuments": [{
                "DocumentIndex": 1,
                "IdentityDocumentFields": identity::fields(known),
                "Blocks": blocks(&lines),
            }],
        }),
        _ => json!({
            "DetectDocumentTextModelVersion": "1.0",
            "DocumentMetadata": {"Pages": 1},
            "Blocks": blocks(&lines),
        }),
    })
}

/// A page, and its lines from the top.
fn blocks(lines: &[Line]) -> Vec<Value> {
    let id = || crate::machine::id().to_string();
    let place = |[left, top, width, height]: [f64; 4]| {
        let corner = |x: f64, y: f64| json!({"X": x, "Y": y});
        let polygon = [
            corner(left, top),
            corner(left + width, top),
            corner(left + width, top + height),
            corner(left, top + height),
        ];
        json!({"BoundingBox": {"Left": left, "Top": top, "Width": width, "Height": height}, "Polygon": polygon})
    };
    let of_lines: Vec<Value> = lines
        .iter()
        .map(|line| {
            json!({"BlockType": "LINE", "Id": id(), "Text": line.text, "Confidence": line.confidence, "Page": 1,
                "Geometry": place(line.place)})
        })
        .collect();
    let ids: Vec<_> = of_lines.iter().filter_map(|line| line.get("Id").cloned()).collect();
    let page = json!({"BlockType": "PAGE", "Id": id(), "Page": 1, "Geometry": place([0.0, 0.0, 1.0, 1.0]),
        "Relationships": [{"Type": "CHILD", "Ids": ids}]});
    [page].into_iter().chain(of_lines).collect()
}
