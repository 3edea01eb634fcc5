//! The readers: what is written is read back bit for bit, and nothing makes them panic.

use jiff::civil::{DateTime, date};
use po_cli::Error;
use po_cli::data::{ReadOptions, Source, Table, read};
use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};

use crate::po::gzip;

fn parse(bytes: &[u8], options: &ReadOptions) -> Result<Table, Error> {
    read(Source::Stream { name: "test".to_owned(), reader: Box::new(bytes) }, options)
}

/// Runs a property on the same cases each time.
fn check<S: Strategy>(cases: u32, strategy: &S, property: impl Fn(S::Value)) {
    let random = TestRng::from_seed(RngAlgorithm::ChaCha, &[7; 32]);
    let config = Config { cases, failure_persistence: None, ..Config::default() };
    let checked = TestRunner::new_with_rng(config, random).run(strategy, |value| {
        property(value);
        Ok(())
    });
    checked.unwrap();
}

/// Prices by asset and date; NaN where missing, at least one in each row so that no row is blank.
#[derive(Clone, Debug)]
struct Prices {
    columns: Vec<Vec<f64>>,
}

impl Prices {
    fn dates(&self) -> Vec<DateTime> {
        let day = |row: usize| jiff::Span::new().days(i64::try_from(row).unwrap());
        (0..self.columns[0].len())
            .map(|row| date(2020, 2, 27).checked_add(day(row)).unwrap().at(0, 0, 0, 0))
            .collect()
    }

    fn names(&self) -> Vec<String> {
        (0..self.columns.len()).map(|asset| format!("asset {asset}")).collect()
    }

    fn wide(&self) -> String {
        let mut text = format!("date,{}\n", self.names().join(","));
        for (row, date) in self.dates().iter().enumerate() {
            let cells: Vec<String> = self.columns.iter().map(|column| column[row].to_string()).collect();
            text += &format!("{},{}\n", date.date(), cells.join(","));
        }
        text
    }

    /// One row per value, the last date first.
    fn long(&self) -> String {
        let mut text = "date;symbol;close\n".to_owned();
        for (asset, name) in self.names().iter().enumerate() {
            for (row, date) in self.dates().iter().enumerate().rev() {
                text += &format!("{};{name};{}\n", date.date(), self.columns[asset][row]);
            }
        }
        text
    }

    fn assert_same(&self, table: &Table) {
        assert_eq!((table.names(), table.dates()), (self.names().as_slice(), self.dates().as_slice()));
        for (asset, column) in self.columns.iter().enumerate() {
            let same = |(a, b): (&f64, &f64)| a.to_bits() == b.to_bits() || (a.is_nan() && b.is_nan());
            assert!(column.iter().zip(table.column(asset)).all(same), "{column:?} {:?}", table.column(asset));
        }
    }
}

fn prices() -> impl Strategy<Value = Prices> {
    let price = prop_oneof![9 => 1e-12_f64..1e12, 1 => Just(f64::NAN), 1 => proptest::num::f64::POSITIVE];
    (1_usize..5, 1_usize..9).prop_flat_map(move |(assets, rows)| {
        let column = proptest::collection::vec(price.clone(), rows);
        proptest::collection::vec(column, assets).prop_map(|mut columns| {
            for value in columns[0].iter_mut().filter(|value| !value.is_finite()) {
                *value = 1.0;
            }
            for value in columns.iter_mut().flatten().filter(|value| value.is_infinite() || **value == 0.0) {
                *value = f64::NAN;
            }
            Prices { columns }
        })
    })
}

#[test]
fn a_table_is_read_back_bit_for_bit() {
    let options = ReadOptions::default();
    check(200, &prices(), |prices| {
        let wide = parse(prices.wide().as_bytes(), &options).unwrap();
        assert_eq!(wide.layout(), "wide");
        prices.assert_same(&wide);
        prices.assert_same(&parse(&gzip(prices.wide().as_bytes()), &options).unwrap());
        let long = parse(prices.long().as_bytes(), &options).unwrap();
        assert_eq!(long.layout(), "long");
        prices.assert_same(&long);
    });
}

