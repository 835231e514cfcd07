//! The rows of the lecture's leaderboard, and the second sizes at which it lists some of them.

use super::Row;
use crate::zoo;

pub(super) const ROWS: &[Row] = &[
    Row {
        file: "amoebanet",
        model: "AmoebaNetA",
        parameters: 86_721_838,
        mult_adds: 23_133_666_547,
        aux: 0,
        source: "tensorflow/tpu's amoeba_net, F=190; odd halves of a factorized reduction as 47 + 48",
    },
    Row {
        file: "amoebanet",
        model: "AmoebaNetB",
        parameters: 79_011_717,
        mult_adds: 20_934_492_927,
        aux: 0,
        source: "tensorflow/tpu's amoeba_net, F=190",
    },
    Row {
        file: "amoebanet",
        model: "AmoebaNetC",
        parameters: 155_277_228,
        mult_adds: 41_129_493_435,
        aux: 0,
        source: "tensorflow/tpu's amoeba_net, F=228",
    },
    Row {
        file: "dpn131",
        model: "Dpn131",
        parameters: 79_254_504,
        mult_adds: 16_013_648_896,
        aux: 0,
        source: "timm's dpn131",
    },
    Row {
        file: "inception_resnet_v2",
        model: "InceptionResNetV2",
        parameters: 55_843_464,
        mult_adds: 13_155_794_016,
        aux: 0,
        source: "timm's inception_resnet_v2",
    },
    Row {
        file: "nasnet_a_large",
        model: "NasNetALarge",
        parameters: 88_753_150,
        mult_adds: 23_783_414_658,
        aux: 0,
        source: "timm's nasnetalarge",
    },
    Row {
        file: "pnasnet5_large",
        model: "PNasNet5Large",
        parameters: 86_057_668,
        mult_adds: 24_937_395_792,
        aux: 0,
        source: "timm's pnasnet5large",
    },
    Row {
        file: "polynet",
        model: "PolyNet",
        parameters: 95_366_600,
        mult_adds: 34_699_493_472,
        aux: 0,
        source: "Cadene's pretrained-models, polynet",
    },
    Row {
        file: "pyramidnet200",
        model: "PyramidNet200",
        parameters: 116_775_213,
        mult_adds: 29_196_815_629,
        aux: 0,
        source: "dyhan0920/PyramidNet-PyTorch, alpha 450",
    },
    Row {
        file: "pyramidnet200",
        model: "PyramidNet200Alpha300",
        parameters: 62_368_168,
        mult_adds: 16_550_501_282,
        aux: 0,
        source: "dyhan0920/PyramidNet-PyTorch, alpha 300",
    },
    Row {
        file: "resnet18",
        model: "ResNet18",
        parameters: 11_689_512,
        mult_adds: 1_814_073_344,
        aux: 0,
        source: "torchvision's resnet18",
    },
    Row {
        file: "resnet18",
        model: "ResNet34",
        parameters: 21_797_672,
        mult_adds: 3_663_761_408,
        aux: 0,
        source: "torchvision's resnet34",
    },
    Row {
        file: "resnet50",
        model: "ResNet50",
        parameters: 25_557_032,
        mult_adds: 4_089_184_256,
        aux: 0,
        source: "torchvision's resnet50",
    },
    Row {
        file: "resnet50",
        model: "ResNet101",
        parameters: 44_549_160,
        mult_adds: 7_801_405_440,
        aux: 0,
        source: "torchvision's resnet101",
    },
    Row {
        file: "resnet50",
        model: "ResNet152",
        parameters: 60_192_808,
        mult_adds: 11_513_626_624,
        aux: 0,
        source: "torchvision's resnet152",
    },
    Row {
        file: "resnet_v1d",
        model: "ResNet101V1d",
        parameters: 44_568_392,
        mult_adds: 8_041_046_016,
        aux: 0,
        source: "timm's resnet101d at 224, after gluon-cv's resnet101_v1d",
    },
    Row {
        file: "resnet_v1d",
        model: "ResNet152V1d",
        parameters: 60_212_040,
        mult_adds: 11_753_267_200,
        aux: 0,
        source: "timm's resnet152d at 224, after gluon-cv's resnet152_v1d",
    },
    Row {
        file: "resnext101_64x4d",
        model: "ResNeXt101",
        parameters: 83_455_272,
        mult_adds: 15_460_270_080,
        aux: 0,
        source: "timm's resnext101_64x4d",
    },
    Row {
        file: "senet154",
        model: "SENet154",
        parameters: 115_088_984,
        mult_adds: 20_688_363_520,
        aux: 0,
        source: "timm's legacy_senet154",
    },
];

/// The leaderboard lists these at 320x320. A size changes the mult-adds, never the parameters.
#[test]
fn counts_at_the_second_sizes() {
    let listed = [
        ("dpn131", "Dpn131", 79_254_504, 32_678_118_400),
        ("resnext101_64x4d", "ResNeXt101", 83_455_272, 31_549_440_000),
        ("senet154", "SENet154", 115_088_984, 42_212_171_776),
    ];
    for (file, model, parameters, mult_adds) in listed {
        let counts = zoo::network(file, model, &[("size", "320")]).counts();
        assert_eq!((counts.parameters, counts.mult_adds), (parameters, mult_adds), "{model}");
    }
}
