//! Thirty Dow stocks, bar by bar: the mean correlation by exponential weights and by a DCC filter, its forecast error, and
//! the days on which the alarm goes off. The argument is a file of daily returns, with a column of dates.

#![expect(clippy::expect_used, reason = "a check that cannot be made should stop")]
#![expect(clippy::print_stdout, reason = "the table is what it is for")]

use std::path::Path;
use std::time::Instant;

use po_benches::{columns, dates};
use po_core::{Covariance, Returns, StreamingEstimator};
use po_correlation::{BreakdownAlarm, BreakdownAlarmParams, Dcc, DccLikelihood, DccParams, Ewma, EwmaParams};

/// Days before the first forecast.
const WARM_UP: usize = 120;

/// The mean of all pairs.
fn mean_correlation(covariance: &Covariance) -> f64 {
    let correlation = covariance.correlation().expect("assets that move");
    let entries = correlation.as_slice();
    let pairs = (correlation.len() * (correlation.len() - 1)) as f64;
    (entries.iter().sum::<f64>() - correlation.len() as f64) / pairs
}

fn main() {
    let Some(file) = std::env::args_os().nth(1) else {
        println!("usage: dow FILE: daily returns, a column of dates first");
        return;
    };
    let (dates, assets) = (dates(Path::new(&file)), columns(Path::new(&file), &[]));
    let returns =
        Returns::from_column_slice(dates.len(), assets.len(), &assets.concat()).expect("finite returns");
    let start = Instant::now();
    let params = DccParams { likelihood: DccLikelihood::Contiguous, ..DccParams::default() };
    let fit = Dcc::new(params).fit(&returns).expect("a regular sample");
    let fitted = start.elapsed();
    println!(
        "DCC of {} stocks, {} days: a {:.4}, b {:.4}, {:?}, in {:.0} ms",
        assets.len(),
        dates.len(),
        fit.parameters.a,
        fit.parameters.b,
        fit.status,
        1e3 * fitted.as_secs_f64()
    );
    // The parameters know the whole sample, the filter at each bar the past alone.
    let mut dcc = po_correlation::DccFilter::new(fit.filter_params().expect("margins")).expect("a sound fit");
    let mut ewma = Ewma::new(EwmaParams::default(), assets.len()).expect("sound settings");
    let mut alarm = BreakdownAlarm::new(BreakdownAlarmParams::default()).expect("sound settings");
    let (mut by_weights, mut by_dcc, mut alarms) = (Vec::new(), Vec::new(), Vec::new());
    let mut foretold = Covariance::default();
    let start = Instant::now();
    for (day, date) in dates.iter().enumerate() {
        let bar: Vec<f64> = assets.iter().map(|asset| asset[day]).collect();
        if day >= WARM_UP {
            ewma.covariance_into(&mut foretold).expect("every asset was seen");
            by_weights.push((date.as_str(), mean_correlation(&foretold)));
            let matrix = dcc.correlation().expect("every asset was seen");
            let many = matrix.len() as f64;
            by_dcc.push((matrix.as_slice().iter().sum::<f64>() - many) / (many * (many - 1.0)));
            if alarm.update(&foretold, &bar).expect("a regular forecast").is_some() {
                alarms.push(date.as_str());
            }
        }
        ewma.update(&bar).expect("finite returns");
        dcc.update(&bar).expect("finite returns");
    }
    println!("{} bars in {:.0} ms, everything included", dates.len(), 1e3 * start.elapsed().as_secs_f64());
    println!(
        "before the open of   EWMA   DCC   (mean correlation of {} pairs)",
        assets.len() * (assets.len() - 1) / 2
    );
    let shown =
        ["1987-10-16", "1987-10-19", "1987-10-20", "1987-10-27", "1995-06-15", "2000-03-15", "2007-02-28"];
    let later = ["2008-09-15", "2008-10-01", "2008-10-15", "2008-11-20", "2009-01-30"];
    for ((date, weights), dcc) in by_weights.iter().zip(&by_dcc) {
        if shown.contains(date) || later.contains(date) {
            println!("{date:<18} {weights:>6.3} {dcc:>6.3}");
        }
    }
    println!("{} alarms: {}", alarms.len(), alarms.join(", "));
}
