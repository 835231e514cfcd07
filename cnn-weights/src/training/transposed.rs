//! The kernel of a transposed convolution as training packs it, and its gradient as it is unpacked.

use super::{Put, copy};
use crate::table::{Role, Tensor};

/// The kernel as `[taps][groups][channels of a group][filters of a group]`.
pub(super) struct Transposed {
    taps: usize,
    groups: usize,
    channels: usize,
    filters: usize,
}

impl Transposed {
    /// `None` where the tensor is no such kernel.
    pub(super) fn new(tensor: &Tensor) -> Option<Self> {
        let Role::DeconvKernel { groups } = tensor.role else { return None };
        let [taps @ .., channels, filters] = &*tensor.dims else { return None };
        let taps = taps.iter().product();
        Some(Self { taps, groups, channels: channels / groups, filters: *filters })
    }

    /// Where the filters of a group's channel begin.
    fn row(&self, tap: usize, group: usize, channel: usize) -> usize {
        ((tap * self.groups + group) * self.channels + channel) * self.filters
    }

    /// `[groups][ceil(filters / lanes)][taps][channels][lanes]`.
    pub(super) fn panels(&self, from: &[f32], lanes: usize, to: &mut [f32]) {
        let mut rows = to.chunks_exact_mut(lanes);
        for group in 0..self.groups {
            for first in (0..self.filters).step_by(lanes) {
                let width = lanes.min(self.filters - first);
                for tap in 0..self.taps {
                    for (channel, to) in (0..self.channels).zip(&mut rows) {
                        let place = self.row(tap, group, channel) + first;
                        copy(&mut to[..width], &from[place..place + width]);
                    }
                }
            }
        }
    }

    /// `[groups][ceil(channels / lanes)][taps][filters][lanes]`: that of the convolution by which a
    /// gradient goes back.
    pub(super) fn turned(&self, from: &[f32], lanes: usize, to: &mut [f32]) {
        self.each_turned(lanes, |panel, kernel| to[panel] = from[kernel]);
    }

    /// What lies as [`turned`](Self::turned) writes it, as the kernel lies.
    pub(super) fn unpack(&self, from: &[f32], lanes: usize, to: &mut [f32], put: impl Put) {
        self.each_turned(lanes, |panel, kernel| put(&mut to[kernel], from[panel]));
    }

    /// Where each number lies in panels of channels, and where in the kernel.
    fn each_turned(&self, lanes: usize, mut number: impl FnMut(usize, usize)) {
        let mut row = 0;
        for group in 0..self.groups {
            for first in (0..self.channels).step_by(lanes) {
                let width = lanes.min(self.channels - first);
                for tap in 0..self.taps {
                    let kernel = self.row(tap, group, first);
                    for filter in 0..self.filters {
                        for lane in 0..width {
                            number(row + lane, kernel + lane * self.filters + filter);
                        }
                        row += lanes;
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Two taps, two groups of 2 channels and 1 filter each, counted in the order tap, channel.
    #[test]
    fn channels_and_filters_of_a_group_are_exchanged() {
        let tensor = Tensor::new("a", Role::DeconvKernel { groups: 2 }, vec![1, 2, 4, 1]);
        let kernel = Transposed::new(&tensor).unwrap();
        let counted: Vec<f32> = (1..=8).map(|i| i as f32).collect();
        let (mut panels, mut turned) = (vec![0.0; 16], vec![0.0; 16]);
        kernel.panels(&counted, 2, &mut panels);
        let expected = [1, 0, 2, 0, 5, 0, 6, 0, 3, 0, 4, 0, 7, 0, 8, 0].map(|x| x as f32);
        assert_eq!(panels, expected);
        kernel.turned(&counted, 4, &mut turned);
        let expected = [1, 2, 0, 0, 5, 6, 0, 0, 3, 4, 0, 0, 7, 8, 0, 0].map(|x| x as f32);
        assert_eq!(turned, expected);
        let mut back = vec![0.0; 8];
        kernel.unpack(&turned, 4, &mut back, |to, from| *to = from);
        assert_eq!(back, counted);
    }
}
