use futures_util::StreamExt as _;
use node_helper::{Kind, Outcome, Stat};

use super::helper::HelperRunner;
use super::mounts::{Mount, covering};
use super::names;
use crate::docker::Engine;
use crate::model::EtcdConfig;
use crate::replace::node::{NodeError, RunRecord, wal_identity};
use crate::replace::world::{DataView, LockHolder, Obstacle, WalIdentity};

/// etcd's default where `--data-dir` is not given (server/embed/config.go).
fn default_data_dir(config: &EtcdConfig) -> String {
    format!("{}.etcd", config.get("name").unwrap_or("default"))
}

/// Where etcd's files are, as the container sees them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Places {
    /// `--data-dir`.
    pub data_dir: String,
    /// A separate `--wal-dir`.
    pub wal_dir: Option<String>,
}

impl Places {
    /// From etcd's settings; a relative folder lies in the container's working folder.
    pub fn of(config: &EtcdConfig, working_dir: &str) -> Self {
        let absolute = |path: &str| {
            let path = path.trim_end_matches('/');
            if path.starts_with('/') {
                path.to_owned()
            } else {
                format!("{}/{path}", working_dir.trim_end_matches('/'))
            }
        };
        let data = config.get("data-dir").filter(|path| !path.is_empty());
        Self {
            data_dir: absolute(&data.map_or_else(|| default_data_dir(config), str::to_owned)),
            wal_dir: config
                .get("wal-dir")
                .filter(|path| !path.is_empty())
                .map(absolute),
        }
    }

    /// `member/`.
    pub fn member(&self) -> String {
        format!("{}/member", self.data_dir)
    }

    /// The database.
    pub fn database(&self) -> String {
        format!("{}/member/snap/db", self.data_dir)
    }

    /// The folder of the write-ahead log.
    pub fn wal(&self) -> String {
        self.wal_dir
            .clone()
            .unwrap_or_else(|| format!("{}/member/wal", self.data_dir))
    }

    /// What has to be set aside: `member/`, and a separate WAL.
    pub fn to_set_aside(&self) -> Vec<String> {
        std::iter::once(self.member())
            .chain(self.wal_dir.clone())
            .collect()
    }

    /// The folder above a separate WAL.
    pub fn wal_parent(&self) -> Option<String> {
        let wal = self.wal_dir.as_deref()?;
        let parent = wal.rsplit_once('/').map_or("/", |(parent, _)| parent);
        Some(if parent.is_empty() { "/" } else { parent }.to_owned())
    }

    /// The mounts that these lie on, each once; none where the data is in the container's layer.
    pub fn mounts<'a>(&self, mounts: &'a [Mount]) -> Vec<&'a Mount> {
        let mut found: Vec<&Mount> = Vec::new();
        for path in self.to_set_aside() {
            // A mount at the path itself must be seen as a mount point: its parent's is needed.
            for candidate in [self.data_dir.clone(), path] {
                if let Some(mount) = covering(mounts, &candidate)
                    && !found.contains(&mount)
                {
                    found.push(mount);
                }
            }
        }
        found
    }
}

/// What was seen beside the data besides the data itself.
#[derive(Clone, Debug, Default)]
pub struct Seen {
    /// The data.
    pub view: DataView,
    /// The lock file.
    pub lock: Option<LockHolder>,
    /// The run record.
    pub record: Option<RunRecord>,
    /// What forbids the work.
    pub obstacles: Vec<Obstacle>,
}

/// Looks at the data through the helper.
pub async fn look(runner: &HelperRunner<'_>, places: &Places) -> Result<Seen, NodeError> {
    let (member, parent) = (places.member(), places.wal_parent());
    let mut words: Vec<&str> = vec!["stat", &places.data_dir, "--", "stat", &member];
    if let Some(wal) = &places.wal_dir {
        words.extend(["--", "stat", wal]);
    }
    words.extend([
        "--",
        "space",
        &places.data_dir,
        "--",
        "tree",
        &places.data_dir,
    ]);
    if let Some(wal) = &places.wal_dir {
        words.extend(["--", "tree", wal]);
    }
    words.extend(["--", "probe", &places.data_dir]);
    if let Some(parent) = &parent {
        words.extend(["--", "probe", parent]);
    }
    let lines = runner.commands(&words, None).await?;
    let mut seen = interpret(&lines, places, runner.place);
    for (name, is_lock) in [(names::LOCK_FILE, true), (names::RECORD_FILE, false)] {
        let path = format!("{}/{name}", places.data_dir);
        let there = lines
            .iter()
            .any(|line| matches!(line, Outcome::Entry(stat) if stat.path == path));
        if !there {
            continue;
        }
        let lines = runner.commands(&["read", &path], None).await?;
        let bytes = node_helper::read_content(&lines, &path).unwrap_or_default();
        if is_lock {
            // A lock that cannot be read is still one.
            seen.lock = Some(
                serde_json::from_slice(&bytes).unwrap_or_else(|_| LockHolder {
                    run: "unknown".to_owned(),
                    who: "an unknown user".to_owned(),
                    since: "an unknown time".to_owned(),
                }),
            );
        } else {
            seen.record = serde_json::from_slice(&bytes).ok();
        }
    }
    Ok(seen)
}

