//! Where decisions go.

use std::fs::{File, OpenOptions};
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::decisions::DecisionForm;
use crate::error::{Error, RunError};

/// Standard output, or a file.
pub(super) enum Sink<'a> {
    Output(&'a mut dyn Write),
    File(DecisionFile),
}

/// How far the file of decisions was written when a snapshot was taken.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Mark {
    file: String,
    form: String,
    bytes: u64,
}

/// A file of decisions, in which the last ones may stand already.
pub(super) struct DecisionFile {
    path: PathBuf,
    file: File,
    form: DecisionForm,
    /// How many bytes are known to be those that the engine decides.
    bytes: u64,
    /// What stands in the file after those, not yet compared with what is decided now.
    ahead: Vec<u8>,
    /// Whether decisions that are replayed belong into the file.
    continues: bool,
}

fn absolute(path: &Path) -> String {
    std::path::absolute(path).unwrap_or_else(|_| path.to_owned()).display().to_string()
}

impl DecisionFile {
    /// A file that begins anew.
    pub(super) fn create(path: &Path, form: DecisionForm) -> Result<Self, Error> {
        let failed = |error| Error::write(&path.display().to_string())(error);
        let open = OpenOptions::new().read(true).append(true).create(true).open(path);
        let file = open.map_err(failed)?;
        file.set_len(0).map_err(failed)?;
        let path = path.to_owned();
        Ok(Self { path, file, form, bytes: 0, ahead: Vec::new(), continues: true })
    }

    /// A file that goes on where a snapshot left it. Gives what is to be told.
    pub(super) fn resume(
        path: &Path,
        form: DecisionForm,
        mark: Option<Mark>,
    ) -> Result<(Self, Option<String>), Error> {
        let name = path.display().to_string();
        let failed = |error| Error::write(&name)(error);
        let open = OpenOptions::new().read(true).append(true).create(true).open(path);
        let mut file = open.map_err(failed)?;
        let length = file.metadata().map_err(failed)?.len();
        let own = mark.filter(|mark| mark.file == absolute(path));
        if let Some(mark) = &own
            && mark.form != form.name()
            && length > 0
        {
            return Err(RunError::DecisionForm { path: name, begun: mark.form.clone() }.into());
        }
        let (mut bytes, mut ahead, mut note, mut continues) = (length, Vec::new(), None, false);
        match own {
            Some(mark) if mark.bytes <= length => {
                (bytes, continues) = (mark.bytes, true);
                file.seek(SeekFrom::Start(bytes))
                    .and_then(|_| file.read_to_end(&mut ahead))
                    .map_err(failed)?;
            }
            Some(_) => {
                note =
                    Some(format!("{name} is shorter than the run has left it; decisions go on at its end"));
                // What is left of a line is no decision.
                let mut text = Vec::new();
                file.read_to_end(&mut text).map_err(failed)?;
                bytes = text.iter().rposition(|byte| *byte == b'\n').map_or(0, |end| end as u64 + 1);
                file.set_len(bytes).map_err(failed)?;
            }
            None => {}
        }
        Ok((Self { path: path.to_owned(), file, form, bytes, ahead, continues }, note))
    }

    fn write(&mut self, line: &[u8]) -> Result<Option<String>, Error> {
        let name = self.path.display().to_string();
        let failed = |error| Error::write(&name)(error);
        let mut note = None;
        if !self.ahead.is_empty() && !self.ahead.starts_with(line) && !line.starts_with(&self.ahead) {
            // What was decided then may have been acted on; so it is kept.
            let cut = PathBuf::from(format!("{name}.cut"));
            let kept = OpenOptions::new().append(true).create(true).open(&cut);
            kept.and_then(|mut kept| kept.write_all(&self.ahead)).map_err(failed)?;
            self.file.set_len(self.bytes).map_err(failed)?;
            self.ahead.clear();
            note = Some(format!(
                "{name} has decisions of bars that are not in the state, and that are decided otherwise now: they were moved to {}",
                cut.display()
            ));
        }
        let there = self.ahead.len().min(line.len());
        self.file.write_all(&line[there..]).map_err(failed)?;
        self.ahead.drain(..there);
        self.bytes += line.len() as u64;
        Ok(note)
    }
}

impl Sink<'_> {
    /// Whether nothing was written yet, so that a header belongs there.
    pub(super) fn is_new(&self) -> bool {
        match self {
            Self::Output(_) => true,
            Self::File(file) => file.bytes == 0,
        }
    }

    /// Writes a line at once. Gives what is to be told.
    pub(super) fn write(&mut self, line: &[u8]) -> Result<Option<String>, Error> {
        match self {
            Self::Output(output) => {
                let written = output.write_all(line).and_then(|()| output.flush());
                written.map_err(Error::write("standard output"))?;
                Ok(None)
            }
            Self::File(file) => file.write(line),
        }
    }

    /// Whether each decision that is replayed belongs here, and not the last one alone.
    pub(super) fn continues(&self) -> bool {
        matches!(self, Self::File(DecisionFile { continues: true, .. }))
    }

    /// How far it was written; nothing for standard output. All that was written is on the disk then.
    pub(super) fn mark(&self) -> Result<Option<Mark>, Error> {
        match self {
            Self::Output(_) => Ok(None),
            Self::File(file) => {
                file.file.sync_data().map_err(Error::write(&file.path.display().to_string()))?;
                let (name, form) = (absolute(&file.path), file.form.name().to_owned());
                Ok(Some(Mark { file: name, form, bytes: file.bytes }))
            }
        }
    }
}
