//! What the models of `examples/models` cost: lines of emitted Rust, CPU time of rustc, size of a program.
//!
//! In: the files, or those named. Out: a table in Markdown; an error where a model exceeds its limit.
//! Each model becomes a program of its own that loads weights and predicts, built in release and
//! stripped; its dependencies are built before, and cargo's own time is counted with rustc's. The model
//! is the program's library, whose symbols remain: [`libraries`] is for who looks at its code.

use crate::written;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// CPU seconds that a model may take: what it takes on a quiet machine and half of that again. The
/// same work has taken a fifth more on a busy one, whose caches and cores are shared.
pub const LIMITS: [(&str, f64); 4] =
    [("mobilenet", 12.0), ("resnet50", 22.0), ("simple_cnn", 5.0), ("unrolled", 10.0)];

/// A model of the tests that is measured as well, under the name of its folder.
const UNROLLED: &str = "tests/networks/unrolled/network.cnn";

/// The kernel's unit of CPU time in `/proc`, the same on every Linux: 100 a second.
const TICKS: f64 = 100.0;

/// A model file and what was measured.
struct Row {
    name: String,
    model: String,
    lines: usize,
    seconds: Option<f64>,
    bytes: u64,
}

/// Measures the files whose stem is in `only`, every file where it is empty.
pub fn run(root: &Path, only: &[&str]) -> Result<(), String> {
    let files = files(root, only)?;
    let folder = root.join("target/sizes");
    write_packages(root, &folder, &files)?;
    build(&folder, "empty")?;
    let base = program_size(&folder, "empty")?;
    println!("| model | emitted lines | rustc, CPU s | program, kB | above an empty one, kB |");
    println!("|---|--:|--:|--:|--:|");
    let mut over = String::new();
    for file in &files {
        let row = measure(root, &folder, file)?;
        println!("{}", row.text(base));
        let limit = LIMITS.iter().find(|(name, _)| *name == row.name);
        if let (Some(&(name, limit)), Some(seconds)) = (limit, row.seconds)
            && seconds > limit
        {
            // A neighbour on the same processor costs time, too: once more, and the quicker counts.
            let again = measure(root, &folder, file)?.seconds.unwrap_or(seconds);
            let seconds = seconds.min(again);
            if seconds > limit {
                let _ = writeln!(over, "{name}: {seconds:.1} s of CPU time, the limit is {limit}");
            }
        }
    }
    if over.is_empty() { Ok(()) } else { Err(over) }
}

/// The models of these names, each compiled as the library of its program: `(name, library)`.
pub fn libraries(root: &Path, only: &[&str]) -> Result<Vec<(String, PathBuf)>, String> {
    let files = files(root, only)?;
    let folder = root.join("target/sizes");
    write_packages(root, &folder, &files)?;
    let library = |file: &PathBuf| {
        let name = name(file);
        build(&folder, &name)?;
        let library = format!("libsize_{}.rlib", name.replace('-', "_"));
        Ok((name, folder.join("target/release").join(library)))
    };
    files.iter().map(library).collect()
}

impl Row {
    fn text(&self, base: u64) -> String {
        let seconds = self.seconds.map_or("not measured".to_owned(), |s| format!("{s:.1}"));
        let kilobytes = |bytes: u64| bytes.div_ceil(1000);
        format!(
            "| {}, `{}` | {} | {seconds} | {} | {} |",
            self.name,
            self.model,
            self.lines,
            kilobytes(self.bytes),
            kilobytes(self.bytes.saturating_sub(base)),
        )
    }
}

/// The model files, by name; a wanted one that is not there is an error.
fn files(root: &Path, only: &[&str]) -> Result<Vec<PathBuf>, String> {
    let folder = "examples/models";
    let mut files = vec![root.join(UNROLLED)];
    for entry in fs::read_dir(root.join(folder)).map_err(|e| format!("{folder}: {e}"))? {
        let path = entry.map_err(|e| format!("{folder}: {e}"))?.path();
        if path.extension().is_some_and(|extension| extension == "cnn") {
            files.push(path);
        }
    }
    files.sort_by_key(|path| name(path));
    let known = |wanted: &str| files.iter().any(|path| name(path) == wanted);
    let limited = LIMITS.iter().map(|(name, _)| name);
    if let Some(missing) = only.iter().chain(limited).find(|name| !known(name)) {
        return Err(format!("there is no `{folder}/{missing}.cnn`"));
    }
    files.retain(|path| only.is_empty() || only.contains(&name(path).as_str()));
    Ok(files)
}

/// A model's name in the table and of its package: its file's, or its folder's where the file is one
/// of many called `network`.
fn name(path: &Path) -> String {
    let stem = path.file_stem().filter(|stem| *stem != "network");
    let name = stem.or_else(|| path.parent()?.file_name()).unwrap_or_default();
    name.to_string_lossy().into_owned()
}

