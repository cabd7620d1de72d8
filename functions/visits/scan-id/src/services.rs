//! What AWS reads and compares, where our own readers do not suffice: printed text by Textract, faces by Rekognition. Each call is taken
//! of the organization's budget first.

use shared::{
    Result,
    documents::{
        Document, Field, Reading, analyze_id, detect_text,
        faces::{self, FaceFinding},
    },
    door::AdmittedWrite,
    objects::Picture,
    textract::Unanswered,
};

use crate::{
    Deps,
    owner::Site,
    reading::Budget,
    store,
    submission::{Face, Submission},
};

/// Calls for a text, and for a pair of faces.
const TEXT_CALLS: i32 = 1;
const FACE_CALLS: i32 = 2;

/// What came of asking.
#[derive(Default)]
pub(crate) struct Asked {
    /// Why a service said nothing, in one word.
    pub(crate) missed: Vec<&'static str>,
    pub(crate) face: Option<FaceFinding>,
}

/// Who asks, and until when.
pub(crate) struct Asking<'a> {
    pub(crate) deps: &'a Deps,
    pub(crate) admitted: &'a AdmittedWrite,
    pub(crate) site: &'a Site,
    pub(crate) budget: &'a Budget,
}

impl Asking<'_> {
    /// Asks for what is needed, text and faces at once. What is not answered is a verdict and no failure.
    ///
    /// # Errors
    /// When the database fails, or the credential was revoked meanwhile.
    pub(crate) async fn ask(&self, submission: &Submission, document: &mut Document) -> Result<Asked> {
        let page = submission.printed_side().filter(|_| needs_text(document, submission.face.is_some()));
        let pair = submission.front().zip(submission.face.as_ref());
        let calls = page.map_or(0, |_| TEXT_CALLS) + pair.map_or(0, |_| FACE_CALLS);
        if calls == 0 {
            return Ok(Asked::default());
        }
        if let Some(why) = self.refusal(calls).await? {
            return Ok(Asked { missed: vec![why], face: pair.map(|_| FaceFinding::unavailable()) });
        }
        let text = async {
            match page {
                Some(page) => self.read_text(page, document).await,
                None => Ok(None),
            }
        };
        let (missed, face) = tokio::join!(text, self.compare(pair));
        Ok(Asked { missed: missed?.into_iter().collect(), face })
    }

    /// Why calls are not made.
    async fn refusal(&self, calls: i32) -> Result<Option<&'static str>> {
        if !self.budget.allows_a_call() {
            return Ok(Some("out_of_time"));
        }
        let is_taken = self.admitted.look_up(store::take_calls(calls, self.admitted.now())).await?;
        Ok((!is_taken).then_some("budget_used"))
    }

    /// Reads the printed side. AnalyzeID knows documents of the United States; of any other, the zone is looked for in plain text.
    async fn read_text(&self, page: &Picture, document: &mut Document) -> Result<Option<&'static str>> {
        let answer = match self.deps.text.analyze_id(page.bytes()).await {
            Ok(answer) => answer,
            Err(unanswered) => return Ok(Some(word(unanswered))),
        };
        let analyzed = analyze_id::read(&answer, analyze_id::CONFIDENCE_FLOOR, self.site.today);
        if let Ok(reading) = &analyzed
            && is_known(reading)
        {
            document.printed = analyzed.ok();
            return Ok(None);
        }
        if let Some(why) = self.refusal(TEXT_CALLS).await? {
            document.printed = analyzed.ok();
            return Ok(Some(why));
        }
        let lines = self.deps.text.detect_text(page.bytes()).await.map_err(word);
        let zone = lines
            .and_then(|lines| detect_text::read(&lines, self.site.today).map_err(|refusal| refusal.because.name()));
        match zone {
            Ok(zone) => {
                document.is_device_text &= document.barcode.is_some();
                document.mrz = Some(zone);
                Ok(None)
            }
            Err(why) => {
                document.printed = analyzed.ok();
                Ok(Some(why))
            }
        }
    }

    /// Compares the face on the front with the photo.
    async fn compare(&self, pair: Option<(&Picture, &Face)>) -> Option<FaceFinding> {
        let (front, face) = pair?;
        let threshold = f64::from(self.site.face_min?);
        let services = &self.deps.faces;
        let (seen, answer) =
            tokio::join!(services.detect(front.bytes()), services.compare(front.bytes(), face.photo.bytes()));
        Some(faces::read(&answer, threshold, seen.ok().map(|seen| seen.count())))
    }
}

/// Whether neither barcode nor zone was read, or one of them contradicts itself. A face counts for the document that it is printed on: the
/// print beside it shows that the barcode is of no other.
fn needs_text(document: &Document, has_face: bool) -> bool {
    document.printed.is_none() && (has_face || document.readings().next().is_none() || document.has_failed_check())
}

/// Whether the service knew the document: it names the state that issued it, or saw a zone with check digits.
fn is_known(reading: &Reading) -> bool {
    reading.entry(Field::Issuer).is_some() || !reading.checks().is_empty()
}

const fn word(unanswered: Unanswered) -> &'static str {
    match unanswered {
        Unanswered::BadImage => "service_cannot_read",
        Unanswered::Throttled | Unanswered::Unavailable => "service_unavailable",
    }
}
