//! The values of flags that have a few.

use clap::ValueEnum;
use po_engine::convex::{Nearness, Semidefinite};
use po_engine::hrp::{Division, LeafOrder, Linkage, Metric};

/// How the covariance is estimated.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum CovarianceKind {
    /// The unbiased sample covariance
    #[default]
    Sample,
    /// Exponentially weighted: recent periods count more (--half-life)
    Ewma,
    /// Exponentially weighted, as fast as the data ask for
    AdaptiveEwma,
    /// Shrunk towards equal variances without correlation (Ledoit and Wolf 2004)
    LedoitWolf,
    /// Shrunk towards equal correlations (Ledoit and Wolf 2003)
    ConstantCorrelation,
    /// Shrunk towards a market model (Ledoit and Wolf 2003)
    SingleFactor,
    /// Shrunk by the oracle approximation (Chen, Wiesel, Eldar, Hero 2010)
    Oas,
    /// Each eigenvalue shrunk by its own amount (Ledoit and Wolf 2020)
    Nonlinear,
    /// Eigenvalues that look like noise made equal (Laloux et al. 1999)
    Denoised,
    /// Joint large moves counted (Gerber et al. 2022)
    Gerber,
    /// By the ranks of the returns
    Spearman,
    /// By the order of pairs of returns
    Kendall,
    /// Of the observations that lie closest together (Rousseeuw 1984)
    MinimumDeterminant,
    /// Of losses alone
    Semi,
    /// GARCH volatilities and dynamic conditional correlation, for the next period (Engle 2002)
    Dcc,
    /// The same for many assets: fitted by pairs, around a shrunk correlation (Engle, Ledoit and Wolf 2019)
    DccNonlinear,
}

impl CovarianceKind {
    /// The name on the command line.
    pub(crate) fn name(self) -> String {
        self.to_possible_value().map(|value| value.get_name().to_owned()).unwrap_or_default()
    }
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

/// What says how near two assets are, in place of their covariance.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum CodependenceKind {
    /// The correlation of the returns
    Pearson,
    /// The same, whatever its sign
    AbsolutePearson,
    /// The correlation of the ranks of the returns
    Spearman,
    /// The same, whatever its sign
    AbsoluteSpearman,
    /// The order of pairs of returns
    Kendall,
    /// The same, whatever its sign
    AbsoluteKendall,
    /// Joint large moves counted (Gerber et al. 2022, statistic 1)
    Gerber1,
    /// The same as a correlation of signs (statistic 2)
    Gerber2,
    /// Dependence of any kind (Szekely, Rizzo, Bakirov 2007)
    Distance,
    /// What one asset tells about the other
    MutualInformation,
    /// What two assets leave open about each other
    VariationOfInformation,
    /// Whether the worst periods are the same
    LowerTail,
}

impl CodependenceKind {
    /// The name on the command line.
    pub(crate) fn name(self) -> String {
        self.to_possible_value().map(|value| value.get_name().to_owned()).unwrap_or_default()
    }
}

/// How far a portfolio within constraints is from the weights of a method.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum NearnessName {
    /// By relative changes: what a cap cuts is cut in proportion
    Relative,
    /// By changes of weights
    Euclidean,
    /// By the volatility of the difference
    TrackingError,
}

impl From<NearnessName> for Nearness {
    fn from(name: NearnessName) -> Self {
        match name {
            NearnessName::Relative => Self::Relative,
            NearnessName::Euclidean => Self::Euclidean,
            NearnessName::TrackingError => Self::TrackingError,
        }
    }
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
    /// A picture
    Svg,
    /// A page with the picture and tables
    Html,
}

impl Output {
    /// Whether something is drawn.
    pub(crate) fn is_drawn(self) -> bool {
        matches!(self, Self::Svg | Self::Html)
    }
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

/// Values of an enum of another crate, by the names it gives them; all of them, but for those that are not offered.
macro_rules! foreign {
    ($(#[$doc:meta])* $name:ident, $type:ty, $words:expr $(, but $hidden:pat)?) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
        pub(crate) struct $name(pub(crate) $type);

        impl ValueEnum for $name {
            fn value_variants<'a>() -> &'a [Self] {
                static ALL: std::sync::LazyLock<Vec<$name>> = std::sync::LazyLock::new(|| {
                    let offered = <$type>::ALL.iter().copied() $(.filter(|value| !matches!(value, $hidden)))?;
                    offered.map($name).collect()
                });
                &ALL
            }

            fn to_possible_value(&self) -> Option<clap::builder::PossibleValue> {
                let words: fn($type) -> &'static str = $words;
                Some(clap::builder::PossibleValue::new(self.0.name()).help(words(self.0)))
            }
        }
    };
}

foreign!(/** How the distance of two clusters follows from that of their assets. */ LinkageName, Linkage, linkage);
foreign!(/** What share of a node goes to either side. */ DivisionName, Division, division);
foreign!(/** Which distance of two assets is clustered. */ MetricName, Metric, metric);
// A stable order needs the one before, which a single run does not have.
foreign!(/** Which order of the leaves is bisected. */ LeafOrderName, LeafOrder, leaf_order, but LeafOrder::Stable);

fn linkage(linkage: Linkage) -> &'static str {
    match linkage {
        Linkage::Single => "That of the nearest pair; tends to chains",
        Linkage::Complete => "That of the farthest pair",
        Linkage::Average => "The mean over all pairs",
        Linkage::Weighted => "The mean of both parts of a cluster, whatever their sizes",
        Linkage::Ward => "The growth of the squares within clusters, which makes compact ones (Ward 1963)",
        Linkage::Centroid => "That of the centres",
        Linkage::Median => "That of the centres, both parts of a cluster counting alike",
        Linkage::Dbht => {
            "Directed bubbles of a planar graph of the strongest links (Song, Di Matteo, Aste 2012)"
        }
        Linkage::DbhtPmfg => "The same on the planar maximally filtered graph, which takes longer",
    }
}

fn metric(metric: Metric) -> &'static str {
    match metric {
        Metric::Correlation => "That of their correlation, or of --codependence",
        Metric::Columns => "How differently they relate to all assets (Lopez de Prado 2016)",
    }
}

fn division(division: Division) -> &'static str {
    match division {
        Division::Clusters => "By the risks of the clusters on either side, added up (Raffinot 2018)",
        Division::Assets => "By the risks of all assets on either side, each side taken as one portfolio",
        Division::Halves => "Half to either side",
    }
}

fn leaf_order(order: LeafOrder) -> &'static str {
    match order {
        LeafOrder::Dendrogram => "As the tree stands",
        LeafOrder::Optimal => "Of the tree's orders, the one with the nearest neighbours",
        LeafOrder::Spectral => "No order of the tree, but along the main direction in which assets differ",
        // The stable order is not offered by name.
        _ => "As near as the tree allows to an order before",
    }
}