/// A workspace with a program for each model, and one without a model.
fn write_packages(root: &Path, folder: &Path, files: &[PathBuf]) -> Result<(), String> {
    let mut members = vec!["empty".to_owned()];
    package(root, &folder.join("empty"), "empty", "pub fn run() {}\n")?;
    for file in files {
        let name = name(file);
        let model = first_model(file)?;
        package(root, &folder.join(&name), &name, &program(file, &model))?;
        members.push(name);
    }
    let manifest = format!(
        "[workspace]\nresolver = \"3\"\nmembers = {members:?}\n\n\
         [profile.release]\nstrip = true\n\n[profile.release.build-override]\nopt-level = 1\n"
    );
    written::file(&folder.join("Cargo.toml"), &manifest)?;
    written::lock(root, folder)
}

/// A package whose program runs its library.
fn package(root: &Path, folder: &Path, name: &str, library: &str) -> Result<(), String> {
    let runtime = root.join("cnn-runtime");
    let manifest = format!(
        "[package]\nname = \"size-{name}\"\nversion = \"0.0.0\"\nedition = \"2024\"\npublish = false\n\n\
         [dependencies]\ncnn-runtime = {{ path = {:?} }}\n",
        runtime.display().to_string()
    );
    written::file(&folder.join("Cargo.toml"), &manifest)?;
    let main = format!("fn main() {{\n    size_{}::run();\n}}\n", name.replace('-', "_"));
    written::file(&folder.join("src/lib.rs"), library)?;
    written::file(&folder.join("src/main.rs"), &main)
}

/// A library that loads the weights that it is given and predicts once.
fn program(file: &Path, model: &str) -> String {
    format!(
        "use cnn_runtime::{{Loadable, Model, Zeros}};\n\n\
         cnn_runtime::include_model!({:?});\n\n\
         pub fn run() {{\n    \
             let file = std::env::args().nth(1).expect(\"a weight file\");\n    \
             let net = <{model} as Loadable>::load(file).expect(\"its weights\");\n    \
             let input = <<{model} as Model>::Input as Zeros>::zeros();\n    \
             std::hint::black_box(Model::predict_boxed(&net, &input));\n\
         }}\n",
        file.display().to_string()
    )
}

/// The name behind the first `model` that begins a statement.
fn first_model(file: &Path) -> Result<String, String> {
    let text = fs::read_to_string(file).map_err(|e| format!("{}: {e}", file.display()))?;
    let declared = text.lines().find_map(|line| {
        line.strip_prefix("pub ").unwrap_or(line).strip_prefix("model ").map(str::trim_start)
    });
    let name =
        declared.and_then(|rest| rest.split(|c: char| !c.is_alphanumeric() && c != '_').next());
    name.map(str::to_owned).ok_or_else(|| format!("{}: no line declares a model", file.display()))
}

fn measure(root: &Path, folder: &Path, file: &Path) -> Result<Row, String> {
    let name = name(file);
    // The second build is of this package alone.
    touch(&folder.join(&name).join("src/lib.rs"))?;
    let before = cpu_of_children();
    build(folder, &name)?;
    let seconds = before.zip(cpu_of_children()).map(|(before, after)| after - before);
    Ok(Row {
        model: first_model(file)?,
        lines: emitted_lines(root, file)?,
        seconds,
        bytes: program_size(folder, &name)?,
        name,
    })
}

fn touch(path: &Path) -> Result<(), String> {
    let text = fs::read(path).map_err(|e| format!("{}: {e}", path.display()))?;
    fs::write(path, text).map_err(|e| format!("{}: {e}", path.display()))
}

fn build(folder: &Path, name: &str) -> Result<(), String> {
    let status = Command::new(env!("CARGO"))
        .args(["build", "--quiet", "--offline", "--release", "-p", &format!("size-{name}")])
        .current_dir(folder)
        .env("CARGO_TARGET_DIR", folder.join("target"))
        .status()
        .map_err(|e| format!("cannot run cargo: {e}"))?;
    if status.success() { Ok(()) } else { Err(format!("`{name}` does not compile: {status}")) }
}

fn emitted_lines(root: &Path, file: &Path) -> Result<usize, String> {
    let output = Command::new(env!("CARGO"))
        .args(["run", "--quiet", "-p", "cnn-cli", "--", "expand"])
        .arg(file)
        .current_dir(root)
        .stderr(Stdio::inherit())
        .output()
        .map_err(|e| format!("cannot run cargo: {e}"))?;
    if !output.status.success() {
        return Err(format!("`cnn expand {}` ended with {}", file.display(), output.status));
    }
    Ok(String::from_utf8_lossy(&output.stdout).lines().count())
}

fn program_size(folder: &Path, name: &str) -> Result<u64, String> {
    let program = format!("size-{name}{}", std::env::consts::EXE_SUFFIX);
    let path = folder.join("target/release").join(program);
    let file = fs::metadata(&path).map_err(|e| format!("{}: {e}", path.display()))?;
    Ok(file.len())
}

/// User and system seconds of every process that this one started and waited for, theirs included:
/// fields 16 and 17 of `/proc/self/stat` (man 5 proc), counted behind the command's name. `None`
/// on a system without it.
fn cpu_of_children() -> Option<f64> {
    let stat = fs::read_to_string("/proc/self/stat").ok()?;
    let (_, fields) = stat.rsplit_once(')')?;
    let fields: Vec<&str> = fields.split_whitespace().collect();
    let ticks = |at: usize| -> Option<f64> { fields.get(at)?.parse().ok() };
    Some((ticks(13)? + ticks(14)?) / TICKS)
}
