//! Probe.
#![allow(clippy::all, clippy::print_stdout, clippy::unwrap_used)]
use po_core::*;
use po_risk_budget::*;
struct R(u64);
impl R {
    fn u(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let m = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let m = (m ^ (m >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((m ^ (m >> 31)) >> 11) as f64 / (1u64 << 53) as f64
    }
    fn n(&mut self) -> f64 {
        (-2.0 * (1.0 - self.u()).ln()).sqrt() * (std::f64::consts::TAU * self.u()).cos()
    }
}
fn returns(t: usize, n: usize, seed: u64, mean: f64) -> Returns {
    let mut r = R(seed);
    let betas: Vec<f64> = (0..n).map(|_| 0.2 + 1.3 * r.u()).collect();
    let vols: Vec<f64> = (0..n).map(|_| 0.004 + 0.02 * r.u()).collect();
    let mut m = nalgebra::DMatrix::zeros(t, n);
    for i in 0..t {
        let fat = if r.u() < 0.05 { 3.0 } else { 1.0 };
        let f = r.n() * fat;
        for j in 0..n {
            m[(i, j)] = mean + vols[j] * (betas[j] * f + r.n() * fat);
        }
    }
    Returns::new(m).unwrap()
}
fn main() {
    let mode = std::env::args().nth(1).unwrap_or_default();
    let measures = |conf: f64| {
        [
            ("cvar", RiskMeasure::Cvar { confidence: Confidence::new(conf).unwrap() }),
            ("cdar", RiskMeasure::Cdar { confidence: Confidence::new(conf).unwrap() }),
            ("mad", RiskMeasure::Mad),
            ("semi", RiskMeasure::SemiDeviation),
            ("evar", RiskMeasure::Evar { confidence: Confidence::new(conf).unwrap() }),
        ]
    };
    if mode == "sweep" {
        let mut r = R(1);
        let mut worst = std::collections::BTreeMap::new();
        for seed in 0..600u64 {
            let t = 2 + (r.u().powi(2) * 600.0) as usize;
            let n = 1 + (r.u().powi(2) * 60.0) as usize;
            let mean = [0.0, 0.0002, -0.001, 0.002][(seed % 4) as usize];
            let conf = [0.95, 0.5, 0.99, 0.8, 0.05][(seed % 5) as usize];
            let mut ret = returns(t, n, seed, mean);
            if seed % 7 == 0 {
                // round returns: ties everywhere
                let m: Vec<f64> = ret.as_slice().iter().map(|v| (v * 200.0).round() / 200.0).collect();
                ret = Returns::from_column_slice(t, n, &m).unwrap();
            }
            for (name, measure) in measures(conf) {
                let mut raw: Vec<f64> = (0..n).map(|_| r.u().powi(3) + 1e-3).collect();
                let sum: f64 = raw.iter().sum();
                raw.iter_mut().for_each(|b| *b /= sum);
                let p = ScenarioRiskBudgetingParams { measure, budget: Some(Budget::new(raw).unwrap()), ..Default::default() };
                let s = ScenarioRiskBudgeting::new(p).unwrap();
                if std::env::args().nth(2).is_some_and(|a| a != seed.to_string()) { continue; }
                match s.allocate(&ret) {
                    Ok(a) => {
                        let c = a.solution.certificate;
                        let e = worst.entry(name).or_insert((0, 0, 0, 0, 0.0f64));
                        e.0 += 1;
                        e.3 = e.3.max(a.solution.iterations);
                        e.4 = e.4.max(c.gap.abs());
                        if a.solution.status != Status::Converged {
                            e.1 += 1;
                            println!("{seed} t {t} n {n} conf {conf} mean {mean} {name:7} {:?} it {} dual {:.1e} gap {:.1e} risk {:.5}", a.solution.status, a.solution.iterations, c.dual_residual, c.gap, a.decomposition.report.risk);
                        }
                    }
                    Err(e) => {
                        let w = worst.entry(name).or_insert((0, 0, 0, 0, 0.0f64));
                        w.2 += 1;
                        if t > 4 * n && mean <= 0.0002 && seed % 7 != 0 { println!("{seed} t {t} n {n} conf {conf} mean {mean} {name} {e}"); }
                    }
                }
            }
        }
        println!("{worst:?}");
        return;
    }
    for (t, n) in [(60, 5), (250, 10), (500, 20), (1000, 50), (2500, 100), (100, 40), (50, 80)] {
        let ret = returns(t, n, 7 + t as u64, 0.0002);
        for (name, measure) in measures(0.95) {
            let s = ScenarioRiskBudgeting::new(ScenarioRiskBudgetingParams { measure, ..Default::default() }).unwrap();
            let start = std::time::Instant::now();
            let a = s.allocate(&ret);
            let el = start.elapsed();
            match a {
                Ok(a) => {
                    let c = a.solution.certificate;
                    println!("{t:5} {n:4} {name:7} {:?} it {} dual {:.1e} gap {:.1e} risk {:.5} {:?}", a.solution.status, a.solution.iterations, c.dual_residual, c.gap, a.decomposition.report.risk, el);
                    let s = ScenarioRiskBudgeting::new(ScenarioRiskBudgetingParams { measure, warm_start: true, ..Default::default() }).unwrap();
                    let mut a = a;
                    let tail = ret.tail(t - 1).unwrap();
                    s.allocate_into(&tail, &mut ScenarioScratch::default(), &mut a).unwrap();
                    println!("        warm {:?} it {} gap {:.1e}", a.solution.status, a.solution.iterations, a.solution.certificate.gap);
                }
                Err(e) => println!("{t} {n} {name} {e}"),
            }
        }
    }
}
