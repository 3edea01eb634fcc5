//! Simulated returns, the same as in the program that wrote the golden cases.

use po_convex::{Absolute, Rows};
use po_core::{Confidence, Returns};
use po_tail::CvarProgram;

/// `SplitMix64`.
pub(crate) struct Random(pub(crate) u64);

impl Random {
    pub(crate) fn uniform(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((mixed ^ (mixed >> 31)) >> 11) as f64 / (1_u64 << 53) as f64
    }

    pub(crate) fn below(&mut self, bound: usize) -> usize {
        (self.uniform() * bound as f64) as usize
    }

    /// The sum of twelve uniforms less six: near to normal, and the same bits everywhere.
    pub(crate) fn bell(&mut self) -> f64 {
        (0..12).fold(0.0, |total, _| total + self.uniform()) - 6.0
    }
}

/// Returns and probabilities.
pub(crate) fn market(seed: u64, scenarios: usize, assets: usize) -> (Returns, Vec<f64>) {
    let mut random = Random(seed);
    let mut returns = vec![0.0; scenarios * assets];
    for t in 0..scenarios {
        let together = random.bell();
        let calm = 0.5 + 2.0 * random.uniform().powi(4);
        for i in 0..assets {
            let own = random.bell();
            let beta = 0.4 + 0.9 * ((i * 7) % assets) as f64 / assets as f64;
            let value = 0.01 * calm * (beta * together + (0.6 + 0.05 * (i % 9) as f64) * own);
            returns[i * scenarios + t] = value + 0.0004 * (1 + i % 4) as f64;
        }
    }
    let mut probabilities: Vec<f64> = (0..scenarios).map(|_| 0.2 + random.uniform()).collect();
    let total: f64 = probabilities.iter().sum();
    probabilities.iter_mut().for_each(|p| *p /= total);
    (Returns::from_column_slice(scenarios, assets, &returns).unwrap(), probabilities)
}

/// What a programme borrows.
pub(crate) struct Parts {
    pub(crate) returns: Returns,
    pub(crate) probabilities: Vec<f64>,
    pub(crate) confidence: f64,
    pub(crate) price: f64,
    pub(crate) limit: f64,
    pub(crate) linear: Vec<f64>,
    pub(crate) ridge: Vec<f64>,
    pub(crate) lower: Vec<f64>,
    pub(crate) upper: Vec<f64>,
    pub(crate) rows: Rows,
    pub(crate) holdings: Vec<f64>,
    pub(crate) cost: Vec<f64>,
    pub(crate) turnover: f64,
    pub(crate) gross: f64,
    zeros: Vec<f64>,
}

impl Parts {
    /// The least conditional value at risk of a long-only portfolio.
    pub(crate) fn new(seed: u64, scenarios: usize, assets: usize) -> Self {
        let mut rows = Rows::new(assets);
        rows.push("budget", &vec![1.0; assets], 1.0, 1.0).unwrap();
        Self {
            returns: market(seed, scenarios, assets).0,
            probabilities: Vec::new(),
            confidence: 0.95,
            price: 1.0,
            limit: f64::INFINITY,
            linear: vec![0.0; assets],
            ridge: Vec::new(),
            lower: vec![0.0; assets],
            upper: vec![1.0; assets],
            rows,
            holdings: vec![0.0; assets],
            cost: Vec::new(),
            turnover: f64::INFINITY,
            gross: f64::INFINITY,
            zeros: vec![0.0; assets],
        }
    }

    /// Calls `with` with the programme.
    pub(crate) fn with<T>(&self, with: impl FnOnce(CvarProgram<'_>) -> T) -> T {
        let mut absolute = Vec::new();
        if self.turnover.is_finite() || !self.cost.is_empty() {
            let (center, cost, limit) = (&*self.holdings, &*self.cost, self.turnover);
            absolute.push(Absolute { label: "turnover", center, cost, limit });
        }
        if self.gross.is_finite() {
            absolute.push(Absolute { label: "gross", center: &self.zeros, cost: &[], limit: self.gross });
        }
        with(CvarProgram {
            returns: &self.returns,
            probabilities: &self.probabilities,
            confidence: Confidence::new(self.confidence).unwrap(),
            price: self.price,
            limit: self.limit,
            linear: &self.linear,
            ridge: &self.ridge,
            lower: &self.lower,
            upper: &self.upper,
            rows: &self.rows,
            absolute: &absolute,
        })
    }
}
