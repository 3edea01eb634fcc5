//! The bars since a snapshot, one checked line each.

use std::fmt::Write as _;
use std::fs::{File, OpenOptions};
use std::io::Write;
use std::path::Path;

use flate2::Crc;
use po_engine::stream::Time;
use serde::{Deserialize, Serialize};

use super::row::Row;
use super::sink::Mark;

/// The form of the lines; it grows with every change of it.
const VERSION: u32 = 1;

/// The first line of a journal.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Header {
    journal: u32,
    /// How many bars were offered to the engine before those of this journal.
    pub(super) after: u64,
    /// How many of them were refused since the last one that was taken in.
    pub(super) refused: u64,
    /// How far the decisions were written.
    pub(super) decisions: Option<Mark>,
}

impl Header {
    pub(super) fn new(after: u64, refused: u64, decisions: Option<Mark>) -> Self {
        Self { journal: VERSION, after, refused, decisions }
    }
}

/// A journal that is written to.
#[derive(Debug)]
pub(super) struct Journal {
    file: File,
    line: String,
    fsync: bool,
}

impl Journal {
    /// Begins a journal; its first line is on the disk then.
    pub(super) fn create(path: &Path, header: &Header, fsync: bool) -> std::io::Result<Self> {
        let text = serde_json::to_string(header)?;
        let mut file = File::create(path)?;
        file.write_all(sealed(&text).as_bytes())?;
        file.sync_all()?;
        Ok(Self { file, line: String::new(), fsync })
    }

    /// Goes on at the end of what was read.
    pub(super) fn resume(path: &Path, length: u64, fsync: bool) -> std::io::Result<Self> {
        let file = OpenOptions::new().append(true).open(path)?;
        file.set_len(length)?;
        Ok(Self { file, line: String::new(), fsync })
    }

    /// Writes a bar, whose number counts those refused too; it survives the end of the program from here on.
    pub(super) fn append(&mut self, number: u64, row: &Row) -> std::io::Result<()> {
        self.line.clear();
        // Writing to memory does not fail.
        let _ = write!(self.line, "{number} {}", row.time.nanoseconds());
        for (sign, numbers) in ["", "returns ", "exposures "].into_iter().zip(row.parts()) {
            if sign.is_empty() || !numbers.is_empty() {
                let _ = write!(self.line, " {sign}{}", numbers.len());
            }
            numbers.iter().try_for_each(|number| write!(self.line, " {number:?}")).unwrap_or_default();
        }
        // One call: a line is either there or not, but for a kill within the call.
        self.file.write_all(sealed(&self.line).as_bytes())?;
        if self.fsync { self.file.sync_data() } else { Ok(()) }
    }
}

impl Row {
    fn parts(&self) -> [&[f64]; 3] {
        [&self.prices, &self.returns, &self.exposures]
    }
}

/// What a journal holds, as far as it is sound.
#[derive(Debug, Default)]
pub(super) struct Entries {
    pub(super) header: Option<Header>,
    lines: Vec<String>,
    /// The bytes of the sound lines before each line, and after the last one.
    ends: Vec<u64>,
    /// Bytes after the last sound line that are more than a line that was cut off.
    pub(super) damaged: bool,
}

impl Entries {
    /// Reads as many lines as are sound.
    pub(super) fn read(path: &Path) -> std::io::Result<Self> {
        let bytes = std::fs::read(path)?;
        let mut entries = Self::default();
        let mut at = 0;
        while let Some(length) = bytes[at..].iter().position(|byte| *byte == b'\n') {
            let Some(text) = opened(&bytes[at..at + length]) else { break };
            if entries.header.is_none() {
                let header = serde_json::from_str::<Header>(text).ok();
                let Some(header) = header.filter(|header| header.journal == VERSION) else { break };
                entries.header = Some(header);
            } else {
                entries.lines.push(text.to_owned());
            }
            at += length + 1;
            entries.ends.push(at as u64);
        }
        entries.damaged = bytes[at..].contains(&b'\n');
        Ok(entries)
    }