#[test]
fn arbitrary_bytes_never_panic() {
    let options =
        [ReadOptions::default(), ReadOptions { returns: true, sort_dates: true, ..ReadOptions::default() }];
    let bytes = proptest::collection::vec(any::<u8>(), 0..300);
    check(2000, &bytes, |bytes| {
        for options in &options {
            let _ = parse(&bytes, options);
            let _ = parse(&[b"date,A,B\n2020-01-01,".as_slice(), &bytes].concat(), options);
            let _ = parse(&[b"\x1f\x8b\x08".as_slice(), &bytes].concat(), options);
        }
    });
    // Text that looks like a table goes deeper than noise.
    let text = "(date|symbol|close|A|,|;|\n|\"|\r\n|2020-01-0[1-9]|[0-9]{1,3}|-|NA|é|T10:00Z| ){0,60}";
    check(2000, &text, |text| {
        for options in &options {
            let _ = parse(text.as_bytes(), options);
        }
    });
}

#[test]
fn dates_are_read_in_each_form() {
    let read = |text: &str| {
        let options = ReadOptions { returns: true, ..ReadOptions::default() };
        parse(format!("date,A\n{text},1\n").as_bytes(), &options).map(|table| table.dates()[0])
    };
    let noon = date(2024, 2, 29).at(12, 30, 0, 0);
    for text in [
        "2024-02-29",
        "20240229",
        "2024/02/29",
        "2024-02-29T00:00",
        "2024-02-29 00:00:00",
        "2024-02-29T00:00:00+09:00",
        "2024-02-29T00:00Z",
    ] {
        assert_eq!(read(text), Ok(date(2024, 2, 29).at(0, 0, 0, 0)), "{text}");
    }
    for text in [
        "2024-02-29T12:30",
        "2024-02-29 12:30:00",
        "2024-02-29T12:30:00Z",
        "2024-02-29T12:30Z",
        "2024-02-29T07:30:00-05:00",
        "2024-02-29 21:30:00.000+09:00",
        "2024/02/29 12:30",
    ] {
        assert_eq!(read(text), Ok(noon), "{text}");
    }
    assert_eq!(read("2024-02"), Ok(date(2024, 2, 1).at(0, 0, 0, 0)));
    for text in ["29/02/2024", "2/29/2024", "29.02.2024", "29-02-2024", "1/2/24"] {
        assert!(
            read(text).unwrap_err().to_string().contains("does not tell the day from the month"),
            "{text}"
        );
    }
    for text in [
        "2024",
        "202402",
        "45351",
        "Feb 29 2024",
        "2024-2-29",
        "2024-02-30",
        "20240230",
        "2023-02-29",
        "2024-13",
        "x",
        "1709164800",
        "2024-02-29T25:00",
    ] {
        assert!(read(text).unwrap_err().to_string().contains("is not a date"), "{text}");
    }
}

#[test]
fn the_column_of_dates_is_found() {
    let found = |header: &str, row: &str| {
        parse(format!("{header}\n{row}\n").as_bytes(), &ReadOptions::default())
            .map(|table| table.names().to_vec())
    };
    let (first, second) = ("2024-01-01,1,2", "1,2024-01-01,2");
    for (header, row) in [
        ("Date,A,B", first),
        ("A,Trade Date,B", second),
        ("A,timestamp,B", second),
        // An index that pandas writes without a name, and tickers that are words.
        (",A,B", first),
        ("month,A,B", first),
        ("whatever,A,B", first),
    ] {
        assert_eq!(found(header, row).unwrap(), ["A", "B"], "{header}");
    }
    assert_eq!(found(",DAY,TIME", first).unwrap(), ["DAY", "TIME"]);
    assert!(found("A,day,B", second).is_err());
}

#[test]
fn values_of_one_day_in_two_places_meet() {
    let text = "date,symbol,close\n2024-01-02T00:00+09:00,N,1\n2024-01-02T00:00-05:00,D,2\n";
    let table = parse(text.as_bytes(), &ReadOptions::default()).unwrap();
    assert_eq!(table.dates(), [date(2024, 1, 2).at(0, 0, 0, 0)]);
    let text = "date,symbol,close\n2024-01-02T09:00+09:00,N,1\n2024-01-02T09:00-05:00,D,2\n2024-01-02T09:00+00:00,D,3\n";
    let table = parse(text.as_bytes(), &ReadOptions::default()).unwrap();
    let hours: Vec<i8> = table.dates().iter().map(|time| time.hour()).collect();
    assert_eq!(hours, [0, 9, 14]);
    let text = "date,symbol,close\n2024-01-02T09:00+09:00,N,1\n2024-01-02T00:00Z,N,2\n";
    let error = parse(text.as_bytes(), &ReadOptions::default()).unwrap_err().to_string();
    assert_eq!(error, "test: N has two values for 2024-01-02, in line 2 and in line 3, expected one");
}

