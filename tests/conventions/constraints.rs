//! What the database allows in a column is what its Rust type can hold: words and lengths, compared both ways.

use std::collections::BTreeSet;

use shared::{
    access::Role,
    domain::{
        export::{ExportFailure, ExportKind, ExportState},
        impersonation::ImpersonationEnder,
        log_break::BreakCause,
        mail::MailKind,
        member::MemberState,
        notice::NoticeKind,
        review::{DecidedHow, ReviewDecision, SubjectKind},
        stream::{StreamKind, StreamState, Undelivered},
        text::{
            AwsAccount, AwsRegion, BucketName, CollectorUrl, Company, EmailAddress, Name, PhoneNumber, Plate, Purpose,
            ShortText, TimeZone,
        },
        visit::{DocumentSide, ImageKind, Trailer, VisitDecision, VisitState, VisitorKind},
    },
    vault::MediaType,
};

use crate::harness::postgres;

/// Every CHECK of every table: table and definition.
async fn checks() -> Vec<(String, String)> {
    let sql = "SELECT conrelid::regclass::text, pg_get_constraintdef(oid) FROM pg_constraint
        WHERE contype = 'c' AND connamespace = 'public'::regnamespace";
    let database = postgres::superuser().await;
    let rows = database.simple_query(sql).await.expect("the constraints");
    let pair = |message| match message {
        tokio_postgres::SimpleQueryMessage::Row(row) => {
            Some((row.get(0).unwrap_or_default().to_owned(), row.get(1).unwrap_or_default().to_owned()))
        }
        _ => None,
    };
    rows.into_iter().filter_map(pair).collect()
}

/// The words that a column may hold, where a CHECK lists them.
fn words(checks: &[(String, String)], table: &str, column: &str) -> BTreeSet<String> {
    let listing = format!("CHECK (({column} = ANY (ARRAY[");
    let check = checks.iter().find(|(of, check)| of == table && check.starts_with(&listing));
    let (_, check) = check.unwrap_or_else(|| panic!("no CHECK lists the words of {table}.{column}"));
    check.split('\'').skip(1).step_by(2).map(str::to_owned).collect()
}

/// The most characters that a column may hold.
fn length_max(checks: &[(String, String)], table: &str, column: &str) -> usize {
    let bound = format!("(length({column}) <= ");
    let after = checks.iter().filter(|(of, _)| of == table).find_map(|(_, check)| Some(check.split_once(&bound)?.1));
    let after = after.unwrap_or_else(|| panic!("no CHECK bounds the length of {table}.{column}"));
    after.chars().take_while(char::is_ascii_digit).collect::<String>().parse().expect("a number")
}

fn set(words: impl IntoIterator<Item = &'static str>) -> BTreeSet<String> {
    words.into_iter().map(str::to_owned).collect()
}

#[tokio::test]
async fn a_column_of_words_allows_exactly_the_words_of_its_type() {
    let checks = checks().await;
    for (table, column, expected) in [
        ("visits", "type", set(VisitorKind::ALL.iter().map(|kind| kind.word()))),
        ("visits", "state", set(VisitState::ALL.iter().map(|state| state.word()))),
        ("visits", "trailer", set(Trailer::ALL.iter().map(|trailer| trailer.word()))),
        ("visit_types", "applies_to", set(VisitorKind::ALL.iter().map(|kind| kind.word()))),
        ("exports", "kind", set(ExportKind::ALL.iter().map(|kind| kind.word()))),
        ("exports", "state", set(ExportState::ALL.iter().map(|state| state.word()))),
        ("exports", "failure", set(ExportFailure::ALL.iter().map(|failure| failure.word()))),
        ("visit_objects", "kind", set(ImageKind::ALL.iter().map(|kind| kind.word()))),
        ("visits", "decision", set(VisitDecision::ALL.iter().map(|decision| decision.word()))),
        ("id_scan_objects", "side", set(DocumentSide::ALL.iter().map(|side| side.word()))),
        ("visit_objects", "media_type", set([MediaType::Jpeg, MediaType::Png].map(MediaType::name))),
        ("access_review_items", "subject_kind", set(SubjectKind::ALL.iter().map(|kind| kind.word()))),
        ("access_review_items", "decision", set(ReviewDecision::ALL.iter().map(|decision| decision.word()))),
        ("access_review_items", "how", set(DecidedHow::ALL.iter().map(|how| how.word()))),
        ("access_review_items", "role", set(Role::ALL.iter().map(|role| role.word()))),
        ("mails", "kind", set(MailKind::ALL.iter().map(|kind| kind.word()))),
        ("impersonations", "role", set(Role::ALL.iter().map(|role| role.word()))),
        ("impersonations", "staff_role", set(Role::ALL.iter().map(|role| role.word()))),
        ("impersonations", "ended_by", set(ImpersonationEnder::ALL.iter().map(|ender| ender.word()))),
        ("members", "role", set(Role::ALL.iter().map(|role| role.word()))),
        ("members", "state", set(MemberState::ALL.iter().map(|state| state.word()))),
        ("log_breaks", "cause", set(BreakCause::ALL.iter().map(|cause| cause.word()))),
        ("log_streams", "kind", set(StreamKind::ALL.iter().map(|kind| kind.word()))),
        ("log_streams", "state", set(StreamState::ALL.iter().map(|state| state.word()))),
        ("log_streams", "failure", set(Undelivered::ALL.iter().map(|word| word.word()))),
        ("notices", "kind", set(NoticeKind::ALL.iter().map(|kind| kind.word()))),
    ] {
        assert_eq!(words(&checks, table, column), expected, "{table}.{column}");
    }
}

#[tokio::test]
async fn a_column_of_text_is_as_long_as_its_type() {
    let checks = checks().await;
    for (column, expected) in [
        ("name", Name::LENGTH_MAX),
        ("company", Company::LENGTH_MAX),
        ("email", EmailAddress::LENGTH_MAX),
        ("phone", PhoneNumber::LENGTH_MAX),
        ("purpose", Purpose::LENGTH_MAX),
        ("carrier", Company::LENGTH_MAX),
        ("appointment", ShortText::LENGTH_MAX),
        ("load_type", ShortText::LENGTH_MAX),
        ("seal", ShortText::LENGTH_MAX),
        ("co_driver", Name::LENGTH_MAX),
        ("tractor_plate", Plate::LENGTH_MAX),
        ("trailer_plate", Plate::LENGTH_MAX),
    ] {
        assert_eq!(length_max(&checks, "visits", column), expected, "visits.{column}");
    }
    assert_eq!(length_max(&checks, "sites", "time_zone"), TimeZone::LENGTH_MAX);
    for (column, expected) in [
        ("bucket", BucketName::LENGTH_MAX),
        ("region", AwsRegion::LENGTH_MAX),
        ("account", AwsAccount::LENGTH_MAX),
        ("url", CollectorUrl::LENGTH_MAX),
    ] {
        assert_eq!(length_max(&checks, "log_streams", column), expected, "log_streams.{column}");
    }
    for table in ["organizations", "sites", "hosts", "members", "kiosks", "visit_types", "credentials"] {
        assert_eq!(length_max(&checks, table, "name"), Name::LENGTH_MAX, "{table}.name");
    }
}
