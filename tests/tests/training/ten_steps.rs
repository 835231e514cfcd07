//! Ten steps of SGD with momentum, weight decay and batch norm beside PyTorch's, in `f64`
//! (`tests/pytorch/ten_steps.py`).

use crate::numbers;
use cnn_runtime::InstructionSet;
use cnn_runtime::data::Arrays;
use cnn_runtime::train::{Fit, Learner, Sgd, Verbose, WeightDecay};
use cnn_weights::Role;
use ndarray::Array4;

cnn_runtime::cnn! {
    model Steps {
        input 12x12x3;
        conv 3x3, 16, stride 2, pad 1, bn, relu6;
        dw 3x3, pad 1, bn, relu6;
        conv 1x1, 24, bn, relu6;
        dw 3x3, stride 2, pad 1, bn, relu6;
        conv 1x1, 32, bn, relu;
        pool avg global;
        flatten;
        dense 5, softmax;
        train;
    }
}

/// How far each tensor has moved, all its numbers together; the running variances are not here.
const LENGTHS: [f64; 22] = [
    0.500_403_111_28,
    0.008_110_749_38,
    0.055_038_066_33,
    0.003_268_162_99,
    0.262_829_319_69,
    0.066_172_310_75,
    0.072_859_417_74,
    0.135_733_530_51,
    0.286_931_387_61,
    0.007_488_392_05,
    0.039_613_507_63,
    0.186_883_146_88,
    0.144_884_941_19,
    0.062_710_067_12,
    0.046_747_330_67,
    0.156_369_554_92,
    0.230_436_746_57,
    0.073_801_535_44,
    0.084_341_677_17,
    0.239_421_858_90,
    0.392_075_331_19,
    0.144_456_059_84,
];

/// How far the middle number of each has moved.
const MIDDLES: [f64; 22] = [
    -0.006_489_295_66,
    0.005_812_900_63,
    0.026_061_388_60,
    -0.000_456_377_29,
    0.011_653_752_53,
    -0.005_475_135_57,
    -0.019_934_458_10,
    -0.015_283_883_97,
    -0.014_073_779_73,
    -0.000_625_631_76,
    -0.012_976_403_35,
    -0.001_776_300_36,
    0.002_964_448_62,
    -0.009_745_190_67,
    -0.001_963_504_69,
    0.004_657_993_44,
    0.012_201_032_19,
    -0.022_426_082_76,
    -0.021_749_463_73,
    0.027_945_120_86,
    0.039_422_293_34,
    -0.065_774_940_61,
];

/// What is asked: the largest relative difference, of a number to the tensor's root mean square.
pub(crate) const RELATIVE: f64 = 1e-4;

/// What `ten_steps.py` begins with.
pub(crate) fn start(learner: &mut dyn Learner) {
    let tensors = learner.tensors().to_vec();
    let (mut first, mut seed) = (0, 1);
    for tensor in &tensors {
        let values = &mut learner.parameters_mut()[first..first + tensor.len()];
        first += tensor.len();
        let (base, size) = match tensor.role {
            Role::MovingMean | Role::MovingVariance => continue,
            Role::Gamma => (1.0, 0.25),
            Role::Beta | Role::Bias => (0.0, 0.25),
            // A depthwise filter sees one channel.
            Role::DepthwiseKernel => (0.0, (3.0 / (tensor.dims[0] * tensor.dims[1]) as f64).sqrt()),
            _ => {
                let (_, fans) = tensor.dims.split_last().expect("a kernel has sizes");
                (0.0, (3.0 / fans.iter().product::<usize>() as f64).sqrt())
            }
        };
        let random = numbers(tensor.len(), seed);
        let numbers = random.iter().map(|&x| (base + f64::from(x) * size) as f32);
        values.iter_mut().zip(numbers).for_each(|(value, number)| *value = number);
        seed += 1;
    }
}

#[test]
fn ten_steps_are_pytorchs() {
    let images = numbers(80 * 12 * 12 * 3, 100);
    let images = Array4::from_shape_vec((80, 12, 12, 3), images).expect("80 images");
    let labels: Vec<usize> = (0..80).map(|i| i * 7 % 5).collect();
    let data = Arrays::new(&images, &labels, 5).expect("images and labels fit");
    for set in InstructionSet::available() {
        let mut net = Steps::init(0);
        net.use_instruction_set(set).learn(|learner| {
            start(learner);
            let before = learner.parameters().to_vec();
            let decay = WeightDecay::l2(5e-4);
            let fit = Fit {
                batch_size: 8,
                shuffle: false,
                optimizer: Sgd {
                    learning_rate: 0.05,
                    momentum: 0.9,
                    weight_decay: decay,
                    ..Sgd::default()
                }
                .into(),
                verbose: Verbose::Silent,
                ..Fit::default()
            };
            fit.run(learner, &data).expect("it trains");
            let moved: Vec<f64> = (before.iter().zip(learner.parameters()))
                .map(|(&before, &after)| f64::from(after) - f64::from(before))
                .collect();
            compare(set, learner, &moved);
        });
    }
}

fn compare(set: InstructionSet, learner: &dyn Learner, moved: &[f64]) {
    let mut rest = moved;
    let mut expected = LENGTHS.iter().zip(&MIDDLES);
    for tensor in learner.tensors() {
        let (own, others) = rest.split_at(tensor.len());
        rest = others;
        if tensor.role == Role::MovingVariance {
            continue;
        }
        let (&length, &middle) = expected.next().expect("a literal for each tensor");
        let found = own.iter().map(|x| x * x).sum::<f64>().sqrt();
        let name = format!("{set}, {} {:?}", tensor.layer, tensor.role);
        assert!((found - length).abs() <= RELATIVE * length, "{name}: {found}, not {length}");
        let mean = length / (own.len() as f64).sqrt();
        let found = own[own.len() / 2];
        assert!((found - middle).abs() <= RELATIVE * mean, "{name}: {found}, not {middle}");
    }
}
