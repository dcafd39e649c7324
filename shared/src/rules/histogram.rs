// SPDX-License-Identifier: Apache-2.0

//! Quantiles and rates from Prometheus series as `/metrics` exposes them.

use std::collections::BTreeMap;

use crate::model::{MetricSample, Metrics};

/// What a figure is measured over.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Window {
    /// Between two samples of one process, this many seconds apart.
    Seconds(f64),
    /// The whole life of the process: old trouble and new alike.
    Lifetime,
}

impl Window {
    /// How a text names it.
    pub(super) fn label(self) -> String {
        match self {
            Self::Seconds(seconds) => format!("over the last {seconds:.0} s"),
            Self::Lifetime => "over the process's lifetime".to_owned(),
        }
    }
}

/// The earlier sample, where it can be compared: same process, earlier, and something between.
fn comparable(metrics: &Metrics) -> Option<(&MetricSample, f64)> {
    let before = metrics.before.as_ref()?;
    let seconds = metrics
        .now
        .taken_at?
        .duration_since(before.taken_at?)
        .as_secs_f64();
    let same_process =
        (metrics.now.process_start_seconds - before.process_start_seconds).abs() < 1.0;
    (same_process && seconds > 0.0).then_some((before, seconds))
}

/// The window of a metric's figures.
pub(super) fn window(metrics: &Metrics) -> Window {
    comparable(metrics).map_or(Window::Lifetime, |(_, seconds)| Window::Seconds(seconds))
}

/// How much a counter grew in the window (all of it, over the lifetime). `None` if not exposed.
pub(super) fn growth(metrics: &Metrics, name: &str) -> Option<f64> {
    let now = metrics.now.values.get(name)?;
    match comparable(metrics) {
        Some((before, _)) => Some((now - before.values.get(name).unwrap_or(&0.0)).max(0.0)),
        None => Some(*now),
    }
}

/// Buckets of a histogram: label part (without `le`) → upper bound → count in the window.
type Buckets = BTreeMap<String, Vec<(f64, f64)>>;

/// Buckets with this many observations or fewer make no quantile worth telling.
const FEWEST_OBSERVATIONS: f64 = 10.0;

/// The 99th percentile of a histogram for each set of its other labels, in the metric's unit.
/// Sets with too few observations in the window are left out. Interpolated linearly within a
/// bucket, as PromQL's histogram_quantile does.
pub(super) fn p99(metrics: &Metrics, name: &str) -> Vec<(String, f64)> {
    buckets(metrics, name)
        .into_iter()
        .filter_map(|(labels, buckets)| Some((labels, interpolate(buckets, 0.99)?)))
        .collect()
}

fn buckets(metrics: &Metrics, name: &str) -> Buckets {
    let prefix = format!("{name}_bucket{{");
    let before = comparable(metrics).map(|(before, _)| before);
    let mut found: Buckets = BTreeMap::new();
    for (series, now) in &metrics.now.values {
        let Some(inner) = series
            .strip_prefix(&prefix)
            .and_then(|s| s.strip_suffix('}'))
        else {
            continue;
        };
        let Some((labels, bound)) = split_bound(inner) else {
            continue;
        };
        let earlier = before
            .and_then(|b| b.values.get(series))
            .copied()
            .unwrap_or(0.0);
        found
            .entry(labels)
            .or_default()
            .push((bound, (now - earlier).max(0.0)));
    }
    found
}

/// `To="a",le="0.5"` → (`To="a"`, 0.5).
fn split_bound(labels: &str) -> Option<(String, f64)> {
    let mut bound = None;
    let mut rest = Vec::new();
    for label in labels.split(',') {
        match label
            .strip_prefix("le=\"")
            .and_then(|l| l.strip_suffix('"'))
        {
            Some("+Inf") => bound = Some(f64::INFINITY),
            Some(value) => bound = Some(value.parse().ok()?),
            None if label.is_empty() => {}
            None => rest.push(label),
        }
    }
    bound.map(|bound| (rest.join(","), bound))
}

fn interpolate(mut buckets: Vec<(f64, f64)>, quantile: f64) -> Option<f64> {
    buckets.sort_by(|a, b| a.0.total_cmp(&b.0));
    let total = buckets.last()?.1;
    if total <= FEWEST_OBSERVATIONS {
        return None;
    }
    let rank = total * quantile;
    let mut lower = (0.0, 0.0);
    for (bound, count) in buckets {
        if count >= rank {
            if bound.is_infinite() {
                return Some(lower.0);
            }
            let inside = count - lower.1;
            if inside <= 0.0 {
                return Some(bound);
            }
            return Some(lower.0 + (bound - lower.0) * (rank - lower.1) / inside);
        }
        lower = (bound, count);
    }
    None
}

/// The value of one label in a label list.
pub(super) fn label_value<'a>(labels: &'a str, name: &str) -> Option<&'a str> {
    labels.split(',').find_map(|label| {
        label
            .strip_prefix(name)?
            .strip_prefix("=\"")?
            .strip_suffix('"')
    })
}
