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
        name: "db-fuzz",
        what: "ten minutes of coverage-guided fuzzing of the readers of etcd's files",
        cargo: &["xtask", "fuzz", "db", "--seconds", "600"],
        env: &[],
    },
];
