//! How often the tails of assets meet: a coefficient for each pair.

use po_core::{Codependence, CodependenceMeasure, InputError, Returns};
use statrs::distribution::{ContinuousCDF, StudentsT};

use crate::Error;

use super::extremal_dependence::Tail;
use super::sample::check_between;

/// Bits of a word.
const BITS: usize = u64::BITS as usize;

/// The empirical coefficients of tail dependence of all pairs of assets.
///
/// ```text
/// λ_ij = #{t : both i and j are in their tails in period t} / k    k = ⌈α T⌉
/// ```
///
/// The tail of an asset is its `k` least returns, or its `k` greatest. Returns that are tied with the last of them
/// belong to the tail; where that makes two tails unlike in size, the greater size stands in place of `k`.
///
/// # Source
/// Schmidt, Stadtmüller (2006), Non-parametric estimation of tail dependence, section 3.
///
/// # Settings
/// Which tail, and the share `α` of the periods that it has, above 0 and below 1.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TailDependence {
    tail: Tail,
    share: f64,
}

/// Working memory of [`TailDependence::matrix_into`].
#[derive(Clone, Debug, Default)]
pub struct TailDependenceScratch {
    /// The returns of one asset while the last one of its tail is selected: T.
    sorted: Vec<f64>,
    /// A bit for each period, set in the tail, asset by asset: N T/64 words.
    tails: Vec<u64>,
    /// How many periods each tail has: N.
    sizes: Vec<u32>,
}

impl TailDependence {
    /// An estimator of this tail.
    ///
    /// # Errors
    /// [`InputError::OutOfRange`] for a share that is not between 0 and 1.
    pub fn new(tail: Tail, share: f64) -> Result<Self, Error> {
        check_between("the share of the tail", share, (0.0, 1.0), "a number in (0, 1)")?;
        Ok(Self { tail, share })
    }

    /// The coefficients of all pairs.
    ///
    /// # Shapes and units
    /// N x N in [0, 1], with one on the diagonal. Independent assets have about `α`. Those of lower tails are
    /// [`CodependenceMeasure::LowerTailDependence`], those of upper tails [`CodependenceMeasure::Similarity`].
    ///
    /// # Errors
    /// [`InputError::TooFewObservations`] for fewer than two periods; [`InputError::ZeroVariance`] for an asset that
    /// does not move.
    ///
    /// # Cost
    /// N selections among T numbers, and T N²/128 operations on words of 64 periods.
    ///
    /// # Examples
    /// ```
    /// use po_core::Returns;
    /// use po_tail::{Tail, TailDependence};
    ///
    /// let returns = Returns::from_column_slice(4, 2, &[-0.3, -0.2, 0.1, 0.2, -0.1, 0.4, 0.3, -0.2])?;
    /// assert_eq!(TailDependence::new(Tail::Lower, 0.5)?.matrix(&returns)?.as_slice()[1], 0.5);
    /// # Ok::<(), po_tail::Error>(())
    /// ```
    pub fn matrix(&self, returns: &Returns) -> Result<Codependence, Error> {
        let mut matrix = Codependence::default();
        self.matrix_into(returns, &mut TailDependenceScratch::default(), &mut matrix)?;
        Ok(matrix)
    }

