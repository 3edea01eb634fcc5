//! Linking of a history at once.

use po_core::InputError;

use super::growth::{Growth, carino};
use super::{EffectHistory, LinkedEffects, LinkingMethod};
use crate::Error;

/// Working memory of [`link_into`].
#[derive(Clone, Debug, Default)]
pub struct LinkScratch {
    /// Up to three coefficients for each period.
    coefficients: Vec<[f64; 3]>,
}

/// Links the effects of a history; [`LinkingMethod`] has the formulas.
///
/// # Errors
/// [`InputError::Empty`] without periods; [`Error::NotThreeBlocks`] where Davies-Laker gets effects that are not
/// allocation, selection and interaction by segment.
///
/// # Cost
/// O(TE).
///
/// # Examples
/// ```
/// use po_attribution::{EffectHistory, LinkingMethod, link};
///
/// let mut history = EffectHistory::new(2);
/// history.push(&[0.01, 0.02], 0.05, 0.02)?;
/// history.push(&[0.02, -0.01], 0.03, 0.02)?;
/// let linked = link(&history, LinkingMethod::Grap)?;
/// assert!((linked.excess() - (1.05 * 1.03 - 1.02 * 1.02)).abs() < 1e-15);
/// assert!((linked.totals()[0] - (0.01 * 1.02 + 0.02 * 1.05)).abs() < 1e-15);
/// assert!(linked.remainder().abs() < 1e-15);
/// # Ok::<(), po_attribution::Error>(())
/// ```
///
/// # Source
/// Carino (1999); Menchero (2000); GRAP (1997); Frongello (2002); Davies, Laker (2001); compared by Bacon (2008),
/// chapter 8.
pub fn link(history: &EffectHistory, method: LinkingMethod) -> Result<LinkedEffects, Error> {
    let (mut scratch, mut linked) = (LinkScratch::default(), LinkedEffects::default());
    link_into(history, method, &mut scratch, &mut linked)?;
    Ok(linked)
}

/// As [`link`], in the memory that is there.
///
/// # Errors
/// As [`link`]; `linked` then keeps what it held.
pub fn link_into(
    history: &EffectHistory,
    method: LinkingMethod,
    scratch: &mut LinkScratch,
    linked: &mut LinkedEffects,
) -> Result<(), Error> {
    if history.periods() == 0 {
        return Err(InputError::Empty { what: "the history of effects" }.into());
    }
    let effects = history.effects();
    if method == LinkingMethod::DaviesLaker && !effects.is_multiple_of(3) {
        return Err(Error::NotThreeBlocks { effects });
    }
    let mut growth = Growth::default();
    history.iter().for_each(|(portfolio, benchmark, _)| growth.push(portfolio, benchmark));
    linked.portfolio_return = growth.portfolio_return();
    linked.benchmark_return = growth.benchmark_return();
    linked.excess = growth.excess();
    linked.totals.clear();
    linked.totals.resize(effects, 0.0);
    linked.values.clear();
    linked.values.resize(history.periods() * effects, 0.0);
    if effects == 0 {
        return Ok(());
    }
    let coefficients = &mut scratch.coefficients;
    coefficients.clear();
    match method {
        LinkingMethod::Carino => {
            let whole = growth.carino();
            let each =
                history.iter().map(|(portfolio, benchmark, _)| [carino(portfolio, benchmark) * whole; 3]);
            coefficients.extend(each);
        }
        LinkingMethod::Menchero => {
            let (m, correction) = menchero(&growth, &active(history));
            let each =
                history.iter().map(|(portfolio, benchmark, _)| [m + correction * (portfolio - benchmark); 3]);
            coefficients.extend(each);
        }
        LinkingMethod::Grap => {
            telescope(coefficients, history, 0, |portfolio, benchmark, _| [portfolio, benchmark]);
        }
        LinkingMethod::Frongello => {
            frongello(history, linked);
            return Ok(());
        }
        LinkingMethod::DaviesLaker => {
            let segments = effects / 3;
            let allocated = |benchmark: f64, row: &[f64]| benchmark + row[..segments].iter().sum::<f64>();
            let selected =
                |benchmark: f64, row: &[f64]| benchmark + row[segments..2 * segments].iter().sum::<f64>();
            telescope(coefficients, history, 0, |_, benchmark, row| [allocated(benchmark, row), benchmark]);
            telescope(coefficients, history, 1, |_, benchmark, row| [selected(benchmark, row), benchmark]);
            telescope(coefficients, history, 2, |portfolio, benchmark, row| {
                [portfolio, allocated(benchmark, row)]
            });
        }
    }
    let thirds = method == LinkingMethod::DaviesLaker;
    for ((row, coefficients), values) in
        history.iter().map(|(_, _, row)| row).zip(coefficients).zip(linked.values.chunks_exact_mut(effects))
    {
        if thirds {
            let [allocation, selection, both] = *coefficients;
            let segments = effects / 3;
            for segment in 0..segments {
                let chosen = row[segments + segment];
                values[segment] = allocation * row[segment];
                values[segments + segment] = selection * chosen;
                values[2 * segments + segment] =
                    both * row[2 * segments + segment] + (both - selection) * chosen;
            }
        } else {
            let scale = coefficients[0];
            values.iter_mut().zip(row).for_each(|(value, effect)| *value = scale * effect);
        }
        linked.totals.iter_mut().zip(&*values).for_each(|(total, value)| *total += value);
    }
    Ok(())
}

/// The sum of excess returns, and that of their squares.
fn active(history: &EffectHistory) -> [f64; 2] {
    history.iter().fold([0.0; 2], |[sum, squares], (portfolio, benchmark, _)| {
        let excess = portfolio - benchmark;
        [sum + excess, squares + excess * excess]
    })
}

/// Menchero's m, and the correction for each unit of excess return.
pub(crate) fn menchero(growth: &Growth, &[sum, squares]: &[f64; 2]) -> (f64, f64) {
    let m = growth.menchero();
    let correction = if squares > 0.0 { (growth.excess() - m * sum) / squares } else { 0.0 };
    (m, correction)
}

/// What a gain of each period becomes: it is made on the first return's growth before, and grows as the second after.
///
/// `place` says which coefficient is written; the first one makes the list.
fn telescope(
    coefficients: &mut Vec<[f64; 3]>,
    history: &EffectHistory,
    place: usize,
    returns: impl Fn(f64, f64, &[f64]) -> [f64; 2],
) {
    coefficients.resize(history.periods(), [1.0; 3]);
    let mut before = 1.0;
    for (coefficients, (portfolio, benchmark, row)) in coefficients.iter_mut().zip(history.iter()) {
        coefficients[place] = before;
        before *= 1.0 + returns(portfolio, benchmark, row)[0];
    }
    let mut after = 1.0;
    for (period, coefficients) in coefficients.iter_mut().enumerate().rev() {
        coefficients[place] *= after;
        let (portfolio, benchmark) =
            (history.portfolio_returns()[period], history.benchmark_returns()[period]);
        after *= 1.0 + returns(portfolio, benchmark, history.row(period))[1];
    }
}

/// Frongello's recursion, which is no multiple of the effects of a period.
fn frongello(history: &EffectHistory, linked: &mut LinkedEffects) {
    let mut before = 1.0;
    let rows = linked.values.chunks_exact_mut(history.effects());
    for ((portfolio, benchmark, row), values) in history.iter().zip(rows) {
        for ((value, total), effect) in values.iter_mut().zip(&mut linked.totals).zip(row) {
            *value = before * effect + benchmark * *total;
            *total += *value;
        }
        before *= 1.0 + portfolio;
    }
}
