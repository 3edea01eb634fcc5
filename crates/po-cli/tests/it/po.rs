//! Running the binary in a folder of its own.

use std::io::Write;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use flate2::Compression;
use flate2::write::GzEncoder;
use tempfile::TempDir;

/// Four days of two assets.
pub(crate) const PRICES: &str = "\
date,A,B
2024-01-01,100,50
2024-01-02,101,51
2024-01-03,102,50.5
2024-01-04,101,52
";

/// What a run of `po` left behind.
#[derive(Debug)]
pub(crate) struct Done {
    pub(crate) status: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Done {
    /// The output as JSON; fails where the command did.
    pub(crate) fn json(&self) -> serde_json::Value {
        assert_eq!(self.status, 0, "{}", self.err);
        serde_json::from_str(&self.out).unwrap()
    }
}

/// A folder that `po` runs in, so that messages name files as the test does.
pub(crate) struct Folder(TempDir);

impl Folder {
    pub(crate) fn new() -> Self {
        Self(TempDir::new().unwrap())
    }

    /// A folder with one file.
    pub(crate) fn with(name: &str, bytes: impl AsRef<[u8]>) -> Self {
        Self::new().and(name, bytes)
    }

    /// One more file.
    pub(crate) fn and(self, name: &str, bytes: impl AsRef<[u8]>) -> Self {
        std::fs::write(self.path(name), bytes).unwrap();
        self
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    pub(crate) fn po(&self, args: &[&str]) -> Done {
        self.po_reading(args, b"")
    }

    /// Runs `po` with something on standard input.
    pub(crate) fn po_reading(&self, args: &[&str], input: &[u8]) -> Done {
        let mut child = Command::new(env!("CARGO_BIN_EXE_po"))
            .args(args)
            .current_dir(self.0.path())
            .env_remove("CLICOLOR_FORCE")
            .env_remove("NO_COLOR")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        // A command that fails early does not read to the end.
        let _ = child.stdin.take().unwrap().write_all(input);
        let output = child.wait_with_output().unwrap();
        Done {
            status: output.status.code().unwrap(),
            out: String::from_utf8(output.stdout).unwrap(),
            err: String::from_utf8(output.stderr).unwrap(),
        }
    }
}

/// Runs `po` on a file of prices.
pub(crate) fn allocate(bytes: impl AsRef<[u8]>, args: &[&str]) -> Done {
    Folder::with("prices.csv", bytes).po(&[&["allocate", "prices.csv"], args].concat())
}

pub(crate) fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}