    /// As [`TailDependence::matrix`], in memory that is there.
    ///
    /// # Errors
    /// As [`TailDependence::matrix`].
    pub fn matrix_into(
        &self,
        returns: &Returns,
        scratch: &mut TailDependenceScratch,
        matrix: &mut Codependence,
    ) -> Result<(), Error> {
        let (observations, assets) = (returns.observations(), returns.assets());
        if observations < 2 {
            let what = "the observations for a dependence of tails";
            return Err(InputError::TooFewObservations { what, observations, required: 2 }.into());
        }
        let TailDependenceScratch { sorted, tails, sizes } = scratch;
        let words = observations.div_ceil(BITS);
        tails.clear();
        tails.resize(assets * words, 0);
        sizes.clear();
        let rank = self.size(observations) - 1;
        for (asset, tail) in tails.chunks_exact_mut(words).enumerate() {
            let column = returns.column(asset);
            if column.iter().all(|value| value.total_cmp(&column[0]).is_eq()) {
                return Err(InputError::ZeroVariance { asset }.into());
            }
            sorted.clear();
            sorted.extend_from_slice(column);
            match self.tail {
                Tail::Lower => {
                    let edge = *sorted.select_nth_unstable_by(rank, f64::total_cmp).1;
                    mark(column, tail, |value| value <= edge);
                }
                Tail::Upper => {
                    let edge = *sorted.select_nth_unstable_by(rank, |a, b| b.total_cmp(a)).1;
                    mark(column, tail, |value| value >= edge);
                }
            }
            sizes.push(tail.iter().map(|word| word.count_ones()).sum());
        }
        let measure = match self.tail {
            Tail::Lower => CodependenceMeasure::LowerTailDependence,
            Tail::Upper => CodependenceMeasure::Similarity,
        };
        let filled = matrix.assign(measure, assets, |entries| {
            for (col, of_col) in tails.chunks_exact(words).enumerate() {
                for (row, of_row) in tails.chunks_exact(words).enumerate().skip(col) {
                    let both: u32 = of_col.iter().zip(of_row).map(|(a, b)| (a & b).count_ones()).sum();
                    let entry = f64::from(both) / f64::from(sizes[col].max(sizes[row]));
                    entries[col * assets + row] = entry;
                    entries[row * assets + col] = entry;
                }
            }
        });
        // Shares of counts are between zero and one, so that only an empty matrix could be refused.
        filled.map_err(|_| Error::Input(InputError::Empty { what: "the list of assets" }))
    }

    /// How many of so many periods are the tail.
    fn size(&self, observations: usize) -> usize {
        // 0.07 · 100 is a little more than seven, in binary digits.
        let size = self.share * observations as f64 * (1.0 - 1e-12);
        (size.ceil() as usize).clamp(1, observations)
    }
}

/// Sets the bits of the periods whose value is in the tail.
fn mark(column: &[f64], tail: &mut [u64], inside: impl Fn(f64) -> bool) {
    for (word, values) in tail.iter_mut().zip(column.chunks(BITS)) {
        let bits = values.iter().enumerate();
        *word = bits.fold(0, |word, (bit, &value)| word | u64::from(inside(value)) << bit);
    }
}

/// The coefficient of tail dependence of a t copula, the same for both tails.
///
/// ```text
/// λ = 2 t_{ν+1}(-sqrt((ν+1) (1-ρ) / (1+ρ)))
/// ```
///
/// `t_{ν+1}` is the distribution function of Student's t. With infinitely many degrees of freedom the copula
/// is normal, whose tails are independent unless the correlation is one.
///
/// # Errors
/// [`InputError::OutOfRange`] for a correlation outside [-1, 1], or degrees of freedom that are not positive.
///
/// # Examples
/// ```
/// use po_tail::t_tail_dependence;
///
/// // McNeil, Frey and Embrechts print 0.25 for a correlation of 0.5 and four degrees of freedom.
/// assert!((t_tail_dependence(0.5, 4.0)? - 0.25).abs() < 0.005);
/// assert_eq!(t_tail_dependence(0.5, f64::INFINITY)?, 0.0);
/// # Ok::<(), po_tail::Error>(())
/// ```
///
/// # Source
/// Embrechts, `McNeil`, Straumann (2002), Correlation and dependence in risk management, section 4.2; table 5.1 of
/// `McNeil`, Frey, Embrechts (2005), Quantitative risk management.
pub fn t_tail_dependence(correlation: f64, degrees_of_freedom: f64) -> Result<f64, Error> {
    if !(-1.0..=1.0).contains(&correlation) {
        let (name, expected) = ("the correlation", "a number in [-1, 1]");
        return Err(InputError::OutOfRange { name, value: correlation, expected }.into());
    }
    if degrees_of_freedom.is_nan() || degrees_of_freedom <= 0.0 {
        let (name, expected) = ("the degrees of freedom", "a positive number");
        return Err(InputError::OutOfRange { name, value: degrees_of_freedom, expected }.into());
    }
    if correlation <= -1.0 {
        return Ok(0.0);
    }
    if correlation >= 1.0 {
        return Ok(1.0);
    }
    let degrees = degrees_of_freedom + 1.0;
    let quantile = -(degrees * ((1.0 - correlation) / (1.0 + correlation))).sqrt();
    // The distribution refuses only what was refused above; infinitely many degrees leave no tail.
    match StudentsT::new(0.0, 1.0, degrees) {
        Ok(distribution) if degrees.is_finite() => Ok((2.0 * distribution.cdf(quantile)).min(1.0)),
        _ => Ok(0.0),
    }
}