    /// How many bars there are.
    pub(super) fn len(&self) -> usize {
        self.lines.len()
    }

    /// The bytes of the header and so many bars.
    pub(super) fn bytes(&self, bars: usize) -> u64 {
        self.ends.get(bars).copied().unwrap_or_default()
    }

    /// Reads a bar and its number; nothing if it is none of so many assets and factors.
    pub(super) fn row(&self, line: usize, row: &mut Row) -> Option<u64> {
        let mut words = self.lines.get(line)?.split(' ');
        let number = words.next()?.parse().ok()?;
        row.time = Time::from_nanoseconds(words.next()?.parse().ok()?);
        let lists = [("", &mut row.prices), ("returns", &mut row.returns), ("exposures", &mut row.exposures)];
        for (sign, numbers) in lists {
            if sign.is_empty() || !numbers.is_empty() {
                let is_there = sign.is_empty() || words.next()? == sign;
                let count: usize = words.next()?.parse().ok()?;
                (is_there && count == numbers.len()).then_some(())?;
            }
            for number in numbers {
                *number = words.next()?.parse().ok()?;
            }
        }
        words.next().is_none().then_some(number)
    }
}

fn checksum(text: &str) -> u32 {
    let mut checksum = Crc::new();
    checksum.update(text.as_bytes());
    checksum.sum()
}

/// A line with its checksum in front.
fn sealed(text: &str) -> String {
    format!("{:08x} {text}\n", checksum(text))
}

/// The text of a line whose checksum is right.
fn opened(line: &[u8]) -> Option<&str> {
    let (sum, text) = str::from_utf8(line).ok()?.split_once(' ')?;
    (sum.len() == 8 && u32::from_str_radix(sum, 16).ok()? == checksum(text)).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::{Entries, Header, Journal, Row, Time};

    #[test]
    fn bars_are_read_back_bit_for_bit_up_to_where_they_are_damaged() -> std::io::Result<()> {
        let folder = std::env::temp_dir().join(format!("po-journal-{}", std::process::id()));
        std::fs::create_dir_all(&folder)?;
        let path = folder.join("journal");
        let mut row = Row::new(4, 1);
        row.time = Time::from_nanoseconds(-5);
        row.prices = vec![0.1 + 0.2, f64::INFINITY, 5e-324, -0.0];
        row.returns = vec![1.0 / 3.0];
        row.exposures = vec![1e300, 0.0, -2.5, f64::MIN_POSITIVE];
        let header = Header::new(7, 2, None);
        let mut journal = Journal::create(&path, &header, true)?;
        journal.append(8, &row)?;
        journal.append(9, &row)?;
        let bytes = std::fs::read(&path)?;
        let whole = Entries::read(&path)?;
        assert_eq!((whole.header.as_ref(), whole.len(), whole.damaged), (Some(&header), 2, false));
        let mut back = Row::new(4, 1);
        assert_eq!(whole.row(1, &mut back), Some(9));
        let bits = |row: &Row| row.parts().concat().into_iter().map(f64::to_bits).collect::<Vec<_>>();
        assert_eq!((back.time, bits(&back)), (row.time, bits(&row)));
        assert_eq!(whole.row(0, &mut Row::new(3, 1)), None);
        assert_eq!(whole.row(0, &mut Row::new(4, 0)), None);
        // Cut anywhere, what is left is a beginning of what was written.
        for length in 0..bytes.len() {
            std::fs::write(&path, &bytes[..length])?;
            let cut = Entries::read(&path)?;
            assert!(!cut.damaged && cut.len() <= 1);
            assert_eq!(cut.len(), usize::from(length as u64 >= whole.bytes(1)));
        }
        // A changed bit anywhere is seen.
        for place in 0..bytes.len() {
            let mut changed = bytes.clone();
            changed[place] ^= 1;
            std::fs::write(&path, &changed)?;
            let entries = Entries::read(&path)?;
            assert!(entries.header.is_none() || entries.len() < 2);
        }
        std::fs::remove_dir_all(folder)
    }
}
