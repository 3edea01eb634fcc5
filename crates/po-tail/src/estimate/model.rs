//! The models of a tail.

use crate::{GpdMethod, Threshold};

/// How value at risk and its conditional mean are estimated from a series of returns.
///
/// # Shapes and units
/// T simple returns of a portfolio, the oldest first; order matters to [`TailModel::AgeWeighted`] only. Losses are
/// positive, in returns per period, nothing annualised.
///
/// # Cost
/// Two selections among T numbers for [`TailModel::Historical`]; a sort for [`TailModel::AgeWeighted`]; a few sums for
/// the normal and Cornish-Fisher models; some ten passes of T logarithms for [`TailModel::StudentT`]; a selection and the
/// fit of the excesses for [`TailModel::Evt`].
///
/// # Examples
/// ```
/// use po_core::Confidence;
/// use po_tail::TailModel;
///
/// let returns = [0.02, -0.04, 0.01, -0.01, 0.03, 0.01, -0.02, 0.02];
/// // The worst two of eight have a mean of three per cent; the third worst is one.
/// let risk = TailModel::Historical.estimate(&returns, Confidence::new(0.75)?)?;
/// assert!((risk.var - 0.01).abs() < 1e-16);
/// assert!((risk.cvar - 0.03).abs() < 1e-16);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Settings
/// | Name | Default | Range | Meaning |
/// |---|---|---|---|
/// | `decay` | none | (0, 1] | the weight of a return beside that of the next one; 1 for equal weights |
/// | `threshold` | none | any [`Threshold`] | where the tail begins |
/// | `method` | none | any [`GpdMethod`] | how the distribution of the excesses is fitted |
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "kebab-case", deny_unknown_fields))]
#[non_exhaustive]
pub enum TailModel {
    /// The sample itself: [`Risk::Var`](po_core::Risk::Var) with the lower quantile, and
    /// [`Risk::Cvar`](po_core::Risk::Cvar), to the bit.
    #[default]
    Historical,
    /// The sample with weights that fall with age: the return of `k` periods ago has the weight `decay^k`, and all add up
    /// to one.
    ///
    /// # Source
    /// Boudoukh, Richardson and Whitelaw (1998), "The best of both worlds", whose value at risk lies between two
    /// observations; here it is one of them, as in [`TailModel::Historical`].
    AgeWeighted {
        /// The weight of a return beside that of the next one.
        decay: f64,
    },
    /// A normal distribution of the sample mean and the unbiased sample variance.
    ///
    /// ```text
    /// VaR = -μ + z σ     CVaR = -μ + σ φ(z) / (1-β)     z = Φ⁻¹(β)
    /// ```
    ///
    /// # Source
    /// Rockafellar and Uryasev (2000), section 3.
    Normal,
    /// Student's t distribution with a location and a scale, by maximum likelihood; see
    /// [`StudentTFit`](crate::StudentTFit).
    ///
    /// ```text
    /// VaR = -μ + s q     CVaR = -μ + s f(q) (ν + q²) / ((ν-1) (1-β))     q = F⁻¹(β)
    /// ```
    ///
    /// F and f are the distribution function and the density of ν degrees of freedom.
    ///
    /// # Source
    /// `McNeil`, Frey and Embrechts (2005), example 2.14, equation 2.25.
    StudentT,
    /// The third-order expansion of Cornish and Fisher about the normal quantile, with the skewness S and the excess
    /// kurtosis K of the sample as its parameters.
    ///
    /// ```text
    /// VaR  = -μ - σ (z + (z²-1) S/6 + (z³-3z) K/24 - (2z³-5z) S²/36)              z = Φ⁻¹(1-β)
    /// CVaR = -μ + σ φ(z)/(1-β) (1 + z S/6 + (z²-1) K/24 - (2z²-1) S²/36)
    /// ```
    ///
    /// All moments divide by T. The conditional value at risk is the exact mean of the expansion beyond its own quantile.
    /// Skewness and kurtosis for which the expansion is no quantile function, because it does not rise everywhere, are
    /// refused. Without skewness the excess kurtosis has to lie in [0, 8), and with any `|S| <= 6 (√2-1) = 2.49` between
    /// `4 (1 + 11 s² ∓ sqrt(1 - 6 s² + s⁴))` where `s = S/6`.
    ///
    /// # Source
    /// Zangari (1996) and Boudt, Peterson and Croux (2008), equation 9, for value at risk; Maillard (2012), "A user's
    /// guide to the Cornish Fisher expansion", for the domain and the mean beyond the quantile. The modified expected
    /// shortfall of Boudt, Peterson and Croux is that of another, the Edgeworth expansion.
    CornishFisher,
    /// The same expansion with parameters for which its own variance, skewness and kurtosis are those of the sample.
    ///
    /// The plain expansion has other moments than those that it is given. This one reaches excess kurtoses up to 43 without
    /// skewness.
    ///
    /// # Source
    /// Maillard (2012), sections 3 and 4.
    CornishFisherMatched,
    /// Peaks over a threshold, whose excesses have a generalised Pareto distribution.
    ///
    /// # Source
    /// `McNeil`, Frey and Embrechts (2005), section 7.2.3.
    Evt {
        /// Where the tail begins.
        threshold: Threshold,
        /// How the distribution of the excesses is fitted.
        method: GpdMethod,
    },
}
