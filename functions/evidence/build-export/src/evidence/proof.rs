//! Why the evidence can be believed, and what of it was erased.

use shared::audit::hex;

use super::{gathering::Evidence, labels, rendering::escaped};

pub(super) fn erased(evidence: &Evidence<'_>) -> String {
    if evidence.opened.erased.is_empty() {
        return String::new();
    }
    let rows: String = evidence
        .opened
        .erased
        .iter()
        .map(|(seq, pointer)| {
            format!(
                "<li>{} <span class=\"note\">(entry {seq})</span></li>",
                escaped(&labels::label(pointer.rsplit('/').next().unwrap_or_default()))
            )
        })
        .collect();
    format!(
        "<section><h2>Erased</h2><p>The key that sealed these values was destroyed: the person was erased, or the time of the document was over. The values cannot be read any more. The entries are unchanged, and proved below.</p><ul class=\"erased-list\">{rows}</ul></section>"
    )
}

/// The proofs, in words.
pub(super) fn proof(evidence: &Evidence<'_>) -> String {
    let checkpoint = &evidence.coverage.checkpoint;
    let rows: String = evidence
        .entries
        .iter()
        .map(|shown| {
            format!(
                "<tr><td>{}</td><td><code>{}</code></td><td>{}</td></tr>",
                shown.logged.seq,
                hex(&shown.logged.leaf),
                shown.proof.len()
            )
        })
        .collect();
    format!(
        "<section class=\"proof\"><h2>Why this can be believed</h2>\
         <p>The organization's log had {} entries when it was signed. Each entry above is one of them: its SHA-256, together with the hashes in <code>audit/proofs.json</code>, leads to the signed root \
         <code>{}</code>. Each names the entry of this visit before it, so that none between two of them is left out.</p>\
         <table class=\"proofs\"><thead><tr><th>entry</th><th>its hash</th><th>steps in the proof</th></tr></thead><tbody>{rows}</tbody></table>\
         <pre>{}</pre>\
         <p>Values marked like <span class=\"opened\">this</span> are sealed in the log. The person's key opened them for this bundle, and that is an entry too. Photo and signature are checked in the same way: the entry holds a commitment to every byte of them.</p>\
         <p class=\"note\">This page is made for reading. What proves is checked by a verifier, with keys that did not come with this bundle: see <code>VERIFY.md</code>. It shows that all this was written then and is unchanged, not that it is true; entries younger than the checkpoint are not in it.</p></section>",
        checkpoint.size,
        hex(&checkpoint.root),
        escaped(&checkpoint.note)
    )
}
