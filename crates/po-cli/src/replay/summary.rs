//! How a portfolio did, in numbers.

use super::track::Track;

/// A use of the budget this near to an edge of its band lies on the edge.
const NEAR: f64 = 1e-9;

/// Between which bars statistics run, and what makes them annual.
#[derive(Clone, Copy, Debug)]
pub(super) struct Span {
    /// The bar of the first decision.
    pub(super) first: usize,
    pub(super) periods_per_year: f64,
    /// What cash earns per bar.
    pub(super) risk_free: f64,
    /// The band for the use of the budget.
    pub(super) band: Option<(f64, f64)>,
}

/// The numbers of one portfolio; fractions, and NaN for what is not defined.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Summary {
    pub(super) total_return: f64,
    pub(super) annual_return: f64,
    pub(super) annual_volatility: f64,
    pub(super) sharpe: f64,
    /// By Mertens (2002), which knows skewness and fat tails but no serial correlation.
    pub(super) sharpe_error: f64,
    pub(super) sortino: f64,
    pub(super) drawdown: f64,
    /// The bars of the highest wealth before it, and of its bottom.
    pub(super) drawdown_rows: (usize, usize),
    pub(super) calmar: f64,
    /// Purchases and sales together, in multiples of wealth a year.
    pub(super) annual_turnover: f64,
    /// In fractions of wealth a year.
    pub(super) annual_costs: f64,
    pub(super) hit_rate: f64,
    pub(super) mean_exposure: f64,
    pub(super) effective_holdings: f64,
    /// Forecast correlations of assets that are held, mean over decisions of the greatest and of the mean pair.
    pub(super) greatest_correlation: f64,
    pub(super) mean_correlation: f64,
    pub(super) mean_budget_use: f64,
    pub(super) median_budget_use: f64,
    pub(super) in_band: f64,
    /// The standard deviation of returns in units of their forecast: one where forecasts are right.
    pub(super) bias: f64,
}

impl Summary {
    /// Measures a portfolio from the first decision on; there is at least one bar after it.
    pub(super) fn of(track: &Track, span: Span) -> Self {
        let Span { first, periods_per_year: periods, risk_free, band } = span;
        let returns = track.returns_after(first);
        let years = returns.len() as f64 / periods;
        let excess: Vec<f64> = returns.iter().map(|value| value - risk_free).collect();
        let (mean, deviation) = (average(&excess), deviation(&excess));
        let ratio = mean / deviation;
        let downside = average(&excess.iter().map(|value| value.min(0.0).powi(2)).collect::<Vec<_>>()).sqrt();
        let growth = track.wealth[track.wealth.len() - 1] / track.before_costs(first);
        let annual_return = growth.powf(1.0 / years) - 1.0;
        let (drawdown, drawdown_rows) = drawdown(track, first);
        let uses: Vec<f64> = finite(&track.budget_use[first..]);
        let inside = band.map(|(lower, upper)| {
            let inside = uses.iter().filter(|used| (lower - NEAR..=upper + NEAR).contains(*used)).count();
            inside as f64 / uses.len() as f64
        });
        Self {
            total_return: growth - 1.0,
            annual_return,
            annual_volatility: self::deviation(&returns) * periods.sqrt(),
            sharpe: ratio * periods.sqrt(),
            sharpe_error: sharpe_error(&excess) * periods.sqrt(),
            sortino: mean / downside * periods.sqrt(),
            drawdown,
            drawdown_rows,
            calmar: annual_return / drawdown,
            annual_turnover: track.turnover[first..].iter().sum::<f64>() / years,
            annual_costs: track.cost[first..].iter().sum::<f64>() / years,
            hit_rate: returns.iter().filter(|value| **value > 0.0).count() as f64 / returns.len() as f64,
            mean_exposure: average(&track.exposure[first..]),
            effective_holdings: average(&track.effective[first..]),
            greatest_correlation: average(&finite(&track.greatest[first..])),
            mean_correlation: average(&finite(&track.mean[first..])),
            mean_budget_use: average(&uses),
            median_budget_use: median(uses),
            in_band: inside.unwrap_or(f64::NAN),
            bias: bias(&track.volatility[first..], &returns),
        }
    }
}

