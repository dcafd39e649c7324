// SPDX-License-Identifier: Apache-2.0
//! A client of the API, as people have: it writes all the time through the balancer.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use lab::{Lab, Run};

use crate::stand::Stand;

/// Writes numbered ConfigMaps until it is told to stop.
pub struct Client {
    stop: Arc<AtomicBool>,
    thread: JoinHandle<Figures>,
}

/// How it went.
#[derive(Debug)]
pub struct Figures {
    pub acknowledged: Vec<u32>,
    pub failed: u32,
    pub longest_gap: Duration,
}

impl Client {
    pub fn start(stand: &Stand) -> Self {
        let stop = Arc::new(AtomicBool::new(false));
        let told = Arc::clone(&stop);
        let spec = stand.lab.spec();
        let lab = Lab::open(&spec.root, &spec.name).unwrap();
        let request = move |number: u32| -> Run {
            lab.kubectl()
                .unwrap()
                .args(["--request-timeout=5s", "create", "configmap"])
                .arg(format!("written-{number}"))
                .arg("--from-literal=a=b")
        };
        let thread = thread::spawn(move || {
            let mut figures = Figures {
                acknowledged: Vec::new(),
                failed: 0,
                longest_gap: Duration::ZERO,
            };
            let mut last = Instant::now();
            for number in 0.. {
                if told.load(Ordering::Relaxed) {
                    break;
                }
                if request(number).try_it() {
                    figures.acknowledged.push(number);
                    figures.longest_gap = figures.longest_gap.max(last.elapsed());
                    last = Instant::now();
                } else {
                    figures.failed += 1;
                }
            }
            figures
        });
        Self { stop, thread }
    }

    /// Stops it and says how it went; every acknowledged write must still be there.
    pub fn finish(self, stand: &Stand) -> Figures {
        self.stop.store(true, Ordering::Relaxed);
        let figures = self.thread.join().unwrap();
        let kubectl = stand.lab.kubectl().unwrap();
        let names = kubectl
            .args(["get", "configmaps", "-o", "name"])
            .ok()
            .unwrap();
        for number in &figures.acknowledged {
            let name = format!("configmap/written-{number}");
            assert!(names.lines().any(|line| line == name), "{name} is lost");
        }
        eprintln!(
            "API writes through the balancer: {} acknowledged, {} failed, longest gap {:.1} s",
            figures.acknowledged.len(),
            figures.failed,
            figures.longest_gap.as_secs_f64()
        );
        figures
    }
}
