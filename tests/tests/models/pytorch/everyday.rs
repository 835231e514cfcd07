//! What PyTorch 2.15.0 gives, printed by `tests/pytorch/models.py everyday`.

use crate::forward::Expected;

pub const MOBILENET_V2: Expected = Expected {
    logits: &[
        2.5785639959419955,
        1.131401066258674,
        -1.5511858355246932,
        -1.5020946446729473,
        0.9326936501335648,
        4.343009540641789,
        0.7168116189394771,
        -3.802874012345252,
        8.568126316958256,
        -2.5730167252309353,
    ],
    single: 2.86e-06,
};
