//! Pictures: what stands at places that are known. How they look, eyes must judge.

use cnn_runtime::data::{DataError, Dataset, Draw};
use cnn_runtime::train::plots::{confusion_png, curves_png, filters_png};
use cnn_runtime::train::{Confusion, Epoch, Evaluate, History, Learner};
use cnn_tests::hand_written::HandWritten;
use cnn_weights::{Role, Tensor};
use std::collections::BTreeSet;
use std::path::Path;

/// The colours of the curves.
const BLUE: [u8; 3] = [0, 114, 178];
const ORANGE: [u8; 3] = [213, 94, 0];

struct Picture {
    width: usize,
    height: usize,
    pixels: Vec<[u8; 3]>,
}

impl Picture {
    fn read(path: &Path) -> Self {
        let file = std::io::BufReader::new(std::fs::File::open(path).unwrap());
        let mut reader = png::Decoder::new(file).read_info().unwrap();
        let mut bytes = vec![0; reader.output_buffer_size().unwrap()];
        let info = reader.next_frame(&mut bytes).unwrap();
        assert_eq!(info.color_type, png::ColorType::Rgb);
        let pixels = bytes.as_chunks().0.to_vec();
        Self { width: info.width as usize, height: info.height as usize, pixels }
    }

    fn at(&self, x: usize, y: usize) -> [u8; 3] {
        self.pixels[y * self.width + x]
    }

    /// Whether something of this colour is in the left half, and in the right one.
    fn halves(&self, colour: [u8; 3]) -> [bool; 2] {
        let half = self.width / 2;
        [0..half, half..self.width]
            .map(|mut columns| columns.any(|x| (0..self.height).any(|y| self.at(x, y) == colour)))
    }
}

fn drawn(draw: impl FnOnce(&Path) -> std::io::Result<()>) -> Picture {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("picture.png");
    draw(&path).unwrap();
    Picture::read(&path)
}

fn history(epochs: usize, validation: bool) -> History {
    let epoch = |epoch: usize| Epoch {
        epoch,
        loss: 1.0 / epoch as f64,
        accuracy: 1.0 - 0.5 / epoch as f64,
        val_loss: validation.then_some(1.2 / epoch as f64),
        val_accuracy: validation.then_some(0.9 - 0.5 / epoch as f64),
        learning_rate: 0.01,
        samples_per_second: 1e5,
    };
    History { epochs: (1..=epochs).map(epoch).collect() }
}

#[test]
fn curves_are_drawn_of_what_there_is() {
    let picture = drawn(|path| curves_png(&history(5, true), path));
    assert_eq!((picture.width, picture.height), (900, 420));
    assert_eq!([BLUE, ORANGE].map(|colour| picture.halves(colour)), [[true; 2]; 2]);
    let picture = drawn(|path| curves_png(&history(5, false), path));
    assert_eq!([BLUE, ORANGE].map(|colour| picture.halves(colour)), [[true; 2], [false; 2]]);
    // One epoch is points, none are empty axes; neither is an error.
    let picture = drawn(|path| curves_png(&history(1, true), path));
    assert_eq!(picture.halves(ORANGE), [true; 2]);
    let picture = drawn(|path| curves_png(&history(0, true), path));
    assert_eq!(picture.halves(BLUE), [false; 2]);
    // Axes are labelled: the font is there.
    assert!(picture.pixels.iter().collect::<BTreeSet<_>>().len() > 10);
}

/// Three classes; each image is its own logits.
struct Predictions;

impl Dataset for Predictions {
    fn len(&self) -> usize {
        8
    }

    fn sizes(&self) -> [usize; 3] {
        [1, 1, 3]
    }

    fn classes(&self) -> usize {
        3
    }

    fn read(
        &self,
        index: usize,
        _: Option<Draw>,
        image: &mut [f32],
        target: &mut [f32],
    ) -> Result<(), DataError> {
        let [truth, predicted] =
            [[0, 0], [0, 0], [0, 0], [0, 1], [1, 1], [1, 1], [2, 0], [2, 2]][index];
        image.fill(0.0);
        image[predicted] = 1.0;
        target.fill(0.0);
        target[truth] = 1.0;
        Ok(())
    }
}

