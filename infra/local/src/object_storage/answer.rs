//! Answers on the wire.

use http_body_util::{Either, Full};
use hyper::body::Bytes;
use hyper::header::{HeaderName, HeaderValue};
use hyper::http::request::Parts;
use hyper::{Method, Response, StatusCode};
use time::OffsetDateTime;
use time::format_description::BorrowedFormatItem;
use time::macros::format_description;

use super::files::Reader;
use super::refusal::Refusal;
use super::xml::Xml;
use crate::machine;

const HTTP_DATE: &[BorrowedFormatItem<'_>] =
    format_description!("[weekday repr:short], [day] [month repr:short] [year] [hour]:[minute]:[second] GMT");
const XML_DATE: &[BorrowedFormatItem<'_>] =
    format_description!("[year]-[month]-[day]T[hour]:[minute]:[second].[subsecond digits:3]Z");

/// A whole body in memory, or one that comes from files.
pub(super) type Answer = Response<Either<Full<Bytes>, Reader>>;

/// An answer without a body.
pub(super) fn empty(status: StatusCode) -> Answer {
    with_body(status, Either::Left(Full::default()))
}

/// An answer in XML.
pub(super) fn xml(xml: Xml) -> Answer {
    let answer = with_body(StatusCode::OK, Either::Left(Full::new(xml.end().into())));
    header(answer, "content-type", Some("application/xml"))
}

/// An answer that is read from files.
pub(super) fn file(status: StatusCode, reader: Reader) -> Answer {
    with_body(status, Either::Right(reader))
}

/// Adds a header, where there is a value for it. A value that no header can hold is left out.
pub(super) fn header(mut answer: Answer, name: &'static str, value: Option<impl std::fmt::Display>) -> Answer {
    if let Some(value) = value.and_then(|value| HeaderValue::from_str(&value.to_string()).ok()) {
        answer.headers_mut().insert(HeaderName::from_static(name), value);
    }
    answer
}

/// A refusal; the answer to HEAD says it by its status alone.
pub(super) fn refused(refusal: &Refusal, head: &Parts) -> Answer {
    let status = refusal.code.status();
    let body = Xml::new("Error").text("Code", format_args!("{:?}", refusal.code));
    let body = body.text("Message", &refusal.message).text("Resource", head.uri.path());
    let is_head = head.method == Method::HEAD;
    let answer = if is_head { empty(status) } else { xml(body) };
    let mut answer = header(answer, "x-amz-delete-marker", refusal.is_deleted.then_some("true"));
    *answer.status_mut() = status;
    answer
}

/// A moment as headers have it.
pub(super) fn http_date(moment: OffsetDateTime) -> String {
    moment.format(HTTP_DATE).unwrap_or_default()
}

/// A moment as XML has it.
pub(super) fn xml_date(moment: OffsetDateTime) -> String {
    moment.format(XML_DATE).unwrap_or_default()
}

fn with_body(status: StatusCode, body: Either<Full<Bytes>, Reader>) -> Answer {
    let mut answer = Response::new(body);
    *answer.status_mut() = status;
    header(answer, "x-amz-request-id", Some(machine::id().simple()))
}
