//! Rows of steps, and what is predicted of them.

use super::{Net, conv, dense, dw, flatten, image, planned, relu, same};
use crate::ir::Shape;
use crate::plan::{Isa, predict};

/// A nominal core does 59.2e9 multiply-adds a second.
const PEAK: f64 = predict::NOMINAL_PEAK;

#[test]
fn a_row_says_what_was_decided() {
    let mut net = Net::new(image(56, 56, 128));
    net.then(conv(1, 128, same(0)));
    net.then(relu());
    let network = net.finish();
    let plan = planned(&network);
    let rows = plan.step_rows(Isa::Avx2);
    let conv = rows.last().unwrap();
    assert_eq!(conv.layers, "conv1+relu1");
    assert_eq!(conv.mult_adds, 56 * 56 * 128 * 128);
    assert!(conv.kernel.starts_with("conv 1x1 ") && conv.kernel.ends_with(", relu"));
    assert_eq!(conv.tile, "6x2");
    assert!(conv.reads.starts_with("56x56x128") && conv.writes.starts_with("56x56x128"));
}

/// 56 pixels of a row in 10 tiles of 6 cost as much as 60, and nothing else is lost.
#[test]
fn a_tile_s_waste_is_predicted() {
    let mut net = Net::new(image(56, 56, 128));
    net.then(conv(1, 128, same(0)));
    let network = net.finish();
    let plan = planned(&network);
    let rows = plan.step_rows(Isa::Avx2);
    let least = 3136.0 * 128.0 * 128.0 / PEAK;
    let predicted = rows.last().unwrap().predicted(PEAK);
    assert!((predicted / least - 60.0 / 56.0).abs() < 1e-9, "{predicted} of {least}");
}

/// Of 1000 filters of 16 lanes 8 are padding; 1,024,000 weights of 4 bytes at 20e9 bytes a second
/// take longer than their multiply-adds.
#[test]
fn a_dense_layer_waits_for_its_weights() {
    let mut net = Net::new(Shape::Vector(1024));
    net.then(dense(1000));
    let network = net.finish();
    let plan = planned(&network);
    let row = plan.step_rows(Isa::Avx512).pop().unwrap();
    let weights = (1024.0 + 1.0) * 1008.0 * 4.0 / predict::FAR;
    let values = (1024.0 + 1000.0) * 4.0 / predict::NEAR;
    assert!((row.predicted(PEAK) - (weights + values)).abs() < 1e-12);
}

#[test]
fn nothing_is_predicted_to_be_faster_than_the_peak() {
    let mut net = Net::new(image(30, 30, 3));
    for op in
        [conv(3, 5, same(1)), relu(), conv(3, 32, same(1)), dw(3, 2, same(1)), conv(1, 7, same(0))]
    {
        net.then(op);
    }
    net.then(flatten());
    net.then(dense(10));
    let network = net.finish();
    let plan = planned(&network);
    for isa in Isa::ALL {
        for row in plan.step_rows(isa) {
            assert!(row.predicted(PEAK) >= row.mult_adds as f64 / PEAK, "{isa:?} {row:?}");
            assert!(row.predicted(PEAK) > 0.0, "{row:?}");
        }
    }
}
