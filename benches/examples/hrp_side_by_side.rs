//! Our own times of hierarchical risk parity from returns to weights, and the returns, for
//! `benches/peers/hrp_side_by_side.py`. The argument is the folder to write to.

#![expect(
    clippy::expect_used,
    reason = "the settings are sound, and a program that measures should stop if not"
)]
#![expect(clippy::print_stdout, reason = "without a folder it says how it is used")]

use std::path::{Path, PathBuf};

use po_benches::{median, returns};
use po_core::{Allocator, Covariance, CovarianceEstimator, Returns};
use po_correlation::{BatchScratch, SampleCovariance};
use po_hrp::{Hrp, HrpAllocation, HrpParams, HrpScratch, LeafOrder, Linkage};

const PERIODS: usize = 1000;
const SIZES: [usize; 3] = [100, 500, 2000];

/// Little-endian numbers, one asset after the other.
fn write(path: &Path, numbers: &[f64]) {
    let bytes: Vec<u8> = numbers.iter().flat_map(|number| number.to_le_bytes()).collect();
    std::fs::write(path, bytes).expect("a file that can be written");
}

fn main() {
    let Some(folder) = std::env::args_os().nth(1).map(PathBuf::from) else {
        println!("usage: hrp_side_by_side FOLDER: writes simulated returns, our own weights and times there");
        return;
    };
    std::fs::create_dir_all(&folder).expect("a folder that can be made");
    let mut lines = Vec::new();
    for assets in SIZES {
        let numbers = returns(PERIODS, assets);
        write(&folder.join(format!("returns_{PERIODS}x{assets}.f64")), &numbers);
        let returns = Returns::from_column_slice(PERIODS, assets, &numbers).expect("finite returns");
        for (linkage, leaf_order) in [
            (Linkage::Single, LeafOrder::Dendrogram),
            (Linkage::Ward, LeafOrder::Dendrogram),
            (Linkage::Ward, LeafOrder::Optimal),
        ] {
            let hrp =
                Hrp::new(HrpParams { linkage, leaf_order, ..HrpParams::default() }).expect("sound settings");
            let (estimator, mut estimation) = (SampleCovariance::default(), BatchScratch::default());
            let (mut scratch, mut allocation) = (HrpScratch::default(), HrpAllocation::default());
            let mut covariance = Covariance::default();
            let (seconds, ()) = median(|| {
                estimator.estimate_into(&returns, &mut estimation, &mut covariance).expect("a sound sample");
                hrp.allocate_into(&covariance, &mut scratch, &mut allocation).expect("a sound covariance");
            });
            let task = format!("{linkage}-{leaf_order}-{PERIODS}x{assets}");
            write(&folder.join(format!("{task}.f64")), allocation.weights().as_slice());
            lines.push(format!("  \"{task}\": {seconds:e}"));
        }
    }
    let text = format!("{{\n{}\n}}\n", lines.join(",\n"));
    std::fs::write(folder.join("po.json"), text).expect("a file that can be written");
}
