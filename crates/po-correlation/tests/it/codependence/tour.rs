//! Every estimator with every setting, for what holds of all of them.

use po_correlation::{
    Bins, CodependenceEstimator, DistanceCorrelation, DistanceCorrelationParams, DistanceStatistic,
    InformationParams, InformationScale, LowerTailDependence, LowerTailDependenceParams, MutualInformation,
    VariationOfInformation,
};

/// An estimator of any kind.
pub(crate) type Any = Box<dyn CodependenceEstimator>;

pub(crate) fn all() -> Vec<(String, Any)> {
    let mut all: Vec<(String, Any)> = Vec::new();
    for statistic in [DistanceStatistic::Biased, DistanceStatistic::BiasCorrected] {
        let estimator = DistanceCorrelation::new(DistanceCorrelationParams { statistic });
        all.push((format!("{statistic:?}"), Box::new(estimator)));
    }
    for bins in [
        Bins::Number(10),
        Bins::Number(300),
        Bins::FreedmanDiaconis,
        Bins::Scott,
        Bins::Sturges,
        Bins::HacineGharbi,
        Bins::HacineGharbiBivariate,
    ] {
        for scale in [InformationScale::Nats, InformationScale::Normalised] {
            let params = InformationParams { bins, scale };
            all.push((format!("mutual {params:?}"), Box::new(MutualInformation::new(params).unwrap())));
            all.push((
                format!("variation {params:?}"),
                Box::new(VariationOfInformation::new(params).unwrap()),
            ));
        }
    }
    for level in [0.05, 0.3] {
        let estimator = LowerTailDependence::new(LowerTailDependenceParams { level }).unwrap();
        all.push((format!("tail {level}"), Box::new(estimator)));
    }
    all
}
