//! The ways of linking.

/// How effects of single periods become parts of the excess return over all of them.
///
/// Effects of period t add up to `r_t - b_t`, the excess return over T periods is `R - B` with
/// `1 + R = Π (1 + r_t)`; in between lies compounding, which each method shares out in its own way, without remainder.
/// Carino and Menchero do not depend on the order of the periods; GRAP, Frongello and Davies-Laker do.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "kebab-case"))]
pub enum LinkingMethod {
    /// By the logarithm, under which periods add up (Carino 1999).
    ///
    /// ```text
    /// linked = effect k_t / k,    k_t = (ln(1 + r_t) - ln(1 + b_t)) / (r_t - b_t),    k likewise of R and B
    /// ```
    ///
    /// Where both returns are equal, `k_t = 1 / (1 + r_t)`.
    #[default]
    Carino,
    /// By one factor for all periods, and the least corrections to it that leave no remainder (Menchero 2000).
    ///
    /// ```text
    /// linked = effect (m + a_t),    m = ((R - B) / T) / ((1 + R)^(1/T) - (1 + B)^(1/T))
    /// a_t = (r_t - b_t) (R - B - m Σ (r_s - b_s)) / Σ (r_s - b_s)²
    /// ```
    ///
    /// Where both returns are equal, `m = (1 + R)^((T-1)/T)`; without any excess return, all `a_t` are zero.
    Menchero,
    /// By the portfolio's growth before and the benchmark's after (GRAP 1997).
    ///
    /// ```text
    /// linked = effect Π_{s<t} (1 + r_s) Π_{s>t} (1 + b_s)
    /// ```
    Grap,
    /// By the portfolio's growth before, and by what the effects before earn at the benchmark's return
    /// (Frongello 2002): what has been told of a period never changes.
    ///
    /// ```text
    /// linked_t = effect_t Π_{s<t} (1 + r_s) + b_t Σ_{s<t} linked_s
    /// ```
    ///
    /// Summed over the periods it is [`LinkingMethod::Grap`].
    Frongello,
    /// By notional portfolios that are compounded (Davies, Laker 2001): effects must be three blocks of one length,
    /// allocation, selection and interaction by segment.
    ///
    /// ```text
    /// allocation  = Π (1 + b_t + A_t) - Π (1 + b_t)
    /// selection   = Π (1 + b_t + S_t) - Π (1 + b_t)
    /// interaction = Π (1 + r_t) - Π (1 + b_t + A_t) - Π (1 + b_t + S_t) + Π (1 + b_t)
    /// ```
    ///
    /// with sums A and S over segments. The difference of two products is shared out over periods and segments as
    /// [`LinkingMethod::Grap`] does: what is gained in a period grows before as the first, after as the second.
    /// Interaction is the difference of two such differences, so that a segment's linked interaction has a part of its
    /// selection: what that earned on the notional portfolio of allocation rather than on the benchmark.
    DaviesLaker,
}

impl LinkingMethod {
    /// All methods.
    pub const ALL: &[Self] = &[Self::Carino, Self::Menchero, Self::Grap, Self::Frongello, Self::DaviesLaker];

    /// Whether linked effects depend on the order of the periods.
    #[must_use]
    pub fn depends_on_order(self) -> bool {
        matches!(self, Self::Grap | Self::Frongello | Self::DaviesLaker)
    }
}
