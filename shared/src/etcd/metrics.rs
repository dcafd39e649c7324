// SPDX-License-Identifier: Apache-2.0

use std::collections::BTreeMap;

/// The series that the rules read; the rest of the page (Go runtime, gRPC per method) is dropped.
const WANTED_PREFIXES: &[&str] = &[
    "etcd_server_",
    "etcd_disk_",
    "etcd_mvcc_db_",
    "etcd_debugging_mvcc_keys_total",
    "etcd_network_",
    "etcd_snap_",
    "process_open_fds",
    "process_max_fds",
    "process_start_time_seconds",
    "process_resident_memory_bytes",
    "os_fd_",
];

/// Reads the Prometheus text format (version 0.0.4): `name{labels} value`, one a line.
/// Lines that are not of this form are left out.
pub fn parse(text: &str) -> BTreeMap<String, f64> {
    text.lines()
        .filter(|line| {
            WANTED_PREFIXES
                .iter()
                .any(|prefix| line.starts_with(prefix))
        })
        .filter_map(|line| {
            // A label value may hold spaces: the value is what follows the closing brace.
            let split = line
                .rfind('}')
                .map_or_else(|| line.find(' '), |brace| Some(brace + 1))?;
            let (name, rest) = line.split_at_checked(split)?;
            let value = rest.split_whitespace().next()?;
            Some((name.to_owned(), value.parse().ok()?))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_text_format_is_read() {
        let text = "# HELP etcd_server_has_leader x\n# TYPE etcd_server_has_leader gauge\n\
            etcd_server_has_leader 1\n\
            etcd_network_peer_round_trip_time_seconds_bucket{To=\"a b\",le=\"+Inf\"} 12\n\
            process_start_time_seconds 1.79533276365e+09\n\
            go_goroutines 99\n\
            etcd_server_broken\n";
        let got = parse(text);
        assert_eq!(got.get("etcd_server_has_leader"), Some(&1.0));
        let bucket = "etcd_network_peer_round_trip_time_seconds_bucket{To=\"a b\",le=\"+Inf\"}";
        assert_eq!(got.get(bucket), Some(&12.0));
        assert_eq!(
            got.get("process_start_time_seconds"),
            Some(&1_795_332_763.65)
        );
        assert_eq!(got.len(), 3, "{got:?}");
    }
}
