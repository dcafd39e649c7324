// SPDX-License-Identifier: Apache-2.0

use std::time::Duration;

/// How long the runs of one thing took.
#[derive(Debug, Default)]
pub struct Times(Vec<Duration>);

impl Times {
    /// Adds a run; one that could not be started has no time.
    pub fn add(&mut self, took: Option<Duration>) {
        if let Some(took) = took {
            let at = self.0.partition_point(|held| *held <= took);
            self.0.insert(at, took);
        }
    }

    /// The middle one, of an even count the lower; zero where nothing ran.
    pub fn median(&self) -> Duration {
        let middle = self.0.len().saturating_sub(1) / 2;
        self.0.get(middle).copied().unwrap_or_default()
    }

    fn min(&self) -> Duration {
        self.0.first().copied().unwrap_or_default()
    }

    fn max(&self) -> Duration {
        self.0.last().copied().unwrap_or_default()
    }
}

/// One line of a table: name, median, min, max.
pub fn row(name: &str, times: &Times, unit: fn(Duration) -> String) -> String {
    if times.0.is_empty() {
        return format!("{name:28} {:>9}", "did not run");
    }
    let [median, min, max] = [times.median(), times.min(), times.max()].map(unit);
    format!("{name:28} {median:>9} {min:>9} {max:>9}")
}

/// As seconds.
pub fn seconds(time: Duration) -> String {
    format!("{:.3}", time.as_secs_f64())
}

/// As milliseconds.
pub fn milliseconds(time: Duration) -> String {
    format!("{:.2}", time.as_secs_f64() * 1e3)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_is_the_middle_run_whatever_the_order() {
        let mut times = Times::default();
        for millis in [30, 10, 90, 20] {
            times.add(Some(Duration::from_millis(millis)));
        }
        times.add(None);
        assert_eq!(times.median(), Duration::from_millis(20));
        assert_eq!(
            row("x", &times, milliseconds)
                .split_whitespace()
                .collect::<Vec<_>>(),
            ["x", "20.00", "10.00", "90.00"]
        );
        assert!(row("y", &Times::default(), seconds).contains("did not run"));
    }
}
