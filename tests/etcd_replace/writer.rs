// SPDX-License-Identifier: Apache-2.0

//! A client that writes numbered keys through the whole run, as the API server would.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use lab::{Lab, Node};
use serde_json::Value;

use crate::stand::Stand;

/// Writers at once; each waits for the answer to its write before the next one.
const LANES: usize = 2;
/// How long a write may take until it counts as failed.
const PATIENCE: Duration = Duration::from_secs(2);

/// What became of the writes.
#[derive(Debug, Default)]
pub struct Written {
    /// Keys whose write was acknowledged.
    pub acknowledged: BTreeSet<String>,
    /// Keys whose write failed or was not answered in time: they may be there or not.
    pub failed: Vec<(Duration, String)>,
    /// The longest time from one acknowledgement to the next, on one lane.
    pub longest_gap: Duration,
}

/// Writers at work.
pub struct Writers {
    stop: Arc<AtomicBool>,
    lanes: Vec<JoinHandle<Written>>,
}

impl Writers {
    /// Writes to `nodes`, one after the other where one does not answer, as the API server does.
    pub fn start(lab: &Lab, nodes: &[usize]) -> Self {
        let stop = Arc::new(AtomicBool::new(false));
        let lanes = (0..LANES)
            .map(|lane| {
                let stop = Arc::clone(&stop);
                let commands: Vec<Vec<String>> = nodes
                    .iter()
                    .map(|node| etcdctl(lab, lab.node(*node)))
                    .collect();
                thread::spawn(move || write(lane, &commands, &stop))
            })
            .collect();
        Self { stop, lanes }
    }

    /// Ends them.
    pub fn stop(self) -> Written {
        self.stop.store(true, Ordering::SeqCst);
        let mut all = Written::default();
        for lane in self.lanes {
            let written = lane.join().unwrap();
            all.acknowledged.extend(written.acknowledged);
            all.failed.extend(written.failed);
            all.longest_gap = all.longest_gap.max(written.longest_gap);
        }
        all
    }
}

fn etcdctl(lab: &Lab, node: &Node) -> Vec<String> {
    let files = [lab.ca(), lab.client_cert(), lab.client_key()];
    let names = ["--cacert", "--cert", "--key"];
    let mut words = vec![
        lab.binaries().etcdctl.display().to_string(),
        format!("--endpoints={}", node.client_url()),
        format!("--command-timeout={}s", PATIENCE.as_secs()),
        "--dial-timeout=1s".to_owned(),
    ];
    for (name, file) in names.iter().zip(files) {
        words.push(format!("{name}={}", file.display()));
    }
    words
}

fn write(lane: usize, commands: &[Vec<String>], stop: &AtomicBool) -> Written {
    let (begun, mut last) = (Instant::now(), Instant::now());
    let (mut written, mut at) = (Written::default(), lane);
    for number in 0.. {
        if stop.load(Ordering::SeqCst) {
            break;
        }
        let key = format!("/writer/{lane}/{number:06}");
        let words = &commands[at % commands.len()];
        let put = std::process::Command::new(&words[0])
            .args(&words[1..])
            .args(["put", &key, &number.to_string()])
            .env_clear()
            .env("ETCDCTL_API", "3")
            .output()
            .unwrap();
        if put.status.success() {
            written.acknowledged.insert(key);
            written.longest_gap = written.longest_gap.max(last.elapsed());
            last = Instant::now();
        } else {
            let said = String::from_utf8_lossy(&put.stderr).trim().to_owned();
            written.failed.push((begun.elapsed(), said));
            at += 1;
        }
    }
    written
}

/// The keys that one member has, by its own word alone.
fn keys_of(stand: &Stand, node: usize) -> BTreeSet<String> {
    let get = stand.lab.etcdctl_on([stand.lab.node(node)]);
    let words = [
        "get",
        "/writer/",
        "--prefix",
        "--keys-only",
        "--consistency=s",
    ];
    let text = get.args(words).ok().unwrap();
    let lines = text.lines().filter(|line| !line.is_empty());
    lines.map(str::to_owned).collect()
}

/// A write that fails is one that was under way while a leader changed: not more than one on each
/// lane, and then one more on each that came while the next leader was elected.
const MOST_FAILURES: usize = 2 * LANES;

fn replaced_under_writes(stand: &Stand, target: usize) {
    let survivors: Vec<usize> = (0..stand.lab.members().len())
        .filter(|n| *n != target)
        .collect();
    let writers = Writers::start(&stand.lab, &survivors);
    let began = Instant::now();
    let output = stand.replace(&["node", &stand.name(target), "--yes"]);
    let took = began.elapsed();
    let written = writers.stop();
    assert_eq!(output.code, Some(0), "{output:?}");
    stand.assert_whole();
    println!(
        "{} writes acknowledged and {} failed in {:.1} s, longest wait {:.2} s",
        written.acknowledged.len(),
        written.failed.len(),
        took.as_secs_f64(),
        written.longest_gap.as_secs_f64(),
    );
    assert!(!written.acknowledged.is_empty());
    for node in 0..stand.lab.members().len() {
        let there = keys_of(stand, node);
        let lost: Vec<_> = written.acknowledged.difference(&there).collect();
        assert!(lost.is_empty(), "member {node} lost {lost:?}");
    }
    assert!(
        written.failed.len() <= MOST_FAILURES,
        "{:?}",
        written.failed
    );
}

#[test]
fn no_acknowledged_write_is_lost() {
    let stand = Stand::broken("multiref", 1);
    replaced_under_writes(&stand, 1);
}

/// A healthy leader is replaced: it hands leadership over first, which costs no more.
#[test]
fn nor_where_the_target_leads() {
    let stand = Stand::new();
    let status = stand
        .lab
        .etcdctl(&["-w", "json", "endpoint", "status"])
        .unwrap();
    let status: Value = serde_json::from_str(&status.stdout).unwrap();
    let leader =
        status.as_array().unwrap().iter().position(|member| {
            member["Status"]["leader"] == member["Status"]["header"]["member_id"]
        });
    let leader = leader.unwrap();
    let survivors: Vec<usize> = (0..3).filter(|node| *node != leader).collect();
    let writers = Writers::start(&stand.lab, &survivors);
    let output = stand.replace(&["node", &stand.name(leader), "--yes", "--even-if-healthy"]);
    let written = writers.stop();
    assert_eq!(output.code, Some(0), "{output:?}");
    println!(
        "{} acknowledged, failed: {:?}",
        written.acknowledged.len(),
        written.failed
    );
    for node in 0..3 {
        let there = keys_of(&stand, node);
        assert!(written.acknowledged.is_subset(&there), "member {node}");
    }
    assert!(
        written.failed.len() <= MOST_FAILURES,
        "{:?}",
        written.failed
    );
}
