//! Pages of what lies in a bucket. A page costs what is on it, however much the bucket holds.

use super::bucket::{Bucket, Version};

/// Most that one page names (Amazon S3, `ListObjectsV2`, `ListObjectVersions`).
pub(super) const PAGE_MAX: usize = 1000;

/// What a page is to hold.
#[derive(Clone, Copy, Debug)]
pub(super) struct Asked<'a> {
    pub(super) prefix: &'a str,
    /// The page begins behind this key, or within it where a version is named too.
    pub(super) behind: Option<&'a str>,
    /// The page begins behind this version of that key.
    pub(super) behind_version: Option<&'a str>,
    pub(super) count_max: usize,
}

/// One line of a page.
#[derive(Debug)]
pub(super) struct Listed<'a> {
    pub(super) key: &'a str,
    pub(super) version: &'a Version,
    pub(super) is_latest: bool,
}

/// A page.
#[derive(Debug)]
pub(super) struct Page<'a> {
    pub(super) lines: Vec<Listed<'a>>,
    pub(super) is_truncated: bool,
}

/// The newest version of each object that is not deleted.
pub(super) fn objects<'a>(bucket: &'a Bucket, asked: Asked<'a>) -> Page<'a> {
    let newest = keys(bucket, asked).filter(|(key, _)| asked.behind != Some(key)).filter_map(|(key, versions)| {
        let version = versions.last().filter(|newest| newest.object.is_some())?;
        Some(Listed { key, version, is_latest: true })
    });
    page(newest, asked.count_max)
}

/// Every version and every delete marker: by key, and the newest of a key first.
pub(super) fn versions<'a>(bucket: &'a Bucket, asked: Asked<'a>) -> Page<'a> {
    let all = keys(bucket, asked).flat_map(move |(key, versions)| {
        let behind = match asked.behind_version {
            _ if asked.behind != Some(key) => versions.len(),
            // The versions of the marker's key that are older than the one that was listed last.
            Some(id) => versions.iter().position(|version| version.id == id).unwrap_or_default(),
            None => 0,
        };
        let older = versions.iter().enumerate().take(behind).rev();
        older.map(move |(at, version)| Listed { key, version, is_latest: at.saturating_add(1) == versions.len() })
    });
    page(all, asked.count_max)
}

/// The keys that have the prefix, from the marker's on.
fn keys<'a>(bucket: &'a Bucket, asked: Asked<'a>) -> impl Iterator<Item = (&'a str, &'a [Version])> {
    let from = asked.behind.map_or(asked.prefix, |behind| behind.max(asked.prefix));
    bucket.range(from).take_while(move |(key, _)| key.starts_with(asked.prefix))
}

fn page<'a>(mut lines: impl Iterator<Item = Listed<'a>>, count_max: usize) -> Page<'a> {
    let on_page: Vec<_> = lines.by_ref().take(count_max).collect();
    // A page of nothing is never the beginning of something.
    let is_truncated = !on_page.is_empty() && lines.next().is_some();
    Page { lines: on_page, is_truncated }
}
