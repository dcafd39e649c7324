// SPDX-License-Identifier: Apache-2.0
/// One long test.
pub struct Entry {
    /// Its name on the command line.
    pub name: &'static str,
    /// What it shows.
    pub what: &'static str,
    /// Words after `cargo`.
    pub cargo: &'static [&'static str],
    /// Variables that make it long.
    pub env: &'static [(&'static str, &'static str)],
}

/// All of them; the figures of the last runs are in docs/soak.md.
pub const ENTRIES: &[Entry] = &[
    Entry {
        name: "inspect-round-trips",
        what: "300 random containers on each of three Docker engines: printed, made again, the same",
        cargo: &[
            "test",
            "--workspace",
            "--test",
            "docker_inspect_run",
            "random_options",
        ],
        env: &[("INSPECT_RUN_CASES", "300")],
    },
    Entry {
        name: "replace-crashes",
        what: "a replacement killed before and after every call to the engine, then resumed or rolled back",
        cargo: &[
            "test",
            "--workspace",
            "--test",
            "etcd_replace",
            "crash_calls",
        ],
        env: &[("ETCD_REPLACE_CRASHES", "all")],
    },
    Entry {
        name: "replace-outages",
        what: "a survivor dying and the target's network cut at every step of a replacement",
        cargo: &["test", "--workspace", "--test", "etcd_replace", "outages"],
        env: &[("ETCD_REPLACE_OUTAGES", "all")],
    },
    Entry {
        name: "replace-pairs",
        what: "every pair of etcd's version, number of members, role of the target and way to the engine",
        cargo: &["test", "--workspace", "--test", "etcd_replace", "pairwise"],
        env: &[("ETCD_REPLACE_PAIRS", "all")],
    },
    Entry {
        name: "db-fuzz",
        what: "ten minutes of coverage-guided fuzzing of the readers of etcd's files",
        cargo: &["xtask", "fuzz", "db", "--seconds", "600"],
        env: &[],
    },
];
