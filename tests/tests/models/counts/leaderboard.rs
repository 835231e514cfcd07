//! The rows of the lecture's leaderboard.

use super::Row;

pub(super) const ROWS: &[Row] = &[];