/// Reads the identity from the WAL through the engine, which works whatever the container does.
pub async fn identity(
    engine: &Engine,
    container: &str,
    places: &Places,
) -> Result<Option<WalIdentity>, NodeError> {
    /// A tar header, a folder's header, and the first records fit in this many times over.
    const ENOUGH: usize = 256 * 1024;
    let mut stream = match engine.archive_stream(container, &places.wal()).await {
        Ok(stream) => std::pin::pin!(stream),
        Err(error) => return Err(error.into()),
    };
    let mut head = Vec::new();
    while head.len() < ENOUGH {
        match stream.next().await {
            Some(Ok(part)) => head.extend_from_slice(&part),
            Some(Err(error)) if head.is_empty() => return Err(error.into()),
            _ => break,
        }
    }
    Ok(first_segment(&head).and_then(|bytes| wal_identity::parse(&bytes)))
}

/// The beginning of the first `.wal` file in the beginning of a tar.
fn first_segment(tar: &[u8]) -> Option<Vec<u8>> {
    use std::io::Read as _;
    let mut archive = tar::Archive::new(tar);
    for entry in archive.entries().ok()? {
        let entry = entry.ok()?;
        let is_segment = entry.path_bytes().ends_with(b".wal");
        if is_segment {
            let mut bytes = Vec::new();
            // The tar is cut off on purpose: what could be read is enough.
            let _ = entry.take(64 * 1024).read_to_end(&mut bytes);
            return Some(bytes);
        }
    }
    None
}

fn interpret(lines: &[Outcome], places: &Places, place: &str) -> Seen {
    let member = places.member();
    let mut seen = Seen {
        view: DataView {
            data_dir: places.data_dir.clone(),
            wal_dir: places.wal_dir.clone(),
            ..DataView::default()
        },
        ..Seen::default()
    };
    let data_is_there = lines.iter().any(|line| {
        matches!(line, Outcome::Stat(stat) if stat.path == places.data_dir && stat.kind != Kind::Absent)
    });
    for line in lines {
        match line {
            Outcome::Stat(stat) => {
                if let Some(obstacle) = stat_obstacle(stat, places, place) {
                    seen.obstacles.push(obstacle);
                }
                if stat.path == member {
                    seen.view.member_present = stat.kind != Kind::Absent;
                }
            }
            Outcome::Entry(stat) => {
                let name = stat.path.rsplit('/').next().unwrap_or_default();
                let parent = stat
                    .path
                    .strip_suffix(name)
                    .map(|p| p.trim_end_matches('/'));
                if stat.path.starts_with(&format!("{member}/")) {
                    seen.view.disk_bytes += stat.disk_bytes;
                } else if parent == Some(places.data_dir.as_str())
                    && names::is_aside(name, "member")
                {
                    seen.view.set_aside.push(stat.path.clone());
                }
                if let Some((folder, base)) = places
                    .wal_dir
                    .as_deref()
                    .and_then(|wal| wal.rsplit_once('/'))
                    && parent == Some(folder)
                    && names::is_aside(name, base)
                {
                    seen.view.set_aside.push(stat.path.clone());
                }
                if places
                    .wal_dir
                    .as_ref()
                    .is_some_and(|wal| stat.path.starts_with(&format!("{wal}/")))
                {
                    seen.view.wal_present = true;
                    seen.view.disk_bytes += stat.disk_bytes;
                }
            }
            Outcome::Space {
                free_bytes,
                total_bytes,
                read_only,
                ..
            } => {
                seen.view.free_bytes = *free_bytes;
                seen.view.total_bytes = *total_bytes;
                if *read_only {
                    seen.obstacles.push(Obstacle {
                        refusal: "data-not-writable".to_owned(),
                        sentence: format!("{place}: the file system of its data is mounted read-only"),
                        remedy: "mount it writable (and see why it is not: a file system with errors turns itself read-only)".to_owned(),
                    });
                }
            }
            Outcome::Failed {
                command,
                path,
                tried,
                errno,
                ..
            } => {
                // A separate WAL folder that does not exist yet holds nothing.
                let missing = *errno == 2 && command == "tree";
                if data_is_there && !missing {
                    seen.obstacles
                        .push(failure(place, command, path, tried, *errno));
                }
            }
            _ => {}
        }
    }
    seen
}

