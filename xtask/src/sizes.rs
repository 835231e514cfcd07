//! What the models of `examples/models` cost: lines of emitted Rust, CPU time of rustc, size of a program.
//!
//! In: the files, or those named. Out: a table in Markdown; an error where a model exceeds its limit.
//! Each model becomes a program of its own that loads weights and predicts, built in release and
//! stripped; its dependencies are built before, and cargo's own time is counted with rustc's. The model
//! is the program's library, whose symbols remain: [`libraries`] is for who looks at its code.
//! MobileNetV1 is measured for fewer instruction sets as well, and with ten more equal blocks.

use crate::written;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// What a program may cost.
struct Limit {
    /// Its name.
    name: &'static str,
    /// CPU seconds: what it takes on a quiet machine and half of that again. The same work has taken
    /// a fifth more on a busy one, whose caches and cores are shared.
    seconds: f64,
    /// Bytes of the program.
    bytes: Option<u64>,
}

/// A limit of time alone.
const fn seconds(name: &'static str, seconds: f64) -> Limit {
    Limit { name, seconds, bytes: None }
}

/// The models of programs that have limits.
pub const LIMITED: [&str; 4] = ["mobilenet", "resnet50", "simple_cnn", "unrolled"];

/// The programs that have limits.
const LIMITS: [Limit; 6] = [
    Limit { name: "mobilenet", seconds: 8.0, bytes: Some(1_000_000) },
    seconds("mobilenet_avx512", 5.0),
    seconds("mobilenet_portable", 3.0),
    seconds("resnet50", 15.0),
    seconds("simple_cnn", 5.0),
    seconds("unrolled", 10.0),
];

/// The model that is measured for fewer instruction sets too, and with more equal blocks.
const VARIED: &str = "mobilenet";

/// The features of `cnn-runtime` that the varied model is compiled with beside the default ones:
/// with none it has portable kernels, which are always there.
const FEATURES: [(&str, &[&str]); 2] = [("avx512", &["avx512"]), ("portable", &[])];

/// A statement of the varied model, and what stands in its place for ten more equal blocks.
const REPEATED: [&str; 2] = ["repeat 5 ", "repeat 15 "];

/// The varied model with ten more equal blocks.
const LONGER: &str = "mobilenet_longer";

/// How many times as long the longer one may take: a tenth more, and as much for noise.
const GROWTH: f64 = 1.2;

/// How often both are compiled, in turn; the quickest counts.
const ROUNDS: usize = 3;

/// A model of the tests that is measured as well, under the name of its folder.
const UNROLLED: &str = "tests/networks/unrolled/network.cnn";

/// The kernel's unit of CPU time in `/proc`, the same on every Linux: 100 a second.
const TICKS: f64 = 100.0;

/// A program with one model.
struct Program {
    name: String,
    file: PathBuf,
    /// Its model's name.
    model: String,
    /// Features of `cnn-runtime` instead of the default ones.
    features: Option<&'static [&'static str]>,
}

/// What was measured of a program.
struct Row<'a> {
    program: &'a Program,
    lines: Option<usize>,
    seconds: Option<f64>,
    bytes: u64,
}

/// Measures the files whose stem is in `only`, every file where it is empty.
pub fn run(root: &Path, only: &[&str]) -> Result<(), String> {
    let folder = root.join("target/sizes");
    let programs = programs(root, &folder, only)?;
    let known = |name: &str| programs.iter().any(|program| program.name == name);
    if let Some(limit) = LIMITS.iter().find(|limit| only == LIMITED && !known(limit.name)) {
        return Err(format!("there is no program `{}` to hold to its limit", limit.name));
    }
    write_packages(root, &folder, &programs)?;
    build(&folder, "empty")?;
    let base = program_size(&folder, "empty")?;
    println!("| model | emitted lines | rustc, CPU s | program, kB | above an empty one, kB |");
    println!("|---|--:|--:|--:|--:|");
    let mut over = String::new();
    for program in &programs {
        let row = measure(root, &folder, program)?;
        println!("{}", row.text(base));
        exceeded(&folder, &row, &mut over)?;
    }
    growth(&folder, &programs, &mut over)?;
    if over.is_empty() { Ok(()) } else { Err(over) }
}

