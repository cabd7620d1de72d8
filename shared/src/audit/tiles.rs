//! Tiles of a log's tree, read from the database: the one place that knows how a row becomes one.

use super::tree::{TileId, Tiles};
use crate::{
    error::{Error, Result},
    tenant::{Lookup, Row, Statement},
};

/// Tiles by their ids; one that is not stored is not among them.
#[must_use]
pub fn by_id(ids: &[TileId]) -> Lookup<Tiles> {
    let statement = Statement::new(concat!(
        "-- audit.tiles\n",
        "SELECT t.level, t.tile, t.hashes FROM log_tiles AS t ",
        "JOIN unnest($1, $2) AS wanted (level, tile) ON t.level = wanted.level AND t.tile = wanted.tile",
    ))
    .bind(ids.iter().map(|id| i64::from(id.level)).collect::<Vec<_>>())
    .bind(ids.iter().filter_map(|id| i64::try_from(id.index).ok()).collect::<Vec<_>>());
    of_statement(statement)
}

/// The tiles that a statement answers with, as `level`, `tile` and `hashes`.
#[must_use]
pub fn of_statement(statement: Statement) -> Lookup<Tiles> {
    statement.all(read).map(|stored| {
        let mut tiles = Tiles::new();
        stored.iter().for_each(|(id, hashes)| tiles.insert(*id, hashes));
        Ok(tiles)
    })
}

fn read(row: &Row) -> Result<(TileId, Vec<u8>)> {
    let level = row.read::<i32>("level")?.try_into().map_err(Error::internal)?;
    let index = row.read::<i64>("tile")?.try_into().map_err(Error::internal)?;
    Ok((TileId { level, index }, row.read("hashes")?))
}
