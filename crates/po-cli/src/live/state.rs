//! The directory in which a run remembers where it is.

use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};

use po_engine::stream::Engine;

use super::journal::{Entries, Header, Journal};
use super::row::Row;
use super::sink::Mark;
use crate::args::RunArgs;
use crate::error::{Error, RunError, plain};

/// Snapshots of the engine, journals of the bars after each, and the lock that says whose they are.
///
/// A snapshot is called after the number of bars that were offered before it, and so is the journal of the bars after
/// it. The journal is there before the snapshot, and both are kept until there are two later ones.
pub(super) struct State {
    folder: PathBuf,
    every: u64,
    fsync: bool,
    journal: Option<Journal>,
    /// How many bars were offered to the engine.
    offered: u64,
    /// How many of them were refused since the last one that was taken in.
    refused: u64,
    /// The number of the newest snapshot that is known to be sound.
    newest: u64,
    /// The lock is the system's, and ends with the program, however that ends.
    _lock: File,
}

/// What was found in a directory.
pub(super) struct Found {
    pub(super) engine: Engine,
    /// How far the decisions were written at the snapshot.
    pub(super) mark: Option<Mark>,
}

impl State {
    /// Takes hold of a directory, which is made if it is not there.
    pub(super) fn open(folder: &Path, args: &RunArgs) -> Result<Self, Error> {
        let path = folder.display().to_string();
        std::fs::create_dir_all(folder).map_err(Error::write(&path))?;
        let lock = File::create(folder.join("lock")).map_err(Error::write(&path))?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(RunError::StateBusy { path }.into()),
            Err(TryLockError::Error(error)) => return Err(Error::write(&path)(error)),
        }
        let (every, fsync) = (args.snapshot_every(), args.fsync);
        let folder = folder.to_owned();
        Ok(Self { folder, every, fsync, journal: None, offered: 0, refused: 0, newest: 0, _lock: lock })
    }

    fn name(&self) -> String {
        self.folder.display().to_string()
    }

    fn path(&self, kind: &str, number: u64) -> PathBuf {
        self.folder.join(format!("{kind}-{number:012}"))
    }

    /// The numbers of the files of a kind, the newest first.
    fn numbers(&self, kind: &str) -> Result<Vec<u64>, RunError> {
        let failed = |error: std::io::Error| RunError::StateRead { path: self.name(), reason: plain(&error) };
        let mut numbers: Vec<u64> = Vec::new();
        for entry in std::fs::read_dir(&self.folder).map_err(failed)? {
            let name = entry.map_err(failed)?.file_name();
            let number = name.to_str().and_then(|name| name.strip_prefix(kind)?.strip_prefix('-'));
            numbers.extend(number.and_then(|number| number.parse::<u64>().ok()));
        }
        numbers.sort_unstable_by(|a, b| b.cmp(a));
        Ok(numbers)
    }

    /// The engine of the newest snapshot that is sound; nothing where there is no snapshot.
    pub(super) fn restore(&mut self, notes: &mut Vec<String>) -> Result<Option<Found>, RunError> {
        let mut first = None;
        let mut damaged = Vec::new();
        for number in self.numbers("snapshot")? {
            let path = self.path("snapshot", number);
            let failed = |error: std::io::Error| RunError::StateRead {
                path: path.display().to_string(),
                reason: plain(&error),
            };
            let error = match Engine::restore(File::open(&path).map_err(failed)?) {
                Ok(engine) => {
                    for (path, error) in damaged {
                        notes.push(format!("{error}; the snapshot before it is used"));
                        // What cannot be read is kept for who wants to know why.
                        let _ = std::fs::rename(&path, Path::new(&path).with_extension("damaged"));
                    }
                    let header =
                        Entries::read(&self.path("journal", number)).ok().and_then(|entries| entries.header);
                    self.newest = number;
                    self.offered = number;
                    self.refused = header.as_ref().map_or(0, |header| header.refused);
                    return Ok(Some(Found { engine, mark: header.and_then(|header| header.decisions) }));
                }
                Err(error) => error,
            };
            damaged.push((path.display().to_string(), format!("{}: {error}", path.display())));
            first.get_or_insert(error);
        }
        match first {
            Some(error) => Err(RunError::StateDamaged { path: self.name(), error: Box::new(error) }),
            None => Ok(None),
        }
    }

    /// Calls for each bar that was taken in after the snapshot, in their order. What calls says whether the engine
    /// refused it.
    pub(super) fn replay(
        &mut self,
        row: &mut Row,
        notes: &mut Vec<String>,
        mut step: impl FnMut(&Row) -> Result<bool, Error>,
    ) -> Result<(), Error> {
        let mut journals = self.numbers("journal")?;
        journals.retain(|number| *number >= self.newest);
        journals.reverse();
        for (place, &number) in journals.iter().enumerate() {
            let path = self.path("journal", number);
            let shown = path.display().to_string();
            let failed =
                |error: std::io::Error| RunError::StateRead { path: shown.clone(), reason: plain(&error) };
            let entries = Entries::read(&path).map_err(failed)?;
            let is_last = place + 1 == journals.len();
            if entries.header.as_ref().is_none_or(|header| header.after != self.offered) {
                // A journal that was only just begun says nothing, and nothing is lost with it.
                if !is_last || entries.header.is_some() || entries.damaged {
                    notes.push(format!("{shown} does not go on from bar {}, and is left out", self.offered));
                }
                self.set_aside(&journals[place..]);
                return Ok(());
            }
            let mut sound = 0;
            while sound < entries.len() && entries.row(sound, row) == Some(self.offered + 1) {
                self.offered += 1;
                let refused = step(row)?;
                self.count(refused);
                sound += 1;
            }
            let is_damaged = entries.damaged || sound < entries.len();
            if is_damaged {
                let last = self.offered;
                notes.push(format!(
                    "{shown} is damaged after bar {last}: the bars after it have to come again"
                ));
            }
            if is_last || is_damaged {
                let resumed = Journal::resume(&path, entries.bytes(sound), self.fsync);
                self.journal = Some(resumed.map_err(Error::write(&shown))?);
                self.set_aside(&journals[place + 1..]);
                return Ok(());
            }
        }
        Ok(())
    }

    /// Keeps journals that cannot be used where nobody takes them for others.
    fn set_aside(&self, journals: &[u64]) {
        for number in journals {
            let path = self.path("journal", *number);
            let aside = path.with_extension("damaged");
            let _ = std::fs::rename(path, aside);
        }
    }

    /// How many bars were refused since the last one that was taken in.
    pub(super) fn refused(&self) -> u64 {
        self.refused
    }

    /// Counts what became of a bar.
    pub(super) fn count(&mut self, refused: bool) {
        self.refused = if refused { self.refused + 1 } else { 0 };
    }

    /// Whether there is no journal to write to, so that a snapshot has to be taken first.
    pub(super) fn is_closed(&self) -> bool {
        self.journal.is_none()
    }

    /// Writes a bar to the journal, before it is acted on.
    pub(super) fn append(&mut self, row: &Row) -> Result<(), Error> {
        let name = format!("the journal in {}", self.folder.display());
        if let Some(journal) = &mut self.journal {
            journal.append(self.offered + 1, row).map_err(Error::write(&name))?;
        }
        self.offered += 1;
        Ok(())
    }

    /// Whether it is time for a snapshot.
    pub(super) fn is_due(&self) -> bool {
        self.offered - self.newest >= self.every
    }

    /// Whether there are bars after the last snapshot.
    pub(super) fn has_news(&self) -> bool {
        self.offered > self.newest
    }

    /// Takes a snapshot, and begins the journal of what comes after it.
    pub(super) fn take(&mut self, engine: &Engine, mark: Option<Mark>) -> Result<(), Error> {
        let name = format!("the snapshot in {}", self.folder.display());
        let failed = |error| Error::write(&name)(error);
        let number = self.offered;
        let header = Header::new(number, self.refused, mark);
        let journal = Journal::create(&self.path("journal", number), &header, self.fsync).map_err(failed)?;
        let mut bytes = Vec::new();
        let refused =
            |error: po_engine::stream::EngineError| failed(std::io::Error::other(error.to_string()));
        engine.snapshot(&mut bytes).map_err(refused)?;
        let temporary = self.folder.join("snapshot.tmp");
        std::fs::write(&temporary, &bytes)
            .and_then(|()| File::open(&temporary)?.sync_all())
            .and_then(|()| std::fs::rename(&temporary, self.path("snapshot", number)))
            .map_err(failed)?;
        // The name is on the disk when the directory is; where directories cannot be opened, the system sees to it.
        let _ = File::open(&self.folder).and_then(|folder| folder.sync_all());
        self.journal = Some(journal);
        self.forget(self.newest);
        self.newest = number;
        tracing::info!(bars = number, bytes = bytes.len(), "snapshot");
        Ok(())
    }

    /// Removes what is older than a snapshot; what cannot be removed now is removed later.
    fn forget(&self, before: u64) {
        for kind in ["snapshot", "journal"] {
            for number in self.numbers(kind).unwrap_or_default().into_iter().filter(|number| *number < before)
            {
                let _ = std::fs::remove_file(self.path(kind, number));
            }
        }
    }
}
