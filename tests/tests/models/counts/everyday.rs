//! The rows of the everyday networks.

use super::Row;

pub(super) const ROWS: &[Row] = &[
    Row {
        file: "simple_cnn",
        model: "SimpleCnn",
        parameters: 17_404,
        mult_adds: 82_188,
        aux: 0,
        source: "the lecture's table, printed by Keras; 26*26*3*9 + 24*24*3*27 + 1728*10",
    },
    Row {
        file: "mobilenet",
        model: "MobileNetV1",
        parameters: 4_231_976,
        mult_adds: 568_740_352,
        aux: 0,
        source: "Keras' MobileNet: 4,253,864 with its 21,888 running statistics",
    },
    Row {
        file: "mobilenet",
        model: "MobileNet025",
        parameters: 215_642,
        mult_adds: 40_776_832,
        aux: 0,
        source: "Keras' MobileNet(alpha=0.25): 470,072 trainable with 1000 classes; ten are 254,430 fewer",
    },
];
