// SPDX-License-Identifier: Apache-2.0

use std::time::Duration;

/// Reads a duration as kubectl and etcdctl write them: `5s`, `1m30s`, `500ms`, or plain seconds.
pub fn parse_duration(text: &str) -> Result<Duration, String> {
    let text = text.trim();
    if let Ok(seconds) = text.parse::<u64>() {
        return Ok(Duration::from_secs(seconds));
    }
    let bad = || format!("{text:?} is not a duration such as 5s, 1m30s or 500ms");
    let parsed: jiff::SignedDuration = text.parse().map_err(|_| bad())?;
    Duration::try_from(parsed).map_err(|_| bad())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_read_as_go_writes_them() {
        let cases = [
            ("5s", Some(5000)),
            ("1m30s", Some(90_000)),
            ("500ms", Some(500)),
            ("2", Some(2000)),
            ("0", Some(0)),
            ("-1s", None),
            ("soon", None),
            ("", None),
        ];
        for (text, want) in cases {
            let got = parse_duration(text).ok().map(|d| d.as_millis());
            assert_eq!(got, want, "{text}");
        }
    }
}
