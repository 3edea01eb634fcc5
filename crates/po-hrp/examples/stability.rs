//! A tour: standard errors of weights, clusters that are there and clusters that are not, and a rule of one's own.
//!
//! Run it with `cargo run -p po-hrp --features linalg --example stability`.
#![expect(clippy::print_stdout, reason = "an example shows what it finds")]
#![expect(clippy::float_cmp, reason = "none of the resamples is none")]

use po_core::{Allocator, BootstrapParams, Covariance, Returns, Universe};
use po_hrp::{
    Answer, ClusterCount, Error, Herc, HercParams, Hrp, HrpParams, Stability, StabilityAnalysis,
    StabilityParams,
};

/// Two years of days.
const DAYS: usize = 500;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let universe = Universe::new(["AAPL", "MSFT", "NVDA", "TLT", "IEF", "GLD"])?;
    let returns = market()?;
    let bootstrap = BootstrapParams { resamples: 500, ..BootstrapParams::default() };
    let analysis = StabilityAnalysis::new(StabilityParams { bootstrap, ..StabilityParams::default() })?;

    // Shares, bonds, and gold for itself: three clusters.
    let hrp = Hrp::new(HrpParams::default())?;
    let three = analysis.judge_hrp(&returns, &hrp, ClusterCount::Given(3), &|_| {})?;
    show("hierarchical risk parity, three clusters", &universe, &three);
    // IEF holds most, and the days at hand tell how much to some per cent, not to tenths of one.
    let most = three.assets[4];
    assert!(most.weight > 0.5 && (0.01..0.04).contains(&most.standard_error), "{most:?}");
    assert!(most.lower < most.weight && most.weight < most.upper);
    // All three clusters come back in almost every resample.
    assert!(three.clusters.iter().all(|cluster| cluster.similarity > 0.95 && cluster.recovered > 0.9));
    assert!(three.co_clustering[1] > 0.95 && three.co_clustering[5] < 0.05);

    // A fourth cluster has to part the shares, which are alike, and one resample in four parts them in another way.
    let four = analysis.judge_hrp(&returns, &hrp, ClusterCount::Given(4), &|_| {})?;
    show("four clusters", &universe, &four);
    assert!((0.15..0.4).contains(&four.clusters[0].dissolved), "{:?}", four.clusters[0]);
    assert_eq!(four.clusters[3].dissolved, 0.0);

    // A rule of one's own: any estimator, any allocator. This one counts its clusters itself.
    let herc = Herc::new(HercParams::default())?;
    let rule = |returns: &Returns, covariance: &mut Covariance, answer: &mut Answer| -> Result<(), Error> {
        *covariance = returns.covariance()?;
        let allocation = herc.allocate(covariance)?;
        answer.weights.clone_from(allocation.weights());
        answer.labels.extend_from_slice(allocation.cut().labels());
        answer.dendrogram.clone_from(allocation.dendrogram());
        Ok(())
    };
    let own = analysis.judge(&returns, rule, &|_| {})?;
    show("hierarchical equal risk contribution", &universe, &own);
    for count in &own.counts {
        println!("{} clusters in {:.1} % of the resamples", count.clusters, 100.0 * count.share);
    }
    assert_eq!((own.resamples, own.failed), (500, 0));
    let shares: f64 = own.counts.iter().map(|count| count.share).sum();
    assert!((shares - 1.0).abs() < 1e-12);
    Ok(())
}

/// Days of a market in which shares move together, and so do bonds.
fn market() -> Result<Returns, Error> {
    let mut noise = Noise(1);
    // Volatility a day, how much of it is the common part of a class, and the class.
    let assets = [
        (0.020, 0.8, 0),
        (0.018, 0.8, 0),
        (0.025, 0.8, 0),
        (0.010, 0.9, 1),
        (0.005, 0.9, 1),
        (0.011, 0.0, 2),
    ];
    let classes: Vec<Vec<f64>> = (0..3).map(|_| (0..DAYS).map(|_| noise.normal()).collect()).collect();
    let mut columns = Vec::new();
    for (volatility, common, class) in assets {
        let own = f64::sqrt(1.0 - common * common);
        columns
            .extend(classes[class].iter().map(|move_| volatility * (common * move_ + own * noise.normal())));
    }
    Ok(Returns::from_column_slice(DAYS, assets.len(), &columns)?)
}

fn show(title: &str, universe: &Universe, stability: &Stability<Error>) {
    println!("\n{title}:");
    for (name, asset) in universe.names().iter().zip(&stability.assets) {
        println!(
            "  {name}  {:5.1} %  give or take {:4.1} %, from {:4.1} % to {:4.1} %",
            100.0 * asset.weight,
            100.0 * asset.standard_error,
            100.0 * asset.lower,
            100.0 * asset.upper
        );
    }
    for cluster in &stability.clusters {
        let names: Vec<&str> = cluster.assets.iter().map(|&asset| universe.names()[asset].as_str()).collect();
        println!(
            "  {}: similarity {:.2}, recovered in {:.0} % and dissolved in {:.0} % of the resamples",
            names.join(", "),
            cluster.similarity,
            100.0 * cluster.recovered,
            100.0 * cluster.dissolved
        );
    }
}

/// Normal numbers that are the same on every machine, to rounding.
struct Noise(u64);

impl Noise {
    fn uniform(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((mixed ^ (mixed >> 31)) >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// Box and Muller (1958).
    fn normal(&mut self) -> f64 {
        let radius = (-2.0 * (1.0 - self.uniform()).ln()).sqrt();
        radius * (std::f64::consts::TAU * self.uniform()).cos()
    }
}