/// The models of these names, each compiled as the library of its program: `(name, library)`.
pub fn libraries(root: &Path, only: &[&str]) -> Result<Vec<(String, PathBuf)>, String> {
    let folder = root.join("target/sizes");
    let mut programs = programs(root, &folder, only)?;
    programs.retain(|program| only.contains(&program.name.as_str()));
    write_packages(root, &folder, &programs)?;
    let library = |Program { name, .. }: Program| {
        build(&folder, &name)?;
        let library = format!("libsize_{}.rlib", name.replace('-', "_"));
        Ok((name, folder.join("target/release").join(library)))
    };
    programs.into_iter().map(library).collect()
}

/// Notes the limits of a program that it exceeds.
fn exceeded(folder: &Path, row: &Row<'_>, over: &mut String) -> Result<(), String> {
    let name = &row.program.name;
    let Some(limit) = LIMITS.iter().find(|limit| limit.name == name) else { return Ok(()) };
    if let Some(mut seconds) = row.seconds.filter(|&seconds| seconds > limit.seconds) {
        // A neighbour on the same processor costs time, too: once more, and the quicker counts.
        seconds = compile(folder, name)?.unwrap_or(seconds).min(seconds);
        if seconds > limit.seconds {
            let most = limit.seconds;
            let _ = writeln!(over, "{name}: {seconds:.1} s of CPU time, the limit is {most}");
        }
    }
    if let Some(most) = limit.bytes.filter(|&most| row.bytes > most) {
        let _ = writeln!(over, "{name}: {} bytes, the limit is {most}", row.bytes);
    }
    Ok(())
}

/// Compares the varied model with the longer one, if they are there.
fn growth(folder: &Path, programs: &[Program], over: &mut String) -> Result<(), String> {
    if !programs.iter().any(|program| program.name == LONGER) {
        return Ok(());
    }
    let mut least = [f64::INFINITY; 2];
    for _ in 0..ROUNDS {
        for (least, name) in least.iter_mut().zip([VARIED, LONGER]) {
            let Some(seconds) = compile(folder, name)? else { return Ok(()) };
            *least = least.min(seconds);
        }
    }
    let [varied, longer] = least;
    let percent = (longer / varied - 1.0) * 100.0;
    println!(
        "\nTen more equal blocks: {longer:.2} s instead of {varied:.2} s, {percent:.1} % more."
    );
    if longer > varied * GROWTH {
        let _ = writeln!(over, "ten more equal blocks cost {percent:.1} % more");
    }
    Ok(())
}

impl Row<'_> {
    fn text(&self, base: u64) -> String {
        let seconds = self.seconds.map_or("not measured".to_owned(), |s| format!("{s:.1}"));
        let lines = self.lines.map_or(String::new(), |lines| lines.to_string());
        let kilobytes = |bytes: u64| bytes.div_ceil(1000);
        let Program { name, model, .. } = self.program;
        format!(
            "| {name}, `{model}` | {lines} | {seconds} | {} | {} |",
            kilobytes(self.bytes),
            kilobytes(self.bytes.saturating_sub(base)),
        )
    }
}

