// SPDX-License-Identifier: Apache-2.0

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use lab::fault::Fault;
use lab::{Lab, Node};
use shared::error::ShownError;
use shared::output::Printer;

/// How much of a log a fixture keeps.
const LINES: usize = 60;
/// How long to wait for more lines.
const ECHOES: Duration = Duration::from_secs(6);
/// How far back to look for a panic's first line: its stack can be longer than a fixture.
const FAR: usize = 400;
/// How a Go program's last words begin.
const PANIC: &[&str] = &["panic: ", "fatal error: ", "unexpected fault address "];
/// The member that is broken.
const TARGET: usize = 2;

/// Breaks the lab in each way in turn and writes the tail of the broken member's log and of a
/// healthy one's, which tells of it, to `FOLDER/VERSION/FAULT[.peer].log`.
pub fn record(
    lab: &Lab,
    folder: &Path,
    only: &[String],
    printer: Printer,
) -> Result<(), ShownError> {
    for name in only {
        Fault::named(name)?;
    }
    let folder = folder.join(lab.etcd_version());
    fs::create_dir_all(&folder).map_err(|error| cannot_write(&folder, error))?;
    if only.is_empty() {
        save(&folder.join("healthy.log"), lab.node(TARGET))?;
    }
    for fault in Fault::all() {
        if !only.is_empty() && !only.iter().any(|name| name == fault.name) {
            continue;
        }
        let start = Instant::now();
        let broken = lab.break_(fault, TARGET);
        let took = start.elapsed().as_secs_f64();
        // What others say of it comes a little later.
        std::thread::sleep(ECHOES);
        save(
            &folder.join(format!("{}.log", fault.name)),
            lab.node(TARGET),
        )?;
        save(
            &folder.join(format!("{}.peer.log", fault.name)),
            lab.node(0),
        )?;
        let start = Instant::now();
        lab.heal()?;
        let healed = start.elapsed().as_secs_f64();
        let outcome = match broken {
            Ok(()) => "shown".to_owned(),
            Err(error) => format!("NOT shown: {error}"),
        };
        printer.data(&format!(
            "{:28} {took:5.1} s  healed {healed:4.1} s  {outcome}",
            fault.name
        ));
    }
    Ok(())
}

fn save(path: &Path, node: &Node) -> Result<(), ShownError> {
    // One fault leaves a node without a container, hence without a log.
    if node.container("etcd").is_err() {
        return Ok(());
    }
    let log = node.etcd_log(FAR)?;
    fs::write(path, excerpt(&log)).map_err(|error| cannot_write(path, error))
}

/// The last lines, or those around the last panic if it lies further back.
fn excerpt(log: &str) -> String {
    let lines: Vec<&str> = log.lines().collect();
    let is_panic = |line: &&str| PANIC.iter().any(|start| line.starts_with(start));
    let last = lines.len().saturating_sub(LINES);
    let first = match lines.iter().rposition(is_panic) {
        // An address fault is told in three lines.
        Some(panic) if panic < last + 3 => panic.saturating_sub(LINES / 2),
        _ => last,
    };
    lines
        .iter()
        .skip(first)
        .take(LINES)
        .map(|line| format!("{line}\n"))
        .collect()
}

fn cannot_write(path: &Path, error: std::io::Error) -> ShownError {
    ShownError::failed(format!("cannot write \"{}\"", path.display())).caused_by(error)
}
