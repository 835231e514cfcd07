//! What a model that trains has beside its packed weights: every tensor as it is.

use super::engine::Program;
use super::layers::{FreezeError, Layers};
use crate::{Load, LoadError};
use cnn_weights::{Init, Matching, SaveError, Table, Tensor, init_with, places, read_matching};
use std::path::Path;

/// The parameters and running statistics of a model, one behind the other, and which of them are frozen.
#[derive(Debug, Clone)]
pub struct Parameters {
    values: Vec<f32>,
    frozen: Vec<bool>,
}

impl Parameters {
    /// Seeded random ones.
    pub fn init(table: &Table, frozen: &[bool], init: Init, seed: u64) -> Self {
        Self::of(&init_with(init, &table.tensors, seed), frozen)
    }

    /// Those that a program embeds: the tensors one behind the other, little-endian. Where the bytes
    /// are not as many as the table says, as in an editor that embeds none, the rest is 0.
    pub fn embedded(table: &Table, frozen: &[bool], bytes: &[u8]) -> Self {
        let words = bytes.as_chunks().0.iter().map(|&word| f32::from_le_bytes(word));
        let len = table.tensors.iter().map(Tensor::len).sum();
        let values = words.chain(std::iter::repeat(0.0)).take(len).collect();
        Self { values, frozen: frozen.to_vec() }
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

    /// Takes from a file what it has of these tensors, by name and shape; `ignored` may be in it.
    ///
    /// # Errors
    /// As [`read_matching`]; nothing has changed then.
    pub fn load_matching(
        &mut self,
        table: &Table,
        ignored: &[Tensor],
        load: &Load,
    ) -> Result<Matching, LoadError> {
        let (values, matching) = read_matching(load, &table.tensors, ignored)?;
        for (place, values) in places(&table.tensors).into_iter().zip(values) {
            if let Some(values) = values {
                self.values[place].copy_from_slice(&values);
            }
        }
        Ok(matching)
    }

    /// Freezes layers, or lets them be trained again.
    ///
    /// # Errors
    /// Where there are no such layers, or one is frozen by the model's text that shall be trained.
    /// Nothing has changed then.
    pub fn freeze(
        &mut self,
        program: &Program,
        layers: &Layers,
        frozen: bool,
    ) -> Result<(), FreezeError> {
        let names: Vec<&str> = program.layers.iter().map(|(name, _)| *name).collect();
        let layers = &program.layers[layers.among(&names)?];
        let own = |range: &[usize; 2]| range[0]..range[1];
        if !frozen {
            let in_model =
                layers.iter().find(|(_, range)| program.frozen[own(range)].contains(&true));
            if let Some((layer, _)) = in_model {
                return Err(FreezeError::InModel { layer: (*layer).to_owned() });
            }
        }
        layers.iter().for_each(|(_, range)| self.frozen[own(range)].fill(frozen));
        Ok(())
    }

    /// The layers with parameters that are frozen, by the model's text or since.
    pub fn frozen(&self, program: &'static Program) -> Vec<&'static str> {
        let frozen = |range: &[usize; 2]| self.frozen[range[0]..range[1]].contains(&true);
        program.layers.iter().filter(|(_, range)| frozen(range)).map(|(name, _)| *name).collect()
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
