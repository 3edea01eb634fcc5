//! Where bytes come from, and what kind of file they are.

use std::fs::File;
#[cfg(feature = "parquet")]
use std::io::Write;
use std::io::{BufRead, BufReader, Cursor, Read};
use std::path::{Path, PathBuf};

use flate2::read::MultiGzDecoder;

use crate::error::{Place, ReadError, plain};

/// Enough to see the header of a file with thousands of columns.
const HEAD: usize = 1 << 16;

/// The first bytes of a Parquet file.
const PARQUET: &[u8] = b"PAR1";

/// A file, or a stream such as standard input.
pub enum Source<'a> {
    /// A file; a Parquet file is then read in place.
    File(PathBuf),
    /// A stream, read once.
    Stream {
        /// What messages call it.
        name: String,
        /// The bytes.
        reader: Box<dyn Read + 'a>,
    },
}

impl std::fmt::Debug for Source<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Source").field(&self.name()).finish()
    }
}

impl Source<'_> {
    /// What messages call the source.
    #[must_use]
    pub fn name(&self) -> String {
        match self {
            Self::File(path) => path.display().to_string(),
            Self::Stream { name, .. } => name.clone(),
        }
    }
}

/// A source that was opened, and told by its first bytes.
pub(crate) enum Opened<'a> {
    /// Text, its first bytes apart.
    Text(Text<'a>),
    /// A Parquet file.
    #[cfg(feature = "parquet")]
    Parquet(File),
}

/// Text that was opened.
pub(crate) struct Text<'a> {
    /// The first bytes, for a look at the header; `reader` yields them again.
    pub(crate) head: Vec<u8>,
    pub(crate) reader: Box<dyn BufRead + 'a>,
    /// Whether the text was compressed.
    pub(crate) gzip: bool,
}

/// Opens a source and tells its kind, decompressing gzip.
pub(crate) fn open(source: Source<'_>) -> Result<Opened<'_>, ReadError> {
    let name = source.name();
    match source {
        Source::File(path) => {
            let mut file = open_file(&path)?;
            let head = read_head(&mut file).map_err(|error| interrupted(&name, None, &error))?;
            #[cfg(feature = "parquet")]
            if head.starts_with(PARQUET) {
                return Ok(Opened::Parquet(file));
            }
            told(&name, head, file)
        }
        Source::Stream { reader, .. } => {
            let mut reader = reader;
            let head = read_head(&mut reader).map_err(|error| interrupted(&name, None, &error))?;
            told(&name, head, reader)
        }
    }
}

/// Tells the kind of a stream by its head.
fn told<'a>(name: &str, head: Vec<u8>, rest: impl Read + 'a) -> Result<Opened<'a>, ReadError> {
    if !head.starts_with(&[0x1f, 0x8b]) {
        return plain_bytes(name, head, rest, false);
    }
    let mut decoder = MultiGzDecoder::new(BufReader::new(Cursor::new(head).chain(rest)));
    let head = read_head(&mut decoder).map_err(|error| interrupted(name, None, &error))?;
    plain_bytes(name, head, decoder, true)
}

fn plain_bytes<'a>(
    name: &str,
    mut head: Vec<u8>,
    rest: impl Read + 'a,
    gzip: bool,
) -> Result<Opened<'a>, ReadError> {
    #[cfg(feature = "parquet")]
    if head.starts_with(PARQUET) {
        let file = spooled(&head, rest).map_err(|error| interrupted(name, None, &error))?;
        return Ok(Opened::Parquet(file));
    }
    if let Some((found, advice)) = foreign(&head) {
        return Err(ReadError::NotATable { name: name.to_owned(), found, advice });
    }
    // The byte-order mark that some spreadsheets put in front belongs to no cell.
    if head.starts_with(b"\xef\xbb\xbf") {
        head.drain(..3);
    }
    // A line feed at the end lets each line be counted by its end, the last one too.
    let reader = Cursor::new(head.clone()).chain(rest).chain(&b"\n"[..]);
    Ok(Opened::Text(Text { head, reader: Box::new(BufReader::with_capacity(HEAD, reader)), gzip }))
}

/// A Parquet file is read from its end; so one that comes through a stream goes to a nameless file first.
#[cfg(feature = "parquet")]
fn spooled(head: &[u8], mut rest: impl Read) -> std::io::Result<File> {
    let mut file = tempfile::tempfile()?;
    file.write_all(head)?;
    std::io::copy(&mut rest, &mut file)?;
    Ok(file)
}

