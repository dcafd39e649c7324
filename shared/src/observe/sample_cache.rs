// SPDX-License-Identifier: Apache-2.0

use std::fs;
use std::path::{Path, PathBuf};

use etcetera::BaseStrategy as _;
use jiff::SignedDuration;

use crate::model::{MemberId, MetricSample};

/// Too close together a rate is noise; too far apart it says nothing of now.
const YOUNGEST: SignedDuration = SignedDuration::from_secs(5);
const OLDEST: SignedDuration = SignedDuration::from_hours(1);

/// The metrics that the last run saw, to take rates against. Numbers only, no secret.
#[derive(Clone, Debug)]
pub struct SampleCache {
    folder: PathBuf,
}

impl SampleCache {
    /// `$XDG_CACHE_HOME/kubectl-etcd/metrics`.
    pub fn in_home() -> Option<Self> {
        let base = etcetera::choose_base_strategy().ok()?;
        Some(Self::at(&base.cache_dir().join("kubectl-etcd/metrics")))
    }

    /// In another folder.
    pub fn at(folder: &Path) -> Self {
        Self {
            folder: folder.to_owned(),
        }
    }

    /// The earlier sample of the same process, if it is of a useful age; then keeps `now` for the
    /// next run. A cache that cannot be read or written is as good as none.
    pub fn exchange(&self, member: MemberId, now: &MetricSample) -> Option<MetricSample> {
        let file = self.folder.join(format!("{member}.json"));
        let before: Option<MetricSample> = fs::read_to_string(&file)
            .ok()
            .and_then(|text| serde_json::from_str(&text).ok());
        let useful = before.filter(|before| comparable(before, now));
        if fs::create_dir_all(&self.folder).is_ok()
            && let Ok(text) = serde_json::to_string(now)
        {
            let beside = self
                .folder
                .join(format!(".{member}.{}", std::process::id()));
            let _ = fs::write(&beside, text).and_then(|()| fs::rename(&beside, &file));
        }
        useful
    }
}

/// Whether two samples are of one process life and of a useful distance.
fn comparable(before: &MetricSample, now: &MetricSample) -> bool {
    let (Some(then), Some(at)) = (before.taken_at, now.taken_at) else {
        return false;
    };
    let age = at.duration_since(then);
    (before.process_start_seconds - now.process_start_seconds).abs() < 0.5
        && (YOUNGEST..=OLDEST).contains(&age)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_sample_of_the_same_life_and_a_useful_age_is_used() {
        let folder = tempfile::tempdir().unwrap();
        let cache = SampleCache::at(folder.path());
        let at = |second: i64, start: f64| MetricSample {
            taken_at: jiff::Timestamp::from_second(second).ok(),
            process_start_seconds: start,
            ..MetricSample::default()
        };
        let id = MemberId(1);
        assert_eq!(cache.exchange(id, &at(1000, 5.0)), None, "nothing before");
        assert_eq!(cache.exchange(id, &at(1060, 5.0)), Some(at(1000, 5.0)));
        assert_eq!(cache.exchange(id, &at(1061, 5.0)), None, "too young");
        assert_eq!(cache.exchange(id, &at(1090, 6.0)), None, "restarted");
        assert_eq!(cache.exchange(id, &at(9999, 6.0)), None, "too old");
    }
}
