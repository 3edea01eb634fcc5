//! The methods, by what they need.

use clap::ValueEnum;

/// How the weights are found.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Method {
    /// Hierarchical risk parity: risk is halved down a tree of related assets
    #[default]
    Hrp,
    /// Hierarchical equal risk contribution: clusters of assets share risk equally
    Herc,
    /// Nested clusters: minimum variance within clusters of assets, and between them
    Nco,
    /// Between hrp (--gamma 0) and minimum variance (--gamma 1)
    Schur,
    /// The same weight in each asset
    EqualWeight,
    /// Weights in proportion to one over volatility
    InverseVolatility,
    /// Weights in proportion to one over variance
    InverseVariance,
    /// The least variance
    MinVariance,
    /// The greatest expected return less a charge for variance
    MeanVariance,
    /// The greatest expected return at no more than a volatility, or at no more than a --cvar-limit
    MaxReturn,
    /// The least variance, or other --risk, at no less than an expected return
    MinRisk,
    /// The greatest ratio of excess return to volatility, or to another --risk
    MaxSharpe,
    /// The greatest ratio of the mean volatility of the assets to that of the portfolio
    MaxDiversification,
    /// The least variance if all assets were equally volatile
    MaxDecorrelation,
    /// The least volatility of the difference to a benchmark
    MinTrackingError,
    /// As mean-variance, but for the worst expected returns within their errors
    Robust,
    /// The least conditional value at risk, or another --risk of a tail
    MinCvar,
    /// The greatest expected return less a charge for conditional value at risk, or another --risk of a tail
    MeanCvar,
    /// Each asset contributes the same risk
    RiskParity,
    /// Assets and groups contribute the shares of risk of --budget
    RiskBudget,
}

impl Method {
    /// The name on the command line.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Hrp => "hrp",
            Self::Herc => "herc",
            Self::Nco => "nco",
            Self::Schur => "schur",
            Self::EqualWeight => "equal-weight",
            Self::InverseVolatility => "inverse-volatility",
            Self::InverseVariance => "inverse-variance",
            Self::MinVariance => "min-variance",
            Self::MeanVariance => "mean-variance",
            Self::MaxReturn => "max-return",
            Self::MinRisk => "min-risk",
            Self::MaxSharpe => "max-sharpe",
            Self::MaxDiversification => "max-diversification",
            Self::MaxDecorrelation => "max-decorrelation",
            Self::MinTrackingError => "min-tracking-error",
            Self::Robust => "robust",
            Self::MinCvar => "min-cvar",
            Self::MeanCvar => "mean-cvar",
            Self::RiskParity => "risk-parity",
            Self::RiskBudget => "risk-budget",
        }
    }

    /// Whether it finds the best portfolio within constraints.
    pub(crate) fn optimises(self) -> bool {
        use Method::{MaxDecorrelation, MaxDiversification, MinCvar, MinTrackingError, MinVariance};
        let without_means = [MinVariance, MaxDiversification, MaxDecorrelation, MinTrackingError, MinCvar];
        without_means.contains(&self) || self.expects()
    }

    /// Whether it needs expected returns.
    pub(crate) fn expects(self) -> bool {
        use Method::{MaxReturn, MaxSharpe, MeanCvar, MeanVariance, MinRisk, Robust};
        [MeanVariance, MaxReturn, MinRisk, MaxSharpe, Robust, MeanCvar].contains(&self)
    }

    /// Whether it is about the tail, whatever else is told.
    pub(crate) fn is_of_tail(self) -> bool {
        [Self::MinCvar, Self::MeanCvar].contains(&self)
    }

    /// Whether it can be about the tail.
    pub(crate) fn knows_tail(self) -> bool {
        self.is_of_tail() || [Self::MaxReturn, Self::MinRisk, Self::MaxSharpe].contains(&self)
    }

    /// Whether it shares risk by a budget.
    pub(crate) fn shares_risk(self) -> bool {
        [Self::RiskParity, Self::RiskBudget].contains(&self)
    }

    /// Whether it allocates by clusters of assets.
    pub(crate) fn clusters(self) -> bool {
        [Self::Hrp, Self::Herc, Self::Nco, Self::Schur].contains(&self)
    }

    /// Whether its weights keep constraints: by itself, or by a last step to the nearest weights that do.
    pub(crate) fn is_constrained(self) -> bool {
        self.optimises() || self.shares_risk() || self.clusters()
    }

    /// Whether it allocates by clusters, and keeps bounds of assets while it does.
    pub(crate) fn clusters_within_bounds(self) -> bool {
        [Self::Hrp, Self::Herc, Self::Schur].contains(&self)
    }

    /// Whether it allocates by clusters, and keeps bounds of groups while it does.
    pub(crate) fn clusters_within_groups(self) -> bool {
        [Self::Hrp, Self::Schur].contains(&self)
    }

    /// Whether it divides by the variance of each asset.
    pub(crate) fn needs_movement(self) -> bool {
        use Method::{InverseVariance, InverseVolatility, MaxDecorrelation, MaxDiversification};
        [InverseVolatility, InverseVariance, MaxDiversification, MaxDecorrelation].contains(&self)
            || self.clusters()
            || self.shares_risk()
    }
}
