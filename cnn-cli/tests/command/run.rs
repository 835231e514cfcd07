//! `cnn run`: the three executors on the lecture's edges, arrays in and out, and what is refused.

use crate::folder::{Folder, SIMPLE};
use ndarray::{Array, Array3, Array4, ArrayD, Dimension};
use ndarray_npy::{read_npy, write_npy};
use safetensors::tensor::{Dtype, TensorView};

/// The lecture's edge detector, its output also before a second step.
const EDGES: &str = "model Edges { input 6x6x1; conv 3x3, 1, no_bias as edges; scale 2; }";

impl Folder {
    fn array<D: Dimension>(&self, name: &str, array: &Array<f32, D>) {
        write_npy(self.path(name), array).expect("written");
    }

    fn read(&self, name: &str) -> ArrayD<f32> {
        read_npy(self.path(name)).expect("an array")
    }

    /// `[[1, 0, -1]] * 3`, the kernel for vertical edges, as Keras stores it.
    fn edge_weights(&self, name: &str) {
        self.weights("edges.safetensors", name, &[3, 3, 1, 1], &[1.0, 0.0, -1.0].repeat(3));
    }

    /// A file of one tensor.
    fn weights(&self, file: &str, name: &str, dims: &[usize], values: &[f32]) {
        let bytes: Vec<u8> = values.iter().flat_map(|x| x.to_le_bytes()).collect();
        let view = TensorView::new(Dtype::F32, dims.to_vec(), &bytes).expect("a tensor");
        let tensors = safetensors::serialize([(name, view)], None).expect("a file");
        self.write(file, &tensors);
    }
}

/// Left half 10, right half 0.
fn halves() -> Array3<f32> {
    Array3::from_shape_fn((6, 6, 1), |(_, x, _)| if x < 3 { 10.0 } else { 0.0 })
}

/// The lecture: every row of the result is 0 30 30 0.
fn assert_edges(result: &ArrayD<f32>, factor: f32) {
    assert_eq!(result.shape(), [4, 4, 1]);
    for ((_, x, _), &value) in
        result.view().into_dimensionality::<ndarray::Ix3>().expect("an image").indexed_iter()
    {
        assert_eq!(value, factor * [0.0, 30.0, 30.0, 0.0][x]);
    }
}

#[test]
fn the_reference_finds_the_lecture_s_edges() {
    let folder = Folder::with("m.cnn", EDGES);
    folder.edge_weights("edges.kernel");
    folder.array("x.npy", &halves());
    let run = "run m.cnn --weights edges.safetensors --input x.npy --output y.npy --reference";
    let printed = folder.cnn(run).printed();
    assert!(printed.starts_with("Edges, reference executor, 1 image\n"), "{printed}");
    assert_edges(&folder.read("y.npy"), 2.0);
}

#[test]
fn a_layer_s_value_is_given_by_the_dynamic_executor() {
    let folder = Folder::with("m.cnn", EDGES);
    folder.edge_weights("edges.kernel");
    folder.array("x.npy", &halves());
    let run = "run m.cnn --weights edges.safetensors --input x.npy --output y.npy --layer edges --format json";
    let report = folder.cnn(run).json();
    assert_eq!(report["executor"], "dynamic");
    assert_eq!(report["outputs"][0]["name"], "edges");
    assert_eq!(report["outputs"][0]["max"], 30.0);
    assert_edges(&folder.read("y.npy"), 1.0);
}

#[test]
fn the_emitted_model_finds_them_too_and_is_timed() {
    let folder = Folder::with("m.cnn", EDGES);
    folder.edge_weights("finder.kernel");
    folder.array("x.npy", &halves());
    let run =
        "run m.cnn --weights edges.safetensors --rename finder=edges --input x.npy --output y.npy";
    let done = folder.cnn(run);
    assert_eq!(done.code, Some(0), "{}", done.err);
    assert!(done.out.starts_with("Edges, emitted executor, 1 image\n"), "{}", done.out);
    assert_edges(&folder.read("y.npy"), 2.0);
    // Built already: the second run says nothing on standard error.
    let latency = folder.cnn(&format!("{run} --repeat 3 --format json")).json();
    let mut keys: Vec<&String> = latency.as_object().expect("an object").keys().collect();
    keys.sort();
    assert_eq!(keys, ["cpu_median_ms", "cpu_min_ms", "runs", "wall_median_ms", "wall_min_ms"]);
    assert_eq!(latency["runs"], 3);
    let time = |key: &str| latency[key].as_f64().expect("a number");
    assert!(time("wall_min_ms") > 0.0 && time("wall_min_ms") <= time("wall_median_ms"));
    assert!(time("cpu_min_ms") > 0.0 && time("cpu_min_ms") <= time("cpu_median_ms"));
}

