//! How fast MobileNetV1 is in builds that are not releases.
//!
//! In: `examples/models/mobilenet.cnn`. Out: a table in Markdown, a row an instruction set, a column a
//! build: the profile `dev` at each opt-level, for everything but macros, and the profile `release`.
//! Debug builds have debug assertions, as users' have.

use crate::written;
use std::path::Path;
use std::process::{Command, Stdio};

const MODEL: &str = "examples/models/mobilenet.cnn";

/// Builds: what stands above the column, cargo's profile, its opt-level if it is not the profile's.
const BUILDS: [(&str, &str, Option<&str>); 5] = [
    ("0", "dev", Some("0")),
    ("1", "dev", Some("1")),
    ("2", "dev", Some("2")),
    ("3", "dev", Some("3")),
    ("release", "release", None),
];

/// Predicts on every instruction set for a while and prints the least processor time of a prediction.
const PROGRAM: &str = r#"
use cnn_runtime::{InstructionSet, Model, Zeros};
use rustix::time::{ClockId, clock_gettime};
use std::time::{Duration, Instant};

fn cpu() -> f64 {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    time.tv_sec as f64 * 1e3 + time.tv_nsec as f64 / 1e6
}

fn main() {
    let mut net = MobileNetV1::init(1);
    let mut workspace = MobileNetV1::workspace();
    let image = <MobileNetV1 as Model>::Input::zeros();
    let mut output = <MobileNetV1 as Model>::Output::zeros();
    for set in InstructionSet::available() {
        net.use_instruction_set(set);
        let (begin, mut least, mut samples) = (Instant::now(), f64::MAX, 0);
        while samples < 5 || begin.elapsed() < Duration::from_secs(2) {
            let before = cpu();
            MobileNetV1::predict_into(&net, &mut workspace, &image, &mut output);
            least = least.min(cpu() - before);
            samples += 1;
        }
        println!("{set} {least:.1}");
    }
}
"#;

/// Builds and runs the program in every build, and prints the table.
pub fn run(root: &Path) -> Result<(), String> {
    let folder = root.join("target/opt-levels");
    write_package(root, &folder)?;
    let mut rows: Vec<(String, Vec<String>)> = Vec::new();
    for (column, build) in BUILDS.iter().enumerate() {
        for line in measured(&folder, build)?.lines() {
            let Some((set, milliseconds)) = line.split_once(' ') else { continue };
            if column == 0 {
                rows.push((set.to_owned(), Vec::new()));
            }
            if let Some((_, row)) = rows.iter_mut().find(|(name, _)| name == set) {
                row.push(milliseconds.to_owned());
            }
        }
    }
    println!("| ms | {} |", BUILDS.map(|(title, ..)| title).join(" | "));
    println!("|---|{}", "--:|".repeat(BUILDS.len()));
    for (set, row) in rows {
        println!("| {set} | {} |", row.join(" | "));
    }
    Ok(())
}

fn write_package(root: &Path, folder: &Path) -> Result<(), String> {
    let manifest = format!(
        "[package]\nname = \"opt-levels\"\nversion = \"0.0.0\"\nedition = \"2024\"\npublish = false\n\n\
         [workspace]\n\n[dependencies]\ncnn-runtime = {{ path = {:?} }}\n\
         rustix = {{ version = \"1\", default-features = false, features = [\"std\", \"time\"] }}\n\n\
         [profile.dev.build-override]\nopt-level = 1\n\n\
         [profile.release.build-override]\nopt-level = 1\n",
        root.join("cnn-runtime").display().to_string()
    );
    let model =
        format!("cnn_runtime::include_model!({:?});\n", root.join(MODEL).display().to_string());
    written::file(&folder.join("Cargo.toml"), &manifest)?;
    written::file(&folder.join("src/main.rs"), &(model + PROGRAM))?;
    written::lock(root, folder)
}

/// What the program prints in one build.
fn measured(
    folder: &Path,
    (title, profile, level): &(&str, &str, Option<&str>),
) -> Result<String, String> {
    let mut cargo = Command::new(env!("CARGO"));
    cargo
        .args(["build", "--quiet", "--offline", "--profile", profile])
        .current_dir(folder)
        .env("CARGO_TARGET_DIR", folder.join("target"));
    if let Some(level) = level {
        cargo.env("CARGO_PROFILE_DEV_OPT_LEVEL", level);
    }
    let status = cargo.status().map_err(|e| format!("cannot run cargo: {e}"))?;
    if !status.success() {
        return Err(format!("`{title}` does not compile: {status}"));
    }
    let directory = if *profile == "dev" { "debug" } else { profile };
    let program = folder
        .join("target")
        .join(directory)
        .join(format!("opt-levels{}", std::env::consts::EXE_SUFFIX));
    let output = Command::new(&program)
        .stderr(Stdio::inherit())
        .output()
        .map_err(|e| format!("{}: {e}", program.display()))?;
    if !output.status.success() {
        return Err(format!("`{title}` ended with {}", output.status));
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}
