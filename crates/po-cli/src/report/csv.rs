//! A report as CSV, with all digits.

use super::{Form, Report};
use crate::error::Error;

pub(super) fn csv(report: &Report, form: Form) -> Result<String, Error> {
    let mut text = row(["asset", "weight", "volatility", "risk_share", "cluster"])?;
    for asset in report.order(form.sort) {
        let share = report.contributions.as_ref().map(|shares| shares[asset].to_string());
        let cluster = report.clusters.as_ref().map(|clusters| clusters[asset].to_string());
        text += &row([
            report.names[asset].as_str(),
            &report.weights[asset].to_string(),
            &(report.volatilities[asset] * report.annual()).to_string(),
            &share.unwrap_or_default(),
            &cluster.unwrap_or_default(),
        ])?;
    }
    Ok(text)
}

/// One line of CSV, with quotation marks where they are needed.
pub(crate) fn row<'a>(cells: impl IntoIterator<Item = &'a str>) -> Result<String, Error> {
    let failed = Error::write("CSV");
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(cells).map_err(|error| failed(error.into()))?;
    let bytes = writer.into_inner().map_err(|error| failed(error.into_error()))?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}
