//! Inputs that the benches share.

pub mod reference;
mod stream;

pub use stream::{Bars, engine_config};

use std::fs::File;
use std::io::Read;
use std::path::Path;
use std::time::Instant;

use csv::StringRecord;
use flate2::read::MultiGzDecoder;
use po_core::nalgebra::DMatrix;
use po_core::{Covariance, FactorCovariance};
use po_correlation::{DccFilter, DccFilterParams, DccParameters, GarchParameters, Margin};

/// Factors of the simulated market: one moves all assets, the others a few each.
const FACTORS: usize = 12;

/// The median time of several runs after one to warm up, in seconds, and what the last of them gave.
#[must_use]
pub fn median<T>(mut run: impl FnMut() -> T) -> (f64, T) {
    let mut result = run();
    let start = Instant::now();
    let mut times = Vec::new();
    while times.len() < 5 || (start.elapsed().as_secs_f64() < 1.0 && times.len() < 10_001) {
        let start = Instant::now();
        result = run();
        times.push(start.elapsed().as_secs_f64());
    }
    times.sort_by(f64::total_cmp);
    (times[times.len() / 2], result)
}

/// The covariance of a simulated market of `assets` assets: a market factor, sectors, and specific risk.
///
/// # Panics
/// Never for one asset or more: the matrix is symmetric and finite by construction.
#[must_use]
#[expect(clippy::expect_used, reason = "the matrix is sound by construction")]
pub fn covariance(assets: usize) -> Covariance {
    let (specific, loadings) = market(assets);
    let mut entries = vec![0.0; assets * assets];
    for row in 0..assets {
        for col in 0..=row {
            let common: f64 = loadings[row].iter().zip(&loadings[col]).map(|(a, b)| a * b).sum();
            let own = if row == col { specific[row] * specific[row] } else { 0.0 };
            entries[row * assets + col] = common + own;
            entries[col * assets + row] = common + own;
        }
    }
    Covariance::from_column_slice(assets, &entries).expect("symmetric and finite")
}

/// The specific volatilities of the simulated market and its exposures to the factors.
fn market(assets: usize) -> (Vec<f64>, Vec<[f64; FACTORS]>) {
    let mut uniform = uniforms(20_260_101);
    let specific = (0..assets).map(|_| 0.008 + 0.02 * uniform()).collect();
    let loadings = (0..assets)
        .map(|_| {
            let mut loadings = [0.0; FACTORS];
            loadings.iter_mut().for_each(|loading| *loading = 0.001 * (uniform() - 0.5));
            loadings[0] = 0.004 + 0.008 * uniform();
            loadings[1 + (uniform() * (FACTORS - 1) as f64) as usize] += 0.004 + 0.01 * uniform();
            loadings
        })
        .collect();
    (specific, loadings)
}

/// Independent returns of the simulated market, one asset after the other; their covariance is near [`covariance`].
#[must_use]
pub fn returns(periods: usize, assets: usize) -> Vec<f64> {
    let (specific, loadings) = market(assets);
    let mut uniform = uniforms(20_260_105);
    // The sum of twelve uniform numbers is near enough to normal for a bench.
    let mut normal = || (0..12).map(|_| uniform()).sum::<f64>() - 6.0;
    let factors: Vec<[f64; FACTORS]> = (0..periods).map(|_| std::array::from_fn(|_| normal())).collect();
    let mut returns = Vec::with_capacity(periods * assets);
    for (specific, loadings) in specific.iter().zip(&loadings) {
        returns.extend(factors.iter().map(|factors| {
            let common: f64 = factors.iter().zip(loadings).map(|(factor, loading)| factor * loading).sum();
            common + specific * normal()
        }));
    }
    returns
}

/// Returns of the same market whose volatility changes from period to period: a few periods are many times as wild.
#[must_use]
pub fn wild_returns(periods: usize, assets: usize) -> Vec<f64> {
    let mut uniform = uniforms(20_261_123);
    // Student's t with four degrees of freedom is normal over the root of a mean of two exponentials.
    let factors: Vec<f64> = (0..periods)
        .map(|_| {
            let exponential = |u: f64| -u.max(f64::MIN_POSITIVE).ln();
            (0.5 * (exponential(uniform()) + exponential(uniform()))).sqrt().recip()
        })
        .collect();
    let mut values = returns(periods, assets);
    for column in values.chunks_exact_mut(periods) {
        column.iter_mut().zip(&factors).for_each(|(value, factor)| *value *= factor);
    }
    values
}

/// The covariance after one more day of an exponentially weighted estimate with a decay of 0.97: a change of rank one.
///
/// # Panics
/// Never: the sum of two symmetric matrices is symmetric.
#[must_use]
#[expect(clippy::expect_used, reason = "the matrix is sound by construction")]
pub fn next_day(covariance: &Covariance) -> Covariance {
    let mut uniform = uniforms(20_260_102);
    let day: Vec<f64> =
        covariance.volatilities().iter().map(|volatility| volatility * 3.4 * (uniform() - 0.5)).collect();
    let mut matrix = covariance.as_view().into_owned();
    for (col, mut column) in matrix.column_iter_mut().enumerate() {
        column.iter_mut().zip(&day).for_each(|(entry, row)| *entry = 0.97 * *entry + 0.03 * row * day[col]);
    }
    Covariance::new(matrix).expect("symmetric and finite")
}

