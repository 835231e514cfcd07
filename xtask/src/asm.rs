//! `cargo xtask asm`: the machine code of kernels. A loop of multiply-adds has its sums in registers.
//!
//! In: models as `cargo xtask sizes` compiles them, disassembled by objdump. Out: the innermost loops
//! of kernels that load or store a vector on the stack, and the kernels in which no loop was found,
//! for a check that sees nothing finds nothing. Where there is no objdump, or the processor is
//! another, nothing is checked. Not here: loops around the innermost ones, which begin and end sums,
//! and the portable kernels, whose vectors are four registers each.

use crate::sizes;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

/// Models that have kernels of every form between them.
const MODELS: [&str; 4] = ["mobilenet", "resnet50", "simple_cnn", "squeezenet1_1"];

/// How the names of functions begin whose time goes by in loops of multiply-adds.
const KERNELS: [&str; 3] = ["conv_kernel_", "dense_kernel_", "dw_kernel_"];

/// How that of the function ends in which a kernel of Winograd's form has its sums. Its transforms, of
/// more vectors than there are registers, have names of their own.
const SUMS: &str = "_sums";

/// Registers of vectors.
const VECTORS: [&str; 3] = ["%xmm", "%ymm", "%zmm"];

/// How the names of functions end whose kernels are checked, but for [`SUMS`].
const SETS: [&str; 2] = ["_avx2", "_avx512"];

/// A loop of fewer multiply-adds has no tile of sums.
const MULTIPLY_ADDS: usize = 4;

/// A loop of so many has all taps of a window written out. Their weights and pixels are more than the
/// registers hold, and a multiply-add takes them from the stack as from anywhere else. A sum may go
/// there less than once in so many: the lecture's first layer has one in 81 with AVX2, and its time
/// was no shorter without.
const WRITTEN_OUT: usize = 64;

/// Checks the models, or says why not.
pub fn run(root: &Path) -> Result<(), String> {
    if !cfg!(target_arch = "x86_64") {
        println!("skipped: only x86-64 code is known here");
        return Ok(());
    }
    let version = Command::new("objdump").arg("--version").stdout(Stdio::null()).status();
    if !version.is_ok_and(|status| status.success()) {
        println!("skipped: there is no objdump");
        return Ok(());
    }
    let mut wrong = String::new();
    for (name, library) in sizes::libraries(root, &MODELS)? {
        let text = disassemble(&library)?;
        let found = Found::new(&functions(&text));
        let loops: usize = found.loops.values().sum();
        println!("{name}: {loops} loops in {} kernels", found.loops.len());
        for what in found.wrong {
            let _ = writeln!(wrong, "{name}: {what}");
        }
    }
    if wrong.is_empty() { Ok(()) } else { Err(wrong) }
}

fn disassemble(library: &Path) -> Result<String, String> {
    let output = Command::new("objdump")
        .args(["--disassemble", "--demangle", "--no-show-raw-insn"])
        .arg(library)
        .stderr(Stdio::inherit())
        .output()
        .map_err(|error| format!("cannot run objdump: {error}"))?;
    if !output.status.success() {
        return Err(format!("objdump of {} ended with {}", library.display(), output.status));
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// A function's name without its path, and its code.
#[derive(Debug)]
struct Function<'a> {
    name: &'a str,
    code: Vec<Instruction<'a>>,
}

#[derive(Debug)]
struct Instruction<'a> {
    address: u64,
    /// Prefixes too.
    operation: &'a str,
    operands: &'a str,
}

/// The functions of objdump's text: `ADDRESS <PATH>:` above lines of `ADDRESS: OPERATION OPERANDS`.
fn functions(text: &str) -> Vec<Function<'_>> {
    let mut functions: Vec<Function<'_>> = Vec::new();
    for line in text.lines() {
        if let Some((_, path)) = line.strip_suffix(">:").and_then(|head| head.split_once(" <")) {
            let name = path.rsplit("::").find(|part| !is_hash(part)).unwrap_or(path);
            functions.push(Function { name, code: Vec::new() });
        } else if let (Some(function), Some(instruction)) =
            (functions.last_mut(), Instruction::parse(line))
        {
            function.code.push(instruction);
        }
    }
    functions
}

/// Whether a part of a path is the hash of a mangled name, which some versions of objdump show.
fn is_hash(part: &str) -> bool {
    part.strip_prefix('h').is_some_and(|rest| u64::from_str_radix(rest, 16).is_ok())
}

impl<'a> Instruction<'a> {
    fn parse(line: &'a str) -> Option<Self> {
        let (address, text) = line.split_once(':')?;
        let address = u64::from_str_radix(address.trim(), 16).ok()?;
        let text = text.split(['#', '<']).next()?.trim();
        let (operation, operands) = text.split_once(char::is_whitespace).unwrap_or((text, ""));
        Some(Self { address, operation, operands: operands.trim() })
    }

    /// Where a jump goes to.
    fn target(&self) -> Option<u64> {
        let jump = self.operation.starts_with('j');
        jump.then(|| u64::from_str_radix(self.operands, 16).ok()).flatten()
    }

