//! Statements about notices.

use shared::{
    Result,
    audit::hex,
    clock::Timestamp,
    domain::{
        Locale,
        notice::{NoticeKind, NoticeText},
    },
    door::Batch,
    http::Page,
    id::NoticeVersionId,
    tenant::{Lookup, Row, Statement},
};

use crate::notices::{FullNotice, NewNotice, Notice};

/// Number of the newest version. Two publications at once get the same one; the table refuses the second, which is
/// then run again.
pub(crate) fn count_versions_of_notice(new: &NewNotice) -> Lookup<i32> {
    Statement::new(concat!(
        "-- manage-sites.count_versions_of_notice\n",
        "SELECT coalesce(max(version), 0) AS versions FROM notices WHERE kind = $1 AND locale = $2",
    ))
    .bind(new.kind)
    .bind(new.locale.clone())
    .one(|row| row.read("versions"))
}

pub(crate) fn load_notice(version: NoticeVersionId) -> Lookup<Notice> {
    Statement::new(concat!(
        "-- manage-sites.load_notice\n",
        "SELECT version_id, kind, locale, version, title, text_sha256, published_at, retired_at ",
        "FROM notices WHERE version_id = $1",
    ))
    .bind(version)
    .one(read_notice)
}

pub(crate) fn load_full_notice(version: NoticeVersionId) -> Lookup<FullNotice> {
    Statement::new(concat!(
        "-- manage-sites.load_full_notice\n",
        "SELECT version_id, kind, locale, version, title, text, text_sha256, published_at, retired_at ",
        "FROM notices WHERE version_id = $1",
    ))
    .bind(version)
    .one(|row| Ok(FullNotice { notice: read_notice(row)?, text: row.read("text")? }))
}

pub(crate) fn list_notices(
    kind: Option<NoticeKind>,
    locale: Option<Locale>,
    page: &Page<NoticeVersionId>,
) -> Lookup<Vec<Notice>> {
    Statement::new(concat!(
        "-- manage-sites.list_notices\n",
        "SELECT version_id, kind, locale, version, title, text_sha256, published_at, retired_at FROM notices ",
        "WHERE ($1 IS NULL OR kind = $1) AND ($2 IS NULL OR locale = $2) AND ($3 IS NULL OR version_id > $3) ",
        "ORDER BY version_id LIMIT $4",
    ))
    .bind(kind)
    .bind(locale)
    .bind(page.after)
    .bind(page.probe())
    .all(read_notice)
}

fn read_notice(row: &Row) -> Result<Notice> {
    Ok(Notice {
        version_id: row.read("version_id")?,
        kind: row.read("kind")?,
        locale: row.read("locale")?,
        version: row.read("version")?,
        title: row.read("title")?,
        text_sha256: hex(&row.read_hash("text_sha256")?),
        published_at: row.read("published_at")?,
        retired_at: row.read("retired_at")?,
    })
}

pub(crate) fn insert_notice(batch: &mut Batch, notice: &Notice, text: NoticeText) {
    batch.write(
        Statement::new(concat!(
            "-- manage-sites.insert_notice\n",
            "INSERT INTO notices (organization_id, version_id, kind, locale, version, title, text, published_at) ",
            "VALUES (app.organization_id(), $1, $2, $3, $4, $5, $6, $7)",
        ))
        .bind(notice.version_id)
        .bind(notice.kind)
        .bind(notice.locale.clone())
        .bind(notice.version)
        .bind(notice.title.clone())
        .bind(text)
        .bind(notice.published_at),
    );
}

/// Retires a version that is not retired yet, so that the log says it once.
pub(crate) fn retire_notice(batch: &mut Batch, version: NoticeVersionId, now: Timestamp) {
    batch.write(
        Statement::new(concat!(
            "-- manage-sites.retire_notice\n",
            "WITH retired AS (UPDATE notices SET retired_at = $2 WHERE version_id = $1 AND retired_at IS NULL ",
            "RETURNING version_id) SELECT app.expect_change(count(*)) FROM retired",
        ))
        .bind(version)
        .bind(now),
    );
}
