//! Each bad input is refused with one line that says what, where, and what was expected.

use crate::po::{Folder, PRICES, allocate, gzip};

/// Refused with status 2, nothing on standard output, and exactly this message.
fn refused(bytes: impl AsRef<[u8]>, args: &[&str], message: &str) {
    let done = allocate(bytes, args);
    assert_eq!((done.err.as_str(), done.status), (format!("error: {message}\n").as_str(), 2));
    assert_eq!(done.out, "");
}

/// `PRICES` with one piece of text replaced.
fn but(old: &str, new: &str) -> String {
    assert!(PRICES.contains(old));
    PRICES.replacen(old, new, 1)
}

#[test]
fn an_empty_file() {
    let message = "prices.csv is empty, expected a header line and rows of numbers";
    refused("", &[], message);
    refused("\n\n", &[], message);
    refused("\u{feff}", &[], message);
    refused(gzip(b""), &[], message);
}

#[test]
fn too_few_rows() {
    let message = "prices.csv has a header but no rows, expected rows of numbers below the header";
    refused("date,A,B\n", &[], message);
    let message = "prices.csv has 1 row of prices, expected at least 3";
    refused("date,A,B\n2024-01-01,100,50\n", &[], message);
    let message = "prices.csv has 2 rows of prices, expected at least 3";
    refused("date,A,B\n2024-01-01,100,50\n2024-01-02,100,51\n", &[], message);
    let message = "prices.csv has 1 row of returns, expected at least 2";
    refused("date,A,B\n2024-01-01,0.1,0.2\n", &["--returns"], message);
}

#[test]
fn a_header_that_is_none() {
    let message = "prices.csv, line 1: the first line holds data (\"2024-01-01\"), expected a header with the names of the columns";
    refused(PRICES.replacen("date,A,B\n", "", 1), &[], message);
    let message = "prices.csv, line 1: column 3 has no name, expected a name for each column";
    refused(but("date,A,B", "date,A,"), &[], message);
    let message = "prices.csv, line 1: columns 2 and 3 are both called \"A\", expected each name once";
    refused(but("date,A,B", "date,A,A"), &[], message);
    let message = "prices.csv has one column, \"date A B\", expected a date column and one column per asset, separated by commas, semicolons or tabs";
    refused("date A B\n2024-01-01 1 2\n", &[], message);
}

#[test]
fn dates_that_are_none() {
    let expected = "expected a date such as 2024-01-31, 20240131 or 2024-01-31T16:00";
    let message = format!("prices.csv, line 3, column \"date\": \"soon\" is not a date, {expected}");
    refused(but("2024-01-02", "soon"), &[], &message);
    let message = format!("prices.csv, line 3, column \"date\": \"2024-02-30\" is not a date, {expected}");
    refused(but("2024-01-02", "2024-02-30"), &[], &message);
    let message = "prices.csv, line 3, column \"date\": \"01/02/2024\" does not tell the day from the month, expected the year first, such as 2020-01-31";
    refused(but("2024-01-02", "01/02/2024"), &[], message);
    let message = "prices.csv, line 3, column \"date\": the date is missing, expected a date in each row";
    refused(but("2024-01-02", ""), &[], message);
    let message = format!(
        "prices.csv, line 2, column \"A\": \"100\" is not a date, {expected}; the first column is taken for the dates because none is called date, --date-column names another"
    );
    refused("A,B\n100,50\n101,51\n", &[], &message);
}

#[test]
fn dates_out_of_order() {
    let message = "prices.csv: 2024-01-02 stands in line 3 and in line 4, expected each date once";
    refused(but("2024-01-03", "2024-01-02"), &[], message);
    let message = "prices.csv: 2023-12-31 in line 4 comes after 2024-01-02 in line 3, expected the oldest row first; --sort-dates sorts them";
    refused(but("2024-01-03", "2023-12-31"), &[], message);
    // Sorting brings the two together, wherever they stood.
    let message = "prices.csv: 2024-01-01 stands in line 2 and in line 5, expected each date once";
    refused(but("2024-01-04", "2024-01-01"), &["--sort-dates"], message);
}

