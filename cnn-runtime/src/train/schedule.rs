//! Learning-rate schedules: the rate of a batch as a function of how many came before it.

use std::f64::consts::PI;

/// How the learning rate changes. It depends on the number of the batch alone, counted from 0 over
/// all epochs, so that a resumed run goes on with the right one.
#[derive(Debug, Clone, PartialEq, Default)]
pub enum Schedule {
    /// The optimizer's rate, always.
    #[default]
    Constant,
    /// Keras' `decay` (default 0 there): `rate / (1 + decay * batch)`.
    TimeDecay {
        /// By how much a batch adds to the divisor.
        decay: f64,
    },
    /// `rate * factor^(epoch / epochs)`, the exponent rounded down (PyTorch's `StepLR`).
    Step {
        /// Epochs of one rate.
        epochs: usize,
        /// What a step multiplies the rate by.
        factor: f64,
    },
    /// Half a cosine from the rate down to `floor * rate`, batch by batch, which it then keeps:
    /// Loshchilov and Hutter 2017, without restarts; Keras' `CosineDecay`.
    Cosine {
        /// Epochs on the way down.
        epochs: usize,
        /// What is left at the end, as a share of the rate.
        floor: f64,
    },
    /// First a line from `rate / batches` at the first batch up to the rate (Goyal et al. 2017), then
    /// another schedule, which counts its batches from there.
    WarmUp {
        /// Batches on the way up.
        batches: u64,
        /// What follows.
        then: Box<Schedule>,
    },
}

impl Schedule {
    /// This schedule after a warm-up.
    #[must_use]
    pub fn after_warm_up(self, batches: u64) -> Self {
        Self::WarmUp { batches, then: Box::new(self) }
    }

    /// The rate of a batch, where `rate` is the optimizer's and an epoch has `per_epoch` batches.
    pub fn rate(&self, rate: f64, batch: u64, per_epoch: u64) -> f64 {
        match self {
            Self::Constant => rate,
            Self::TimeDecay { decay } => rate / (1.0 + decay * batch as f64),
            Self::Step { epochs, factor } => {
                let steps = batch / span(*epochs, per_epoch);
                rate * factor.powi(i32::try_from(steps).unwrap_or(i32::MAX))
            }
            Self::Cosine { epochs, floor } => {
                let way = (batch as f64 / span(*epochs, per_epoch) as f64).min(1.0);
                rate * (floor + (1.0 - floor) * 0.5 * (1.0 + libm::cos(PI * way)))
            }
            Self::WarmUp { batches, then } => match batch.checked_sub(*batches) {
                None => rate * (batch + 1) as f64 / *batches as f64,
                Some(batch) => then.rate(rate, batch, per_epoch),
            },
        }
    }

    /// # Errors
    /// What is wrong with its numbers.
    pub(super) fn check(&self) -> Result<(), String> {
        let share = |x: f64| (0.0..=1.0).contains(&x);
        match self {
            Self::Constant => Ok(()),
            Self::TimeDecay { decay } if !(*decay >= 0.0 && decay.is_finite()) => {
                Err(format!("the schedule's `decay` is {decay}, it must not be negative"))
            }
            Self::Step { epochs: 0, .. } | Self::Cosine { epochs: 0, .. } => {
                Err("the schedule has 0 epochs".to_owned())
            }
            Self::Step { factor, .. } if !(*factor > 0.0 && factor.is_finite()) => {
                Err(format!("the schedule's `factor` is {factor}, it must be positive"))
            }
            Self::Cosine { floor, .. } if !share(*floor) => {
                Err(format!("the schedule's `floor` is {floor}, it is a share from 0 to 1"))
            }
            Self::TimeDecay { .. } | Self::Step { .. } | Self::Cosine { .. } => Ok(()),
            Self::WarmUp { then, .. } => then.check(),
        }
    }
}

/// The batches of some epochs; at least one.
fn span(epochs: usize, per_epoch: u64) -> u64 {
    (epochs as u64).saturating_mul(per_epoch).max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Keras 2's `decay`: lr / (1 + decay * iterations).
    #[test]
    fn time_decay_is_keras() {
        let schedule = Schedule::TimeDecay { decay: 0.5 };
        let rates = [0, 1, 2, 8].map(|batch| schedule.rate(0.1, batch, 480));
        assert_eq!(rates, [0.1, 0.1 / 1.5, 0.05, 0.02]);
        // The default: no decay.
        assert_eq!(Schedule::default().rate(0.01, 1_000_000, 480), 0.01);
    }

    #[test]
    fn steps_come_after_their_epochs() {
        let schedule = Schedule::Step { epochs: 2, factor: 0.5 };
        let rates = [0, 19, 20, 39, 40].map(|batch| schedule.rate(1.0, batch, 10));
        assert_eq!(rates, [1.0, 1.0, 0.5, 0.5, 0.25]);
    }

    /// `keras.optimizers.schedules.CosineDecay(1.0, 100, alpha=0.1)` at these steps by its formula:
    /// 0.9 * (1 + cos(pi * step / 100)) / 2 + 0.1.
    #[test]
    fn the_cosine_ends_at_its_floor() {
        let schedule = Schedule::Cosine { epochs: 10, floor: 0.1 };
        let rate = |batch| schedule.rate(1.0, batch, 10);
        let expected =
            [(0, 1.0), (50, 0.55), (100, 0.1), (1000, 0.1), (25, 0.868_198_051_533_946_4)];
        for (batch, expected) in expected {
            assert!((rate(batch) - expected).abs() < 1e-15, "{batch}: {}", rate(batch));
        }
    }

    #[test]
    fn a_warm_up_rises_by_equal_steps_to_what_follows() {
        let schedule = Schedule::Step { epochs: 1, factor: 0.5 }.after_warm_up(4);
        let rates = [0, 1, 2, 3, 4, 13, 14].map(|batch| schedule.rate(1.0, batch, 10));
        assert_eq!(rates, [0.25, 0.5, 0.75, 1.0, 1.0, 1.0, 0.5]);
        let none = Schedule::Constant.after_warm_up(0);
        assert_eq!(none.rate(1.0, 0, 10), 1.0);
    }

    #[test]
    fn numbers_that_make_no_sense_are_refused() {
        let said = |schedule: Schedule| schedule.after_warm_up(3).check().unwrap_err();
        assert_eq!(
            said(Schedule::TimeDecay { decay: f64::NAN }),
            "the schedule's `decay` is NaN, it must not be negative"
        );
        assert_eq!(said(Schedule::Step { epochs: 0, factor: 0.1 }), "the schedule has 0 epochs");
        assert_eq!(
            said(Schedule::Step { epochs: 1, factor: 0.0 }),
            "the schedule's `factor` is 0, it must be positive"
        );
        assert_eq!(
            said(Schedule::Cosine { epochs: 1, floor: 2.0 }),
            "the schedule's `floor` is 2, it is a share from 0 to 1"
        );
    }
}
