//! The simulated markets of the experiment: Gaussian returns, copies of some of them, and a few shocks.

use rand::{RngExt, SeedableRng};
use rand_distr::StandardNormal;
use rand_xoshiro::Xoshiro256PlusPlus;

/// Observations of a market, and how many of them come before the first portfolio.
pub(crate) const PERIODS: usize = 520;
pub(crate) const WINDOW: usize = 260;

/// Assets that are independent, and those that copy one of them.
const ORIGINALS: usize = 5;
const COPIES: usize = 5;
pub(crate) const ASSETS: usize = ORIGINALS + COPIES;

/// What a copy has of its own, in units of the volatility of an original.
const NOISE: f64 = 0.25;

/// The two shocks, as returns.
const CRASH: f64 = -0.5;
const JUMP: f64 = 2.0;

/// How markets are drawn.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Scenario {
    pub(crate) name: &'static str,
    /// Volatility of an original, per period.
    pub(crate) volatility: f64,
    pub(crate) shocks: bool,
}

/// The program that is printed with the paper, the volatility that its text states, and the program without shocks.
pub(crate) const SCENARIOS: [Scenario; 3] = [
    Scenario { name: "volatility 1 %, shocks", volatility: 0.01, shocks: true },
    Scenario { name: "volatility 10 %, shocks", volatility: 0.10, shocks: true },
    Scenario { name: "volatility 1 %, no shocks", volatility: 0.01, shocks: false },
];

/// Returns of one market, period by period.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Market {
    pub(crate) returns: Vec<[f64; ASSETS]>,
    /// Which original each copy follows.
    pub(crate) sources: [usize; COPIES],
}

impl Market {
    /// Draws a market; the same for the same seed and iteration, whatever was drawn before.
    pub(crate) fn draw(scenario: &Scenario, seed: u64, iteration: u64) -> Self {
        // Seeds that differ by one begin unrelated streams: the state is a hash of the seed.
        let mut random = Xoshiro256PlusPlus::seed_from_u64(seed.wrapping_add(iteration));
        let sources: [usize; COPIES] = std::array::from_fn(|_| random.random_range(0..ORIGINALS));
        let mut normal = || scenario.volatility * random.sample::<f64, _>(StandardNormal);
        let mut returns: Vec<[f64; ASSETS]> = (0..PERIODS)
            .map(|_| {
                let mut row = [0.0; ASSETS];
                row[..ORIGINALS].fill_with(&mut normal);
                for (copy, source) in sources.iter().enumerate() {
                    row[ORIGINALS + copy] = row[*source] + NOISE * normal();
                }
                row
            })
            .collect();
        if scenario.shocks {
            // The last period has none, as in the printed program.
            let mut period = || random.random_range(WINDOW..PERIODS - 1);
            // Of two shocks in one period the jump stays.
            let common = [(period(), CRASH), (period(), JUMP)];
            for (period, shock) in common {
                returns[period][sources[0]] = shock;
                returns[period][ORIGINALS] = shock;
            }
            let specific = [(period(), CRASH), (period(), JUMP)];
            for (period, shock) in specific {
                returns[period][sources[COPIES - 1]] = shock;
            }
        }
        Self { returns, sources }
    }

    /// The window of returns that ends before `period`, one asset after the other.
    pub(crate) fn window_into(&self, period: usize, columns: &mut Vec<f64>) {
        columns.clear();
        let rows = &self.returns[period - WINDOW..period];
        columns.extend((0..ASSETS).flat_map(|asset| rows.iter().map(move |row| row[asset])));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Five standard errors of a variance or a correlation from 200 markets of 520 periods are below this.
    const SAMPLED: f64 = 0.025;

    #[test]
    fn originals_and_copies_have_the_stated_moments() {
        let calm = SCENARIOS[2];
        let (mut of_originals, mut of_copies, mut together, mut strangers) = (0.0, 0.0, 0.0, 0.0);
        let markets = 200;
        for iteration in 0..markets {
            let market = Market::draw(&calm, 1, iteration);
            for row in &market.returns {
                of_originals += row[0] * row[0];
                of_copies += row[ORIGINALS] * row[ORIGINALS];
                together += row[ORIGINALS] * row[market.sources[0]];
                strangers += row[0] * row[1];
            }
        }
        let unit = (markets * PERIODS as u64) as f64 * calm.volatility.powi(2);
        assert!((of_originals / unit - 1.0).abs() < SAMPLED, "{of_originals}");
        assert!((of_copies / unit - (1.0 + NOISE * NOISE)).abs() < SAMPLED, "{of_copies}");
        assert!((together / unit - 1.0).abs() < SAMPLED, "{together}");
        assert!((strangers / unit).abs() < SAMPLED, "{strangers}");
    }

    #[test]
    fn shocks_come_after_the_first_window_and_before_the_last_period() {
        for iteration in 0..500 {
            let calm = Market::draw(&SCENARIOS[2], 7, iteration);
            let market = Market::draw(&SCENARIOS[0], 7, iteration);
            assert_eq!(market.sources, calm.sources);
            let mut shocks = 0;
            for (period, (row, without)) in market.returns.iter().zip(&calm.returns).enumerate() {
                for (asset, value) in row.iter().enumerate() {
                    // Nothing but the shocks tells the two markets apart.
                    if value.to_bits() != without[asset].to_bits() {
                        shocks += 1;
                        assert!((WINDOW..PERIODS - 1).contains(&period), "{period}");
                        assert!([CRASH.to_bits(), JUMP.to_bits()].contains(&value.to_bits()), "{value}");
                        let hit = [market.sources[0], ORIGINALS, market.sources[COPIES - 1]];
                        assert!(hit.contains(&asset), "{asset}");
                    }
                }
            }
            // Two assets twice and one asset twice, less what falls together.
            assert!((2..=6).contains(&shocks), "{shocks}");
        }
    }

    #[test]
    fn a_market_depends_on_its_own_iteration_alone() {
        let market = |seed, iteration| Market::draw(&SCENARIOS[0], seed, iteration);
        assert_eq!(market(1, 5), market(1, 5));
        assert_ne!(market(1, 5).returns, market(1, 6).returns);
        assert_ne!(market(1, 5).returns, market(2, 5).returns);
    }
}
