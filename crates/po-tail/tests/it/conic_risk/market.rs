//! The market of the golden cases: the generator of `tests/data/optimise.py`, bit for bit.

use po_core::Returns;

/// Knuth's linear congruential generator of 64 bits, its upper 53 as a fraction.
pub(crate) struct Uniform(pub(crate) u64);

impl Uniform {
    pub(crate) fn next(&mut self) -> f64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 11) as f64 / (1_u64 << 53) as f64
    }

    fn bell(&mut self) -> f64 {
        let mut total = 0.0;
        for _ in 0..12 {
            total += self.next();
        }
        total - 6.0
    }
}

/// One common factor, and now and then a bad day for all.
pub(crate) fn market(seed: u64, periods: usize, assets: usize) -> Returns {
    let mut uniform = Uniform(seed);
    let mut entries = vec![0.0; periods * assets];
    for t in 0..periods {
        let factor = uniform.bell();
        let shock = if uniform.next() < 0.04 { 0.02 } else { 0.0 };
        for i in 0..assets {
            let volatility = 0.006 + 0.002 * i as f64;
            let mean = 0.0012 + 0.0003 * i as f64;
            let beta = 0.4 + 0.1 * (i % 5) as f64;
            entries[i * periods + t] =
                mean + volatility * (beta * factor + 0.8 * uniform.bell()) - shock * beta;
        }
    }
    Returns::from_column_slice(periods, assets, &entries).unwrap()
}
