//! Fits of extreme-value distributions.

use po_tail::{GevFit, GevMethod, GevScratch, GpdFit, GpdMethod, GpdScratch, PeaksOverThreshold};

use super::calls;

#[test]
fn the_second_fit_of_extremes_does_not_allocate() {
    let series = |count: u32| -> Vec<f64> { (1..=count).map(|i| (f64::from(i) * 0.618).fract()).collect() };
    let samples = [series(600), series(40), series(11)]
        .map(|uniform| uniform.into_iter().map(|number: f64| -(1.0 - number).ln()).collect::<Vec<f64>>());
    for method in [
        GpdMethod::MaximumLikelihood,
        GpdMethod::COLES_DIXON,
        GpdMethod::QuasiBayesian,
        GpdMethod::ProbabilityWeightedMoments,
        GpdMethod::Moments,
    ] {
        let (mut scratch, mut fit) = (GpdScratch::default(), GpdFit::default());
        let mut tail = PeaksOverThreshold::default();
        GpdFit::fit_into(&samples[0], method, &mut scratch, &mut fit).unwrap();
        PeaksOverThreshold::fit_into(&samples[0], 0.0, method, &mut scratch, &mut tail).unwrap();
        for sample in &samples {
            let count = calls(|| {
                GpdFit::fit_into(sample, method, &mut scratch, &mut fit).unwrap();
                PeaksOverThreshold::fit_into(sample, 0.0, method, &mut scratch, &mut tail).unwrap();
            });
            assert_eq!(count, 0, "{method}, {} excesses", sample.len());
        }
    }
    for method in [GevMethod::MaximumLikelihood, GevMethod::ProbabilityWeightedMoments] {
        let (mut scratch, mut fit) = (GevScratch::default(), GevFit::default());
        GevFit::fit_into(&samples[0], method, &mut scratch, &mut fit).unwrap();
        for sample in &samples {
            let count = calls(|| GevFit::fit_into(sample, method, &mut scratch, &mut fit).unwrap());
            assert_eq!(count, 0, "{method:?}, {} maxima", sample.len());
        }
    }
}