#[test]
fn a_model_may_carry_its_weights() {
    let text = EDGES.replace("input", "weights \"edges.safetensors\"; input");
    let folder = Folder::with("m.cnn", &text);
    folder.edge_weights("edges.kernel");
    folder.array("x.npy", &halves());
    let run = "run m.cnn --input x.npy --output y.npy";
    for more in ["", "--reference", "--layer edges"] {
        let done = folder.cnn(&format!("{run} {more}"));
        assert_eq!(done.code, Some(0), "{}", done.err);
        assert_edges(&folder.read("y.npy"), if more == "--layer edges" { 1.0 } else { 2.0 });
    }
}

/// Its weights are embedded as they are and packed at start, those of other models at compile time:
/// whole numbers, whose sums are exact, are the same by both. 32 filters are two blocks of lanes.
#[test]
fn a_model_that_trains_may_carry_its_weights() {
    const MODEL: &str =
        "model Trained { input 1x1x16; weights \"w.safetensors\"; conv 1x1, 32, no_bias; train; }";
    let folder = Folder::with("m.cnn", MODEL);
    let kernel: Vec<f32> = (0..16 * 32).map(|i| (i * 7 % 23) as f32 - 11.0).collect();
    folder.weights("w.safetensors", "conv1.kernel", &[1, 1, 16, 32], &kernel);
    let image = Array3::from_shape_fn((1, 1, 16), |(_, _, c)| c as f32 - 5.0);
    folder.array("x.npy", &image);
    let run = |more: &str| {
        let done = folder.cnn(&format!("run m.cnn --input x.npy --output y.npy {more}"));
        assert_eq!(done.code, Some(0), "{}", done.err);
        folder.read("y.npy")
    };
    let reference = run("--reference");
    let filter = |k: usize| (0..16).map(|c| image[[0, 0, c]] * kernel[c * 32 + k]).sum::<f32>();
    assert_eq!(reference.into_raw_vec_and_offset().0, (0..32).map(filter).collect::<Vec<_>>());
    assert_eq!(run(""), run("--reference"));
}

#[test]
fn all_executors_agree_on_a_batch_and_threads_change_no_bit() {
    let folder = Folder::with("m.cnn", SIMPLE);
    let images = Array4::from_shape_fn((5, 28, 28, 1), |(n, y, x, _)| {
        ((n * 31 + y * 7 + x * 3) % 17) as f32 / 17.0
    });
    folder.array("x.npy", &images);
    let run = |more: &str| {
        let words = format!("run m.cnn --seed 3 --input x.npy --output y.npy {more}");
        let done = folder.cnn(&words);
        assert_eq!(done.code, Some(0), "{}", done.err);
        folder.read("y.npy")
    };
    let reference = run("--reference");
    assert_eq!(reference.shape(), [5, 10]);
    let dynamic = run("--layer dense1");
    let emitted = run("");
    assert_eq!(emitted, run("--threads 3"));
    assert_eq!(dynamic, run("--layer dense1 --threads 3"));
    // Softmax of sums of 1,728 products: f32 keeps six digits of a probability.
    for other in [&dynamic, &emitted] {
        let far = (other - &reference).iter().fold(0_f32, |far, d| far.max(d.abs()));
        assert!(far < 1e-6, "{far}");
    }
}

#[test]
fn bytes_are_for_inputs_that_take_them() {
    let text = "model B { input 2x2x1, u8, scale (1/2), offset -1; scale 1; } model F { input 2x2x1; scale 1; }";
    let folder = Folder::with("m.cnn", text);
    let bytes = Array3::from_shape_vec((2, 2, 1), vec![0_u8, 1, 2, 255]).expect("an image");
    write_npy(folder.path("x.npy"), &bytes).expect("written");
    let run = "run m.cnn --seed 0 --input x.npy --output y.npy --reference";
    folder.cnn(run).printed();
    let result = folder.read("y.npy");
    assert_eq!(result.iter().copied().collect::<Vec<f32>>(), [-1.0, -0.5, 0.0, 126.5]);
    folder.cnn(&format!("{run} --model F")).refused(
        "error: `x.npy` holds bytes, this input takes f32: only an `input` with `u8` takes bytes",
    );
}

