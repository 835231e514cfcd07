//! What a model that trains has beside its packed weights: every tensor as it is.

use super::engine::Program;
use super::layers::{FreezeError, Layers};
use crate::{Load, LoadError};
use cnn_weights::{Init, Matching, SaveError, Table, init_with, places, read_matching};
use std::path::Path;

/// The parameters and running statistics of a model, one behind the other, and which of them are frozen.
#[derive(Debug, Clone)]
pub struct Parameters {
    values: Vec<f32>,
    frozen: Vec<bool>,
}

impl Parameters {
    /// Seeded random ones.
    pub fn init(program: &Program, init: Init, seed: u64) -> Self {
        Self::of(program, &init_with(init, &program.table.tensors, seed))
    }

    /// Those that a program embeds: the tensors one behind the other, little-endian. What the bytes do
    /// not have is as of `init`: the auxiliary heads, or in an editor, which embeds none, all.
    pub fn embedded(program: &Program, bytes: &[u8]) -> Self {
        let mut parameters = Self::init(program, Init::GlorotUniform, 0);
        let words = bytes.as_chunks().0.iter().map(|&word| f32::from_le_bytes(word));
        parameters.values.iter_mut().zip(words).for_each(|(value, word)| *value = word);
        parameters
    }

    /// Those of a file.
    ///
    /// # Errors
    /// Everything that is wrong with the file, at once.
    pub fn load(program: &Program, load: &Load) -> Result<Self, LoadError> {
        Ok(Self::of(program, &cnn_weights::read(load, &program.table.tensors, &[])?))
    }

    fn of(program: &Program, values: &[Vec<f32>]) -> Self {
        Self { values: values.concat(), frozen: program.frozen.to_vec() }
    }

    /// The numbers, and for each tensor whether it is frozen.
    pub fn split(&mut self) -> (&mut [f32], &[bool]) {
        (&mut self.values, &self.frozen)
    }

    /// Takes from a file what it has of the model's tensors, by name and shape.
    ///
    /// # Errors
    /// As [`read_matching`]; nothing has changed then.
    pub fn load_matching(&mut self, program: &Program, load: &Load) -> Result<Matching, LoadError> {
        let tensors = &program.table.tensors;
        let (values, matching) = read_matching(load, tensors, &[])?;
        for (place, values) in places(tensors).into_iter().zip(values) {
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

    /// One array a tensor of the table; a table without auxiliary heads has the first of them.
    pub fn tensors(&self, table: &Table) -> Vec<Vec<f32>> {
        places(&table.tensors).into_iter().map(|place| self.values[place].to_vec()).collect()
    }

    /// Writes a safetensors file, whole or not at all.
    ///
    /// # Errors
    /// Where it cannot be written.
    pub fn save(&self, program: &Program, path: &Path) -> Result<(), SaveError> {
        cnn_weights::save(path, &program.table.tensors, &self.tensors(program.table))
    }
}
