// SPDX-License-Identifier: Apache-2.0

//! Something happens at each changing call of a run.

use std::process::{Child, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use super::service::GO;
use crate::lab::{Engine, Output, Proxy, When, command};

/// More changing calls than any run makes.
pub(super) const MOST_CALLS: usize = 12;

/// Starts the tool through a proxy.
pub(super) fn through(proxy: &Proxy, name: &str) -> Child {
    command()
        .arg("--host")
        .arg(format!("unix://{}", proxy.socket.display()))
        .args(GO)
        .arg(name)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap()
}

/// Runs the tool and sends it a signal at a changing call. `None` when it made fewer calls.
pub(super) fn signalled(
    engine: &Engine,
    name: &str,
    signal: &str,
    at: usize,
    when: When,
) -> Option<Output> {
    let pid = Arc::new(AtomicU32::new(0));
    let (its, signal) = (Arc::clone(&pid), signal.to_owned());
    let proxy = Proxy::start(&engine.socket, at, when, move || {
        while its.load(Ordering::SeqCst) == 0 {
            std::thread::sleep(Duration::from_millis(1));
        }
        let pid = its.load(Ordering::SeqCst).to_string();
        assert!(
            std::process::Command::new("kill")
                .args([&signal, &pid])
                .status()
                .unwrap()
                .success()
        );
        std::thread::sleep(Duration::from_millis(50));
        // What a dead tool had not sent does not arrive.
        signal != "-KILL"
    });
    let child = through(&proxy, name);
    pid.store(child.id(), Ordering::SeqCst);
    let out = Output::of(child.wait_with_output().unwrap());
    (proxy.calls() > at).then_some(out)
}

/// Every step of a service's life, each in its own thread; returns how many steps there were.
pub(super) fn at_each_step(act: impl Fn(usize, When) -> bool + Sync) -> usize {
    let steps = std::sync::atomic::AtomicUsize::new(0);
    let next = std::sync::atomic::AtomicUsize::new(0);
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                loop {
                    let turn = next.fetch_add(1, Ordering::SeqCst);
                    let (at, when) = (turn / 2, [When::Before, When::After][turn % 2]);
                    if at >= MOST_CALLS {
                        return;
                    }
                    if act(at, when) {
                        steps.fetch_max(at + 1, Ordering::SeqCst);
                    }
                }
            });
        }
    });
    steps.into_inner()
}
