//! The settings of a univariate model of variance.

/// Settings of [`Garch`](crate::Garch).
///
/// | Name | Default | Range | Meaning |
/// |---|---|---|---|
/// | `model` | `Garch` | three models | how the variance follows from the past |
/// | `innovations` | `Normal` | two densities | what the standardised residuals are taken to be |
/// | `mean` | `Constant` | two means | what is subtracted from the returns |
/// | `intercept` | `Free` | two intercepts | whether ω is estimated or follows from the sample variance |
/// | `initial_variance` | `Backcast` | two rules | the variance and squared residual before the sample |
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(default, deny_unknown_fields))]
pub struct GarchParams {
    /// How the variance follows from the past.
    pub model: GarchModel,
    /// What the standardised residuals are taken to be.
    pub innovations: Innovations,
    /// What is subtracted from the returns.
    pub mean: GarchMean,
    /// Whether ω is estimated or follows from the sample variance.
    pub intercept: Intercept,
    /// The variance and squared residual before the sample.
    pub initial_variance: InitialVariance,
}

/// How the variance h follows from the past; e is the residual, z = e / √h.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "lowercase"))]
pub enum GarchModel {
    /// GARCH(1,1) (Bollerslev 1986).
    ///
    /// ```text
    /// h_t = ω + α e²_{t-1} + β h_{t-1}
    /// ```
    #[default]
    Garch,
    /// With a further effect of falls (Glosten, Jagannathan and Runkle 1993).
    ///
    /// ```text
    /// h_t = ω + (α + γ 1[e_{t-1} < 0]) e²_{t-1} + β h_{t-1}
    /// ```
    Gjr,
    /// In logarithms (Nelson 1991).
    ///
    /// ```text
    /// ln h_t = ω + α (|z_{t-1}| - √(2/π)) + γ z_{t-1} + β ln h_{t-1}
    /// ```
    ///
    /// The constant is that of the normal density also for Student's t; ω takes up the difference.
    Egarch,
}

/// The density of the standardised residuals, which have variance one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "kebab-case"))]
pub enum Innovations {
    /// The normal density; its maximum is the quasi-maximum likelihood estimate whatever the truth is.
    #[default]
    Normal,
    /// Student's t, scaled to variance one, with degrees of freedom estimated between 2.05 and 500.
    StudentT,
}

/// What is subtracted from the returns.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "lowercase"))]
pub enum GarchMean {
    /// A constant, estimated along with the variance.
    #[default]
    Constant,
    /// Nothing.
    Zero,
}

/// Where ω comes from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "lowercase"))]
pub enum Intercept {
    /// It is estimated.
    #[default]
    Free,
    /// The long-run variance is the mean squared residual s² (Engle and Mezrich 1996).
    ///
    /// ```text
    /// GARCH, GJR: ω = s² (1 - α - γ/2 - β)        EGARCH: ω = (1 - β) ln s²
    /// ```
    Targeted,
}

/// The variance, and squared residual, before the first observation.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "lowercase"))]
pub enum InitialVariance {
    /// The first 75 squared residuals, weighted by 0.94^t, around the sample mean if there is one, as the
    /// Python package `arch` does.
    #[default]
    Backcast,
    /// The mean squared residual at the parameters in hand, as Fiorentini, Calzolari and Panattoni (1996) do.
    Sample,
}
