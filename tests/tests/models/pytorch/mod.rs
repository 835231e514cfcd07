//! Literals printed by `tests/pytorch/models.py`.

pub mod everyday;
pub mod leaderboard;
