//! Our own times, as JSON, on the markets that `benches/peers/side_by_side.py` builds too.

#![expect(
    clippy::expect_used,
    reason = "the settings are sound, and a program that measures should stop if not"
)]
#![expect(clippy::print_stdout, reason = "the output is what it is for")]

use po_benches::{covariance, median};
use po_convex::{Program, ProgramScratch, ProgramSolution, Rows, Start};
use po_core::Allocator;
use po_risk_budget::{RiskBudgetAllocation, RiskBudgetParams, RiskBudgetScratch, RiskBudgeting};

fn main() {
    let mut lines = Vec::new();
    let mut line = |name: String, seconds: f64, objective: f64| {
        lines.push(format!("  \"{name}\": {{\"seconds\": {seconds:e}, \"objective\": {objective:e}}}"));
    };
    for assets in [20, 100, 500] {
        let covariance = covariance(assets);
        let mut rows = Rows::new(assets);
        rows.push("budget", &vec![1.0; assets], 1.0, 1.0).expect("a sound row");
        let (zeros, ones) = (vec![0.0; assets], vec![1.0; assets]);
        let program = Program {
            risk: (&covariance).into(),
            scale: 1.0,
            ridge: &[],
            linear: &zeros,
            lower: &zeros,
            upper: &ones,
            rows: &rows,
            absolute: &[],
        };
        let (mut scratch, mut solution) = (ProgramScratch::default(), ProgramSolution::default());
        let (seconds, ()) = median(|| {
            program.solve_into(Start::Cold, &mut scratch, &mut solution).expect("a feasible programme");
        });
        // The variance, which is what the others report.
        line(format!("min-variance/{assets}"), seconds, 2.0 * solution.objective);
    }
    let budgeting = RiskBudgeting::new(RiskBudgetParams::default()).expect("sound settings");
    for assets in [20, 100, 1000] {
        let covariance = covariance(assets);
        let (mut scratch, mut allocation) = (RiskBudgetScratch::default(), RiskBudgetAllocation::default());
        let (seconds, ()) = median(|| {
            budgeting
                .allocate_into((&covariance).into(), &mut scratch, &mut allocation)
                .expect("a sound covariance");
        });
        // The largest distance of a share of risk from its budget, in units of the budget.
        let worst = assets as f64 * allocation.solution.certificate.dual_residual;
        line(format!("risk-parity/{assets}"), seconds, worst);
    }
    println!("{{\n{}\n}}", lines.join(",\n"));
}
