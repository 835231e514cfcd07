//! Bounded time and memory, whatever the text.

use std::time::{Duration, Instant};

use super::programs::errors;

/// Codes of the errors. Optimised, every text here takes well below a second; the bound leaves room
/// for a build without optimisation on a busy machine.
fn codes(text: &str) -> Vec<String> {
    const BOUND: Duration = Duration::from_secs(60);
    let start = Instant::now();
    let found = errors(text);
    let codes = found.iter().map(|e| e.split(':').next().unwrap_or_default().to_owned()).collect();
    assert!(start.elapsed() < BOUND, "{:?} for {}", start.elapsed(), &text[..text.len().min(80)]);
    codes
}

fn model(body: &str) -> String {
    format!("model A {{ input 4x4x1; relu; {body} }}")
}

#[test]
fn repeats_end() {
    assert_eq!(codes(&model("repeat 1000000 { relu; }")), ["too_many_layers"]);
    assert_eq!(codes(&model("repeat 1000000 { }")), ["too_many_steps"]);
    assert_eq!(codes(&model("repeat i in 0..1000000 { const k = i * i; }")), ["too_many_steps"]);
    let nested = "repeat 100 { repeat 100 { repeat 100 { repeat 100 { } } } }";
    assert_eq!(codes(&model(nested)), ["too_many_steps"]);
    assert_eq!(codes(&model("repeat 99999 { relu; }")), [""; 0]);
}

#[test]
fn blocks_that_double_end() {
    let mut text = String::from("block b0() { relu; }");
    for i in 1..40 {
        text.push_str(&format!("block b{i}() {{ b{}; b{}; }}", i - 1, i - 1));
    }
    text.push_str(&model("b39;"));
    assert_eq!(codes(&text), ["too_many_layers"]);
}

#[test]
fn deep_chains_of_blocks_end() {
    let mut text = String::from("block b0() { relu; }");
    for i in 1..3000 {
        text.push_str(&format!("block b{i}() {{ b{}; }}", i - 1));
    }
    text.push_str(&model("b2999;"));
    assert_eq!(codes(&text), ["too_deep"]);
}

#[test]
fn lists_that_double_end() {
    let mut body = String::from("const x0 = [1, 2];");
    for i in 1..60 {
        body.push_str(&format!("const x{i} = [x{}, x{}];", i - 1, i - 1));
    }
    assert_eq!(codes(&model(&body)), ["list_too_long"]);
}

#[test]
fn sizes_that_overflow_are_errors() {
    assert_eq!(codes("model A { input 4000000000x4000000000x4000000000; relu; }"), ["too_large"]);
    assert_eq!(
        codes(&model(
            "const k = 18446744073709551615 * 18446744073709551615 * 18446744073709551615;"
        )),
        ["overflow"]
    );
    assert!(!codes(&model("pad (2000000000, 2000000000, 0, 0);")).is_empty());
    assert!(!codes(&model("conv 1x1, 100000000000;")).is_empty());
    assert!(!codes(&model("upsample 100000 nearest;")).is_empty());
}

#[test]
fn many_errors_are_found_in_time() {
    let body = "convv 3x3, 8, strid 2;\n".repeat(5000);
    assert_eq!(codes(&model(&body)).len(), 5000);
}

#[test]
fn deep_braces_in_deep_chains_end() {
    let (open, close) = ("add { ".repeat(15), "; }".repeat(15));
    let mut text = String::from("block b0() { relu; }");
    for i in 1..100 {
        text.push_str(&format!("block b{i}() {{ {open} b{}{close}; }}", i - 1));
    }
    text.push_str(&model("b99;"));
    assert_eq!(codes(&text), ["too_deep"]);
}

#[test]
fn many_names_parameters_and_instances_end() {
    let lets: String = (0..5000).map(|i| format!("let mut a{i} = last; ")).collect();
    assert_eq!(codes(&model(&lets)), vec!["never_read"; 5000]);
    let params: Vec<String> = (0..20_000).map(|i| format!("p{i} = 1")).collect();
    let params = params.join(", ");
    let text = format!("block b({params}) {{ relu; }} {}", model("b;"));
    assert_eq!(codes(&text), ["too_many_parameters"]);
    let flags = model(&format!("conv 1x1, 2, {};", vec!["bias"; 3000].join(", ")));
    assert_eq!(codes(&flags), vec!["given_twice"; 2999]);
    let mut chain = String::from("model A0(k = 1) { input 4x4x1; relu; }");
    for i in 1..300 {
        chain.push_str(&format!("model A{i} = A{}(k = {i});", i - 1));
    }
    assert!(codes(&chain).contains(&"instance_circle".to_owned()));
}

#[test]
fn many_large_models_end() {
    let mut text =
        String::from("model A0(k = 1) { input 4x4x1; relu; repeat 300000 { const c = k; } }");
    for i in 1..40 {
        text.push_str(&format!("model A{i} = A0(k = {i});"));
    }
    assert!(codes(&text).contains(&"too_many_steps".to_owned()));
}

/// The same error in every turn is one error; the turns behind the ten thousandth are not run.
#[test]
fn an_error_in_a_million_turns_is_found_in_time() {
    let start = std::time::Instant::now();
    assert_eq!(codes(&model("repeat 999999 { conv 1x1, chanels; }")), ["unknown_name"]);
    assert!(start.elapsed() < std::time::Duration::from_secs(20));
}
