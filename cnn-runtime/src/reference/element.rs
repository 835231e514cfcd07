//! A number and how far an `f32` executor may be from it.

/// Half the distance from 1 to the next `f32`: the largest relative error of one rounding.
pub const UNIT_ROUNDOFF: f64 = 1.0 / (1 << 24) as f64;

/// Roundings that a sum of products has beside one a term: the folded batch norm's rounding of the
/// weight, that of the bias, the product, and the division of an average.
const ROUNDINGS_BESIDE_THE_TERMS: usize = 4;

/// Largest error of an elementary function in `f32` (`exp`, `tanh`, `erf`, `pow` of a number near 1)
/// in units of [`UNIT_ROUNDOFF`], relative to the result or to 1, whichever is larger. The functions
/// of `cnn_runtime::math` state errors up to 5e-7, which is 8.4 units.
pub(super) const ELEMENTARY_ROUNDINGS: f64 = 16.0;

/// Results below the smallest normal `f32` may be flushed to zero.
const UNDERFLOW: f64 = f32::MIN_POSITIVE as f64;

/// A number of the reference.
///
/// `bound` is a running error analysis (Higham, *Accuracy and Stability of Numerical Algorithms*,
/// chapter 3): if an executor's operands are within their bounds of the reference's, its result is
/// within the result's. With `u = 2^-24`:
///
/// - A sum of `n` products in any order, fused or not, has an error of at most
///   `(n + 4) u * sum |x||w|` beside what the operands bring, `sum bound(x) |w|`. The 4 covers a
///   batch norm folded into `w` and the bias, so the bound holds for folded and unfolded layers.
/// - A function `f` of one element brings `L bound(x)`, `L` its Lipschitz constant, and its own
///   error, `ELEMENTARY_ROUNDINGS` (16) times `u` at most where it uses `exp` and its kin.
/// - What only moves, selects or compares elements adds nothing.
///
/// Terms of second order in `u` are covered by taking `|x| + bound(x)` for `|x|`. `f32` overflow is
/// not modelled.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Element {
    /// The number.
    pub value: f64,
    /// The largest distance of an `f32` executor from it.
    pub bound: f64,
}

impl Element {
    /// What every executor has exactly.
    pub fn exact(value: f64) -> Self {
        Self { value, bound: 0.0 }
    }

    /// The largest absolute value that an executor may have here.
    pub fn magnitude(self) -> f64 {
        self.value.abs() + self.bound
    }

    /// A function of one element with this Lipschitz constant and its own error in units of
    /// [`UNIT_ROUNDOFF`] relative to `max(scale, |result|)`.
    pub(super) fn map(
        self,
        function: impl Fn(f64) -> f64,
        lipschitz: f64,
        roundings: f64,
        scale: f64,
    ) -> Self {
        let value = function(self.value);
        let brought = self.bound * lipschitz;
        let own = roundings * UNIT_ROUNDOFF * (value.abs() + brought).max(scale);
        let underflow = if roundings > 0.0 { UNDERFLOW } else { 0.0 };
        Self { value, bound: brought + own + underflow }
    }
}

/// A sum of products under way.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Sum {
    value: f64,
    brought: f64,
    magnitude: f64,
    terms: usize,
}

impl Sum {
    /// Adds `x * weight`, the weight being a number that every executor has.
    pub fn add(&mut self, x: Element, weight: f64) {
        self.value += x.value * weight;
        self.brought += x.bound * weight.abs();
        self.magnitude += x.magnitude() * weight.abs();
        self.terms += 1;
    }

    /// Adds a constant.
    pub fn add_constant(&mut self, constant: f64) {
        self.add(Element::exact(constant), 1.0);
    }

    /// The sum.
    pub fn total(self) -> Element {
        let roundings = (self.terms + ROUNDINGS_BESIDE_THE_TERMS) as f64 * UNIT_ROUNDOFF;
        let own = roundings * self.magnitude + UNDERFLOW;
        Element { value: self.value, bound: self.brought + own }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Sums in `f32` from both ends, with and without fused steps, stay within the bound; and the
    /// bound is of the size that rounding has, not a licence for mistakes.
    #[test]
    fn sums_in_f32_stay_within_the_bound() {
        let x: Vec<f32> = (0..1000).map(|i| ((i * 37 % 101) as f32 - 50.0) / 7.0).collect();
        let w: Vec<f32> = (0..1000).map(|i| ((i * 53 % 97) as f32 - 48.0) / 11.0).collect();
        let mut sum = Sum::default();
        for (&x, &w) in x.iter().zip(&w) {
            sum.add(Element::exact(f64::from(x)), f64::from(w));
        }
        let total = sum.total();
        let pairs = || x.iter().zip(&w);
        let sums = [
            pairs().fold(0.0, |sum, (x, w)| sum + x * w),
            pairs().rfold(0.0, |sum, (x, w)| sum + x * w),
            pairs().fold(0.0, |sum: f32, (&x, w)| x.mul_add(*w, sum)),
        ];
        for sum in sums {
            assert!((f64::from(sum) - total.value).abs() <= total.bound);
        }
        let one_percent_of_the_terms =
            0.01 * pairs().map(|(x, w)| f64::from((x * w).abs())).sum::<f64>();
        assert!(total.bound < one_percent_of_the_terms);
    }
}
