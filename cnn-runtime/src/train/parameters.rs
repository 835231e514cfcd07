//! What a model that trains has beside its packed weights: every tensor as it is.

use crate::{Load, LoadError};
use cnn_weights::{SaveError, Table, Tensor, places};
use std::path::Path;

/// The parameters and running statistics of a model, one behind the other, and which of them are frozen.
#[derive(Debug, Clone)]
pub struct Parameters {
    values: Vec<f32>,
    frozen: Vec<bool>,
}

impl Parameters {
    /// Seeded random ones.
    pub fn init(table: &Table, frozen: &[bool], seed: u64) -> Self {
        Self::of(&cnn_weights::init(&table.tensors, seed), frozen)
    }

    /// Those of a file; `ignored` may be in it.
    ///
    /// # Errors
    /// Everything that is wrong with the file, at once.
    pub fn load(
        table: &Table,
        ignored: &[Tensor],
        frozen: &[bool],
        load: &Load,
    ) -> Result<Self, LoadError> {
        Ok(Self::of(&cnn_weights::read(load, &table.tensors, ignored)?, frozen))
    }

    fn of(values: &[Vec<f32>], frozen: &[bool]) -> Self {
        Self { values: values.concat(), frozen: frozen.to_vec() }
    }

    /// The numbers, and for each tensor whether it is frozen.
    pub fn split(&mut self) -> (&mut [f32], &[bool]) {
        (&mut self.values, &self.frozen)
    }

    /// One array a tensor.
    pub fn tensors(&self, table: &Table) -> Vec<Vec<f32>> {
        places(&table.tensors).into_iter().map(|place| self.values[place].to_vec()).collect()
    }

    /// Writes a safetensors file, whole or not at all.
    ///
    /// # Errors
    /// Where it cannot be written.
    pub fn save(&self, table: &Table, path: &Path) -> Result<(), SaveError> {
        cnn_weights::save(path, &table.tensors, &self.tensors(table))
    }
}
