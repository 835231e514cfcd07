//! What is counted of predictions: sums over samples, top-1, top-5, the confusion matrix.

use super::loss::{Loss, OfPixels, largest};
use std::fmt;

/// Sums over the samples of an epoch so far.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(super) struct Sums {
    pub samples: u64,
    pub loss: f64,
    /// The share of L2 weight decay in each batch's loss, times its samples.
    pub penalty: f64,
    pub correct: f64,
}

impl Sums {
    /// Adds a batch: losses and logits of its samples, and their targets. Of a sample with pixels the
    /// share of these is right.
    pub fn add(&mut self, loss: &OfPixels<'_>, losses: &[f32], logits: &[f32], targets: &[f32]) {
        let pixels = logits.len() / losses.len().max(1) / loss.classes;
        self.samples += losses.len() as u64;
        self.loss += losses.iter().map(|&x| f64::from(x)).sum::<f64>();
        let each = logits.chunks_exact(loss.classes).zip(targets.chunks_exact(loss.classes));
        let right = each.map(|(logits, target)| correct(loss.loss, logits, target)).sum::<f64>();
        self.correct += right / pixels as f64;
    }

    pub fn mean_loss(&self) -> f64 {
        (self.loss + self.penalty) / self.samples as f64
    }

    pub fn accuracy(&self) -> f64 {
        self.correct / self.samples as f64
    }
}

/// Whether a sample is right, as Keras' `accuracy`: the largest logit is at the largest number of the
/// target; of several sigmoids the share that is on the right side of one half; of one number
/// whether it is.
fn correct(loss: Loss, logits: &[f32], target: &[f32]) -> f64 {
    let above = |middle: f32| {
        let right = logits
            .iter()
            .zip(target)
            .filter(|&(&z, &t)| if t > 0.5 { z > middle } else { z <= middle });
        right.count() as f64 / logits.len() as f64
    };
    match loss {
        Loss::SigmoidCrossEntropy => above(0.0),
        Loss::MeanSquaredError if logits.len() == 1 => above(0.5),
        Loss::SoftmaxCrossEntropy { .. } | Loss::MeanSquaredError => {
            let predicted = largest(logits);
            let right = predicted == largest(target) && !logits[predicted].is_nan();
            f64::from(u8::from(right))
        }
    }
}

/// Whether the class of the target is among the five largest logits; of equal ones the first count.
pub(super) fn in_top_5(logits: &[f32], target: &[f32]) -> bool {
    let class = largest(target);
    let own = logits[class];
    let before = |&(index, &z): &(usize, &f32)| z > own || z == own && index < class;
    !own.is_nan() && logits.iter().enumerate().filter(before).count() < 5
}

/// How often samples of one class were taken for another; of a network that answers for each pixel, how
/// often pixels were.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Confusion {
    classes: usize,
    counts: Vec<u64>,
}

impl Confusion {
    pub(super) fn new(classes: usize) -> Self {
        Self { classes, counts: vec![0; classes * classes] }
    }

    pub(super) fn add(&mut self, logits: &[f32], target: &[f32]) {
        self.counts[largest(target) * self.classes + largest(logits)] += 1;
    }

    /// How many classes there are.
    pub fn classes(&self) -> usize {
        self.classes
    }

    /// How many samples, or pixels, of the class `truth` were predicted as the class `predicted`.
    ///
    /// # Panics
    /// If there is no such class.
    pub fn count(&self, truth: usize, predicted: usize) -> u64 {
        assert!(truth < self.classes && predicted < self.classes, "a class");
        self.counts[truth * self.classes + predicted]
    }

    /// The predictions of each class of samples, in order.
    pub fn rows(&self) -> impl Iterator<Item = &[u64]> {
        self.counts.chunks_exact(self.classes.max(1))
    }

    /// The matrix as text, a row a true class, a column a predicted one, with the names of the classes;
    /// a class beyond these is called by its number.
    pub fn table(&self, names: &[impl AsRef<str>]) -> String {
        let number = |class: usize| class.to_string();
        let name = |class| names.get(class).map_or(number(class), |name| name.as_ref().to_owned());
        let names: Vec<String> = (0..self.classes).map(name).collect();
        let length = |text: &String| text.chars().count();
        let side = names.iter().map(length).max().unwrap_or(0);
        let cell = |column: usize| {
            let counts = (0..self.classes).map(|row| self.count(row, column).to_string());
            counts.chain([names[column].clone()]).map(|text| length(&text)).max().unwrap_or(0)
        };
        let cells: Vec<usize> = (0..self.classes).map(cell).collect();
        let line = |first: &str, columns: Vec<String>| {
            let columns =
                columns.iter().zip(&cells).map(|(text, &width)| format!("{text:>width$}"));
            format!("{first:>side$}  {}\n", columns.collect::<Vec<_>>().join("  "))
        };
        let rows = names.iter().zip(self.rows());
        let rows = rows.map(|(name, row)| line(name, row.iter().map(u64::to_string).collect()));
        line("", names.clone()) + &rows.collect::<String>()
    }
}

/// A row a true class, a column a predicted one.
impl fmt::Display for Confusion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let width = self.counts.iter().max().map_or(1, |most| most.to_string().len());
        for row in self.rows() {
            let cells: Vec<String> = row.iter().map(|n| format!("{n:>width$}")).collect();
            writeln!(f, "{}", cells.join(" "))?;
        }
        Ok(())
    }
}
