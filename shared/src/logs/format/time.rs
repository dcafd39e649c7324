// SPDX-License-Identifier: Apache-2.0

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

/// An RFC 3339 time, also with zap's zone without a colon (`+0200`).
pub(crate) fn rfc3339(text: &str) -> Option<Timestamp> {
    text.parse().ok()
}

/// Seconds since the epoch with a fraction, as zap writes them before it is configured.
pub(super) fn epoch(seconds: f64) -> Option<Timestamp> {
    let micros = (seconds * 1e6).round();
    // Beyond this range the conversion below would saturate.
    if !micros.is_finite() || micros.abs() > 1e17 {
        return None;
    }
    Timestamp::from_microsecond(micros as i64).ok()
}

/// A date and a time of day without a zone, taken as UTC: what a container's clock shows.
pub(super) fn without_zone(date: &str, time: &str) -> Option<Timestamp> {
    let civil: DateTime = format!("{}T{time}", date.replace('/', "-")).parse().ok()?;
    civil
        .to_zoned(TimeZone::UTC)
        .ok()
        .map(|zoned| zoned.timestamp())
}