/// What kind of file begins like this, if it is not text, and what to do about it.
pub(crate) fn foreign(head: &[u8]) -> Option<(&'static str, &'static str)> {
    const KINDS: &[(&[u8], &str, &str)] = &[
        #[cfg(not(feature = "parquet"))]
        (
            PARQUET,
            "Parquet, which this po was built without",
            "build it with the feature parquet, or write CSV",
        ),
        (b"PK\x03\x04", "a ZIP archive or a spreadsheet", "unpack it, or export the sheet as CSV"),
        (b"\xd0\xcf\x11\xe0", "a spreadsheet", "export the sheet as CSV"),
        (
            b"\x28\xb5\x2f\xfd",
            "compressed with zstd",
            "decompress it first, as in zstd -dc FILE | po allocate -",
        ),
        (b"\xfd7zXZ\0", "compressed with xz", "decompress it first, as in xz -dc FILE | po allocate -"),
        (b"BZh", "compressed with bzip2", "decompress it first, as in bzip2 -dc FILE | po allocate -"),
        (b"ARROW1", "an Arrow (Feather) file", "write it as Parquet or CSV"),
        (b"SQLite format 3", "an SQLite database", "export a table as CSV"),
        (b"\xff\xfe", "UTF-16 text", "save it as UTF-8"),
        (b"\xfe\xff", "UTF-16 text", "save it as UTF-8"),
        (b"{", "JSON", "write it as CSV, one column per asset"),
        (b"[", "JSON", "write it as CSV, one column per asset"),
        (b"<", "HTML or XML", "save the table itself, not the page around it"),
    ];
    let known =
        KINDS.iter().find(|(magic, ..)| head.starts_with(magic)).map(|(_, found, advice)| (*found, *advice));
    let binary = || head.contains(&0).then_some(("binary data", "is it the right file?"));
    let old = || {
        let lines = |byte| head.iter().filter(|other| **other == byte).count();
        (lines(b'\r') > 0 && lines(b'\n') == 0)
            .then_some(("text whose lines end in CR alone", "save it with line ends LF or CRLF"))
    };
    known.or_else(binary).or_else(old)
}

/// The text of a file, without a byte order mark.
pub(crate) fn read_text(path: &Path) -> Result<String, ReadError> {
    let text = std::io::read_to_string(open_file(path)?)
        .map_err(|error| interrupted(&path.display().to_string(), None, &error))?;
    Ok(text.trim_start_matches('\u{feff}').to_owned())
}

/// Opens a file; a directory is not one.
pub(crate) fn open_file(path: &Path) -> Result<File, ReadError> {
    let refused = |reason: String, nearest| {
        let path = path.display().to_string();
        Err(ReadError::Open { path, reason, nearest })
    };
    match File::open(path) {
        Ok(file) if file.metadata().is_ok_and(|data| data.is_dir()) => {
            refused("it is a directory, expected a file".to_owned(), None)
        }
        Ok(file) => Ok(file),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            refused(plain(&error), nearest_file(path))
        }
        Err(_) if path.is_dir() => refused("it is a directory, expected a file".to_owned(), None),
        Err(error) => refused(plain(&error), None),
    }
}

/// The file of the same directory whose name is nearest, as one would type it.
fn nearest_file(path: &Path) -> Option<String> {
    // The ending says nothing about which file is meant.
    let stem = |name: &str| name.split_once('.').map_or(name.to_owned(), |(stem, _)| stem.to_owned());
    let wanted = stem(path.file_name()?.to_str()?);
    let directory = path.parent().filter(|parent| !parent.as_os_str().is_empty());
    let entries = std::fs::read_dir(directory.unwrap_or(Path::new("."))).ok()?;
    let mut names: Vec<String> = entries
        .filter_map(|entry| entry.ok().filter(|entry| entry.path().is_file())?.file_name().into_string().ok())
        .collect();
    names.sort();
    let stems: Vec<String> = names.iter().map(|name| stem(name)).collect();
    let nearest = po_engine::nearest_name(&wanted, stems.iter().map(String::as_str))?;
    let nearest = &names[stems.iter().position(|stem| stem == nearest)?];
    Some(directory.map_or(nearest.to_owned(), |parent| parent.join(nearest).display().to_string()))
}

/// A failure to read on: a gzip file that is cut short has a message of its own.
pub(crate) fn interrupted(
    name: &str,
    row: Option<crate::error::RowNumber>,
    error: &std::io::Error,
) -> ReadError {
    if error.kind() == std::io::ErrorKind::UnexpectedEof {
        return ReadError::Truncated { name: name.to_owned() };
    }
    let at = Place { source: name.to_owned(), row, column: None };
    ReadError::Interrupted { at, reason: plain(error) }
}

/// The first bytes, as many as there are up to `HEAD`.
fn read_head(reader: &mut impl Read) -> std::io::Result<Vec<u8>> {
    let mut head = Vec::new();
    reader.take(HEAD as u64).read_to_end(&mut head)?;
    Ok(head)
}
