//! Our own times of fitting models of variance and correlation, and the returns they were fitted to, for
//! `benches/peers/fit_side_by_side.py`. The argument is the folder to write to.

#![expect(
    clippy::expect_used,
    reason = "the settings are sound, and a program that measures should stop if not"
)]
#![expect(clippy::print_stdout, reason = "without a folder it says how it is used")]

use std::fmt::Write;
use std::path::PathBuf;

use po_benches::{dcc_returns, median};
use po_core::Returns;
use po_correlation::{
    Dcc, DccFit, DccLikelihood, DccParams, DccTarget, Garch, GarchModel, GarchParams, Innovations,
};

const PERIODS: usize = 2000;

/// What the correlation adds to the log-likelihood of the margins, of all assets at once.
fn full_likelihood(fit: &DccFit) -> f64 {
    let periods = fit.margins[0].residuals.len();
    let residuals: Vec<f64> = fit.margins.iter().flat_map(|margin| &margin.residuals).copied().collect();
    let residuals =
        Returns::from_column_slice(periods, fit.margins.len(), &residuals).expect("finite residuals");
    let full = Dcc::new(DccParams { target: DccTarget::Given(fit.target.clone()), ..DccParams::default() });
    full.log_likelihood(&fit.parameters, &residuals).expect("the parameters that were fitted")
}

fn main() {
    let Some(folder) = std::env::args_os().nth(1).map(PathBuf::from) else {
        println!("usage: fit_side_by_side FOLDER: writes simulated returns and our own times there");
        return;
    };
    std::fs::create_dir_all(&folder).expect("a folder that can be made");
    let mut lines = Vec::new();
    let mut line = |name: String, seconds: f64, likelihood: f64, [alpha, beta]: [f64; 2]| {
        let numbers = format!("\"seconds\": {seconds:e}, \"log_likelihood\": {likelihood}");
        lines.push(format!("  \"{name}\": {{{numbers}, \"parameters\": [{alpha}, {beta}]}}"));
    };
    let sample = |assets: usize| {
        let returns = Returns::from_column_slice(PERIODS, assets, &dcc_returns(PERIODS, assets));
        let returns = returns.expect("finite returns");
        let mut text = String::new();
        for period in 0..PERIODS {
            let row: Vec<String> =
                (0..assets).map(|asset| returns.column(asset)[period].to_string()).collect();
            writeln!(text, "{}", row.join(",")).expect("room in memory");
        }
        let path = folder.join(format!("returns_{PERIODS}x{assets}.csv"));
        std::fs::write(path, text).expect("a file that can be written");
        returns
    };
    let returns = sample(10);
    for (name, model, innovations) in [
        ("garch-normal", GarchModel::Garch, Innovations::Normal),
        ("garch-t", GarchModel::Garch, Innovations::StudentT),
        ("gjr-normal", GarchModel::Gjr, Innovations::Normal),
        ("egarch-normal", GarchModel::Egarch, Innovations::Normal),
    ] {
        let garch = Garch::new(GarchParams { model, innovations, ..GarchParams::default() });
        let (seconds, fit) = median(|| garch.fit(returns.column(0)).expect("a regular sample"));
        let parameters = [fit.parameters.alpha, fit.parameters.beta];
        line(format!("{name}/{PERIODS}"), seconds, fit.log_likelihood, parameters);
    }
    for (name, likelihood, assets) in [
        ("full", DccLikelihood::Full, 10),
        ("full", DccLikelihood::Full, 50),
        ("contiguous", DccLikelihood::Contiguous, 100),
        ("contiguous", DccLikelihood::Contiguous, 500),
    ] {
        let returns = sample(assets);
        // The target of the others.
        let dcc = Dcc::new(DccParams { likelihood, target: DccTarget::Scaled, ..DccParams::default() });
        let (seconds, fit) = median(|| dcc.fit(&returns).expect("a regular sample"));
        // As the others report it: that of the margins, and what the correlation adds.
        let margins: f64 = fit.margins.iter().map(|margin| margin.log_likelihood).sum();
        let joint = margins + full_likelihood(&fit);
        line(format!("dcc-{name}/{PERIODS}x{assets}"), seconds, joint, [fit.parameters.a, fit.parameters.b]);
    }
    let text = format!("{{\n{}\n}}\n", lines.join(",\n"));
    std::fs::write(folder.join("po.json"), text).expect("a file that can be written");
}