/// The mean; NaN of nothing.
pub(super) fn average(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

/// The standard deviation of a sample.
pub(super) fn deviation(values: &[f64]) -> f64 {
    let mean = average(values);
    let squares: f64 = values.iter().map(|value| (value - mean).powi(2)).sum();
    (squares / (values.len() as f64 - 1.0)).sqrt()
}

/// ```text
/// sqrt((1 + SR²/2 - γ₃ SR + (γ₄ - 3) SR²/4) / T)
/// ```
fn sharpe_error(values: &[f64]) -> f64 {
    let (mean, count) = (average(values), values.len() as f64);
    let moment = |power: i32| values.iter().map(|value| (value - mean).powi(power)).sum::<f64>() / count;
    let sd = moment(2).sqrt();
    let (ratio, skewness, kurtosis) = (mean / sd, moment(3) / sd.powi(3), moment(4) / sd.powi(4));
    let squared = ratio * ratio;
    ((1.0 + squared / 2.0 - skewness * ratio + (kurtosis - 3.0) * squared / 4.0) / count).sqrt()
}

/// The greatest loss since the highest wealth, and when both were.
fn drawdown(track: &Track, first: usize) -> (f64, (usize, usize)) {
    let (mut high, mut peak) = (track.before_costs(first), first);
    let (mut greatest, mut rows) = (0.0, (first, first));
    for (row, &wealth) in track.wealth.iter().enumerate().skip(first) {
        if wealth > high {
            (high, peak) = (wealth, row);
        }
        let loss = 1.0 - wealth / high;
        if loss > greatest {
            (greatest, rows) = (loss, (peak, row));
        }
    }
    (greatest, rows)
}

/// Returns over the forecasts made before them.
fn bias(forecasts: &[f64], returns: &[f64]) -> f64 {
    let pairs = forecasts.iter().zip(returns).filter(|(forecast, _)| **forecast > 0.0);
    deviation(&pairs.map(|(forecast, value)| value / forecast).collect::<Vec<_>>())
}

fn finite(values: &[f64]) -> Vec<f64> {
    values.iter().copied().filter(|value| value.is_finite()).collect()
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    let middle = values.len() / 2;
    match values.len() {
        0 => f64::NAN,
        count if count % 2 == 1 => values[middle],
        _ => f64::midpoint(values[middle - 1], values[middle]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Some additions of numbers around one.
    const ROUNDING: f64 = 1e-14;

    fn track(wealth: &[f64]) -> Track {
        let zeros = vec![0.0; wealth.len()];
        Track {
            wealth: wealth.to_vec(),
            cost: zeros.clone(),
            turnover: zeros.clone(),
            exposure: zeros.clone(),
            effective: zeros.clone(),
            volatility: zeros.clone(),
            budget_use: vec![0.7, 0.8, 0.9, 1.0, f64::NAN, f64::NAN],
            greatest: zeros.clone(),
            mean: zeros,
            ..Track::default()
        }
    }

    #[test]
    fn the_error_of_a_sharpe_ratio_is_in_closed_form() {
        // A ratio of 1 without skewness and with a kurtosis of 1: (1 + 1/2 - 2/4) / 4.
        let error = sharpe_error(&[0.02, 0.0, 0.02, 0.0]);
        assert!((error - 0.5).abs() < ROUNDING, "{error}");
    }

    #[test]
    fn numbers_of_a_path_are_those_by_hand() {
        let span = Span { first: 0, periods_per_year: 5.0, risk_free: 0.0, band: Some((0.8, 0.95)) };
        let summary = Summary::of(&track(&[1.0, 2.0, 1.0, 1.5, 3.0, 2.4]), span);
        assert_eq!((summary.drawdown, summary.drawdown_rows), (0.5, (1, 2)));
        assert!((summary.annual_return - 1.4).abs() < ROUNDING && (summary.hit_rate - 0.6).abs() < ROUNDING);
        assert!((summary.calmar - 2.8).abs() < ROUNDING);
        assert!((summary.mean_budget_use - 0.85).abs() < ROUNDING);
        assert!((summary.median_budget_use - 0.85).abs() < ROUNDING);
        assert!((summary.in_band - 0.5).abs() < ROUNDING, "0.8 lies on the edge of the band");
    }
}
