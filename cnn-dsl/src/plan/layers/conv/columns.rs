//! The tile of a convolution over x: what of its result is kept in registers at a time.

use super::{Conv, LATENCY};
use crate::plan::Isa;

/// Filters, rows and vectors of neighbouring pixels. Every vector of the operand is used for each of
/// the filters, every weight for each of the vectors.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ColumnsTile {
    /// Filters.
    pub filters: usize,
    /// Neighbouring rows of the result.
    pub rows: usize,
    /// Neighbouring vectors of a row.
    pub vectors: usize,
}

impl ColumnsTile {
    /// Accumulators: a sum a filter, row and vector.
    pub fn sums(self) -> usize {
        self.filters * self.rows * self.vectors
    }

    /// Vectors of the operand that a tap reads.
    pub fn pixels(self) -> usize {
        self.rows * self.vectors
    }

    /// Whether a tap's pixels are held and the weights come one after the other, or the other way
    /// about: the fewer ones are held.
    pub fn holds_pixels(self) -> bool {
        self.pixels() < self.filters
    }

    fn registers(self) -> usize {
        self.sums() + self.pixels().min(self.filters) + 1
    }
}

impl Conv {
    /// The tile over x for an instruction set: the one of least estimated time, in tenths of a cycle
    /// a tap, then the smallest.
    pub fn columns_tile(&self, isa: Isa) -> ColumnsTile {
        let [p, q, k] = self.y.shape.hwc();
        let across = q.div_ceil(isa.lanes());
        let time = |tile: ColumnsTile| {
            let tiles =
                k.div_ceil(tile.filters) * p.div_ceil(tile.rows) * across.div_ceil(tile.vectors);
            let work = 10 * tile.sums().max(2 * LATENCY);
            tiles * (work + 3 * (tile.pixels() + tile.filters) + 10)
        };
        let most = isa.columns();
        // Filters that lie side by side are stored together.
        let together = self.y.layout.lanes == k && k <= most;
        let filters = if together { k..=k } else { 1..=k.min(most) };
        let mut best = ColumnsTile { filters: *filters.start(), rows: 1, vectors: 1 };
        for filters in filters {
            for rows in 1..=p.min(most) {
                for vectors in 1..=across.min(most) {
                    let tile = ColumnsTile { filters, rows, vectors };
                    let fits = tile.sums() <= most && tile.registers() < isa.registers();
                    if fits && (time(tile), tile.sums()) < (time(best), best.sums()) {
                        best = tile;
                    }
                }
            }
        }
        best
    }
}