#[test]
fn cells_that_are_no_numbers() {
    let cell = "prices.csv, line 3, column \"B\"";
    let example = "expected a number such as 101.25, or an empty cell where there is none";
    refused(but(",51", ",5x1"), &[], &format!("{cell}: \"5x1\" is not a number, {example}"));
    let message = format!(
        "{cell}: \"1,051.5\" is not a number, expected a number such as 1234.5: a point before the decimals, and nothing between the thousands"
    );
    refused(but(",51", ",\"1,051.5\""), &[], &message);
    let message =
        format!("{cell}: \"51 USD\" is not a number, expected a number such as 101.25, without a unit");
    refused(but(",51", ",51 USD"), &[], &message);
    let message = format!(
        "{cell}: \"Monday\" is not a number, expected one column of numbers per asset; if the file has one row per date and asset, say --symbol-column and --price-column"
    );
    refused(but(",51", ",Monday"), &[], &message);
    let message = format!(
        "{cell}: \"2024-05-01\" is not a number, expected a number such as 101.25; if this is the date column, say --date-column"
    );
    refused(but(",51", ",2024-05-01"), &[], &message);
    let message = format!(
        "{cell}: the value is infinite, expected a finite number, or an empty cell where there is none"
    );
    refused(but(",51", ",inf"), &[], &message);
    refused(but(",51", ",1e999"), &[], &message);
}

#[test]
fn prices_that_are_not_positive() {
    let expected = "expected a positive number, or an empty cell where there is none (if the file holds returns, say --returns)";
    let message = format!("prices.csv, line 4, column \"B\": the price is -50.5, {expected}");
    refused(but("50.5", "-50.5"), &[], &message);
    let message = format!("prices.csv, line 4, column \"B\": the price is 0, {expected}");
    refused(but("50.5", "0.00"), &[], &message);
}

#[test]
fn ragged_rows() {
    let message = "prices.csv, line 3 has 2 cells, expected 3 as in the header";
    refused(but(",51", ""), &[], message);
    let message = "prices.csv, line 3 has 4 cells, expected 3 as in the header";
    refused(but(",51", ",51,"), &[], message);
    let message = "prices.csv, line 3 has 2 cells, expected 3 as in the header; a cell runs over several lines: is a quotation mark left open?";
    refused(but("101,51", "\"101,51"), &[], message);
}

#[test]
fn lines_are_counted_as_an_editor_does() {
    let message = "prices.csv, line 6 has 1 cell, expected 3 as in the header";
    let text = "\n\ndate,A,B\r\n\r\n2024-01-01,1,2\r\n2024-01-02\r\n";
    refused(text, &[], message);
    refused("date,A,\"B\nC\"\n2024-01-01,1,2\n\n\n2024-01-02", &[], message);
}

#[test]
fn assets_without_numbers() {
    let text = "date,A,B,C\n2024-01-01,1,,2\n2024-01-02,2,,3\n2024-01-03,3,,2\n2024-01-04,3,7,5\n";
    let message = "B has no two values in a row in prices.csv, expected returns to estimate from; --missing drop-sparse=0.5 leaves such assets out";
    refused(text, &[], message);
    let message = "B has no values in prices.csv, expected returns to estimate from; --missing drop-sparse=0.5 leaves such assets out";
    refused(text.replace(",7,", ",NaN,"), &[], message);
    let message = "B has no value on 2024-01-01, and --missing refuse allows no gaps; --missing complete-rows leaves such rows out";
    refused(text, &["--missing", "refuse"], message);
    let text = "date,A,B\n2024-01-01,1,\n2024-01-02,2,\n2024-01-03,,3\n2024-01-04,,4\n";
    let message = "no row of prices.csv has a return for every asset: A ends on 2024-01-02, B begins on 2024-01-03; --missing drop-sparse=0.5 leaves out the assets with the most gaps, --assets chooses assets";
    refused(text, &[], message);
    let message = "--missing complete-assets leaves no asset of prices.csv: each of the 2 has too many gaps, try drop-sparse=0.2";
    refused(text, &["--missing", "complete-assets"], message);
}

#[test]
fn assets_that_do_not_move() {
    let text = "date,A,B\n2024-01-01,1,7\n2024-01-02,2,7\n2024-01-03,3,7\n2024-01-04,3,7\n";
    for method in [
        "hrp",
        "inverse-volatility",
        "inverse-variance",
        "max-diversification",
        "max-decorrelation",
        "risk-parity",
    ] {
        let message = format!(
            "B has the same price in all 3 observations, so its variance is zero, and --method {method} needs one above zero; --assets chooses assets, --method equal-weight takes any"
        );
        refused(text, &["--method", method], &message);
    }
    let message = "A has the same return in all 2 observations, so its variance is zero, and --method hrp needs one above zero; --assets chooses assets, --method equal-weight takes any";
    refused("date,A,B\n2024-01-01,0.5,1\n2024-01-02,0.5,2\n", &["--returns"], message);
}

#[test]
fn numbers_that_are_too_large() {
    let text = "date,A,B\n2024-01-01,1,1\n2024-01-02,2,1e-300\n2024-01-03,3,1e300\n";
    let message = "the return of B on 2024-01-03 is too large to compute with, expected returns of common size: are its values right?";
    refused(text, &[], message);
    let message = "the covariance of B is too large to compute with, expected returns of common size: are its values right?";
    refused(text.replace("1e-300", "1e-200").replace("1e300", "1"), &[], message);
}