#[test]
fn without_an_input_a_seeded_image_is_made() {
    let folder = Folder::with("m.cnn", SIMPLE);
    let run = |seed: u32| folder.cnn(&format!("run m.cnn --seed {seed} --reference")).printed();
    assert_eq!(run(1), run(1));
    assert_ne!(run(1), run(2));
    assert_eq!(run(1).lines().count(), 1 + 1 + 5, "model, output, five largest");
}

#[test]
fn several_inputs_and_outputs_go_by_place() {
    let text = "model Two { input a: 2; input b: 2; let y = scale 3 from b; let x = scale 2 from a; output x, y; }";
    let folder = Folder::with("m.cnn", text);
    folder.array("a.npy", &ndarray::arr1(&[1.0, 2.0]));
    folder.array("b.npy", &ndarray::arr1(&[10.0, 20.0]));
    let run = "run m.cnn --seed 0 --reference --input a.npy --input b.npy";
    folder.cnn(&format!("{run} --output x.npy --output y.npy")).printed();
    assert_eq!(folder.read("x.npy").into_raw_vec_and_offset().0, [2.0, 4.0]);
    assert_eq!(folder.read("y.npy").into_raw_vec_and_offset().0, [30.0, 60.0]);
    let before = folder.names();
    folder
        .cnn(&format!("{run} --output z.npy"))
        .refused("error: the model has 2 outputs, --output was given 1 times");
    folder
        .cnn("run m.cnn --seed 0 --reference --input a.npy")
        .refused("error: the model has 2 inputs, --input was given 1 times");
    folder.array("b.npy", &ndarray::arr2(&[[1.0, 2.0]]));
    folder.cnn(run).refused("error: the inputs hold different numbers of images: 1, 1");
    assert_eq!(folder.names(), before);
}

#[test]
fn what_does_not_fit_is_refused_before_anything_is_written() {
    let folder = Folder::with("m.cnn", EDGES);
    folder.edge_weights("edges.kernel");
    folder.array("small.npy", &Array3::zeros((5, 6, 1)));
    folder.write("text.npy", b"no array");
    write_npy(folder.path("double.npy"), &Array3::<f64>::zeros((6, 6, 1))).expect("written");
    let before = folder.names();
    let run = "run m.cnn --output y.npy";
    let cases = [
        ("", "error: no weights: give --weights FILE, or --seed N for random ones"),
        ("--seed 1 --layer edge", "error: no layer `edge`, did you mean `edges`?"),
        (
            "--seed 1 --input small.npy",
            "error: `small.npy` holds (5, 6, 1), the model takes (6, 6, 1) or (N, 6, 6, 1)",
        ),
        (
            "--seed 1 --input text.npy",
            "error: `text.npy` is no array that can be read: \
             it does not begin as `numpy.save` begins a file",
        ),
        (
            "--seed 1 --input double.npy",
            "error: `double.npy` is no array that can be read: its elements are of type `<f8`, \
             not f32 or u8: `array.astype('float32')` makes them f32",
        ),
    ];
    for (more, line) in cases {
        folder.cnn(&format!("{run} {more}")).refused(line);
    }
    let weights = folder.cnn(&format!("{run} --weights none.safetensors"));
    assert_eq!((weights.code, weights.out.as_str()), (Some(1), ""));
    assert!(weights.err.contains("none.safetensors"), "{}", weights.err);
    // Windows has another number for a missing folder than for a missing file.
    let why = std::fs::File::create(folder.path("none/y.npy")).expect_err("no such folder");
    folder
        .cnn("run m.cnn --seed 1 --reference --output none/y.npy")
        .refused(&format!("error: cannot write `none/y.npy`: {why}"));
    assert_eq!(folder.names(), before);
}

#[test]
fn without_cargo_one_line_names_the_reference() {
    let folder = Folder::with("m.cnn", SIMPLE);
    let done = folder.command("run m.cnn --seed 1", |command| {
        command.env("PATH", folder.path("no-programs")).env_remove("RUSTC");
    });
    assert_eq!((done.code, done.out.as_str()), (Some(1), ""));
    let line = "error: no cargo on this machine to build the model with: --reference runs it without a build\n";
    assert_eq!(done.err, line);
}
