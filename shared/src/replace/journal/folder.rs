// SPDX-License-Identifier: Apache-2.0

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use etcetera::BaseStrategy as _;
use jiff::Timestamp;

use super::event::{Entry, Event};
use crate::error::{Explain, Kind};
use crate::replace::node::Saved;

/// File name of the journal proper.
pub const JOURNAL: &str = "journal.jsonl";
/// File name of the saved definition.
pub const DEFINITION: &str = "definition.json";

/// The journal could not be written or read.
#[derive(Debug, thiserror::Error)]
pub enum JournalError {
    /// No home folder.
    #[error("there is no folder for the journal: neither XDG_STATE_HOME nor HOME is set")]
    NoHome,
    /// A file.
    #[error("the journal \"{path}\" cannot be {what}")]
    Io {
        /// Path.
        path: String,
        /// "written", "read".
        what: &'static str,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// Another process works on this run.
    #[error("another process works on the run in \"{path}\" right now")]
    Busy {
        /// Its folder.
        path: String,
    },
    /// A file's content.
    #[error("\"{path}\" is not what this tool wrote: {why}")]
    Content {
        /// Path.
        path: String,
        /// Why.
        why: String,
    },
}

impl Explain for JournalError {
    fn kind(&self) -> Kind {
        match self {
            Self::NoHome => Kind::Usage,
            Self::Busy { .. } => Kind::Refused,
            Self::Io { .. } | Self::Content { .. } => Kind::Failed,
        }
    }

    fn hint(&self) -> Option<String> {
        match self {
            Self::NoHome => Some("set XDG_STATE_HOME to a folder that only you can read".to_owned()),
            Self::Io { .. } => Some(
                "nothing is changed without a journal: make room, or set XDG_STATE_HOME to another folder".to_owned(),
            ),
            _ => None,
        }
    }
}

fn io_error<'a>(path: &'a Path, what: &'static str) -> impl FnOnce(io::Error) -> JournalError + 'a {
    move |source| JournalError::Io {
        path: path.display().to_string(),
        what,
        source,
    }
}

/// `$XDG_STATE_HOME/kubectl-etcd/replace`.
///
/// # Errors
/// No home folder.
pub fn runs_folder() -> Result<PathBuf, JournalError> {
    let strategy = etcetera::choose_base_strategy().map_err(|_| JournalError::NoHome)?;
    let state = strategy.state_dir().unwrap_or_else(|| strategy.data_dir());
    Ok(state.join("kubectl-etcd").join("replace"))
}

/// One run's journal, open for appending; while it is open no other process can open it.
#[derive(Debug)]
pub struct Journal {
    folder: PathBuf,
    file: File,
}

impl Journal {
    /// Makes the folder of a new run (0700) or opens that of an old one.
    ///
    /// # Errors
    /// It cannot be written, or another process works on it.
    pub fn open(runs: &Path, run: &str) -> Result<Self, JournalError> {
        let folder = runs.join(run);
        fs::DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(&folder)
            .map_err(io_error(&folder, "written"))?;
        let path = folder.join(JOURNAL);
        let file = OpenOptions::new()
            .append(true)
            .create(true)
            .read(true)
            .mode(0o600)
            .open(&path)
            .map_err(io_error(&path, "written"))?;
        let lock = rustix::fs::FlockOperation::NonBlockingLockExclusive;
        match rustix::fs::flock(&file, lock) {
            Ok(()) => {}
            Err(rustix::io::Errno::WOULDBLOCK) => {
                return Err(JournalError::Busy {
                    path: folder.display().to_string(),
                });
            }
            Err(error) => return Err(io_error(&path, "written")(error.into())),
        }
        let journal = Self { folder, file };
        journal.end_torn_line()?;
        sync(&journal.folder)?;
        sync(runs)?;
        Ok(journal)
    }

    /// Its folder.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Appends one event and makes it lasting.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn write(&self, event: Event) -> Result<(), JournalError> {
        let entry = Entry {
            at: Timestamp::now(),
            event,
        };
        let path = self.folder.join(JOURNAL);
        let mut line = serde_json::to_vec(&entry).map_err(|error| JournalError::Content {
            path: path.display().to_string(),
            why: error.to_string(),
        })?;
        line.push(b'\n');
        let mut file = &self.file;
        file.write_all(&line)
            .and_then(|()| file.sync_data())
            .map_err(io_error(&path, "written"))
    }

    /// Keeps the definition of the process and the two scripts beside the journal.
    ///
    /// # Errors
    /// They cannot be written.
    pub fn keep_definition(&self, saved: &Saved) -> Result<(), JournalError> {
        let json = serde_json::to_vec_pretty(saved).map_err(|error| JournalError::Content {
            path: DEFINITION.to_owned(),
            why: error.to_string(),
        })?;
        self.keep(DEFINITION, &json, 0o600)?;
        self.keep("rescue-before.sh", saved.rescue_before.as_bytes(), 0o700)?;
        self.keep("rescue-after.sh", saved.rescue_after.as_bytes(), 0o700)?;
        sync(&self.folder)
    }

    /// The definition that an earlier life of this run kept.
    ///
    /// # Errors
    /// It is there and cannot be read.
    pub fn kept_definition(&self) -> Result<Option<Saved>, JournalError> {
        let path = self.folder.join(DEFINITION);
        let text = match fs::read(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(io_error(&path, "read")(error)),
        };
        serde_json::from_slice(&text)
            .map(Some)
            .map_err(|error| JournalError::Content {
                path: path.display().to_string(),
                why: error.to_string(),
            })
    }

    fn keep(&self, name: &str, content: &[u8], mode: u32) -> Result<(), JournalError> {
        let path = self.folder.join(name);
        let beside = self.folder.join(format!(".{name}.new"));
        let written = OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(true)
            .mode(mode)
            .open(&beside)
            .and_then(|mut file| {
                file.write_all(content)?;
                file.sync_all()
            })
            .and_then(|()| fs::rename(&beside, &path));
        written.map_err(io_error(&path, "written"))
    }

    /// A line that a kill cut off must not swallow the next one.
    fn end_torn_line(&self) -> Result<(), JournalError> {
        let path = self.folder.join(JOURNAL);
        let text = fs::read(&path).map_err(io_error(&path, "read"))?;
        if text.last().is_some_and(|byte| *byte != b'\n') {
            let mut file = &self.file;
            file.write_all(b"\n").map_err(io_error(&path, "written"))?;
        }
        Ok(())
    }
}

fn sync(folder: &Path) -> Result<(), JournalError> {
    File::open(folder)
        .and_then(|file| file.sync_all())
        .map_err(io_error(folder, "written"))
}
