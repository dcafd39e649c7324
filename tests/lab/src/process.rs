// SPDX-License-Identifier: Apache-2.0

//! Processes of the lab, told apart from later ones with the same id.

use std::fs;
use std::path::Path;

use crate::error::{LabError, Result};
use crate::run::Run;

/// When a process started, in clock ticks since boot (proc(5), stat field 22);
/// nothing when it is gone or a zombie.
pub fn started_at(pid: u32) -> Option<u64> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    let after_name = stat.rsplit_once(')')?.1;
    let mut fields = after_name.split_whitespace();
    if fields.next()? == "Z" {
        return None;
    }
    // The state was field 3; field 22 is 19 further.
    fields.nth(18)?.parse().ok()
}

/// The ids of the children of a process.
pub fn children(pid: u32) -> Vec<u32> {
    let Ok(entries) = fs::read_dir("/proc") else {
        return Vec::new();
    };
    let mut found: Vec<u32> = entries
        .flatten()
        .filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok())
        .filter(|candidate| parent(*candidate) == Some(pid))
        .collect();
    found.sort_unstable();
    found
}

fn parent(pid: u32) -> Option<u32> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    stat.rsplit_once(')')?
        .1
        .split_whitespace()
        .nth(1)?
        .parse()
        .ok()
}

/// Notes a process in the lab's folder, so that whoever takes the lab down finds it.
///
/// # Errors
/// When the file cannot be written.
pub fn note(lab: &Path, label: &str, pid: u32) -> Result<()> {
    let folder = lab.join("pids");
    fs::create_dir_all(&folder).map_err(LabError::file("create", &folder))?;
    let path = folder.join(label);
    let start = started_at(pid).unwrap_or_default();
    fs::write(&path, format!("{pid} {start}\n")).map_err(LabError::file("write", &path))
}

/// The id of a noted process, if it is still the same one and alive.
pub fn noted(lab: &Path, label: &str) -> Option<u32> {
    let text = fs::read_to_string(lab.join("pids").join(label)).ok()?;
    let mut words = text.split_whitespace();
    let pid: u32 = words.next()?.parse().ok()?;
    let start: u64 = words.next()?.parse().ok()?;
    (started_at(pid) == Some(start)).then_some(pid)
}

/// All labels noted that begin with `prefix`.
pub fn labels(lab: &Path, prefix: &str) -> Vec<String> {
    let Ok(entries) = fs::read_dir(lab.join("pids")) else {
        return Vec::new();
    };
    entries
        .flatten()
        .filter_map(|entry| entry.file_name().into_string().ok())
        .filter(|label| label.starts_with(prefix))
        .collect()
}

/// Ends a noted process at once and forgets it.
pub fn end(lab: &Path, label: &str) {
    if let Some(pid) = noted(lab, label) {
        signal(pid, "KILL");
        for _ in 0..500 {
            if started_at(pid).is_none() {
                break;
            }
            std::thread::sleep(std::time::Duration::from_millis(4));
        }
    }
    let _ = fs::remove_file(lab.join("pids").join(label));
}

/// Sends a signal by name (`KILL`, `STOP`, …).
pub fn signal(pid: u32, name: &str) -> bool {
    Run::new("kill")
        .arg("-s")
        .arg(name)
        .arg(pid.to_string())
        .try_it()
}