#[cfg(feature = "parquet")]
mod parquet_files {
    //! Parquet written by its own writer.

    use std::sync::Arc;

    use parquet::data_type::{ByteArray, ByteArrayType, DoubleType, Int32Type, Int64Type};
    use parquet::file::writer::{SerializedFileWriter, SerializedRowGroupWriter};
    use parquet::schema::parser::parse_message_type;

    use super::*;

    /// A file of one row group, of which `columns` writes the columns.
    fn file(schema: &str, columns: impl FnOnce(&mut SerializedRowGroupWriter<'_, &mut Vec<u8>>)) -> Vec<u8> {
        let mut bytes = Vec::new();
        let schema = Arc::new(parse_message_type(schema).unwrap());
        let mut writer = SerializedFileWriter::new(&mut bytes, schema, Arc::default()).unwrap();
        let mut group = writer.next_row_group().unwrap();
        columns(&mut group);
        group.close().unwrap();
        writer.close().unwrap();
        bytes
    }

    /// Writes one optional column of numbers, absent where NaN.
    fn put_numbers(group: &mut SerializedRowGroupWriter<'_, &mut Vec<u8>>, values: &[f64]) {
        let present: Vec<f64> = values.iter().copied().filter(|value| !value.is_nan()).collect();
        let levels: Vec<i16> = values.iter().map(|value| i16::from(!value.is_nan())).collect();
        let mut column = group.next_column().unwrap().unwrap();
        column.typed::<DoubleType>().write_batch(&present, Some(&levels), None).unwrap();
        column.close().unwrap();
    }

    fn days(dates: &[DateTime]) -> Vec<i32> {
        let day = |time: &DateTime| time.date().duration_since(date(1970, 1, 1)).as_hours() / 24;
        dates.iter().map(|time| i32::try_from(day(time)).unwrap()).collect()
    }

    fn wide(prices: &Prices) -> Vec<u8> {
        // pandas writes its index last, under this name.
        let columns: Vec<String> = prices
            .names()
            .iter()
            .map(|name| format!("optional double {};", name.replace(' ', "_")))
            .collect();
        let schema = format!(
            "message m {{ {} required int64 __index_level_0__ (TIMESTAMP(NANOS, false)); }}",
            columns.join(" ")
        );
        file(&schema, |group| {
            prices.columns.iter().for_each(|column| put_numbers(group, column));
            let nanoseconds: Vec<i64> =
                days(&prices.dates()).iter().map(|day| i64::from(*day) * 86_400_000_000_000).collect();
            let mut column = group.next_column().unwrap().unwrap();
            column.typed::<Int64Type>().write_batch(&nanoseconds, None, None).unwrap();
            column.close().unwrap();
        })
    }

    fn long(prices: &Prices) -> Vec<u8> {
        let schema = "message m { required binary symbol (UTF8); required int32 day (DATE); optional double close; required boolean halted; }";
        let (names, days) = (prices.names(), days(&prices.dates()));
        let rows: Vec<(usize, usize)> =
            (0..days.len()).flat_map(|row| (0..names.len()).map(move |asset| (row, asset))).collect();
        file(schema, |group| {
            let symbols: Vec<ByteArray> =
                rows.iter().map(|(_, asset)| names[*asset].as_str().into()).collect();
            let mut column = group.next_column().unwrap().unwrap();
            column.typed::<ByteArrayType>().write_batch(&symbols, None, None).unwrap();
            column.close().unwrap();
            let days: Vec<i32> = rows.iter().map(|(row, _)| days[*row]).collect();
            let mut column = group.next_column().unwrap().unwrap();
            column.typed::<Int32Type>().write_batch(&days, None, None).unwrap();
            column.close().unwrap();
            let values: Vec<f64> = rows.iter().map(|(row, asset)| prices.columns[*asset][*row]).collect();
            put_numbers(group, &values);
            let mut column = group.next_column().unwrap().unwrap();
            column
                .typed::<parquet::data_type::BoolType>()
                .write_batch(&vec![false; rows.len()], None, None)
                .unwrap();
            column.close().unwrap();
        })
    }

    #[test]
    fn a_table_is_read_back_bit_for_bit() {
        let options = ReadOptions::default();
        check(60, &prices(), |prices| {
            prices.assert_same(&parse(&long(&prices), &options).unwrap());
            let folder = crate::po::Folder::with("p.parquet", wide(&prices));
            let table = read(Source::File(folder.path("p.parquet")), &options).unwrap();
            let named = table.names().iter().map(|name| name.replace('_', " ")).collect::<Vec<_>>();
            assert_eq!((named, table.dates()), (prices.names(), prices.dates().as_slice()));
            let bits = |column: &[f64]| {
                column.iter().filter(|v| !v.is_nan()).map(|v| v.to_bits()).collect::<Vec<_>>()
            };
            for (asset, column) in prices.columns.iter().enumerate() {
                assert_eq!(bits(column), bits(table.column(asset)));
            }
        });
    }

    #[test]
    fn damaged_files_are_refused() {
        let prices = Prices { columns: vec![vec![1.0, 2.0, 3.0], vec![f64::NAN, 5.0, 6.0]] };
        let whole = wide(&prices);
        for length in 4..whole.len() {
            assert!(parse(&whole[..length], &ReadOptions::default()).is_err());
        }
        let damage = (4..whole.len(), any::<u8>());
        check(1500, &damage, |(place, byte)| {
            let mut damaged = whole.clone();
            damaged[place] = byte;
            let _ = parse(&damaged, &ReadOptions::default());
        });
    }

    #[test]
    fn a_panic_of_the_decoder_is_an_error() {
        let whole = wide(&Prices { columns: vec![vec![1.0, 2.0, 3.0]] });
        let message = "p cannot be read as Parquet: the file is damaged";
        let damaged = |(place, byte): (usize, u8)| [&whole[..place], &[byte], &whole[place + 1..]].concat();
        let panics = |bytes: &Vec<u8>| {
            let source = Source::Stream { name: "p".to_owned(), reader: Box::new(bytes.as_slice()) };
            read(source, &ReadOptions::default()).is_err_and(|error| error.to_string() == message)
        };
        let places = (4..whole.len()).flat_map(|place| [0, 1, 0x7f, 0xff].map(|byte| (place, byte)));
        // Should the decoder no longer panic, there is nothing left to catch.
        if let Some(bytes) = places.map(damaged).find(panics) {
            let done = crate::po::Folder::with("p", bytes).po(&["allocate", "p"]);
            assert_eq!((done.err, done.status), (format!("error: {message}\n"), 2));
        }
    }

    #[test]
    fn places_are_rows_and_columns() {
        let negative = Prices { columns: vec![vec![1.0, -2.0, 3.0]] };
        let error = parse(&wide(&negative), &ReadOptions::default()).unwrap_err().to_string();
        assert!(error.starts_with("test, row 2, column \"asset_0\": the price is -2, expected"), "{error}");
        let schema = "message m { required int32 date (DATE); required boolean A; }";
        let flags = file(schema, |group| {
            let mut column = group.next_column().unwrap().unwrap();
            column.typed::<Int32Type>().write_batch(&[1], None, None).unwrap();
            column.close().unwrap();
            let mut column = group.next_column().unwrap().unwrap();
            column.typed::<parquet::data_type::BoolType>().write_batch(&[true], None, None).unwrap();
            column.close().unwrap();
        });
        let error = parse(&flags, &ReadOptions::default()).unwrap_err().to_string();
        assert_eq!(error, "test, column \"A\" has type BOOLEAN (NONE), expected numbers, dates or text");
    }

    #[test]
    fn the_command_allocates_them() {
        let prices = Prices { columns: vec![vec![1.0, 2.0, 3.0, 2.0], vec![4.0, 5.0, 4.5, 6.0]] };
        let folder = crate::po::Folder::with("p.parquet", wide(&prices))
            .and("p.csv", prices.wide().replace("asset ", "asset_"));
        let (from_parquet, from_csv) =
            (folder.po(&["allocate", "p.parquet"]), folder.po(&["allocate", "p.csv"]));
        assert_eq!((from_parquet.status, from_parquet.out), (0, from_csv.out));
        let piped = folder.po_reading(&["allocate", "-", "-v"], &wide(&prices));
        assert!(piped.err.starts_with(" INFO standard input is Parquet\n"), "{}", piped.err);
    }
}

#[cfg(not(feature = "parquet"))]
#[test]
fn parquet_is_refused_by_name() {
    let error = parse(b"PAR1....PAR1", &ReadOptions::default()).unwrap_err().to_string();
    assert_eq!(
        error,
        "test is Parquet, which this po was built without, expected CSV (plain or gzip) or Parquet: build it with the feature parquet, or write CSV"
    );
}
