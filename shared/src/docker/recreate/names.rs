// SPDX-License-Identifier: Apache-2.0

//! The names that tell a later run what was going on.

use jiff::Timestamp;

/// What the name of an old container in flight says about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InFlight {
    /// The container's own name.
    pub name: String,
    /// When the work began, `20261122T100000Z`.
    pub time: String,
    /// Its restart policy, or [`AUTO_REMOVE`].
    pub policy: String,
    /// `MaximumRetryCount`.
    pub retries: i64,
    /// It was running.
    pub up: bool,
    /// The beginning of the new container's ID.
    pub new_id: String,
    /// The machine that began it, eight hexadecimal digits: it alone can tell whether its run is
    /// over.
    pub by: String,
}

/// Stands for a restart policy: the old container has `--rm`, this is a copy of it.
pub const AUTO_REMOVE: &str = "rm";

/// The time as it stands in names, to the second, in UTC.
pub fn stamp(time: Timestamp) -> String {
    time.strftime("%Y%m%dT%H%M%SZ").to_string()
}

/// Name of the new container until it takes its place.
pub fn next_name(name: &str, time: &str) -> String {
    format!("{name}-next-{time}")
}

/// Name of the old container once the new one has its place.
pub fn kept_name(name: &str, time: &str) -> String {
    format!("{name}-before-{time}")
}

/// Name of the old container while the work goes on.
pub fn in_flight_name(old: &InFlight) -> String {
    let InFlight {
        name,
        time,
        policy,
        retries,
        up,
        new_id,
        by,
    } = old;
    let state = if *up { "up" } else { "down" };
    let short: String = new_id.chars().take(12).collect();
    format!(
        "{}.{policy}.{retries}.{state}.{short}.{by}",
        kept_name(name, time)
    )
}

/// Reads [`in_flight_name`].
pub fn parse_in_flight(text: &str) -> Option<InFlight> {
    // The container's own name may have dots: read from the end.
    let mut parts = text.rsplitn(6, '.');
    let by = parts.next().filter(|by| is_hex(by, 8))?;
    let new_id = parts.next().filter(|id| is_hex(id, 12))?;
    let up = match parts.next()? {
        "up" => true,
        "down" => false,
        _ => return None,
    };
    let retries = parts.next()?.parse().ok()?;
    let policy = parts.next().filter(|policy| {
        matches!(
            *policy,
            "no" | "always" | "unless-stopped" | "on-failure" | AUTO_REMOVE
        )
    })?;
    let (name, time) = parse_kept(parts.next()?)?;
    Some(InFlight {
        name,
        time,
        policy: policy.to_owned(),
        retries,
        up,
        new_id: new_id.to_owned(),
        by: by.to_owned(),
    })
}

/// Reads [`kept_name`]: the container's own name and the time.
pub fn parse_kept(text: &str) -> Option<(String, String)> {
    split(text, "-before-")
}

/// Reads [`next_name`].
pub fn parse_next(text: &str) -> Option<(String, String)> {
    split(text, "-next-")
}

fn split(text: &str, word: &str) -> Option<(String, String)> {
    let (name, time) = text.rsplit_once(word)?;
    let digits = |part: Option<&str>, length: usize| {
        part.is_some_and(|part| part.len() == length && part.bytes().all(|b| b.is_ascii_digit()))
    };
    let sound = time.len() == 16
        && digits(time.get(..8), 8)
        && time.get(8..9) == Some("T")
        && digits(time.get(9..15), 6)
        && time.ends_with('Z');
    (sound && !name.is_empty()).then(|| (name.to_owned(), time.to_owned()))
}

fn is_hex(text: &str, length: usize) -> bool {
    text.len() == length && text.bytes().all(|b| b.is_ascii_hexdigit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_say_all_that_a_later_run_needs() {
        let old = InFlight {
            name: "my.etcd-before-x".to_owned(),
            time: "20261122T100000Z".to_owned(),
            policy: "on-failure".to_owned(),
            retries: 3,
            up: true,
            new_id: "0123456789ab".to_owned(),
            by: "89abcdef".to_owned(),
        };
        let name = in_flight_name(&old);
        assert_eq!(
            name,
            "my.etcd-before-x-before-20261122T100000Z.on-failure.3.up.0123456789ab.89abcdef"
        );
        assert_eq!(parse_in_flight(&name), Some(old));
        assert_eq!(parse_kept(&name), None);
        assert_eq!(
            parse_kept("a-before-20261122T100000Z"),
            Some(("a".to_owned(), "20261122T100000Z".to_owned()))
        );
        for other in [
            "a-before-b",
            "a-before-20261122T100000Z.always.0.up.xyz.89abcdef",
            "-before-20261122T100000Z",
            "é.ü",
        ] {
            assert_eq!(parse_in_flight(other), None);
            assert_eq!(parse_kept(other), None);
        }
        assert_eq!(stamp(Timestamp::UNIX_EPOCH), "19700101T000000Z");
    }
}