fn confusion() -> Confusion {
    let mut net = HandWritten::new(3, 0, 3, 1);
    net.parameters_mut().fill(0.0);
    (0..3).for_each(|class| net.parameters_mut()[3 + class * 3 + class] = 1.0);
    Evaluate::default().run(&mut net, &Predictions).unwrap().confusion
}

#[test]
fn cells_are_the_darker_the_more_of_their_row_they_are() {
    let confusion = confusion();
    let picture = drawn(|path| confusion_png(&confusion, &["cat", "dog", "žába"], path));
    // A corner of each cell, where no number is: cells of 44 pixels behind a margin of 120.
    let corner =
        |truth: usize, predicted: usize| picture.at(123 + 44 * predicted, 123 + 44 * truth);
    let dark = |share: f64| {
        let between = |light: f64, dark: f64| (light + (dark - light) * share).round() as u8;
        [between(244.0, 0.0), between(246.0, 84.0), between(248.0, 150.0)]
    };
    let shares = [[0.75, 0.25, 0.0], [0.0, 1.0, 0.0], [0.5, 0.0, 0.5]];
    for (truth, row) in shares.into_iter().enumerate() {
        for (predicted, share) in row.into_iter().enumerate() {
            assert_eq!(corner(truth, predicted), dark(share), "{truth} {predicted}");
        }
    }
    let folder = tempfile::tempdir().unwrap();
    let error = confusion_png(&confusion, &["cat"], folder.path().join("x.png")).unwrap_err();
    assert_eq!(error.to_string(), "1 names for 3 classes");
    let error = confusion_png(&confusion, &[], folder.path().join("no/x.png")).unwrap_err();
    assert_eq!(error.kind(), std::io::ErrorKind::NotFound);
}

/// Two filters of 2x2 over one channel and over three: black is the smallest number, white the
/// largest.
#[test]
fn filters_are_drawn_from_black_to_white() {
    let kernel =
        |channels| Tensor::new("conv1", Role::Kernel { groups: 1 }, vec![2, 2, channels, 2]);
    // HWIO: the first filter has -1, 0, 1, 3, the second is all equal.
    let values = [-1.0, 7.0, 0.0, 7.0, 1.0, 7.0, 3.0, 7.0];
    let bias = Tensor::new("dense0", Role::Bias, vec![3]);
    let values = [&[0.5; 3][..], &values].concat();
    let picture = drawn(|path| filters_png(&[bias.clone(), kernel(1)], &values, path));
    // 28 pixels a number, 6 between filters.
    assert_eq!((picture.width, picture.height), (2 * 62 + 6, 62 + 6));
    let number = |filter: usize, pixel: usize| {
        picture.at(6 + 62 * filter + 28 * (pixel % 2) + 14, 6 + 28 * (pixel / 2) + 14)
    };
    assert_eq!([0, 1, 2, 3].map(|pixel| number(0, pixel)), [0, 64, 128, 255].map(|x| [x; 3]));
    assert_eq!([0, 1, 2, 3].map(|pixel| number(1, pixel)), [[128; 3]; 4]);
    // In colour: red, green and blue pixels of the first filter, and a black one.
    let mut values = [0.0; 24];
    (0..3).for_each(|i| values[(i * 3 + i) * 2] = 1.0);
    let picture = drawn(|path| filters_png(&[kernel(3)], &values, path));
    let colours = [(14, 14), (42, 14), (14, 42), (42, 42)].map(|(x, y)| picture.at(6 + x, 6 + y));
    assert_eq!(colours, [[255, 0, 0], [0, 255, 0], [0, 0, 255], [0, 0, 0]]);
    let folder = tempfile::tempdir().unwrap();
    let error = filters_png(&[bias], &[0.0; 3], folder.path().join("x.png")).unwrap_err();
    assert_eq!(error.to_string(), "the network has no convolution with a window");
}
