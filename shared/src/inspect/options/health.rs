// SPDX-License-Identifier: Apache-2.0

//! Health check. The request has only what differs from the image's own.

use super::families::Family;
use super::view::View;
use crate::inspect::json::{at, int, texts};
use crate::inspect::quote::join;
use crate::inspect::spec::RunSpec;

pub(super) const FAMILY: Family = Family {
    fields: &["Config.Healthcheck"],
    emit,
};

const FIELD: &str = "Config.Healthcheck";

fn emit(view: &View<'_>, spec: &mut RunSpec) {
    let health = view.config("Healthcheck");
    let durations = [
        ("--health-interval", "Interval"),
        ("--health-timeout", "Timeout"),
        ("--health-start-period", "StartPeriod"),
        ("--health-start-interval", "StartInterval"),
    ];
    match texts(at(health, "Test")).as_slice() {
        [] => {}
        ["NONE", ..] => {
            spec.switch("--no-healthcheck", FIELD);
            let others = durations.iter().map(|(_, key)| *key).chain(["Retries"]);
            for key in others.filter(|key| int(at(health, key)) != 0) {
                spec.loss(
                    FIELD,
                    format!("docker refuses {key} beside --no-healthcheck"),
                );
            }
            return;
        }
        ["CMD-SHELL", command] if !command.is_empty() => {
            spec.option("--health-cmd", *command, FIELD);
        }
        ["CMD", words @ ..] if !words.is_empty() => {
            spec.option("--health-cmd", join(words.iter().copied()), FIELD);
            spec.loss(
                FIELD,
                "the words run through the image's shell: no option sets them as a list",
            );
        }
        other => spec.loss(FIELD, format!("no option sets the test {other:?}")),
    }
    for (option, key) in durations {
        let nanoseconds = int(at(health, key));
        if nanoseconds != 0 {
            spec.option(option, go_duration(nanoseconds), FIELD);
        }
    }
    let retries = int(at(health, "Retries"));
    if retries != 0 {
        spec.option("--health-retries", retries.to_string(), FIELD);
    }
}

/// Nanoseconds as Go writes a duration: `1m30s`, `1.5s`, `250ms`.
pub(in crate::inspect) fn go_duration(nanoseconds: i64) -> String {
    let total = nanoseconds.unsigned_abs();
    let sign = if nanoseconds < 0 { "-" } else { "" };
    let decimal = |unit: u64, name: &str| {
        let width = unit.ilog10() as usize;
        let text = format!("{}.{:0width$}", total / unit, total % unit);
        format!("{}{name}", text.trim_end_matches('0').trim_end_matches('.'))
    };
    let body = match total {
        0 => "0s".to_owned(),
        1..1_000 => format!("{total}ns"),
        1_000..1_000_000 => decimal(1_000, "us"),
        1_000_000..1_000_000_000 => decimal(1_000_000, "ms"),
        _ => {
            let (minutes, rest) = (total / 60_000_000_000, total % 60_000_000_000);
            let (hours, minutes) = (minutes / 60, minutes % 60);
            let mut text = String::new();
            if hours > 0 {
                text += &format!("{hours}h");
            }
            if minutes > 0 {
                text += &format!("{minutes}m");
            }
            if rest > 0 {
                let seconds = format!("{}.{:09}", rest / 1_000_000_000, rest % 1_000_000_000);
                text += seconds.trim_end_matches('0').trim_end_matches('.');
                text.push('s');
            }
            text
        }
    };
    format!("{sign}{body}")
}

#[cfg(test)]
mod tests {
    use super::go_duration;

    #[test]
    fn durations_are_short_and_exact() {
        for (nanoseconds, text) in [
            (90_000_000_000, "1m30s"),
            (1_500_000_000, "1.5s"),
            (250_000_000, "250ms"),
            (1_234_567, "1.234567ms"),
            (3_600_000_000_000, "1h"),
            (1, "1ns"),
            (3_661_000_000_001, "1h1m1.000000001s"),
        ] {
            assert_eq!(go_duration(nanoseconds), text);
        }
    }
}
