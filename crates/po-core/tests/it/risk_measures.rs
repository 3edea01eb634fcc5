//! The measures of risk, each of them.

use po_core::{Compounding, Confidence, Quantile, Risk};

/// Each measure once, and those of drawdowns for both kinds of compounding.
pub(crate) fn every_measure(confidence: f64) -> Vec<Risk> {
    let confidence = Confidence::new(confidence).unwrap();
    let (losses, gains, kappa, threshold) = (confidence, confidence, 0.3, 0.001);
    let quantile = Quantile::Lower;
    let mut measures = vec![
        Risk::Equal,
        Risk::Variance,
        Risk::StandardDeviation,
        Risk::SemiVariance,
        Risk::SemiDeviation,
        Risk::Mad,
        Risk::SquareRootKurtosis,
        Risk::SquareRootSemiKurtosis,
        Risk::GiniMeanDifference,
        Risk::FirstLowerPartialMoment { threshold },
        Risk::SecondLowerPartialMoment { threshold },
        Risk::DownsideDeviation { threshold },
        Risk::Var { confidence, quantile },
        Risk::Var { confidence, quantile: Quantile::Upper },
        Risk::Cvar { confidence },
        Risk::TailGini { confidence },
        Risk::Evar { confidence },
        Risk::Rlvar { confidence, kappa },
        Risk::WorstRealisation,
        Risk::Range,
        Risk::VarRange { losses, gains, quantile },
        Risk::CvarRange { losses, gains },
        Risk::TailGiniRange { losses, gains },
        Risk::EvarRange { losses, gains },
        Risk::RlvarRange { losses, gains, kappa },
    ];
    for compounding in [Compounding::Uncompounded, Compounding::Compounded] {
        measures.extend(of_drawdowns(confidence, compounding));
    }
    measures
}

/// Those of drawdowns.
pub(crate) fn of_drawdowns(confidence: Confidence, compounding: Compounding) -> [Risk; 7] {
    let quantile = Quantile::Lower;
    [
        Risk::MaximumDrawdown { compounding },
        Risk::AverageDrawdown { compounding },
        Risk::UlcerIndex { compounding },
        Risk::DrawdownAtRisk { confidence, quantile, compounding },
        Risk::Cdar { confidence, compounding },
        Risk::Edar { confidence, compounding },
        Risk::Rldar { confidence, kappa: 0.3, compounding },
    ]
}
