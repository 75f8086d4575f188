//! The stored tree: hashes in tiles of 256, read as subtrees and grown at the right edge (tlog-tiles layout).
//!
//! A tile of level L holds 256 hashes of the tree's level 8·L; the root of a full tile is one hash of level L + 1.
//! Growing touches the rightmost tile of each level only; any root or proof of any earlier size is computed from a
//! few tiles.

use crate::Error;
use crate::tree::{Hash, empty_root, node_hash, split};
use renkei_db::BoxFuture;
use renkei_db::sea_orm::{ConnectionTrait, Statement};
use std::collections::HashMap;

pub(crate) const TILE_WIDTH: u64 = 256;
const TILE_BITS: u32 = 8;

/// Reads tiles once and remembers them while it lives.
pub(crate) struct Tiles<'c, C: ConnectionTrait> {
    connection: &'c C,
    read: HashMap<(i16, u64), Vec<Hash>>,
}

impl<'c, C: ConnectionTrait> Tiles<'c, C> {
    pub(crate) fn new(connection: &'c C) -> Self {
        Self { connection, read: HashMap::new() }
    }

    /// The hashes of one tile; empty when it is not there.
    pub(crate) async fn tile(&mut self, level: i16, position: u64) -> Result<&[Hash], Error> {
        if !self.read.contains_key(&(level, position)) {
            let statement = Statement::from_sql_and_values(
                self.connection.get_database_backend(),
                "SELECT hashes FROM trail_tiles WHERE level = $1 AND position = $2",
                [level.into(), to_number(position)?.into()],
            );
            let hashes = match self.connection.query_one_raw(statement).await? {
                Some(row) => split_hashes(&row.try_get::<Vec<u8>>("", "hashes")?)
                    .ok_or_else(|| Error::Damaged(format!("tile {level}/{position}")))?,
                None => Vec::new(),
            };
            self.read.insert((level, position), hashes);
        }
        Ok(self.read.get(&(level, position)).map_or(&[], Vec::as_slice))
    }

    /// Lets go of a tile that will not be asked for again, so that a pass over the whole trail needs no memory for it.
    pub(crate) fn forget(&mut self, level: i16, position: u64) {
        self.read.remove(&(level, position));
    }

    /// The root of the perfect subtree of `1 << height` leaves that is number `index` among its like.
    async fn subtree(&mut self, height: u32, index: u64) -> Result<Hash, Error> {
        let (level, above) = (height / TILE_BITS, height % TILE_BITS);
        let first = index << above;
        let count = 1usize << above;
        let level = i16::try_from(level).map_err(|_| Error::Damaged("the tree's height".to_owned()))?;
        let (position, offset) = (first / TILE_WIDTH, usize::try_from(first % TILE_WIDTH).unwrap_or(0));
        let tile = self.tile(level, position).await?;
        let hashes =
            tile.get(offset..offset + count).ok_or_else(|| Error::Damaged(format!("tile {level}/{position}")))?;
        Ok(fold_perfect(hashes))
    }

    /// The root over the leaves `start..end`. `start` is a multiple of the largest power of two not above the length,
    /// as it always is in the ranges RFC 6962 speaks of.
    pub(crate) fn range(&mut self, start: u64, end: u64) -> BoxFuture<'_, Result<Hash, Error>>
    where
        C: Sync,
    {
        Box::pin(async move {
            let length = end.saturating_sub(start);
            if length == 0 {
                return Ok(empty_root());
            }
            if length.is_power_of_two() {
                return self.subtree(length.trailing_zeros(), start / length).await;
            }
            let middle = start + split(length);
            let left = self.range(start, middle).await?;
            let right = self.range(middle, end).await?;
            Ok(node_hash(&left, &right))
        })
    }

    /// The hashes beside the way from leaf `index` to the root of the first `size` leaves.
    pub(crate) async fn inclusion(&mut self, index: u64, size: u64) -> Result<Vec<Hash>, Error> {
        let (mut start, mut end) = (0, size);
        let mut proof = Vec::new();
        while end - start > 1 {
            let middle = start + split(end - start);
            if index < middle {
                proof.push(self.range(middle, end).await?);
                end = middle;
            } else {
                proof.push(self.range(start, middle).await?);
                start = middle;
            }
        }
        proof.reverse();
        Ok(proof)
    }

    /// The hashes that show that the first `size` leaves begin with the first `old_size`.
    pub(crate) async fn consistency(&mut self, old_size: u64, size: u64) -> Result<Vec<Hash>, Error> {
        if old_size == 0 || old_size >= size {
            return Ok(Vec::new());
        }
        let (mut start, mut end) = (0, size);
        let mut proof = Vec::new();
        let mut is_old_root = true;
        loop {
            if end == old_size {
                if !is_old_root {
                    proof.push(self.range(start, end).await?);
                }
                break;
            }
            let middle = start + split(end - start);
            if old_size <= middle {
                proof.push(self.range(middle, end).await?);
                end = middle;
            } else {
                proof.push(self.range(start, middle).await?);
                start = middle;
                is_old_root = false;
            }
        }
        proof.reverse();
        Ok(proof)
    }

