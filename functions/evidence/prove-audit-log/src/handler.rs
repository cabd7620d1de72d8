//! Handles `GET /v1/audit-log/checkpoint`, `/proof` and `/consistency`. Contract in
//! `functions/evidence/prove-audit-log/README.md`. Promises E1, T4.

use shared::{
    Error, Result,
    access::Permission,
    audit::{
        hex,
        tree::{self, Span, Tiles},
    },
    http::{Reply, Request},
};

use crate::{ConsistencyProof, Deps, InclusionProof, store};

/// Answers from what was sealed: nothing here reads an entry.
///
/// # Errors
/// The refusals of the contract; see the README's table.
pub async fn handle(deps: &Deps, request: &Request) -> Result<Reply> {
    match request.route() {
        "GET /v1/audit-log/checkpoint" => read_checkpoint(deps, request).await,
        "GET /v1/audit-log/proof" => prove_inclusion(deps, request).await,
        "GET /v1/audit-log/consistency" => prove_consistency(deps, request).await,
        _ => Err(Error::NotFound),
    }
}

async fn read_checkpoint(deps: &Deps, request: &Request) -> Result<Reply> {
    request.query()?.finish()?;

    let (_, checkpoint) = deps.door.admit(request, Permission::AuditRead, store::newest_checkpoint()).await?;

    Reply::ok(&checkpoint)
}

async fn prove_inclusion(deps: &Deps, request: &Request) -> Result<Reply> {
    let mut query = request.query()?;
    let seq = required(query.take_with("seq", number)?, "?seq")?;
    query.finish()?;

    let lookups = (store::newest_checkpoint(), store::tiles_of_inclusion(seq)?);
    let (_, (checkpoint, tiles)) = deps.door.admit(request, Permission::AuditRead, lookups).await?;

    let path = tree::inclusion(seq, checkpoint.size).ok_or(Error::NotFound)?;
    let proof = hashes(&tiles, &path)?;
    let leaf = tiles.leaf(seq).ok_or_else(|| Error::internal("the leaf is not stored"))?;
    Reply::ok(&InclusionProof { seq, leaf: hex(&leaf), proof, checkpoint })
}

async fn prove_consistency(deps: &Deps, request: &Request) -> Result<Reply> {
    let mut query = request.query()?;
    let from = required(query.take_with("from", number)?, "?from")?;
    let to = required(query.take_with("to", number)?, "?to")?;
    query.finish()?;
    let path = tree::consistency(from, to).ok_or_else(|| Error::malformed("?from", "out_of_range"))?;

    let lookups = (store::newest_checkpoint(), store::tiles_of_consistency(from, to)?);
    let (_, (checkpoint, tiles)) = deps.door.admit(request, Permission::AuditRead, lookups).await?;

    if to > checkpoint.size {
        return Err(Error::NotFound);
    }
    Reply::ok(&ConsistencyProof { from, to, proof: hashes(&tiles, &path)? })
}

fn hashes(tiles: &Tiles, path: &[Span]) -> Result<Vec<String>> {
    let hashes = tiles.hashes(path).ok_or_else(|| Error::internal("a tile of the tree is not stored"))?;
    Ok(hashes.iter().map(|hash| hex(hash)).collect())
}

/// A number of an entry or a size, as the database can count.
fn number(text: &str) -> Option<u64> {
    let is_plain = text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|number| is_plain && i64::try_from(*number).is_ok())
}

fn required(value: Option<u64>, pointer: &'static str) -> Result<u64> {
    value.ok_or_else(|| Error::malformed(pointer, "missing"))
}