    /// A multiply-add of vectors.
    fn is_multiply_add(&self) -> bool {
        self.operation.starts_with("vfmadd") && self.operation.ends_with("ps")
    }

    /// Whether an operand lies on the stack.
    fn is_on_stack(&self, frame: bool) -> bool {
        self.operands.contains("(%rsp") || frame && self.operands.contains("(%rbp")
    }

    /// Whether a vector goes to the stack or comes from it.
    fn is_vector_on_stack(&self, frame: bool) -> bool {
        VECTORS.iter().any(|name| self.operands.contains(name)) && self.is_on_stack(frame)
    }

    /// The register or place that is written, the last operand.
    fn destination(&self) -> &'a str {
        let inside = self.operands.rfind('(').filter(|_| self.operands.ends_with(')'));
        let from = self.operands[..inside.unwrap_or(self.operands.len())].rfind(',');
        self.operands[from.map_or(0, |comma| comma + 1)..].trim_start()
    }
}

/// How often a loop moves a sum to the stack: a vector that a multiply-add wrote.
fn sums_on_stack(code: &[Instruction<'_>], frame: bool) -> usize {
    let mut sums = BTreeSet::new();
    let mut moves = 0;
    for instruction in code {
        let (to, moved) = (instruction.destination(), instruction.operation.starts_with("vmov"));
        let from = instruction.operands.split(',').next().unwrap_or_default();
        let sum = instruction.is_multiply_add() || moved && sums.contains(from);
        if to.ends_with(')') {
            moves += usize::from(sum && instruction.is_on_stack(frame));
        } else if sum {
            sums.insert(to);
        } else {
            sums.remove(to);
        }
    }
    moves
}

impl<'a> Function<'a> {
    /// The kernel whose sums the function holds, if it is one of those that are checked.
    fn kernel(&self) -> Option<&'a str> {
        let begins = KERNELS.iter().any(|kernel| self.name.starts_with(kernel));
        let kernel = self.name.strip_suffix(SUMS).unwrap_or(self.name);
        let ends = SETS.iter().any(|set| kernel.ends_with(set));
        (begins && ends).then_some(kernel)
    }

    /// Whether `rbp` points into the stack: elsewhere it is a register as any other.
    fn has_frame(&self) -> bool {
        let to_frame = |i: &Instruction<'_>| i.operands.replace(' ', "") == "%rsp,%rbp";
        self.code.iter().any(|i| i.operation.starts_with("mov") && to_frame(i))
    }

    /// The loops that hold no other: from where a jump goes back to, to the jump.
    fn innermost_loops(&self) -> Vec<&[Instruction<'a>]> {
        let back = |(end, jump): (usize, &Instruction<'_>)| {
            let target = jump.target().filter(|target| *target <= jump.address)?;
            let begin = self.code.binary_search_by_key(&target, |i| i.address).ok()?;
            Some((begin, end))
        };
        let loops: Vec<(usize, usize)> = self.code.iter().enumerate().filter_map(back).collect();
        let inside = |inner: &(usize, usize), outer: &(usize, usize)| {
            inner != outer && outer.0 <= inner.0 && inner.1 <= outer.1
        };
        let innermost = loops.iter().filter(|outer| !loops.iter().any(|l| inside(l, outer)));
        innermost.map(|&(begin, end)| &self.code[begin..=end]).collect()
    }
}

/// What was found in a program.
#[derive(Debug, Default)]
struct Found<'a> {
    /// Loops of multiply-adds of each kernel.
    loops: BTreeMap<&'a str, usize>,
    wrong: Vec<String>,
}

impl<'a> Found<'a> {
    fn new(functions: &[Function<'a>]) -> Self {
        let mut found = Self::default();
        for function in functions {
            if let Some(kernel) = function.kernel() {
                *found.loops.entry(kernel).or_default() += found.look_at(function);
            }
        }
        let none = found.loops.iter().filter(|(_, loops)| **loops == 0);
        let none =
            none.map(|(kernel, _)| format!("`{kernel}`: no loop of multiply-adds was found"));
        found.wrong.extend(none);
        if found.loops.is_empty() {
            found.wrong.push("no kernel was found".to_owned());
        }
        found
    }

    /// How many loops of multiply-adds a function has.
    fn look_at(&mut self, function: &Function<'a>) -> usize {
        let (name, frame) = (function.name, function.has_frame());
        let mut loops = 0;
        for code in function.innermost_loops() {
            let sums = code.iter().filter(|i| i.is_multiply_add()).count();
            if sums < MULTIPLY_ADDS {
                continue;
            }
            loops += 1;
            let (what, moves, wrong) = if sums < WRITTEN_OUT {
                let moves = code.iter().filter(|i| i.is_vector_on_stack(frame)).count();
                ("vectors", moves, moves > 0)
            } else {
                let moves = sums_on_stack(code, frame);
                ("sums", moves, moves * WRITTEN_OUT >= sums)
            };
            if wrong {
                let at = code[0].address;
                self.wrong.push(format!(
                    "`{name}`: a loop of {sums} multiply-adds, from {at:x} on, has {what} on the \
                     stack {moves} times"
                ));
            }
        }
        loops
    }
}

#[cfg(test)]
mod tests {
    use super::{Found, functions};

