//! `cnn explain`: a row a step with everything that was decided, and what is predicted of it.

use crate::folder::{Folder, SIMPLE};

/// Predicted by hand for 59.2e9 multiply-adds and 60e9 bytes a second. conv1: 26 rows in 9 threes, 4
/// vectors of 8 pixels, 3 filters, 9 taps are 23,328 multiply-adds. conv2: 24 rows of 3 vectors, 3
/// filters, 27 taps are 46,656. dense1: 17,280 weights, 10 biases, 1728 values and 10 results of 4
/// bytes; softmax: 20 values.
#[test]
fn every_decision_is_a_cell() {
    let folder = Folder::with("m.cnn", SIMPLE);
    let text = folder.cnn("explain m.cnn --instruction-set avx2").printed();
    let wanted = "\
SimpleCnn, avx2, nominal peak 118.4 GFLOP/s
arena 15040 bytes, weights 69824 bytes

   layers            kernel                     tile   layout                              schedule  predicted us
0  conv1+conv1.relu  conv 3x3 columns 16, relu  3x1x3  user 28x28x1 -> 26x26x3 [1|0+26+0]  whole             0.39
1  conv2+conv2.relu  conv 3x3 columns 16, relu  1x3x3  26x26x3 [1|0+26+0] -> 24x24x3       whole             0.79
2  dense1            dense inputs sums 1        -      1728 -> 10                          whole             1.27
3  dense1.softmax    softmax                    -      10 -> 10                            whole             0.00

predicted 2.5 us
";
    assert_eq!(text, wanted);
}

/// The places in memory stand in the plan's own text, which the compiler's goldens hold.
#[test]
fn the_plan_is_the_golden_one() {
    let folder =
        Folder::with("m.cnn", include_str!("../../../tests/networks/simple_cnn/network.cnn"));
    let golden = include_str!("../../../tests/networks/simple_cnn/plan.txt");
    assert_eq!(folder.cnn("explain m.cnn --plan").printed(), golden);
}

#[test]
fn a_tile_depends_on_the_instruction_set() {
    let folder = Folder::with("m.cnn", "model M { input 28x28x64; conv 1x1, 128; }");
    let tile = |set: &str| {
        let text = folder.cnn(&format!("explain m.cnn --instruction-set {set}")).printed();
        let row = text.lines().find(|line| line.contains("conv1")).expect("a row").to_owned();
        let cell = row.split_whitespace().find(|word| word.contains('x') && !word.contains("1x1"));
        cell.expect("a tile").to_owned()
    };
    let tiles = ["avx512", "avx2", "portable"].map(tile);
    // Accumulators and a vector of weights each, in 32, 16 and 16 registers; the pixel that they are
    // multiplied with may come from memory.
    for (tile, registers) in tiles.iter().zip([32, 16, 16]) {
        let (pixels, vectors) = tile.split_once('x').expect("two sides");
        let [pixels, vectors] =
            [pixels, vectors].map(|side| side.parse::<usize>().expect("a side"));
        assert!(pixels * vectors + vectors <= registers, "{tile} of {registers}");
    }
    assert_ne!(tiles[0], tiles[1]);
}

#[test]
fn measured_times_stand_beside_the_predicted_ones() {
    let folder = Folder::with("m.cnn", SIMPLE);
    let text = folder.cnn("explain m.cnn --measure").printed();
    let heading = text.lines().nth(3).expect("a heading");
    assert!(heading.ends_with("predicted us    us  of peak"), "{heading}");
    let conv = text.lines().find(|line| line.contains("conv2")).expect("a row");
    let figures: Vec<f64> =
        conv.split_whitespace().rev().take(3).map(|word| word.parse().expect("a figure")).collect();
    assert!(figures[0] > 0.0 && figures[0] < 1.0, "a share of the peak: {conv}");
    assert!(figures[1] > 0.0, "{conv}");
}
