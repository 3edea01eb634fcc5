//! Views in words become probabilities of scenarios.

use po_core::{Confidence, Returns, Universe, Weights};
use po_tail::{EntropyPooling, EntropyPoolingParams, Error, PoolingView, Scenarios};

fn main() -> Result<(), Error> {
    let universe = Universe::new(["AAPL", "XOM"])?;
    let wave = |day: u32, step: u32| f64::from(day * step % 1009) / 1009.0 - 0.5;
    let first: Vec<f64> = (0..1000).map(|day| 0.1 * wave(day, 113).powi(3)).collect();
    let second: Vec<f64> = (0..1000).map(|day| 0.5 * first[day as usize] + 0.02 * wave(day, 397)).collect();
    let scenarios = Scenarios::equal(Returns::from_column_slice(1000, 2, &[first, second].concat())?);

    let lines =
        ["mean AAPL >= mean XOM + 0.1%", "vol AAPL = 0.6%", "corr AAPL XOM = 0.7", "cvar@90% XOM = 1.2%"];
    let views = lines.into_iter().map(|line| PoolingView::parse(line, &universe));
    let views = views.collect::<Result<Vec<_>, _>>()?;
    let pooling = EntropyPooling::new(EntropyPoolingParams::default())?;
    let pooled = pooling.pool(&scenarios, &views)?;
    assert!(pooled.gradient <= 1e-10);
    assert!(pooled.effective_number < 1000.0);

    let posterior = pooled.scenarios(scenarios.clone())?;
    let mean = posterior.mean();
    assert!(mean[0] >= mean[1] + 0.001 - 1e-12);
    let cvar = posterior.cvar(&Weights::new(vec![0.0, 1.0])?, Confidence::new(0.9)?)?;
    assert!((cvar - 0.012).abs() < 1e-12);

    // No scenario is so good.
    let dream = PoolingView::parse("mean AAPL = 5%", &universe)?;
    let Err(Error::View { greatest, .. }) = pooling.pool(&scenarios, &[dream]) else {
        unreachable!("a mean beyond all scenarios is refused")
    };
    assert!(greatest < 0.0126);
    Ok(())
}
