// SPDX-License-Identifier: Apache-2.0

use node_helper::{Kind, Outcome, Stat};

use super::{Places, beside, identity, names};
use crate::replace::node::hands::HelperHands;
use crate::replace::node::{NodeError, RunRecord};
use crate::replace::world::{DataView, LockHolder, Obstacle};

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

/// Looks at everything about the data in one run of the helper.
///
/// # Errors
/// The helper could not be run.
pub async fn look(hands: &dyn HelperHands, places: &Places) -> Result<Seen, NodeError> {
    let (member, wal, parent) = (places.member(), places.wal(), places.wal_parent());
    let (lock, record) = (
        places.beside(names::LOCK_FILE),
        places.beside(names::RECORD_FILE),
    );
    let data_dir = places.data_dir.as_str();
    let mut commands: Vec<Vec<&str>> = vec![vec!["stat", data_dir], vec!["stat", &member]];
    if let Some(wal) = &places.wal_dir {
        commands.push(vec!["stat", wal]);
    }
    commands.push(vec!["space", data_dir]);
    commands.push(vec!["read", &lock, "--if-there"]);
    commands.push(vec!["read", &record, "--if-there"]);
    commands.push(vec!["head", &wal, ".wal"]);
    commands.push(vec!["tree", data_dir]);
    // What fails keeps the commands after it from running: the probes come last.
    if let Some(wal) = &places.wal_dir
        && !wal.starts_with(&format!("{data_dir}/"))
    {
        commands.push(vec!["tree", wal, "--if-there"]);
    }
    commands.push(vec!["probe", data_dir]);
    if let Some(parent) = parent.as_deref().filter(|parent| *parent != data_dir) {
        commands.push(vec!["tree", parent, "--flat", "--if-there"]);
        commands.push(vec!["probe", parent]);
    }
    let lines = hands.run(&commands.join(&"--"), None).await?;
    let mut seen = interpret(&lines, places, hands.place());
    // A lock that cannot be read is still one.
    seen.lock = node_helper::read_content(&lines, &lock).map(|bytes| beside::read_lock(&bytes));
    seen.record = node_helper::read_content(&lines, &record)
        .and_then(|bytes| serde_json::from_slice(&bytes).ok());
    if seen.view.member_present || seen.view.wal_present {
        match node_helper::read_content(&lines, &wal) {
            Some(bytes) => {
                seen.view.identity = identity::parse(&bytes);
                if seen.view.identity.is_none() {
                    seen.view.identity_error =
                        Some("its write-ahead log holds no readable metadata".to_owned());
                }
            }
            None => {
                seen.view.identity_error =
                    Some(format!("there is no readable write-ahead log in \"{wal}\""));
            }
        }
    }
    Ok(seen)
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
    let data_dir = lines.iter().find_map(|line| match line {
        Outcome::Stat(stat) if stat.path == places.data_dir && stat.kind != Kind::Absent => {
            Some(stat)
        }
        _ => None,
    });
    for line in lines {
        match line {
            Outcome::Stat(stat) => {
                let device = data_dir.map(|stat| stat.device);
                if let Some(obstacle) = stat_obstacle(stat, places, device, place) {
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
            } if data_dir.is_some() && command != "head" => {
                // What cannot be read of the log is no obstacle to setting it aside.
                seen.obstacles
                    .push(failure(place, command, path, tried, *errno));
            }
            Outcome::Tree {
                path,
                other_file_systems: 1..,
                ..
            } if *path == places.data_dir => seen.obstacles.push(mount_inside(place, path)),
            _ => {}
        }
    }
    seen
}

/// A file system mounted inside would stay where it is when the folder around it is renamed, and
/// the new member would find what is on it.
pub fn mount_inside(place: &str, path: &str) -> Obstacle {
    Obstacle {
        refusal: "data-mount-point".to_owned(),
        sentence: format!("{place}: another file system is mounted inside \"{path}\""),
        remedy: "mount the folder above it instead, or give the write-ahead log a `--wal-dir` of its own outside the data folder".to_owned(),
    }
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

fn stat_obstacle(
    stat: &Stat,
    places: &Places,
    data_device: Option<u64>,
    place: &str,
) -> Option<Obstacle> {
    let is_data_dir = stat.path == places.data_dir;
    // Before Linux 5.8 only another device tells a mount.
    let is_mount = stat
        .mount_point
        .unwrap_or_else(|| stat.path == places.member() && data_device != Some(stat.device));
    match stat.kind {
        Kind::Symlink => Some(Obstacle {
            refusal: "data-symlink".to_owned(),
            sentence: format!("{place}: \"{}\" is a symbolic link", stat.path),
            remedy: "name the folder that it points to instead, in `--data-dir` or in the mount".to_owned(),
        }),
        Kind::File | Kind::Other => Some(Obstacle {
            refusal: "helper-failed".to_owned(),
            sentence: format!("{place}: \"{}\" is not a folder", stat.path),
            remedy: "see what it is on the node".to_owned(),
        }),
        // The data folder itself usually is one: what gets renamed lies inside it.
        Kind::Folder if !is_data_dir && is_mount => Some(Obstacle {
            refusal: "data-mount-point".to_owned(),
            sentence: format!("{place}: \"{}\" is a mount point and cannot be renamed", stat.path),
            remedy: "mount the folder above it instead, or move its content by hand while etcd is stopped".to_owned(),
        }),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
