//! Entries left out, doubled, swapped, put in, and cut off at the end.

use super::{Case, bundle, replace};
use crate::builder::Scope;
use crate::bundles::keys;

type Edit = fn(&mut Vec<String>, usize);

const EDITS: [(&str, Edit); 5] = [
    ("deletion", |lines, at| drop(lines.remove(at))),
    ("duplication", |lines, at| {
        let line = lines[at].clone();
        lines.insert(at, line);
    }),
    ("swap", |lines, at| {
        let next = (at + 1) % lines.len();
        lines.swap(at, next);
    }),
    ("insertion", |lines, at| {
        let line = lines[at].replace("203.0.113.7", "203.0.113.8");
        lines.insert(at, line);
    }),
    ("truncation", |lines, at| lines.truncate(at)),
];

/// Every edit of one line after another. With `is_signed`, a holder of the bundle key signed it again.
pub(crate) fn edits_of_lines(scope: Scope, step: usize, is_signed: bool) -> impl Iterator<Item = Case> {
    let whole = bundle(scope);
    let count = whole.counts.0;
    EDITS.into_iter().flat_map(move |(name, edit)| {
        let whole = whole.clone();
        (0..count).step_by(step).map(move |at| {
            let mut spoilt = whole.clone();
            replace(&mut spoilt, "audit/entries.jsonl", |text| {
                let mut lines = text.lines().map(str::to_owned).collect();
                edit(&mut lines, at);
                lines.into_iter().map(|line| line + "\n").collect()
            });
            if is_signed {
                spoilt.seal(&keys());
            }
            Case::new(format!("{name} at {at} of {scope:?}, signed again: {is_signed}"), spoilt.zip())
        })
    })
}
