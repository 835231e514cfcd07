//! Exact rational numbers over checked `i128`: every number of the language until it becomes a
//! kernel's `f32` constant.

use std::cmp::Ordering;
use std::fmt;

/// A reduced fraction with a positive denominator. Every operation is checked: `None` is overflow
/// or a division by zero.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Rational {
    numerator: i128,
    denominator: i128,
}

impl Rational {
    /// Nought.
    pub const ZERO: Self = Self::integer(0);
    /// One.
    pub const ONE: Self = Self::integer(1);

    /// A whole number.
    pub const fn integer(n: i128) -> Self {
        Self { numerator: n, denominator: 1 }
    }

    /// `n / d`, reduced.
    pub fn new(n: i128, d: i128) -> Option<Self> {
        let divisor = gcd(n.checked_abs()?, d.checked_abs()?);
        if d == 0 {
            return None;
        }
        let sign = if d < 0 { -1 } else { 1 };
        Some(Self { numerator: sign * (n / divisor), denominator: sign * (d / divisor) })
    }

    /// The numerator of the reduced form.
    pub fn numerator(self) -> i128 {
        self.numerator
    }

    /// The denominator of the reduced form, at least 1.
    pub fn denominator(self) -> i128 {
        self.denominator
    }

    /// The value as an integer, if it is one.
    pub fn to_integer(self) -> Option<i128> {
        (self.denominator == 1).then_some(self.numerator)
    }

    /// The nearest `f64`: exact numerator and denominator are rounded once each, then divided.
    pub fn to_f64(self) -> f64 {
        self.numerator as f64 / self.denominator as f64
    }

    /// `self + other`.
    #[allow(clippy::should_implement_trait, reason = "checked: `+` could not say overflow")]
    pub fn add(self, other: Self) -> Option<Self> {
        let left = self.numerator.checked_mul(other.denominator)?;
        let right = other.numerator.checked_mul(self.denominator)?;
        Self::new(left.checked_add(right)?, self.denominator.checked_mul(other.denominator)?)
    }

    /// `-self`.
    pub fn negate(self) -> Option<Self> {
        Some(Self { numerator: self.numerator.checked_neg()?, ..self })
    }

    /// `self - other`.
    pub fn subtract(self, other: Self) -> Option<Self> {
        self.add(other.negate()?)
    }

    /// `self * other`.
    pub fn multiply(self, other: Self) -> Option<Self> {
        Self::new(
            self.numerator.checked_mul(other.numerator)?,
            self.denominator.checked_mul(other.denominator)?,
        )
    }

    /// `self / other`.
    pub fn divide(self, other: Self) -> Option<Self> {
        Self::new(
            self.numerator.checked_mul(other.denominator)?,
            self.denominator.checked_mul(other.numerator)?,
        )
    }

    /// `self - other * floor(self / other)`: the sign of the divisor, as in mathematics.
    pub fn remainder(self, other: Self) -> Option<Self> {
        self.subtract(other.multiply(self.divide(other)?.floor())?)
    }

    /// The largest integer not above.
    pub fn floor(self) -> Self {
        Self::integer(self.numerator.div_euclid(self.denominator))
    }

    /// The smallest integer not below.
    pub fn ceil(self) -> Option<Self> {
        self.negate()?.floor().negate()
    }

    /// The nearest integer, halves away from zero.
    pub fn round(self) -> Option<Self> {
        let half = Self::new(1, 2)?;
        if self.numerator < 0 { self.subtract(half)?.ceil() } else { Some(self.add(half)?.floor()) }
    }

    /// `self ^ exponent`, the exponent an integer that may be negative.
    pub fn pow(self, exponent: i128) -> Option<Self> {
        let base = if exponent < 0 { Self::ONE.divide(self)? } else { self };
        let exponent = u32::try_from(exponent.checked_abs()?).ok()?;
        Some(Self {
            numerator: base.numerator.checked_pow(exponent)?,
            denominator: base.denominator.checked_pow(exponent)?,
        })
    }
}

fn gcd(a: i128, b: i128) -> i128 {
    let (mut a, mut b) = (a, b);
    while b != 0 {
        (a, b) = (b, a % b);
    }
    a.max(1)
}

impl PartialOrd for Rational {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Rational {
    fn cmp(&self, other: &Self) -> Ordering {
        // Compare whole parts first, then the remainders' reciprocals: no overflow.
        let (mut a, mut b) = (*self, *other);
        let mut flip = false;
        loop {
            let (fa, fb) = (a.floor().numerator, b.floor().numerator);
            let ra = a.numerator.rem_euclid(a.denominator);
            let rb = b.numerator.rem_euclid(b.denominator);
            let order = match fa.cmp(&fb) {
                Ordering::Equal if ra == 0 || rb == 0 => ra.cmp(&rb),
                Ordering::Equal => {
                    a = Self { numerator: a.denominator, denominator: ra };
                    b = Self { numerator: b.denominator, denominator: rb };
                    flip = !flip;
                    continue;
                }
                order => order,
            };
            return if flip { order.reverse() } else { order };
        }
    }
}

impl fmt::Display for Rational {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.denominator == 1 {
            write!(f, "{}", self.numerator)
        } else {
            write!(f, "{}/{}", self.numerator, self.denominator)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Rational;

    fn r(n: i128, d: i128) -> Rational {
        Rational::new(n, d).unwrap()
    }

    #[test]
    fn arithmetic_is_exact() {
        assert_eq!(r(1, 3).add(r(1, 6)), Some(r(1, 2)));
        assert_eq!(r(96, 10).to_string(), "48/5");
        assert_eq!(r(-5, 2).round(), Some(Rational::integer(-3)));
        assert_eq!(r(5, 2).round(), Some(Rational::integer(3)));
        assert_eq!(r(-5, 2).ceil(), Some(Rational::integer(-2)));
        assert_eq!(r(-5, 2).floor(), Rational::integer(-3));
        assert_eq!(Rational::integer(2).pow(-2), Some(r(1, 4)));
        assert_eq!(Rational::integer(-7).remainder(Rational::integer(4)), Some(Rational::ONE));
    }

    #[test]
    fn order_has_no_overflow() {
        let big = Rational::integer(i128::MAX);
        let almost = r(i128::MAX, 2);
        assert!(almost < big);
        assert!(r(1, 3) < r(1, 2));
        assert!(r(-1, 2) < r(-1, 3));
    }

    #[test]
    fn overflow_and_division_by_zero_are_none() {
        assert_eq!(Rational::integer(i128::MAX).add(Rational::ONE), None);
        assert_eq!(Rational::ONE.divide(Rational::ZERO), None);
        assert_eq!(Rational::integer(i128::MIN).negate(), None);
        assert_eq!(Rational::integer(2).pow(200), None);
    }
}