/// Returns of some assets in per cent, one asset after the other: GARCH(1,1) margins, and a correlation around that of
/// [`covariance`] that follows a DCC with `a = 0.03`, `b = 0.95`.
///
/// # Panics
/// Never for two assets and one period or more.
#[must_use]
#[expect(clippy::expect_used, reason = "the model is sound by construction")]
pub fn dcc_returns(periods: usize, assets: usize) -> Vec<f64> {
    let target = covariance(assets).correlation().expect("positive variances");
    let parameters = GarchParameters { omega: 0.03, alpha: 0.07, beta: 0.9, ..GarchParameters::default() };
    let mut filter = DccFilter::new(DccFilterParams {
        parameters: DccParameters { a: 0.03, b: 0.95, ..DccParameters::default() },
        target: Covariance::from_column_slice(assets, target.as_slice()).expect("a correlation"),
        margins: vec![Margin { parameters, ..Margin::default() }; assets],
        ..DccFilterParams::default()
    })
    .expect("a stationary model");
    let mut uniform = uniforms(20_260_104);
    let (mut innovations, mut bar) = (vec![0.0; assets], vec![0.0; assets]);
    let mut returns = vec![0.0; periods * assets];
    for period in 0..periods {
        // The sum of twelve uniform numbers is near enough to normal for a bench.
        innovations.fill_with(|| (0..12).map(|_| uniform()).sum::<f64>() - 6.0);
        filter.simulate_into(&innovations, &mut bar).expect("moderate returns");
        bar.iter().enumerate().for_each(|(asset, value)| returns[asset * periods + period] = *value);
    }
    returns
}

/// A covariance in factor form: every asset exposed to every factor, the first of them a market.
///
/// # Panics
/// Never for one asset and one factor or more.
#[must_use]
#[expect(clippy::expect_used, reason = "the matrix is sound by construction")]
pub fn factor_covariance(assets: usize, factors: usize) -> FactorCovariance {
    let mut uniform = uniforms(20_260_103);
    let mut exposures = DMatrix::from_fn(assets, factors, |_, _| uniform() - 0.5);
    exposures.column_mut(0).iter_mut().for_each(|beta| *beta += 1.0);
    let of_factors =
        Covariance::new(DMatrix::from_diagonal_element(factors, factors, 2.5e-5)).expect("a diagonal");
    let specific = (0..assets).map(|_| (0.008 + 0.02 * uniform()).powi(2)).collect();
    FactorCovariance::new(exposures, of_factors, specific).expect("of one shape")
}

/// Expected returns between -0.03 % and 0.07 % a day.
#[must_use]
pub fn means(assets: usize) -> Vec<f64> {
    let mut uniform = uniforms(20_260_104);
    (0..assets).map(|_| 0.001 * (uniform() - 0.3)).collect()
}

/// Correlation distances, the upper triangle row by row.
#[must_use]
pub fn condensed_distances(covariance: &Covariance) -> Vec<f64> {
    let deviation = covariance.volatilities();
    let assets = covariance.len();
    let mut distances = Vec::with_capacity(assets * (assets - 1) / 2);
    for row in 0..assets {
        for (col, entry) in covariance.column(row).iter().enumerate().skip(row + 1) {
            let correlation = entry / (deviation[row] * deviation[col]);
            distances.push(((1.0 - correlation) / 2.0).max(0.0).sqrt());
        }
    }
    distances
}

/// Uniform numbers in [0, 1) from a 64-bit linear congruential generator (Knuth's MMIX constants).
fn uniforms(seed: u64) -> impl FnMut() -> f64 {
    let mut state = seed;
    move || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 11) as f64 / (1_u64 << 53) as f64
    }
}

/// The named columns of a file of comma-separated numbers, or all but the first; plain or gzipped.
///
/// # Panics
/// For a file that is not there or not of numbers: what measures on files of real data should stop.
#[must_use]
#[expect(clippy::expect_used, reason = "what measures on files should stop without them")]
pub fn columns(path: &Path, names: &[&str]) -> Vec<Vec<f64>> {
    let (header, records) = read(path);
    let wanted: Vec<usize> = if names.is_empty() {
        (1..header.len()).collect()
    } else {
        let place =
            |name: &&str| header.iter().position(|other| other == *name).expect("a column of this name");
        names.iter().map(place).collect()
    };
    let number = |record: &StringRecord, place: usize| record[place].parse().expect("a number");
    wanted.into_iter().map(|place| records.iter().map(|record| number(record, place)).collect()).collect()
}

/// The first column of such a file.
#[must_use]
pub fn dates(path: &Path) -> Vec<String> {
    read(path).1.iter().map(|record| record[0].to_owned()).collect()
}

#[expect(clippy::expect_used, reason = "what measures on files should stop without them")]
fn read(path: &Path) -> (StringRecord, Vec<StringRecord>) {
    let file = File::open(path).expect("a file that can be read");
    let plain: Box<dyn Read> = match path.extension() {
        Some(gz) if gz == "gz" => Box::new(MultiGzDecoder::new(file)),
        _ => Box::new(file),
    };
    let mut reader = csv::Reader::from_reader(plain);
    let header = reader.headers().expect("a header").clone();
    (header, reader.records().collect::<Result<_, _>>().expect("rows of one length"))
}
