//! What the measures are called, and of which kind they are.

use std::fmt;

use super::Risk;

impl Risk {
    /// The name that results and errors call it by.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Equal => "equal risk",
            Self::Variance => "variance",
            Self::StandardDeviation => "standard deviation",
            Self::SemiVariance => "semi-variance",
            Self::SemiDeviation => "semi-deviation",
            Self::Mad => "mean absolute deviation",
            Self::SquareRootKurtosis => "square-root kurtosis",
            Self::SquareRootSemiKurtosis => "square-root semi-kurtosis",
            Self::GiniMeanDifference => "Gini mean difference",
            Self::FirstLowerPartialMoment { .. } => "first lower partial moment",
            Self::SecondLowerPartialMoment { .. } => "second lower partial moment",
            Self::DownsideDeviation { .. } => "downside deviation",
            Self::Var { .. } => "value at risk",
            Self::Cvar { .. } => "conditional value at risk",
            Self::TailGini { .. } => "tail Gini",
            Self::Evar { .. } => "entropic value at risk",
            Self::Rlvar { .. } => "relativistic value at risk",
            Self::WorstRealisation => "worst realisation",
            Self::Range => "range",
            Self::VarRange { .. } => "value-at-risk range",
            Self::CvarRange { .. } => "conditional value-at-risk range",
            Self::TailGiniRange { .. } => "tail Gini range",
            Self::EvarRange { .. } => "entropic value-at-risk range",
            Self::RlvarRange { .. } => "relativistic value-at-risk range",
            Self::MaximumDrawdown { .. } => "maximum drawdown",
            Self::AverageDrawdown { .. } => "average drawdown",
            Self::UlcerIndex { .. } => "ulcer index",
            Self::DrawdownAtRisk { .. } => "drawdown at risk",
            Self::Cdar { .. } => "conditional drawdown at risk",
            Self::Edar { .. } => "entropic drawdown at risk",
            Self::Rldar { .. } => "relativistic drawdown at risk",
        }
    }

    /// Whether it measures how far returns are spread, wherever they lie, so that it does not see expected returns.
    ///
    /// These need two observations.
    #[must_use]
    pub fn is_deviation(&self) -> bool {
        matches!(
            self,
            Self::Variance
                | Self::StandardDeviation
                | Self::SemiVariance
                | Self::SemiDeviation
                | Self::Mad
                | Self::SquareRootKurtosis
                | Self::SquareRootSemiKurtosis
                | Self::GiniMeanDifference
                | Self::Range
                | Self::VarRange { .. }
                | Self::CvarRange { .. }
                | Self::TailGiniRange { .. }
                | Self::EvarRange { .. }
                | Self::RlvarRange { .. }
        )
    }
}

impl fmt::Display for Risk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}