    /// Adds `leaves` behind the `size` there are and answers the tiles that changed, to be written.
    pub(crate) async fn grow(&mut self, size: u64, leaves: &[Hash]) -> Result<Vec<Tile>, Error> {
        let mut changed = Vec::new();
        let mut incoming: Vec<Hash> = leaves.to_vec();
        let (mut level, mut there) = (0i16, size);
        while !incoming.is_empty() {
            let mut position = there / TILE_WIDTH;
            let width = usize::try_from(there % TILE_WIDTH).unwrap_or(0);
            let mut hashes = if width == 0 { Vec::new() } else { self.tile(level, position).await?.to_vec() };
            if hashes.len() != width {
                return Err(Error::Damaged(format!("tile {level}/{position}")));
            }
            let mut upwards = Vec::new();
            for hash in incoming {
                hashes.push(hash);
                if hashes.len() as u64 == TILE_WIDTH {
                    upwards.push(fold_perfect(&hashes));
                    changed.push(Tile { level, position, hashes: std::mem::take(&mut hashes) });
                    position += 1;
                }
            }
            if !hashes.is_empty() {
                changed.push(Tile { level, position, hashes });
            }
            incoming = upwards;
            there /= TILE_WIDTH;
            level += 1;
        }
        for tile in &changed {
            self.read.insert((tile.level, tile.position), tile.hashes.clone());
        }
        Ok(changed)
    }
}

/// One tile as it is to be stored.
#[derive(Debug)]
pub(crate) struct Tile {
    pub(crate) level: i16,
    pub(crate) position: u64,
    pub(crate) hashes: Vec<Hash>,
}

impl Tile {
    pub(crate) async fn write(&self, connection: &impl ConnectionTrait) -> Result<(), Error> {
        connection
            .execute_raw(Statement::from_sql_and_values(
                connection.get_database_backend(),
                "INSERT INTO trail_tiles (level, position, width, hashes) VALUES ($1, $2, $3, $4) \
                 ON CONFLICT (level, position) DO UPDATE SET width = excluded.width, hashes = excluded.hashes",
                [
                    self.level.into(),
                    to_number(self.position)?.into(),
                    i32::try_from(self.hashes.len()).unwrap_or(i32::MAX).into(),
                    self.hashes.concat().into(),
                ],
            ))
            .await?;
        Ok(())
    }
}

/// Root of a power-of-two number of hashes.
pub(crate) fn fold_perfect(hashes: &[Hash]) -> Hash {
    let mut row = hashes.to_vec();
    while row.len() > 1 {
        row = row
            .chunks(2)
            .map(|pair| match pair {
                [left, right] => node_hash(left, right),
                other => other.first().copied().unwrap_or_else(empty_root),
            })
            .collect();
    }
    row.first().copied().unwrap_or_else(empty_root)
}

pub(crate) fn split_hashes(bytes: &[u8]) -> Option<Vec<Hash>> {
    let (hashes, rest) = bytes.as_chunks::<32>();
    (rest.is_empty() && hashes.len() as u64 <= TILE_WIDTH).then(|| hashes.to_vec())
}

pub(crate) fn to_number(value: u64) -> Result<i64, Error> {
    i64::try_from(value).map_err(|_| Error::Damaged("a number beyond all trails".to_owned()))
}

pub(crate) fn from_number(value: i64) -> Result<u64, Error> {
    u64::try_from(value).map_err(|_| Error::Damaged("a negative number".to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tree::{Growing, consistency_holds, inclusion_holds, leaf_hash};
    use renkei_db::{Engine, Error as DbError};
    use std::sync::Arc;

    /// Three levels of tiles (more than 256² leaves), grown in uneven steps.
    #[tokio::test(flavor = "multi_thread")]
    async fn a_tree_of_three_levels_gives_the_right_roots_and_proofs() {
        let test = renkei_db::testing::open(Engine::Sqlite).await;
        crate::migrate(&test, renkei_kernel::Timestamp(0)).await.unwrap();
        let (mut growing, mut size, mut roots) = (Growing::new(), 0u64, vec![]);
        for step in [1u64, 255, 1, 700, 65_000, 3, 4_000] {
            let leaves: Arc<Vec<Hash>> = Arc::new((size..size + step).map(|n| leaf_hash(&n.to_be_bytes())).collect());
            leaves.iter().for_each(|leaf| growing.push(*leaf));
            test.act(move |tx| -> BoxFuture<'_, Result<(), DbError>> {
                let leaves = leaves.clone();
                Box::pin(async move {
                    for tile in Tiles::new(tx).grow(size, &leaves).await.map_err(|_| DbError::Closed)? {
                        tile.write(tx).await.map_err(|_| DbError::Closed)?;
                    }
                    Ok(())
                })
            })
            .await
            .unwrap();
            size += step;
            roots.push((size, growing.root()));
        }
        let mut tiles = Tiles::new(test.reader());
        assert_eq!(tiles.tile(2, 0).await.unwrap().len(), 1);
        let root = growing.root();
        for (old, old_root) in roots {
            assert_eq!(tiles.range(0, old).await.unwrap(), old_root, "{old}");
            let proof = tiles.consistency(old, size).await.unwrap();
            assert!(consistency_holds(old, &old_root, size, &root, &proof), "{old}");
        }
        for index in [0, 255, 256, 65_535, 65_536, size - 1] {
            let proof = tiles.inclusion(index, size).await.unwrap();
            assert!(inclusion_holds(&leaf_hash(&index.to_be_bytes()), index, size, &proof, &root), "{index}");
        }
    }
}
