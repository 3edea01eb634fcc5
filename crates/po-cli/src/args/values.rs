//! The values of flags that have a few.

use clap::ValueEnum;
use po_engine::convex::Semidefinite;
use po_engine::hrp::{LeafOrder, Linkage, Metric};

/// How the covariance is estimated.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum CovarianceKind {
    /// The unbiased sample covariance
    #[default]
    Sample,
}

/// What to do about a covariance that is not positive semidefinite.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum SemidefiniteName {
    /// Refuse it
    Refuse,
    /// Put the nearest sound matrix in its place
    Nearest,
    /// Lift the eigenvalues below zero
    Clip,
    /// Take it as it is
    Trust,
}

impl From<SemidefiniteName> for Semidefinite {
    fn from(name: SemidefiniteName) -> Self {
        match name {
            SemidefiniteName::Refuse => Self::Refuse,
            SemidefiniteName::Nearest => Self::Nearest,
            SemidefiniteName::Clip => Self::Clip,
            SemidefiniteName::Trust => Self::Trust,
        }
    }
}

/// Which risk is shared.
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
}

/// How a result is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Output {
    /// For people
    #[default]
    Table,
    /// One object, with all digits
    Json,
    /// A table with all digits
    Csv,
}

/// The order of the rows of a table.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Sort {
    /// The order of the file, or of --assets
    #[default]
    Input,
    /// The greatest weight first
    Weight,
    /// By name
    Name,
}

/// Values of an enum of another crate, by the names it gives them.
macro_rules! foreign {
    ($(#[$doc:meta])* $name:ident, $type:ty) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
        pub(crate) struct $name(pub(crate) $type);

        impl ValueEnum for $name {
            fn value_variants<'a>() -> &'a [Self] {
                static ALL: std::sync::LazyLock<Vec<$name>> =
                    std::sync::LazyLock::new(|| <$type>::ALL.iter().copied().map($name).collect());
                &ALL
            }

            fn to_possible_value(&self) -> Option<clap::builder::PossibleValue> {
                Some(clap::builder::PossibleValue::new(self.0.name()))
            }
        }
    };
}

foreign!(/** How the distance of two clusters follows from that of their assets. */ LinkageName, Linkage);
foreign!(/** Which distance of two assets is clustered. */ MetricName, Metric);
foreign!(/** Which order of the leaves is bisected. */ LeafOrderName, LeafOrder);