/// A program for every wanted file, and what else the varied model becomes.
fn programs(root: &Path, folder: &Path, only: &[&str]) -> Result<Vec<Program>, String> {
    let mut programs = Vec::new();
    for file in files(root, only)? {
        let (name, model) = (name(&file), first_model(&file)?);
        let varied = (name == VARIED).then(|| (file.clone(), model.clone()));
        programs.push(Program { name, file, model, features: None });
        let Some((file, model)) = varied else { continue };
        programs.extend(FEATURES.map(|(suffix, features)| Program {
            name: format!("{VARIED}_{suffix}"),
            file: file.clone(),
            model: model.clone(),
            features: Some(features),
        }));
        let text = fs::read_to_string(&file).map_err(|e| format!("{}: {e}", file.display()))?;
        let [from, to] = REPEATED;
        if !text.contains(from) {
            return Err(format!("{}: there is no `{from}`", file.display()));
        }
        let file = folder.join(LONGER).with_extension("cnn");
        written::file(&file, &text.replacen(from, to, 1))?;
        programs.push(Program { name: LONGER.to_owned(), file, model, features: None });
    }
    Ok(programs)
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
    if let Some(missing) = only.iter().find(|name| !known(name)) {
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

/// A workspace with a package for each program, and for programs without a model.
fn write_packages(root: &Path, folder: &Path, programs: &[Program]) -> Result<(), String> {
    let mut members = vec!["empty".to_owned()];
    package(root, folder, "empty", None, EMPTY)?;
    for program in programs {
        if let Some(features) = program.features {
            let empty = empty(program);
            package(root, folder, &empty, Some(features), EMPTY)?;
            members.push(empty);
        }
        let text = text(&program.file, &program.model);
        package(root, folder, &program.name, program.features, &text)?;
        members.push(program.name.clone());
    }
    let manifest = format!(
        "[workspace]\nresolver = \"3\"\nmembers = {members:?}\n\n\
         [profile.release]\nstrip = true\n\n[profile.release.build-override]\nopt-level = 1\n"
    );
    written::file(&folder.join("Cargo.toml"), &manifest)?;
    written::lock(root, folder)
}

/// A library without a model.
const EMPTY: &str = "pub fn run() {}\n";

/// The program without a model that has the dependencies of this one.
fn empty(program: &Program) -> String {
    match program.features {
        None => "empty".to_owned(),
        Some(_) => format!("empty_{}", program.name),
    }
}

/// A package whose program runs its library.
fn package(
    root: &Path,
    folder: &Path,
    name: &str,
    features: Option<&[&str]>,
    library: &str,
) -> Result<(), String> {
    let runtime = root.join("cnn-runtime").display().to_string();
    let features = features.map_or(String::new(), |features| {
        format!(", default-features = false, features = {features:?}")
    });
    let manifest = format!(
        "[package]\nname = \"size-{name}\"\nversion = \"0.0.0\"\nedition = \"2024\"\npublish = false\n\n\
         [dependencies]\ncnn-runtime = {{ path = {runtime:?}{features} }}\n",
    );
    let folder = folder.join(name);
    written::file(&folder.join("Cargo.toml"), &manifest)?;
    let main = format!("fn main() {{\n    size_{}::run();\n}}\n", name.replace('-', "_"));
    written::file(&folder.join("src/lib.rs"), library)?;
    written::file(&folder.join("src/main.rs"), &main)
}

/// A library that loads the weights that it is given and predicts once.
fn text(file: &Path, model: &str) -> String {
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

fn measure<'a>(root: &Path, folder: &Path, program: &'a Program) -> Result<Row<'a>, String> {
    build(folder, &empty(program))?;
    let seconds = compile(folder, &program.name)?;
    // The command prints what a model is for all instruction sets.
    let lines = match program.features {
        None => Some(emitted_lines(root, &program.file)?),
        Some(_) => None,
    };
    Ok(Row { program, lines, seconds, bytes: program_size(folder, &program.name)? })
}

/// CPU seconds that a program takes, all that it needs being there.
fn compile(folder: &Path, name: &str) -> Result<Option<f64>, String> {
    touch(&folder.join(name).join("src/lib.rs"))?;
    let before = cpu_of_children();
    build(folder, name)?;
    Ok(before.zip(cpu_of_children()).map(|(before, after)| after - before))
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
