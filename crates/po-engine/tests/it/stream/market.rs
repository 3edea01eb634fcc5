//! A market in which everything happens: listings, halts, delistings, come-backs, bad prints and true jumps.
#![expect(clippy::unwrap_used, reason = "a test says what went wrong by panicking")]

use po_engine::stream::Time;

/// The prices at the end of a day; NaN where there is none.
#[derive(Clone, Debug)]
pub(crate) struct Day {
    pub(crate) time: Time,
    pub(crate) prices: Vec<f64>,
}

/// `SplitMix64` (Steele, Lea, Flood 2014): small, and the same on every machine.
pub(crate) struct Random(pub(crate) u64);

impl Random {
    pub(crate) fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number in [0, 1).
    pub(crate) fn uniform(&mut self) -> f64 {
        (self.bits() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// Of mean zero and variance one, and never far away.
    pub(crate) fn shock(&mut self) -> f64 {
        (0..12).map(|_| self.uniform()).sum::<f64>() - 6.0
    }
}

/// What may happen to prices.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Troubles {
    pub(crate) halts: f64,
    pub(crate) bad_prints: f64,
    pub(crate) jumps: f64,
}

pub(crate) const QUIET: Troubles = Troubles { halts: 0.0, bad_prints: 0.0, jumps: 0.0 };
pub(crate) const WILD: Troubles = Troubles { halts: 0.01, bad_prints: 0.003, jumps: 0.001 };

/// The end of a day; the first one is the 1st of November 2023.
pub(crate) fn day(number: usize) -> Time {
    let number = i64::try_from(number).unwrap();
    Time::from_seconds(1_698_796_800 + 86_400 * number + 61_200).unwrap()
}

/// Days of prices that move by some per cent, in two sectors.
///
/// Of five assets one lists late, one delists, one delists and comes back as another; with [`QUIET`] troubles all are
/// there from first to last.
pub(crate) fn market(days: usize, assets: usize, troubles: Troubles, seed: u64) -> Vec<Day> {
    let mut random = Random(seed);
    let mut level = vec![100.0_f64; assets];
    let mut halted = vec![0_usize; assets];
    let wild = troubles.halts > QUIET.halts;
    let mut one = |number: usize| {
        let common = random.shock();
        let sectors = [random.shock(), random.shock()];
        let mut price = |asset: usize| {
            let volatility = 0.006 + 0.012 * (asset + 1) as f64 / assets as f64;
            let own = random.shock();
            level[asset] *= 1.0 + volatility * (0.5 * common + 0.5 * sectors[asset % 2] + 0.7 * own);
            if random.uniform() < troubles.jumps {
                level[asset] *= if random.uniform() < 0.5 { 9.0 } else { 1.0 / 9.0 };
            }
            if halted[asset] == 0 && random.uniform() < troubles.halts {
                halted[asset] = 1 + (8.0 * random.uniform()) as usize;
            }
            halted[asset] = halted[asset].saturating_sub(1);
            let (first, last) = (days / 4 + 3 * asset, days / 2 + 2 * asset);
            let listed = match asset % 5 {
                1 if wild => number >= first,
                2 if wild => number < last,
                3 if wild => !(first..first + 40).contains(&number),
                _ => true,
            };
            let bad = random.uniform();
            match () {
                () if !listed || halted[asset] > 0 => f64::NAN,
                () if bad < troubles.bad_prints => match (1e6 * bad) as usize % 5 {
                    0 => 0.0,
                    1 => -level[asset],
                    2 => f64::INFINITY,
                    3 => 100.0 * level[asset],
                    _ => level[asset] / 100.0,
                },
                () => level[asset],
            }
        };
        let prices = (0..assets).map(&mut price).collect();
        Day { time: day(number), prices }
    };
    (0..days).map(&mut one).collect()
}
