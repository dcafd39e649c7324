// SPDX-License-Identifier: Apache-2.0

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use serde::Serialize;

use super::event::{Entry, Event, Outcome};
use super::folder::{JOURNAL, JournalError};
use crate::model::MemberId;
use crate::replace::steps::StepId;

/// Name and version of the JSON shape of `history`.
pub const HISTORY_SCHEMA: &str = "kubectl-etcd/replace-history/v1";

/// All runs that this machine knows.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct History {
    /// [`HISTORY_SCHEMA`].
    pub schema: String,
    /// Runs, newest first.
    pub runs: Vec<Run>,
}

/// One run, as its journal tells it.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Run {
    /// Run id.
    pub run: String,
    /// Its folder.
    pub folder: PathBuf,
    /// Member name.
    pub member: String,
    /// What the user named it by.
    pub named: String,
    /// Cluster id, hex.
    pub cluster: String,
    /// The entry to remove.
    pub old_id: Option<MemberId>,
    /// What and where its process is.
    pub place: String,
    /// Stamp in the names of what is set aside.
    pub stamp: String,
    /// `user@machine`.
    pub who: String,
    /// Begin.
    pub begun_at: Option<Timestamp>,
    /// Last entry.
    pub last_at: Option<Timestamp>,
    /// The last step that began.
    pub step: Option<StepId>,
    /// The furthest step that ever began.
    pub furthest: Option<StepId>,
    /// How it ended; none while it is unfinished.
    pub outcome: Option<Outcome>,
    /// The verified snapshot.
    pub snapshot: Option<PathBuf>,
    /// Pairs (from, to) set aside.
    pub set_aside: Vec<(String, String)>,
    /// The entry that it added.
    pub added: Option<MemberId>,
    /// Restart policy before.
    pub restart_policy: Option<String>,
    /// Access flags in use.
    pub access_flags: Vec<String>,
}

/// Reads a journal; a last line that a kill cut off is left out, and so is any other line that is
/// none of ours.
pub fn parse(text: &str) -> Vec<Entry> {
    text.lines()
        .filter_map(|line| serde_json::from_str(line).ok())
        .collect()
}

impl Run {
    /// From a journal's entries; `None` where the beginning is missing.
    pub fn from_entries(folder: &Path, entries: &[Entry]) -> Option<Self> {
        let mut known = Self {
            folder: folder.to_owned(),
            ..Self::default()
        };
        for entry in entries {
            known.last_at = Some(entry.at);
            match &entry.event {
                Event::Begun {
                    run,
                    who,
                    member,
                    named,
                    cluster,
                    old_id,
                    place,
                    stamp,
                    access_flags,
                } => {
                    known.begun_at = Some(entry.at);
                    known.run.clone_from(run);
                    known.who.clone_from(who);
                    known.member.clone_from(member);
                    known.named.clone_from(named);
                    known.cluster.clone_from(cluster);
                    known.old_id = *old_id;
                    known.place.clone_from(place);
                    known.stamp.clone_from(stamp);
                    known.access_flags.clone_from(access_flags);
                }
                Event::Step { step } => {
                    known.step = Some(*step);
                    known.furthest = known.furthest.max(Some(*step));
                }
                Event::Snapshot { path, .. } => known.snapshot = Some(PathBuf::from(path)),
                Event::Saved { restart_policy, .. } => {
                    known.restart_policy = Some(restart_policy.clone());
                }
                Event::SetAside { from, to } => known.set_aside.push((from.clone(), to.clone())),
                Event::Added { id, .. } => known.added = Some(*id),
                Event::Finished { outcome } => known.outcome = Some(*outcome),
                Event::Resumed => known.outcome = None,
                Event::Done { .. } | Event::Disarmed { .. } => {}
            }
        }
        known.begun_at.map(|_| known)
    }

    /// Whether there is something to resume.
    pub fn is_unfinished(&self) -> bool {
        self.outcome.is_none()
    }
}

/// All runs, newest first.
///
/// # Errors
/// The folder is there and cannot be read.
pub fn load_all(runs: &Path) -> Result<Vec<Run>, JournalError> {
    let unreadable = |source| JournalError::Io {
        path: runs.display().to_string(),
        what: "read",
        source,
    };
    let folders = match fs::read_dir(runs) {
        Ok(folders) => folders,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(unreadable(error)),
    };
    let mut found = Vec::new();
    for folder in folders {
        let folder = folder.map_err(unreadable)?.path();
        if let Ok(text) = fs::read(folder.join(JOURNAL)) {
            let entries = parse(&String::from_utf8_lossy(&text));
            found.extend(Run::from_entries(&folder, &entries));
        }
    }
    found.sort_by_key(|run| std::cmp::Reverse(run.begun_at));
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::super::Journal;
    use super::*;

    fn begun() -> Event {
        Event::Begun {
            run: "r".to_owned(),
            who: "me@here".to_owned(),
            member: "etcd-n1".to_owned(),
            named: "n1".to_owned(),
            cluster: "c1".to_owned(),
            old_id: Some(MemberId(0xa1)),
            place: "container".to_owned(),
            stamp: "20261122T101530Z".to_owned(),
            access_flags: Vec::new(),
        }
    }

    #[test]
    fn a_torn_last_line_loses_only_itself() {
        let runs = tempfile::tempdir().unwrap();
        let journal = Journal::open(runs.path(), "r").unwrap();
        journal.write(begun()).unwrap();
        journal.write(Event::Step { step: StepId::Stop }).unwrap();
        let path = journal.folder().join(JOURNAL);
        drop(journal);
        let text = fs::read(&path).unwrap();
        fs::write(&path, &text[..text.len() - 9]).unwrap();

        let journal = Journal::open(runs.path(), "r").unwrap();
        journal.write(Event::Resumed).unwrap();
        let all = load_all(runs.path()).unwrap();
        assert_eq!(all.len(), 1);
        assert_eq!(all[0].step, None, "the torn entry is not believed");
        assert_eq!(all[0].old_id, Some(MemberId(0xa1)));
        assert!(all[0].is_unfinished());
        journal
            .write(Event::Finished {
                outcome: Outcome::Replaced,
            })
            .unwrap();
        assert!(!load_all(runs.path()).unwrap()[0].is_unfinished());
    }

    #[test]
    fn only_its_owner_can_read_it_and_only_one_process_write_it() {
        use std::os::unix::fs::PermissionsExt as _;
        let runs = tempfile::tempdir().unwrap();
        let journal = Journal::open(runs.path(), "r").unwrap();
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode(journal.folder()), 0o700);
        assert_eq!(mode(&journal.folder().join(JOURNAL)), 0o600);
        assert!(matches!(
            Journal::open(runs.path(), "r"),
            Err(JournalError::Busy { .. })
        ));
    }
}
