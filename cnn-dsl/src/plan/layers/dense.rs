//! A fully connected layer.

use crate::ir::layers as ir;
use crate::plan::layers::{Call, Epilogue, Kernel, PANEL, View};

/// A fully connected layer with folded batch norm. Weights: panels, then biases (always there).
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Dense {
    /// The operation.
    pub op: ir::dense::Dense,
    /// Operand, dense.
    pub x: View,
    /// Result, dense.
    pub y: View,
    /// Where the vector lies.
    pub form: Form,
    /// Applied at the store.
    pub epilogue: Epilogue,
    /// Whether every operation is written out.
    pub unroll: bool,
}

/// Where the vector of a fully connected layer lies, and in which order it sums.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Form {
    /// Over units: panels `[ceil(units / lanes)][inputs][lanes]`. The sum of each unit starts from the
    /// bias and goes over the inputs in order.
    Units {
        /// Width of a panel.
        lanes: usize,
    },
    /// Over inputs, for so few units that vectors over them would be mostly padding: `[units][inputs]`.
    /// Each unit has `sums` vectors of partial sums. Input `i` is added to number `i % (sums * PANEL)`
    /// of them, in order; then the vectors are added to the first one, in order; then its upper half
    /// is added to its lower one until one number is left, and the bias to that. Vectors of another
    /// width than [`PANEL`] have as many vectors, not as many partial sums: only those of `PANEL`
    /// promise these bits.
    Inputs {
        /// Vectors of partial sums of a unit.
        sums: usize,
    },
}

/// So many accumulators hide the time of one multiply-add where two begin a cycle.
const IN_FLIGHT: usize = 8;

/// The form that reads fewer weights. Vectors over units add up nothing at the end, so they may have
/// an eighth of padding.
fn form(units: usize, inputs: usize) -> Form {
    let over_units = inputs.saturating_mul(units.next_multiple_of(PANEL));
    let over_inputs = units.saturating_mul(inputs.next_multiple_of(PANEL));
    if over_units - over_units / 8 > over_inputs {
        let most = inputs.div_ceil(PANEL);
        return Form::Inputs { sums: IN_FLIGHT.div_ceil(units).min(most) };
    }
    Form::Units { lanes: PANEL }
}

/// Width of a panel of a layer's weights.
pub fn lanes(units: usize, inputs: usize) -> usize {
    match form(units, inputs) {
        Form::Units { lanes } => lanes,
        Form::Inputs { .. } => 1,
    }
}

/// The kernel of a layer.
pub(in crate::plan) fn kernel(op: &ir::dense::Dense, mut call: Call<'_>) -> Kernel {
    let form = form(op.units, call.x().shape.len());
    let lanes = lanes(op.units, call.x().shape.len());
    call.panels(1, lanes);
    call.bias(op.units, 1, lanes);
    Kernel::Dense(Dense {
        op: op.clone(),
        x: call.x(),
        y: call.y(),
        form,
        unroll: call.unroll,
        epilogue: call.epilogue,
    })
}
