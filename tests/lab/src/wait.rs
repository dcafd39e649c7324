// SPDX-License-Identifier: Apache-2.0

//! Bounded waiting for a state of the world.

use std::thread;
use std::time::{Duration, Instant};

use crate::error::{LabError, Result};

/// Polls until `look` finds what it looks for; its `Err` says what it saw instead.
///
/// # Errors
/// [`LabError::Timeout`] with the last thing seen.
pub fn until<T>(
    what: &str,
    within: Duration,
    mut look: impl FnMut() -> std::result::Result<T, String>,
) -> Result<T> {
    let start = Instant::now();
    loop {
        match look() {
            Ok(found) => return Ok(found),
            Err(last) if start.elapsed() > within => {
                return Err(LabError::Timeout {
                    what: what.to_owned(),
                    seconds: within.as_secs(),
                    last,
                });
            }
            Err(_) => thread::sleep(Duration::from_millis(40)),
        }
    }
}

/// Does the same work on each item at once; the first error (in order) wins.
///
/// # Errors
/// The first item's error.
pub fn at_once<T: Sync, R: Send>(
    items: &[T],
    work: impl Fn(&T) -> Result<R> + Sync,
) -> Result<Vec<R>> {
    thread::scope(|scope| {
        let threads: Vec<_> = items
            .iter()
            .map(|item| scope.spawn(|| work(item)))
            .collect();
        threads
            .into_iter()
            .map(|thread| {
                thread
                    .join()
                    .unwrap_or_else(|_| Err(LabError::value("a thread of the lab panicked")))
            })
            .collect()
    })
}
