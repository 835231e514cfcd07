//! `cnn bench`: the lecture's model measured, as a table and as JSON.

use crate::folder::{Folder, SIMPLE};

#[test]
fn steps_add_up_to_the_network() {
    let folder = Folder::with("m.cnn", SIMPLE);
    let report = folder.cnn("bench m.cnn --samples 5 --json").json();
    assert_eq!(report["model"], "SimpleCnn");
    assert_eq!((&report["threads"], &report["samples"]), (&1.into(), &5.into()));
    let steps = report["steps"].as_array().expect("a list");
    let sum =
        |key: &str| steps.iter().map(|step| step[key].as_f64().expect("a number")).sum::<f64>();
    // 26*26 pixels of 3x3x1 taps for 3 filters; 24*24 of 3x3x3 for 3; 1728 by 10.
    assert_eq!(report["mult_adds"], 26 * 26 * 27 + 24 * 24 * 81 + 17_280);
    assert!((sum("mult_adds") - report["mult_adds"].as_f64().expect("a number")).abs() < 0.5);
    // The steps are timed in other runs than the whole, with nothing between them.
    let whole = report["wall_median_ms"].as_f64().expect("a number") * 1e3;
    assert!(sum("us") > 0.0 && sum("us") < 1.5 * whole, "{report}");
    let share = report["of_peak"].as_f64().expect("a number");
    assert!(share > 0.0 && share < 1.0, "{report}");
}

#[test]
fn a_table_a_step() {
    let folder = Folder::with("m.cnn", SIMPLE);
    let text = folder.cnn("bench m.cnn --instruction-set portable --threads 2").printed();
    assert!(text.starts_with("SimpleCnn, portable, 2 threads, peak "), "{text}");
    let names: Vec<&str> =
        text.lines().skip(3).map_while(|line| line.split_whitespace().next()).collect();
    assert_eq!(names, ["conv1+conv1.relu", "conv2+conv2.relu", "dense1", "dense1.softmax", "sum"]);
    assert!(text.contains("\nwhole network, 30 samples: min "), "{text}");
}
