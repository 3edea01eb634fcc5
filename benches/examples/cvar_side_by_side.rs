//! Our own times of least conditional value at risk, and the returns, for `benches/peers/cvar_side_by_side.py`. The
//! argument is the folder to write to.

#![expect(
    clippy::expect_used,
    reason = "the settings are sound, and a program that measures should stop if not"
)]
#![expect(clippy::print_stdout, reason = "without a folder it says how it is used")]

use std::path::PathBuf;

use po_benches::{median, wild_returns};
use po_convex::Constraints;
use po_core::{Bounds, Confidence, Returns, Status};
use po_tail::{CvarProgram, CvarScratch, CvarSolution};

const TASKS: [(usize, usize, f64); 5] =
    [(100, 2_500, 0.0), (500, 2_500, 0.0), (1_000, 5_000, 0.0), (100, 100_000, 0.0), (392, 10_000, 1.6)];

fn main() {
    let Some(folder) = std::env::args_os().nth(1).map(PathBuf::from) else {
        println!(
            "usage: cvar_side_by_side FOLDER: writes simulated returns, and our own times and risks there"
        );
        return;
    };
    std::fs::create_dir_all(&folder).expect("a folder that can be made");
    let mut lines = Vec::new();
    for (assets, scenarios, gross) in TASKS {
        let numbers = wild_returns(scenarios, assets);
        let bytes: Vec<u8> = numbers.iter().flat_map(|number| number.to_le_bytes()).collect();
        std::fs::write(folder.join(format!("wild_{scenarios}x{assets}.f64")), bytes).expect("a file");
        let returns = Returns::from_column_slice(scenarios, assets, &numbers).expect("finite returns");
        let mut constraints = Constraints::default();
        if gross > 0.0 {
            constraints.bounds = Some(Bounds::uniform(assets, -1.0, 1.0).expect("sound bounds"));
            constraints.gross = Some(gross);
        }
        let compiled = constraints.compile(assets).expect("sound constraints");
        let linear = vec![0.0; assets];
        let mut scratch = CvarScratch::default();
        let (seconds, solution) = median(|| {
            let mut solution = CvarSolution::default();
            let families = compiled.absolute();
            let program = CvarProgram {
                returns: &returns,
                probabilities: &[],
                confidence: Confidence::new(0.95).expect("a level"),
                price: 1.0,
                limit: f64::INFINITY,
                linear: &linear,
                ridge: &[],
                lower: compiled.lower(),
                upper: compiled.upper(),
                rows: compiled.rows(),
                absolute: families.as_slice(),
            };
            program.solve_into(&mut scratch, &mut solution).expect("a portfolio");
            solution
        });
        assert_eq!(solution.status, Status::Converged, "{assets} x {scenarios}");
        let gap = solution.certificate.gap / solution.cvar;
        let (task, cvar) = (format!("{assets}x{scenarios}x{gross}"), solution.cvar);
        lines.push(format!(
            "  \"{task}\": {{\"seconds\": {seconds:e}, \"cvar\": {cvar:e}, \"gap\": {gap:e}}}"
        ));
    }
    let text = format!("{{\n{}\n}}\n", lines.join(",\n"));
    std::fs::write(folder.join("po.json"), text).expect("a file that can be written");
}