#[test]
fn files_of_another_kind() {
    let table = "expected CSV (plain or gzip) or Parquet";
    let noise: Vec<u8> = (0..=255).cycle().take(4096).collect();
    refused(noise, &[], &format!("prices.csv is binary data, {table}: is it the right file?"));
    let message = format!(
        "prices.csv is a ZIP archive or a spreadsheet, {table}: unpack it, or export the sheet as CSV"
    );
    refused(b"PK\x03\x04....", &[], &message);
    let message = format!(
        "prices.csv is compressed with zstd, {table}: decompress it first, as in zstd -dc FILE | po allocate -"
    );
    refused(b"\x28\xb5\x2f\xfd....", &[], &message);
    let utf16: Vec<u8> = "\u{feff}date,A\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
    refused(utf16, &[], &format!("prices.csv is UTF-16 text, {table}: save it as UTF-8"));
    let message = format!("prices.csv is JSON, {table}: write it as CSV, one column per asset");
    refused("{\"date\": 1}", &[], &message);
    let message =
        format!("prices.csv is text whose lines end in CR alone, {table}: save it with line ends LF or CRLF");
    refused(PRICES.replace('\n', "\r"), &[], &message);
}

#[test]
fn text_that_is_not_utf8() {
    let latin = |text: &str| text.chars().map(|c| u8::try_from(u32::from(c)).unwrap()).collect::<Vec<u8>>();
    let expected = "is not UTF-8 text, expected a file saved as UTF-8";
    refused(latin(&but(",51", ",5é")), &[], &format!("prices.csv, line 3, column \"B\" {expected}"));
    refused(latin(&but("A,B", "A,é")), &[], &format!("prices.csv, line 1 {expected}"));
}

#[test]
fn a_gzip_file_that_is_cut_short() {
    let whole = gzip(PRICES.repeat(200).as_bytes());
    let message = "prices.csv ends in the middle of its compressed data, expected a complete gzip file: was the copy cut short?";
    refused(&whole[..whole.len() / 2], &[], message);
    refused(&whole[..whole.len() - 4], &[], message);
}

#[test]
fn files_that_cannot_be_opened() {
    let folder = Folder::with("prices.csv", PRICES);
    let done = folder.po(&["allocate", "price.csv"]);
    let message = "error: price.csv cannot be opened: there is no such file, did you mean \"prices.csv\"?\n";
    assert_eq!((done.err.as_str(), done.status), (message, 2));
    let done = folder.po(&["allocate", "."]);
    let message = "error: . cannot be opened: it is a directory, expected a file\n";
    assert_eq!((done.err.as_str(), done.status), (message, 2));
    let done = folder.po(&["allocate"]);
    let message =
        "error: no file of prices is named, expected a path such as prices.csv, or - for standard input\n";
    assert_eq!((done.err.as_str(), done.status), (message, 2));
}

#[test]
fn bars_of_one_asset() {
    let text = "Date,Open,High,Low,Close,Volume\n2024-01-01,1,2,1,2,100\n";
    let message = "prices.csv has the columns Open, High, Low, Close: bars of one asset, expected one column per asset, or a column of symbols; to take the columns as assets all the same, say --format wide";
    refused(text, &[], message);
}

#[test]
fn long_files() {
    let text = "date,symbol,close\n2024-01-01,A,1\n2024-01-01,B,5\n2024-01-02,A,2\n2024-01-02,B,6\n";
    let message = "prices.csv: A has two values for 2024-01-01, in line 2 and in line 4, expected one";
    refused(text.replace("2024-01-02,A", "2024-01-01,A"), &[], message);
    let message = "prices.csv, line 3, column \"symbol\": the symbol is missing, expected the name of an asset in each row";
    refused(text.replacen(",B,", ",,", 1), &[], message);
    let message = "prices.csv, line 5, column \"close of B\": the price is -6, expected a positive number, or an empty cell where there is none (if the file holds returns, say --returns)";
    refused(text.replace(",6", ",-6"), &[], message);
    let message = "prices.csv has no column \"clos\", did you mean \"close\"?";
    refused(text, &["--price-column", "clos"], message);
    let text = text.replace("close", "first,second").replace(",1\n", ",1,1\n").replace(",5\n", ",5,5\n");
    let message = "prices.csv has no column that is plainly the price; its columns are \"date\", \"symbol\", \"first\", \"second\": name it with --price-column";
    refused(text, &[], message);
}
