//! What a series of returns risks, by many measures and by one of one's own: `cargo run --example risk`.
#![expect(clippy::print_stdout, reason = "an example shows what it found")]

use po_core::{Compounding, Confidence, Quantile, Risk, RiskError, RiskMeasure, RiskScratch};

/// Measures of one's own may share our memory: then a list can hold both.
type Measure<'a> = &'a dyn RiskMeasure<Scratch = RiskScratch, Error = RiskError>;

/// How many times the standard deviation the worst realisation is.
struct Surprise;

impl RiskMeasure for Surprise {
    type Scratch = RiskScratch;
    type Error = RiskError;

    fn risk_into(&self, returns: &[f64], scratch: &mut RiskScratch) -> Result<f64, RiskError> {
        let worst = Risk::WorstRealisation.risk_into(returns, scratch)?;
        Ok(worst / Risk::StandardDeviation.risk_into(returns, scratch)?)
    }
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    // Two years of a portfolio, month by month.
    let returns = [
        0.021, -0.013, 0.008, 0.034, -0.027, 0.012, 0.005, -0.041, 0.018, 0.036, -0.009, 0.015, -0.062,
        -0.018, 0.039, 0.011, 0.007, -0.022, 0.029, 0.016, -0.004, 0.013, -0.011, 0.024,
    ];
    let (confidence, quantile) = (Confidence::new(0.9)?, Quantile::Lower);
    let compounding = Compounding::Compounded;
    let measures: [Measure<'_>; 8] = [
        &Risk::StandardDeviation,
        &Risk::Mad,
        &Risk::Var { confidence, quantile },
        &Risk::Cvar { confidence },
        &Risk::Evar { confidence },
        &Risk::MaximumDrawdown { compounding },
        &Risk::Cdar { confidence, compounding },
        &Surprise,
    ];
    let mut scratch = RiskScratch::default();
    let mut risks = Vec::new();
    for measure in measures {
        risks.push(measure.risk_into(&returns, &mut scratch)?);
    }
    println!("standard deviation          {:.4}", risks[0]);
    println!("mean absolute deviation     {:.4}", risks[1]);
    println!("value at risk, 90 %         {:.4}", risks[2]);
    println!("  its conditional mean      {:.4}", risks[3]);
    println!("  its entropic bound        {:.4}", risks[4]);
    println!("maximum drawdown            {:.4}", risks[5]);
    println!("  mean of the worst tenth   {:.4}", risks[6]);
    println!("the worst month             {:.1} standard deviations", risks[7]);

    // The third worst month of 24; and the worst two with two fifths of the third.
    assert!((risks[2] - 0.027).abs() < 1e-15);
    assert!((risks[3] - (0.062 + 0.041 + 0.4 * 0.027) / 2.4).abs() < 1e-15);
    // Two bad months in a row.
    assert!((risks[5] - (1.0 - (1.0 - 0.062) * (1.0 - 0.018))).abs() < 1e-15);

    // A month with nothing left cannot be compounded, and the message says which one it was.
    let ruin = [0.02, -1.0, 0.03];
    if let Err(error) = (Risk::MaximumDrawdown { compounding }).risk(&ruin) {
        println!("{error}");
        assert_eq!(error, RiskError::TotalLoss { period: 1, value: -1.0 });
    }
    Ok(())
}
