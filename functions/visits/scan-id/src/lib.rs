//! `POST /v1/id-scans` and `POST /v1/visits/{visit_id}/id-scan`: reads an identity document, compares its sides and what
//! the visitor said, and keeps it sealed.

mod answer;
mod handler;
mod owner;
mod reading;
mod record;
mod row;
mod scan;
mod services;
mod store;
pub mod submission;

pub use answer::Scanned;
pub use handler::handle;

use shared::{door::WriteDoor, objects::ObjectWriter, rekognition::Faces, runtime::Function, textract::DocumentText};

/// Everything this function may touch.
pub struct Deps {
    /// Admits callers.
    pub door: WriteDoor,
    /// Keeps sealed images.
    pub objects: ObjectWriter,
    /// Reads what is printed on a document.
    pub text: DocumentText,
    /// Compares faces.
    pub faces: Faces,
}

shared::wire!(Deps { door, objects, text, faces });

/// This function: what makes it run, what it holds, and what answers.
#[must_use]
pub fn function() -> Function {
    Function::http("scan-id", handle)
}
