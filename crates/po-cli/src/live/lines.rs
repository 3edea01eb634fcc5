//! The lines of a file or a stream, each as soon as it is there.

use std::io::{BufRead, BufReader, Cursor, Read};

use flate2::read::MultiGzDecoder;

/// The longest line that is read: a bar of a hundred thousand assets.
pub(super) const LONGEST: usize = 1 << 22;

/// Lines of which one is in memory.
pub(super) struct Lines<'a> {
    reader: Box<dyn BufRead + 'a>,
    /// The line, without its end.
    pub(super) text: Vec<u8>,
    /// The number of the line, from one.
    pub(super) number: u64,
    /// Whether the line had an end.
    pub(super) ended: bool,
    /// Whether the line was too long to be kept.
    pub(super) cut: bool,
}

impl<'a> Lines<'a> {
    /// Decompresses gzip, which the first two bytes tell; waits for no more than those.
    pub(super) fn open(mut source: Box<dyn Read + 'a>) -> std::io::Result<Self> {
        let mut head = [0; 2];
        let mut known = read_some(&mut source, &mut head[..1])?;
        if known == 1 && head[0] == 0x1f {
            known += read_some(&mut source, &mut head[1..])?;
        }
        let whole = Cursor::new(head).take(known as u64).chain(source);
        let reader: Box<dyn BufRead + 'a> = if head == [0x1f, 0x8b] {
            Box::new(BufReader::new(MultiGzDecoder::new(whole)))
        } else {
            Box::new(BufReader::new(whole))
        };
        Ok(Self { reader, text: Vec::new(), number: 0, ended: true, cut: false })
    }

    /// Reads a line; false at the end.
    pub(super) fn advance(&mut self) -> std::io::Result<bool> {
        self.text.clear();
        (self.ended, self.cut) = (false, false);
        let mut any = false;
        while !self.ended {
            let there = match self.reader.fill_buf() {
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => continue,
                there => there?,
            };
            if there.is_empty() {
                break;
            }
            any = true;
            let end = there.iter().position(|byte| *byte == b'\n');
            let part = &there[..end.unwrap_or(there.len())];
            if self.text.len() + part.len() > LONGEST {
                self.cut = true;
                self.text.clear();
            }
            if !self.cut {
                self.text.extend_from_slice(part);
            }
            self.ended = end.is_some();
            let used = part.len() + usize::from(self.ended);
            self.reader.consume(used);
        }
        self.number += u64::from(any);
        if self.text.last() == Some(&b'\r') {
            self.text.pop();
        }
        if self.number == 1 && self.text.starts_with(b"\xef\xbb\xbf") {
            self.text.drain(..3);
        }
        Ok(any)
    }
}

/// One byte or none, whatever interrupts.
fn read_some(source: &mut dyn Read, byte: &mut [u8]) -> std::io::Result<usize> {
    loop {
        match source.read(byte) {
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
            read => return read,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::{Read, Write};

    use flate2::Compression;
    use flate2::write::GzEncoder;

    use super::{LONGEST, Lines};

    /// Gives one byte at a time, as a slow stream does.
    struct Slow<'a>(&'a [u8]);

    impl Read for Slow<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
            let length = buffer.len().min(1);
            self.0.read(&mut buffer[..length])
        }
    }

    fn lines(bytes: &[u8]) -> std::io::Result<Vec<(u64, String, bool, bool)>> {
        let mut lines = Lines::open(Box::new(Slow(bytes)))?;
        let mut all = Vec::new();
        while lines.advance()? {
            let text = String::from_utf8_lossy(&lines.text).into_owned();
            all.push((lines.number, text, lines.ended, lines.cut));
        }
        Ok(all)
    }

    #[test]
    fn lines_come_as_they_are() -> std::io::Result<()> {
        let line = |number, text: &str, ended| (number, text.to_owned(), ended, false);
        let expected = [line(1, "a", true), line(2, "", true), line(3, "\u{1f}b", false)];
        let text = "\u{feff}a\r\n\n\u{1f}b".as_bytes();
        assert_eq!(lines(text)?, expected);
        let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(text)?;
        assert_eq!(lines(&encoder.finish()?)?, expected);
        assert_eq!(lines(b"")?, []);
        assert_eq!(lines(b"\x1f")?, [line(1, "\u{1f}", false)]);
        assert_eq!(lines(b"\x1f\n")?, [line(1, "\u{1f}", true)]);
        Ok(())
    }

    #[test]
    fn a_line_without_end_does_not_fill_the_memory() -> std::io::Result<()> {
        let mut bytes = vec![b'x'; LONGEST + 10];
        bytes.extend_from_slice(b"y\nz\n");
        let mut lines = Lines::open(Box::new(&*bytes))?;
        assert!(lines.advance()? && lines.cut && lines.text.len() < 20);
        assert!(lines.advance()? && !lines.cut);
        assert_eq!(lines.text, b"z");
        Ok(())
    }
}