    /// Two loops, one in the other, of a function: four multiply-adds and `more` in the inner.
    fn code(name: &str, more: &str) -> String {
        format!(
            "In archive lib.rlib:\n\n\
             member.o:     file format elf64-x86-64\n\n\n\
             Disassembly of section .text:\n\n\
             0000000000000000 <size_model::_::{name}>:\n   \
             0:\tpush   %rbp\n   \
             4:\tvmovups %ymm3,0x20(%rsp)\n   \
             8:\tvbroadcastss (%rdi,%rax,4),%ymm0\n   \
             c:\tvfmadd231ps (%rsi),%ymm0,%ymm4\n  \
             10:\tvfmadd231ps %ymm1,%ymm0,%ymm5\n  \
             14:\tvfmadd231ps 0x20(%rbp),%ymm0,%ymm6\n  \
             18:\tvfmadd231ps %ymm1,%ymm0,%ymm7\n  \
             1c:\t{more}\n  \
             24:\tjne    8 <size_model::_::{name}+0x8>\n  \
             28:\tvmovups 0x20(%rsp),%ymm3\n  \
             2c:\tjb     4 <size_model::_::{name}+0x4>\n  \
             30:\tret\n"
        )
    }

    /// What is wrong with that.
    fn wrong(name: &str, more: &str) -> Vec<String> {
        Found::new(&functions(&code(name, more))).wrong
    }

    #[test]
    fn sums_in_registers_are_right() {
        // The outer loop may use the stack, and `rbp` is a register as any other.
        let code = code("conv_kernel_1_avx2", "mov    %rax,0x8(%rsp)");
        let found = Found::new(&functions(&code));
        assert_eq!(found.loops.into_iter().collect::<Vec<_>>(), [("conv_kernel_1_avx2", 1)]);
        assert_eq!(found.wrong, [""; 0]);
    }

    #[test]
    fn sums_on_the_stack_are_wrong() {
        let text = |name| {
            let what = "a loop of 4 multiply-adds, from 8 on, has vectors on the stack 1 times";
            [format!("`{name}`: {what}")]
        };
        for store in ["vmovups %ymm3,0x40(%rsp)", "vmovss 0x8(%rsp,%rax,4),%xmm3"] {
            assert_eq!(wrong("dw_kernel_2_avx2", store), text("dw_kernel_2_avx2"));
            assert_eq!(wrong("conv_kernel_3_avx2_sums", store), text("conv_kernel_3_avx2_sums"));
        }
        let frame = "nop\n  20:\tmov    %rsp,%rbp";
        assert_eq!(wrong("dense_kernel_1_avx512", frame), text("dense_kernel_1_avx512"));
    }

    #[test]
    fn a_window_that_is_written_out_may_have_its_pixels_on_the_stack() {
        let more = |count: usize, moves: &str| {
            let fma = "nop\n 1c:\tvfmadd231ps 0x8(%rsp,%rax,4),%ymm0,%ymm7\n ";
            wrong("conv_kernel_1_avx2", &(fma.repeat(count) + "1c:\t" + moves))
        };
        let pixel = "vmovups %ymm0,0x40(%rsp)\n 20:\tvmovaps %ymm0,%ymm7\n \
                     22:\tvmovups %ymm7,0x20(%rsp)";
        let sum = "vmovaps %ymm7,%ymm1\n 20:\tvmovups %ymm1,0x20(%rsp,%rax,4)";
        assert_eq!(more(60, pixel), [""; 0]);
        let what = |count, what| {
            [format!(
                "`conv_kernel_1_avx2`: a loop of {count} multiply-adds, from 8 on, has {what} times"
            )]
        };
        assert_eq!(more(60, sum), what(64, "sums on the stack 1"));
        assert_eq!(more(59, pixel), what(63, "vectors on the stack 61"));
    }

    #[test]
    fn a_kernel_without_a_loop_is_wrong() {
        let lone = "0 <a::conv_kernel_1_avx2::h0123456789abcdef>:\n 0:\tvfmadd231ps %ymm0,%ymm1,%ymm2\n 4:\tjmp    0\n";
        let found = Found::new(&functions(lone));
        assert_eq!(found.wrong, ["`conv_kernel_1_avx2`: no loop of multiply-adds was found"]);
        let with_sums = lone.to_owned() + &code("conv_kernel_1_avx2_sums", "nop");
        assert_eq!(Found::new(&functions(&with_sums)).wrong, [""; 0]);
        for other in ["main", "conv_kernel_1_avx2_input", "conv_kernel_1_portable"] {
            assert_eq!(wrong(other, "nop"), ["no kernel was found"]);
        }
    }
}
