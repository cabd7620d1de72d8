//! A scan from the images to the record.

use shared::{
    Result,
    documents::{
        Document, Finding, Private, Reason, Verdict,
        cross_check::{self, Compared, Comparison, CrossCheck, Person, Source},
        names::Name,
    },
    door::AdmittedWrite,
    http::Reply,
};

use crate::{
    Deps,
    answer::Scanned,
    owner::{Owner, Site},
    reading::{self, Budget},
    record::{self, ComparedFace, Scan},
    services::Asking,
    store,
    submission::Submission,
};

/// Reads what came, and writes the scan. No transaction is open before the record: S3 and the readers may take their time.
pub(crate) async fn record(
    deps: &Deps,
    admitted: AdmittedWrite,
    submission: &Submission,
    site: &Site,
    mut owner: Owner,
    budget: &Budget,
) -> Result<Reply> {
    let (now, tenant) = (admitted.now(), admitted.tenant_key().await?);
    let before = std::mem::take(&mut owner.before);
    let (mut document, mut missed) = reading::read(before, submission, site.today, budget);
    let asking = Asking { deps, admitted: &admitted, site, budget };
    let asked = asking.ask(submission, &mut document).await?;
    missed.extend(asked.missed);
    missed.sort_unstable();
    missed.dedup();
    let stored = record::store_sides(&deps.objects, &owner.person, &submission.sides, now).await?;

    let check = compare(&document, &owner, site);
    let face =
        asked.face.zip(submission.face.as_ref()).map(|(finding, face)| ComparedFace { finding, notice: face.notice });
    let scan = Scan { owner: &owner, site, document: &document, check, face, now };
    let answer = Scanned::new(&scan, missed);
    let reply = Reply::created(&answer)?.replayed_as(&answer.without_values())?;
    let entry = record::entry(&scan, &stored);
    let row = record::row(&scan, &tenant, admitted.caller().credential)?;
    admitted
        .record(reply, |batch| {
            if owner.is_new {
                store::insert_person(batch, &owner, now);
                store::insert_scan(batch, row)
            } else {
                store::add_to_scan(batch, row, owner.sealed_before.clone())
            }
            stored.iter().for_each(|side| store::insert_object(batch, owner.id, side, now));
            batch.audit(entry);
        })
        .await
}

/// Compares the sources of the document with each other, and with what the visitor said.
fn compare(document: &Document, owner: &Owner, site: &Site) -> CrossCheck {
    let said = owner.visit.as_ref().map(|(_, said)| Person {
        name: Name { full: said.name.expose_secret(), ..Name::default() },
        document_number: said.licence_number.as_ref().map_or("", Private::expose_secret),
        ..Person::default()
    });
    let mut check = cross_check::cross_check(&document.sources(said, site.age_min, site.today));
    check.comparisons.iter_mut().for_each(say_little_of_a_sealed_number);
    check
}

/// The number that the visitor typed is sealed. A verdict `near` would tell a caller, guess by guess, how it begins.
fn say_little_of_a_sealed_number(comparison: &mut Comparison) {
    let is_sealed = comparison.field == Compared::DocumentNumber && comparison.between.1 == Source::Typed;
    if is_sealed && comparison.finding.verdict == Verdict::Near {
        comparison.finding = Finding::mismatch(Reason::Different);
    }
}
