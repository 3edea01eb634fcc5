//! The result: weights, and the way that led to them.

use po_core::{Risk, Universe, Weights};

use crate::params::named;
use crate::tree::{Sorting, Tree};
use crate::{Dendrogram, words};

/// The weights of hierarchical risk parity with the tree, the leaf order and the splits that gave them.
///
/// `HrpAllocation::default()` is empty: a place for [`Hrp`](crate::Hrp) to write to.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct HrpAllocation {
    pub(crate) weights: Weights,
    pub(crate) order: Vec<usize>,
    pub(crate) tree: Tree,
    pub(crate) splits: Vec<Bisection>,
    /// The measure of the splits' risks, if it is one of the field.
    pub(crate) measure: Option<Risk>,
}

/// One split of a cluster, by places in the leaf order.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Bisection {
    pub(crate) start: usize,
    pub(crate) mid: usize,
    pub(crate) end: usize,
    pub(crate) risk_left: f64,
    pub(crate) risk_right: f64,
    pub(crate) share_left: f64,
    pub(crate) weight_left: f64,
    pub(crate) weight_right: f64,
}

/// Why one cluster was split as it was.
///
/// # Shapes and units
/// Assets by index, in leaf order; risks per period, in the units of their measure; weights as fractions of the whole
/// portfolio.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(deny_unknown_fields))]
pub struct Split {
    /// The assets of the left half.
    pub left: Vec<usize>,
    /// The assets of the right half.
    pub right: Vec<usize>,
    /// What the risks are those of, and whether they tell the share.
    pub rule: SplitRule,
    /// The measure of the risks; none for one that is not of the field.
    pub measure: Option<Risk>,
    /// Risk of the left half.
    pub risk_left: f64,
    /// Risk of the right half.
    pub risk_right: f64,
    /// The share of the cluster's weight that these risks earn the left half: `r_right / (r_left + r_right)`.
    pub share_left: f64,
    /// The weight that the left half got; differs from the share where bounds bind.
    pub weight_left: f64,
    /// The weight that the right half got.
    pub weight_right: f64,
}

/// What the risk of a half is, and whether it tells the share.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "lowercase"))]
#[non_exhaustive]
pub enum SplitRule {
    /// The risk of the half's portfolio whose weights are inverse to the risks of its assets.
    #[default]
    Portfolios,
    /// The sum of such risks over the clusters of the half.
    Clusters,
    /// The variance of such a portfolio by the covariance of what the half was told of the other one.
    Augmented,
    /// The sum over clusters; but each half earns one half, whatever it is.
    Halves,
}

named!(SplitRule, "rule of a split",
    Portfolios => "portfolios", Clusters => "clusters", Augmented => "augmented", Halves => "halves");

/// A weight that differs by less from what it earned does so for rounding.
const MOVED: f64 = 1e-9;

impl Split {
    /// Whether bounds moved the weights away from what the risks earn.
    #[must_use]
    pub fn is_moved(&self) -> bool {
        (self.weight_left - self.earned_left()).abs() > MOVED
    }

    /// The weight that the risks earn the left half.
    fn earned_left(&self) -> f64 {
        self.share_left * (self.weight_left + self.weight_right)
    }

