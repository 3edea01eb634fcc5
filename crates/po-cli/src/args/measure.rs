//! The measures of risk, by name.

use clap::ValueEnum;
use po_engine::{Compounding, Confidence, Quantile, Risk};

/// Which risk is shared, or what clusters are weighed by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Measure {
    /// The standard deviation
    #[default]
    Volatility,
    /// Conditional value at risk: the mean of the worst losses
    Cvar,
    /// Conditional drawdown at risk: the mean of the deepest drawdowns
    Cdar,
    /// Mean absolute deviation
    Mad,
    /// The deviation below the mean
    SemiDeviation,
    /// Entropic value at risk
    Evar,
    /// The variance
    Variance,
    /// Gini's mean difference: the mean distance of two returns
    Gini,
    /// The square root of the fourth moment
    Kurtosis,
    /// The square root of the fourth moment below the mean
    SemiKurtosis,
    /// The mean return below zero
    FirstLowerPartialMoment,
    /// The root of the mean squared return below zero
    DownsideDeviation,
    /// Value at risk: the loss that is rarely exceeded
    Var,
    /// Gini's mean difference of the worst losses
    TailGini,
    /// Relativistic value at risk, between the entropic one and the worst loss (kappa 0.3)
    Rlvar,
    /// The worst loss
    Worst,
    /// From the worst return to the best
    Range,
    /// The deepest drawdown
    MaxDrawdown,
    /// The mean drawdown
    AverageDrawdown,
    /// The root of the mean squared drawdown
    Ulcer,
    /// Drawdown at risk: the drawdown that is rarely exceeded
    Dar,
    /// Entropic drawdown at risk
    Edar,
    /// The same for all
    Equal,
}

/// How heavy a tail the relativistic measure allows for.
const KAPPA: f64 = 0.3;

impl Measure {
    /// The name on the command line.
    pub(crate) fn name(self) -> String {
        self.to_possible_value().map(|value| value.get_name().to_owned()).unwrap_or_default()
    }

    /// Whether it looks at a tail, at some confidence.
    pub(crate) fn has_tail(self) -> bool {
        use Measure::{Cdar, Cvar, Dar, Edar, Evar, Rlvar, TailGini, Var};
        matches!(self, Cdar | Cvar | Dar | Edar | Evar | Rlvar | TailGini | Var)
    }

    /// The measure, its tail at a confidence; drawdowns add returns up, and a shortfall is a loss.
    pub(crate) fn risk(self, confidence: Confidence) -> Risk {
        let (compounding, quantile, threshold) = (Compounding::default(), Quantile::default(), 0.0);
        match self {
            Self::Volatility => Risk::StandardDeviation,
            Self::Cvar => Risk::Cvar { confidence },
            Self::Cdar => Risk::Cdar { confidence, compounding },
            Self::Mad => Risk::Mad,
            Self::SemiDeviation => Risk::SemiDeviation,
            Self::Evar => Risk::Evar { confidence },
            Self::Variance => Risk::Variance,
            Self::Gini => Risk::GiniMeanDifference,
            Self::Kurtosis => Risk::SquareRootKurtosis,
            Self::SemiKurtosis => Risk::SquareRootSemiKurtosis,
            Self::FirstLowerPartialMoment => Risk::FirstLowerPartialMoment { threshold },
            Self::DownsideDeviation => Risk::DownsideDeviation { threshold },
            Self::Var => Risk::Var { confidence, quantile },
            Self::TailGini => Risk::TailGini { confidence },
            Self::Rlvar => Risk::Rlvar { confidence, kappa: KAPPA },
            Self::Worst => Risk::WorstRealisation,
            Self::Range => Risk::Range,
            Self::MaxDrawdown => Risk::MaximumDrawdown { compounding },
            Self::AverageDrawdown => Risk::AverageDrawdown { compounding },
            Self::Ulcer => Risk::UlcerIndex { compounding },
            Self::Dar => Risk::DrawdownAtRisk { confidence, quantile, compounding },
            Self::Edar => Risk::Edar { confidence, compounding },
            Self::Equal => Risk::Equal,
        }
    }

    /// What it is called in a sentence.
    pub(crate) fn in_words(self, confidence: Confidence) -> String {
        let name = if self == Self::Volatility { "volatility" } else { self.risk(confidence).name() };
        match self.level(confidence) {
            Some(level) => format!("{name} at {} %", 100.0 * level),
            None => name.to_owned(),
        }
    }

    /// The confidence of its tail, if it has one.
    pub(crate) fn level(self, confidence: Confidence) -> Option<f64> {
        self.has_tail().then_some(confidence.level())
    }
}
