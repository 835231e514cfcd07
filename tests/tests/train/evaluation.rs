//! Evaluation: loss, top-1, top-5 and the confusion matrix of predictions that are known.

use cnn_runtime::data::{DataError, Dataset, Draw};
use cnn_runtime::train::{Evaluate, Learner};
use cnn_tests::hand_written::HandWritten;

/// The numbers of each image are its logits: the network below hands them on.
struct Logits(Vec<([f32; 7], usize)>);

impl Dataset for Logits {
    fn len(&self) -> usize {
        self.0.len()
    }

    fn sizes(&self) -> [usize; 3] {
        [1, 1, 7]
    }

    fn classes(&self) -> usize {
        7
    }

    fn read(
        &self,
        index: usize,
        _: Option<Draw>,
        image: &mut [f32],
        target: &mut [f32],
    ) -> Result<(), DataError> {
        image.copy_from_slice(&self.0[index].0);
        target.fill(0.0);
        target[self.0[index].1] = 1.0;
        Ok(())
    }
}

#[test]
fn predictions_are_counted() {
    let mut net = HandWritten::new(7, 0, 7, 1);
    net.parameters_mut().fill(0.0);
    // Behind the running means: the identity.
    (0..7).for_each(|class| net.parameters_mut()[7 + class * 7 + class] = 1.0);
    let falling = [6.0, 5.0, 4.0, 3.0, 2.0, 1.0, 0.0];
    let mut samples: Vec<([f32; 7], usize)> = (0..7).map(|class| (falling, class)).collect();
    // All equal: the first class is predicted, and the first five count.
    samples.extend([([1.0; 7], 4), ([1.0; 7], 5)]);
    let data = Logits(samples);
    for batch_size in [1, 4, 9, 100] {
        let evaluation =
            Evaluate { batch_size, ..Evaluate::default() }.run(&mut net, &data).unwrap();
        assert_eq!(evaluation.samples, 9);
        assert_eq!(evaluation.accuracy, 1.0 / 9.0);
        assert_eq!(evaluation.top_5, 6.0 / 9.0);
        // ln(sum(exp)) - logit, computed in f64.
        let sum: f64 = falling.iter().map(|&z| f64::from(z).exp()).sum();
        let seven: f64 = falling.iter().map(|&z| sum.ln() - f64::from(z)).sum();
        let expected = (seven + 2.0 * 7f64.ln()) / 9.0;
        assert!((evaluation.loss - expected).abs() < 1e-6, "{}", evaluation.loss);
        let confusion = &evaluation.confusion;
        let column =
            |predicted| [0, 1, 2, 3, 4, 5, 6].map(|truth| confusion.count(truth, predicted));
        assert_eq!(column(0), [1, 1, 1, 1, 2, 2, 1]);
        assert!((1..7).all(|predicted| column(predicted) == [0; 7]));
        assert_eq!(confusion.classes(), 7);
    }
}

#[test]
fn a_confusion_matrix_is_shown_a_row_a_class() {
    let mut net = HandWritten::new(7, 0, 7, 1);
    net.parameters_mut().fill(0.0);
    let data = Logits(vec![([0.0; 7], 6); 12]);
    let evaluation = Evaluate::default().run(&mut net, &data).unwrap();
    let shown = evaluation.confusion.to_string();
    assert_eq!(shown.lines().next(), Some(" 0  0  0  0  0  0  0"));
    assert_eq!(shown.lines().last(), Some("12  0  0  0  0  0  0"));
    assert_eq!(evaluation.to_string(), "loss 1.9459, accuracy 0.00 %, top-5 0.00 %");
    let named = evaluation.confusion.table(&["cat", "dog"]);
    let lines: Vec<&str> = named.lines().collect();
    assert_eq!(lines[0], "     cat  dog  2  3  4  5  6");
    assert_eq!(lines[1], "cat    0    0  0  0  0  0  0");
    assert_eq!(lines[7], "  6   12    0  0  0  0  0  0");
    assert_eq!(lines.len(), 8);
}