    /// The split in two sentences: what risks the halves have and what these earn, and what the halves get.
    ///
    /// # Examples
    /// ```
    /// use po_core::{Allocator, Covariance, Universe};
    /// use po_hrp::{Hrp, HrpParams};
    ///
    /// let universe = Universe::new(["AAPL", "TLT"])?;
    /// let covariance = Covariance::from_column_slice(2, &[0.04, 0.0, 0.0, 0.01])?;
    /// let allocation = Hrp::new(HrpParams::default())?.allocate(&covariance)?;
    /// assert_eq!(
    ///     allocation.explain()[0].words(&universe),
    ///     "AAPL has a variance of 0.04, and TLT one of 0.01, so the former earns 20 % of the weight of both. \
    ///      The former gets 20 % of the portfolio, and the latter 80 %."
    /// );
    /// # Ok::<(), po_hrp::Error>(())
    /// ```
    #[must_use]
    pub fn words(&self, universe: &Universe) -> String {
        let (left, right) = (words::names(&self.left, universe), words::names(&self.right, universe));
        let (measure, risks) = (words::a_risk(self.measure), (self.risk_left, self.risk_right));
        let (risk_left, risk_right) = (words::figures(risks.0), words::figures(risks.1));
        let one = self.left.len() == 1;
        let (has, adds, earns, gets) =
            if one { ("has", "adds", "earns", "gets") } else { ("have", "add", "earn", "get") };
        let reason = match self.rule {
            SplitRule::Portfolios => {
                format!("{left} {has} {measure} of {risk_left}, and {right} one of {risk_right}")
            }
            SplitRule::Augmented => format!(
                "Told of the other half, {left} {has} {measure} of {risk_left}, and {right} one of {risk_right}"
            ),
            SplitRule::Clusters | SplitRule::Halves => format!(
                "Cluster by cluster, {left} {adds} up to {measure} of {risk_left}, and {right} to one of {risk_right}"
            ),
        };
        let earned = match self.rule {
            SplitRule::Halves => "; each half earns half of the weight of both all the same".to_owned(),
            _ if risks == (0.0, 0.0) => ", so each half earns half of the weight of both".to_owned(),
            _ => format!(", so the former {earns} {} of the weight of both", words::percent(self.share_left)),
        };
        let (weight_left, weight_right) =
            (words::percent(self.weight_left), words::percent(self.weight_right));
        let given = if self.is_moved() {
            let earned = words::percent(self.earned_left());
            format!("Bounds give the former {weight_left} of the portfolio in place of {earned}")
        } else {
            format!("The former {gets} {weight_left} of the portfolio")
        };
        format!("{reason}{earned}. {given}, and the latter {weight_right}.")
    }
}

impl HrpAllocation {
    /// The weights, in the order of the assets; they sum to one.
    #[must_use]
    pub fn weights(&self) -> &Weights {
        &self.weights
    }

    /// The order of the leaves that was bisected: asset indices from left to right.
    #[must_use]
    pub fn leaf_order(&self) -> &[usize] {
        &self.order
    }

    /// The tree of clusters, numbered as SciPy does.
    #[must_use]
    pub fn dendrogram(&self) -> Dendrogram {
        let mut dendrogram = Dendrogram::default();
        self.tree.dendrogram_into(&mut Sorting::default(), &mut dendrogram);
        dendrogram
    }

    /// Each split of the bisection, a cluster before its halves.
    ///
    /// # Examples
    /// ```
    /// use po_core::{Allocator, Covariance, nalgebra::DMatrix};
    /// use po_hrp::{Hrp, HrpParams};
    ///
    /// let covariance = Covariance::new(DMatrix::from_row_slice(2, 2, &[0.04, 0.0, 0.0, 0.01]))?;
    /// let allocation = Hrp::new(HrpParams::default())?.allocate(&covariance)?;
    /// let splits = allocation.explain();
    /// assert_eq!((splits[0].risk_left, splits[0].risk_right), (0.04, 0.01));
    /// assert!((splits[0].share_left - 0.2).abs() < 1e-15);
    /// # Ok::<(), po_hrp::Error>(())
    /// ```
    #[must_use]
    pub fn explain(&self) -> Vec<Split> {
        explain(&self.order, &self.splits, SplitRule::Portfolios, self.measure)
    }
}

impl AsRef<Weights> for HrpAllocation {
    fn as_ref(&self) -> &Weights {
        &self.weights
    }
}

/// Each split by the assets of its sides, a cluster before its parts.
pub(crate) fn explain(
    order: &[usize],
    splits: &[Bisection],
    rule: SplitRule,
    measure: Option<Risk>,
) -> Vec<Split> {
    let mut splits = splits.to_vec();
    splits.sort_by_key(|split| (split.start, std::cmp::Reverse(split.end)));
    let assets = |start: usize, end: usize| order[start..end].to_vec();
    let explain = |split: Bisection| Split {
        left: assets(split.start, split.mid),
        right: assets(split.mid, split.end),
        rule,
        measure,
        risk_left: split.risk_left,
        risk_right: split.risk_right,
        share_left: split.share_left,
        weight_left: split.weight_left,
        weight_right: split.weight_right,
    };
    splits.into_iter().map(explain).collect()
}
