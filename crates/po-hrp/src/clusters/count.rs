//! The rules by which clusters are counted.

use std::fmt;
use std::str::FromStr;

use po_core::{InputError, nearest_name};

use crate::Error;

/// How the number of clusters is found.
///
/// Three of the rules give each number `k` a score and take the greatest, of equal ones the least `k`.
/// They try `k` from two to `most`, and to N - 1 at the most; `most` is `max(8, round(sqrt(N)))` by default.
/// Two items are two clusters to them, and with `most` of one all items are one cluster.
///
/// Notation: `C(i)` is the cluster of item `i`, and `n` counts the items of a cluster.
///
/// # Shapes and units
/// Scores have the unit of the distance for the gap, and none for the silhouettes.
///
/// # Examples
/// ```
/// use po_hrp::ClusterCount;
///
/// assert_eq!("gap".parse(), Ok(ClusterCount::default()));
/// assert_eq!("silhouette".parse(), Ok(ClusterCount::Silhouette { most: None }));
/// assert_eq!("3".parse(), Ok(ClusterCount::Given(3)));
/// # Ok::<(), po_core::InputError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "kebab-case", deny_unknown_fields))]
pub enum ClusterCount {
    /// The two-order difference of the gap statistic: where the dispersion within clusters bends most.
    ///
    /// ```text
    /// W_k    = Σ_C Σ_{i, j in C} d_ij / (2 n_C),   C among k clusters, each pair counted twice
    /// gap(k) = W_{k-1} + W_{k+1} - 2 W_k
    /// ```
    ///
    /// # Source
    /// Yue, Wang, Wei (2008), Application of Two-Order Difference to Gap Statistic; `W_k` as in Tibshirani,
    /// Walther, Hastie (2001), equation 2.
    /// Raffinot (2018) counts clusters so.
    /// We take the `k` in the middle of the three, where the bend is.
    Gap {
        /// The greatest number that is tried.
        #[cfg_attr(feature = "serde", serde(default))]
        most: Option<usize>,
    },
    /// The greatest mean silhouette: how much nearer items are to their own cluster than to the next one.
    ///
    /// ```text
    /// a_i  = Σ_{j in C(i)} d_ij / (n_C(i) - 1)
    /// b_i  = min_{C other than C(i)} Σ_{j in C} d_ij / n_C
    /// s_i  = (b_i - a_i) / max(a_i, b_i),   zero for the only item of a cluster
    /// S(k) = mean(s)
    /// ```
    ///
    /// # Source
    /// Rousseeuw (1987), Silhouettes.
    Silhouette {
        /// The greatest number that is tried.
        #[cfg_attr(feature = "serde", serde(default))]
        most: Option<usize>,
    },
    /// The greatest mean silhouette in units of its spread over the items, which tells against clusters of
    /// which a few are good and the rest is bad.
    ///
    /// ```text
    /// q(k) = mean(s) / sqrt(mean((s - mean(s))²)),   s_i as for the mean silhouette
    /// ```
    ///
    /// # Source
    /// López de Prado, Lewis (2019), Detection of False Investment Strategies Using Unsupervised Learning
    /// Methods.
    /// They measure `d` between the columns of the distance matrix, as [`Metric::Columns`](crate::Metric)
    /// does.
    StandardisedSilhouette {
        /// The greatest number that is tried.
        #[cfg_attr(feature = "serde", serde(default))]
        most: Option<usize>,
    },
    /// So many clusters, from one to the number of assets.
    Given(usize),
}

impl Default for ClusterCount {
    /// The gap statistic.
    fn default() -> Self {
        Self::Gap { most: None }
    }
}

impl ClusterCount {
    /// The rules that find the number, with the default of `most`.
    pub const ALL: &[Self] = &[
        Self::Gap { most: None },
        Self::Silhouette { most: None },
        Self::StandardisedSilhouette { most: None },
    ];

    /// The name by which configuration files and the command line call it; a given number has none but itself there.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Gap { .. } => "gap",
            Self::Silhouette { .. } => "silhouette",
            Self::StandardisedSilhouette { .. } => "standardised-silhouette",
            Self::Given(_) => "given",
        }
    }
}

impl fmt::Display for ClusterCount {
    /// The name of the rule, or the number.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Given(clusters) => fmt::Display::fmt(clusters, f),
            _ => f.pad(self.name()),
        }
    }
}

impl FromStr for ClusterCount {
    type Err = InputError;

    /// A rule with the default of `most`, or a number.
    fn from_str(name: &str) -> Result<Self, InputError> {
        if let Ok(clusters) = name.parse() {
            return Ok(Self::Given(clusters));
        }
        Self::ALL.iter().copied().find(|rule| rule.name() == name).ok_or_else(|| {
            let nearest = nearest_name(name, Self::ALL.iter().map(|rule| rule.name())).map(str::to_owned);
            InputError::UnknownName { kind: "rule for clusters", name: name.to_owned(), nearest }
        })
    }
}

impl ClusterCount {
    /// Refuses zero clusters.
    pub(crate) fn check(self) -> Result<(), Error> {
        let (name, clusters) = match self {
            Self::Given(clusters) => ("the number of clusters", Some(clusters)),
            Self::Gap { most } | Self::Silhouette { most } | Self::StandardisedSilhouette { most } => {
                ("the greatest number of clusters", most)
            }
        };
        match clusters {
            Some(0) => Err(InputError::OutOfRange { name, value: 0.0, expected: "one or more" }.into()),
            _ => Ok(()),
        }
    }

    /// Refuses more clusters than assets.
    pub(crate) fn check_assets(self, assets: usize) -> Result<(), Error> {
        match self {
            Self::Given(clusters) if clusters > assets => Err(Error::TooManyClusters { clusters, assets }),
            _ => Ok(()),
        }
    }

    /// Whether distances are looked at.
    pub(crate) fn needs_distances(self) -> bool {
        !matches!(self, Self::Given(_))
    }
}

/// The greatest number of clusters that is tried among so many assets.
pub(super) fn greatest(most: Option<usize>, assets: usize) -> usize {
    most.unwrap_or_else(|| 8.max((assets as f64).sqrt().round() as usize)).min(assets)
}