fn failure(place: &str, command: &str, path: &str, tried: &str, errno: i32) -> Obstacle {
    let why = std::io::Error::from_raw_os_error(errno);
    let (refusal, sentence) = if command == "probe" {
        (
            "data-not-writable",
            format!(
                "{place}: in \"{path}\", where the data has to be renamed, {tried} fails: {why}"
            ),
        )
    } else {
        (
            "helper-failed",
            format!("{place}: {command} of \"{path}\" fails: {why}"),
        )
    };
    Obstacle {
        refusal: refusal.to_owned(),
        sentence,
        remedy:
            "cure that on the node first (`lsattr`, `mount`, `df`, the disk's health in `dmesg`)"
                .to_owned(),
    }
}

fn stat_obstacle(stat: &Stat, places: &Places, place: &str) -> Option<Obstacle> {
    let is_data_dir = stat.path == places.data_dir;
    match stat.kind {
        Kind::Symlink => Some(Obstacle {
            refusal: "data-symlink".to_owned(),
            sentence: format!("{place}: \"{}\" is a symbolic link", stat.path),
            remedy: "mount the folder that it points to into the container instead".to_owned(),
        }),
        Kind::File | Kind::Other => Some(Obstacle {
            refusal: "helper-failed".to_owned(),
            sentence: format!("{place}: \"{}\" is not a folder", stat.path),
            remedy: "see what it is on the node".to_owned(),
        }),
        // The data folder itself usually is one: what gets renamed lies inside it.
        Kind::Folder if !is_data_dir && stat.mount_point == Some(true) => Some(Obstacle {
            refusal: "data-mount-point".to_owned(),
            sentence: format!("{place}: \"{}\" is a mount point and cannot be renamed", stat.path),
            remedy: "mount the folder above it into the container instead, or move its content by hand while etcd is stopped".to_owned(),
        }),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_follow_the_settings() {
        let config = EtcdConfig::from_command(["etcd", "--name=a"], []);
        let places = Places::of(&config, "/");
        assert_eq!(places.database(), "/a.etcd/member/snap/db");
        let config = EtcdConfig::from_command(
            [
                "etcd",
                "--data-dir=/var/lib/rancher/etcd/",
                "--wal-dir",
                "/wal/etcd",
            ],
            [],
        );
        let places = Places::of(&config, "/");
        assert_eq!(places.member(), "/var/lib/rancher/etcd/member");
        assert_eq!(places.wal(), "/wal/etcd");
        assert_eq!(places.wal_parent().as_deref(), Some("/wal"));
    }

    #[test]
    fn obstacles_are_read_from_the_helpers_lines() {
        let places = Places {
            data_dir: "/d".to_owned(),
            wal_dir: None,
        };
        let lines = node_helper::parse(concat!(
            "{\"did\":\"stat\",\"path\":\"/d\",\"kind\":\"folder\",\"mount_point\":true,\"ok\":true}\n",
            "{\"did\":\"stat\",\"path\":\"/d/member\",\"kind\":\"symlink\",\"ok\":true}\n",
            "{\"did\":\"space\",\"path\":\"/d\",\"ok\":true,\"free_bytes\":5,\"total_bytes\":9,\"free_inodes\":1,\"read_only\":false}\n",
            "{\"did\":\"entry\",\"path\":\"/d/member.before-20261122T101530Z\",\"kind\":\"folder\"}\n",
            "{\"did\":\"probe\",\"path\":\"/d\",\"ok\":false,\"tried\":\"create\",\"errno\":30}\n",
        ))
        .unwrap();
        let seen = interpret(&lines, &places, "here");
        let ids: Vec<_> = seen.obstacles.iter().map(|o| o.refusal.as_str()).collect();
        assert_eq!(ids, ["data-symlink", "data-not-writable"]);
        assert_eq!(seen.view.set_aside, ["/d/member.before-20261122T101530Z"]);
        assert_eq!(seen.view.free_bytes, 5);
    }
}
