//! The budgets on figures that only a plan knows.

use crate::diagnostic::Diagnostic;
use crate::ir::BudgetKind;
use crate::plan::Plan;

/// One diagnostic for each `arena` and `weights` budget of the network that the plan exceeds.
pub fn over_budget(plan: &Plan<'_>) -> Vec<Diagnostic> {
    let budgets = plan.network.budgets.iter();
    let over = budgets.filter_map(|budget| {
        let (what, bytes) = match budget.what {
            BudgetKind::Arena => ("arena", plan.arena_bytes()),
            BudgetKind::Weights => ("weights", plan.weight_bytes()),
        };
        (bytes > budget.limit).then(|| {
            let message = format!(
                "`{}` needs {bytes} bytes of {what}, more than its budget",
                plan.network.name
            );
            Diagnostic::new("over_budget", budget.span, message)
                .here(format!("the limit is {} bytes", budget.limit))
        })
    });
    over.collect()
}
