//! A tour: one sample, many covariances, and how far each is from the truth that the sample was drawn from.
//!
//! Run it with `cargo run -p po-correlation --example batch`.
#![expect(clippy::print_stdout, reason = "an example shows what it finds")]

use po_core::{Covariance, CovarianceEstimator, MissingPolicy, Panel, Returns};
use po_correlation::{
    BatchScratch, DenoisedCovariance, DenoisedCovarianceParams, Error, Gerber, GerberParams, Kendall,
    LedoitWolf, LedoitWolfParams, MinimumCovarianceDeterminant, MinimumCovarianceDeterminantParams,
    NonlinearShrinkage, Oas, OasParams, RankMapping, RankParams, SampleCovariance, SampleCovarianceParams,
    ShrinkageTarget,
};

const ASSETS: usize = 40;
const OBSERVATIONS: usize = 120;
/// Half of the variance of each asset is the market's.
const CORRELATION: f64 = 0.5;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let returns = sample(0.0)?;
    println!("distance to the true correlation, {OBSERVATIONS} observations of {ASSETS} assets");
    let of_sample = report("sample", &SampleCovariance::new(SampleCovarianceParams::default()), &returns)?;
    for &target in ShrinkageTarget::ALL {
        let estimator = LedoitWolf::new(LedoitWolfParams { target, ..LedoitWolfParams::default() });
        let (_, intensity) = estimator.shrink(&returns)?;
        report(&format!("Ledoit-Wolf, {target:?}, intensity {intensity:.2}"), &estimator, &returns)?;
    }
    report("oracle approximating shrinkage", &Oas::new(OasParams::default()), &returns)?;
    report("nonlinear shrinkage", &NonlinearShrinkage::new(), &returns)?;
    report("Gerber", &Gerber::new(GerberParams::default())?, &returns)?;
    let mapped = RankParams { mapping: RankMapping::Normal, ..RankParams::default() };
    report("Kendall, mapped to the normal", &Kendall::new(mapped), &returns)?;

    // One factor is all there is: without the noise little is left to be wrong.
    let denoised = DenoisedCovariance::new(DenoisedCovarianceParams::default())?;
    let of_denoised = report("denoised", &denoised, &returns)?;
    assert!(of_denoised < 0.7 * of_sample, "{of_denoised} {of_sample}");

    // A twentieth of all days are crashes of all assets at once: robust estimates leave them out.
    let five = Returns::from_column_slice(OBSERVATIONS, 5, &sample(-0.5)?.as_slice()[..5 * OBSERVATIONS])?;
    let robust = MinimumCovarianceDeterminant::new(MinimumCovarianceDeterminantParams::default())?;
    let fit = robust.fit(&five)?;
    let crashes = OBSERVATIONS / 20;
    assert!(fit.kept()[..crashes].iter().all(|kept| !kept), "no crash is kept");
    println!("\ncorrelation of the first two of five assets, with {crashes} crashes");
    println!("  sample {:.2}", entry(&five.covariance()?)?);
    println!("  robust {:.2}", entry(fit.covariance())?);
    assert!((entry(fit.covariance())? - CORRELATION).abs() < 0.25);

    // Missing values are resolved by a policy that has a name.
    let mut holes = returns.as_slice().to_vec();
    holes[7] = f64::NAN;
    let panel = Panel::from_column_slice(OBSERVATIONS, ASSETS, &holes)?;
    let (_, resolved) = LedoitWolf::default().estimate_panel(&panel, MissingPolicy::CompleteRows)?;
    assert_eq!((resolved.rows.len(), resolved.missing), (OBSERVATIONS - 1, 1));
    Ok(())
}

/// Prints and returns the root mean square error of the correlations.
fn report<E>(name: &str, estimator: &E, returns: &Returns) -> Result<f64, Error>
where
    E: CovarianceEstimator<Scratch = BatchScratch, Error = Error>,
{
    let (mut scratch, mut covariance) = (BatchScratch::default(), Covariance::default());
    // From its second call on this spelling does not allocate memory.
    for _ in 0..2 {
        estimator.estimate_into(returns, &mut scratch, &mut covariance)?;
    }
    let correlation = covariance.correlation()?;
    let off = correlation.as_slice().iter().enumerate().filter(|(place, _)| place % (ASSETS + 1) != 0);
    let squares: f64 = off.map(|(_, entry)| (entry - CORRELATION).powi(2)).sum();
    let distance = (squares / (ASSETS * (ASSETS - 1)) as f64).sqrt();
    println!("  {distance:.4}  {name}");
    Ok(distance)
}

fn entry(covariance: &Covariance) -> Result<f64, Error> {
    Ok(covariance.correlation()?.as_slice()[1])
}

/// Normal returns with one factor, the first twentieth of which is moved by `crash`.
fn sample(crash: f64) -> Result<Returns, Error> {
    let mut random = Random(11);
    let market: Vec<f64> = (0..OBSERVATIONS).map(|_| random.normal()).collect();
    let mut entries = Vec::new();
    for _ in 0..ASSETS {
        entries.extend(market.iter().enumerate().map(|(day, market)| {
            let moved = if day < OBSERVATIONS / 20 { crash } else { 0.0 };
            let own = random.normal();
            0.01 * (CORRELATION.sqrt() * market + (1.0 - CORRELATION).sqrt() * own) + moved
        }));
    }
    Ok(Returns::from_column_slice(OBSERVATIONS, ASSETS, &entries)?)
}

/// `SplitMix64` (Steele, Lea and Flood 2014).
struct Random(u64);

impl Random {
    fn uniform(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((mixed ^ (mixed >> 31)) >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// A standard normal number (Box and Muller 1958).
    fn normal(&mut self) -> f64 {
        let radius = (-2.0 * (1.0 - self.uniform()).ln()).sqrt();
        radius * (std::f64::consts::TAU * self.uniform()).cos()
    }
}
