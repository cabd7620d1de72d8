//! The log in a bundle: entries byte for byte, their hashes, and the same as a table.

use futures_util::future::join;
use shared::{
    Error,
    audit::{
        hex, tiles,
        tree::{self, GrowingTree, Hash},
    },
    id::OrganizationId,
    work::SystemWork,
};

use crate::{
    bundle::Bundle,
    cover::Coverage,
    csv,
    job::Attempt,
    position::LogPosition,
    stop::{Stop, log_differs},
    store,
};

/// Entries that are read at a time.
const PAGE: i64 = 2_000;
/// Pages between two signs of life.
const PAGES_RENEWED: u32 = 25;

/// Begins the members of the log.
pub(crate) async fn begin(work: &SystemWork, coverage: &Coverage, bundle: &mut Bundle) -> Result<LogPosition, Stop> {
    bundle.add("audit/checkpoint.note", coverage.checkpoint.note.as_bytes()).await?;
    let csv = bundle.begin("audit/entries.csv");
    let entries = bundle.begin("audit/entries.jsonl");
    if let Some(previous) = &coverage.previous {
        bundle.add("audit/frontier.txt", frontier(work, previous.size).await?.as_bytes()).await?;
    }
    let links = bundle.begin("audit/links.txt");
    let (mut next, mut link) = (0, tree::genesis(work.organization()));
    if let Some(previous) = &coverage.previous {
        bundle.add("audit/previous.note", previous.note.as_bytes()).await?;
        (next, link) = (previous.size, previous.link);
    }
    bundle.write(csv, (csv::BYTE_ORDER_MARK.to_owned() + csv::ENTRY_COLUMNS).as_bytes()).await?;
    Ok(LogPosition { csv, entries, links, next, link })
}

/// The roots of the perfect subtrees of the tree before the period, one a line.
async fn frontier(work: &SystemWork, size: u64) -> Result<String, Stop> {
    let ids = GrowingTree::edge(size);
    let tiles = work.with_tenant(async |tx| tx.find(tiles::by_id(&ids)).await).await?;
    let tree = GrowingTree::resume(size, &tiles).ok_or_else(log_differs)?;
    Ok(tree.frontier().iter().map(|root| hex(root) + "\n").collect())
}

/// Adds the entries to their end. The next page is read while this one is worked on.
pub(crate) async fn stream(
    attempt: Attempt<'_>,
    coverage: &Coverage,
    bundle: &mut Bundle,
    at: &mut LogPosition,
    goes_on: &impl Fn() -> bool,
) -> Result<(), Stop> {
    let work = attempt.work;
    let size = coverage.checkpoint.size;
    let mut page = read(work, at.next, size).await?;
    let mut pages = 0;
    while at.next < size {
        if page.is_empty() {
            return Err(log_differs());
        }
        let after = at.next + u64::try_from(page.len()).map_err(Error::internal)?;
        let (following, added) = join(read(work, after, size), add(work.organization(), &page, bundle, at)).await;
        added?;
        page = following?;
        pages += 1;
        if pages % PAGES_RENEWED == 0 {
            attempt.renew(at.next - coverage.first_seq()).await?;
        }
        // Behind a page, so that every invocation gets further, however little time it has.
        if at.next < size && !goes_on() {
            return Err(Stop::OutOfTime);
        }
    }
    if at.link != coverage.checkpoint.link {
        return Err(log_differs());
    }
    for slot in [at.csv, at.entries, at.links] {
        bundle.end(slot).await?;
    }
    attempt.renew(coverage.entries()).await
}

async fn read(work: &SystemWork, from: u64, to: u64) -> Result<Vec<String>, Stop> {
    if from >= to {
        return Ok(Vec::new());
    }
    let page = store::entries(from, to, PAGE)?;
    Ok(work.with_tenant(async |tx| tx.find(page).await).await?)
}

/// Adds a page. Leaf and link are computed from the text of each entry; what is not the next one ends it.
async fn add(
    organization: OrganizationId,
    page: &[String],
    bundle: &mut Bundle,
    at: &mut LogPosition,
) -> Result<(), Stop> {
    // The question for the next page leaves before this one is worked on.
    tokio::task::yield_now().await;
    let head = format!("{{\"v\": 1, \"org\": \"{organization}\", \"seq\": ");
    let (mut lines, mut links, mut rows) = (Vec::new(), String::new(), Vec::new());
    for entry in page {
        let number = at.next.to_string();
        let rest = entry.strip_prefix(&head).and_then(|rest| rest.strip_prefix(&number));
        if rest.is_none_or(|rest| !rest.starts_with(", \"at\": \"")) || entry.contains('\n') {
            return Err(log_differs());
        }
        let leaf = tree::leaf_hash(entry.as_bytes());
        at.link = tree::link_hash(&at.link, &leaf);
        lines.extend_from_slice(entry.as_bytes());
        lines.push(b'\n');
        link_line(&mut links, &number, &leaf, &at.link);
        csv::entry(entry, &mut rows)?;
        at.next += 1;
    }
    bundle.write(at.entries, &lines).await?;
    bundle.write(at.links, links.as_bytes()).await?;
    bundle.write(at.csv, &rows).await
}

/// A line of `audit/links.txt`.
pub(crate) fn link_line(out: &mut String, seq: &str, leaf: &Hash, link: &Hash) {
    out.push_str(seq);
    for hash in [leaf, link] {
        out.push(' ');
        out.push_str(&hex(hash));
    }
    out.push('\n');
}
