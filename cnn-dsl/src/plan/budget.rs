//! The limits on figures that only a plan knows: the text's budgets, and the compiler's own.

use crate::diagnostic::Diagnostic;
use crate::ir::BudgetKind;
use crate::plan::Plan;

/// The most bytes of an arena: 1 TiB, or 128 of the largest tensors (2^31 `f32`s) at once. No
/// machine that runs a network has more, and offsets and lengths stay far below 2^63.
pub const MAX_ARENA_BYTES: u64 = 1 << 40;

/// One diagnostic for each `arena` and `weights` budget of the network that the plan exceeds, and
/// one where its arena is larger than any may be.
pub fn over_budget(plan: &Plan<'_>) -> Vec<Diagnostic> {
    let name = &plan.network.name;
    let budgets = plan.network.budgets.iter();
    let over = budgets.filter_map(|budget| {
        let (what, bytes) = match budget.what {
            BudgetKind::Arena => ("arena", plan.arena_bytes()),
            BudgetKind::Weights => ("weights", plan.weight_bytes()),
        };
        (bytes > budget.limit).then(|| {
            let message = format!("`{name}` needs {bytes} bytes of {what}, more than its budget");
            Diagnostic::new("over_budget", budget.span, message)
                .here(format!("the limit is {} bytes", budget.limit))
        })
    });
    let too_large = (plan.arena_bytes() > MAX_ARENA_BYTES).then(|| {
        let message = format!("`{name}` needs {} bytes of arena", plan.arena_bytes());
        Diagnostic::new("arena_too_large", plan.network.name_span, message)
            .note(format!("an arena has at most {MAX_ARENA_BYTES} bytes: 1 TiB"))
            .help("the arena holds all tensors that are wanted at the same time: make them smaller")
    });
    over.chain(too_large).collect()
}
