// SPDX-License-Identifier: Apache-2.0

//! Every fault of the kit yields its own cause as the top finding, on 3.4 and on 3.5.

use lab::SharedLab;
use lab::fault::Fault;

use crate::support::{Run, break_second, docker_flags, endpoint_flags, findings, lab, lab_35};

/// What a fault on node n2 must lead to. docs/lab.md has the same table with what etcd prints.
struct Expected {
    fault: &'static str,
    /// Id of the top finding on 3.4.23.
    top_34: &'static str,
    /// Id of the top finding on 3.5.16.
    top_35: &'static str,
    /// Whom it is about; `*` where the entry has no name to go by.
    subject: &'static str,
    /// The exit code, hence the verdict.
    code: i32,
    /// The other members do not run after it: there is no leader among them to wait for.
    shuts_out: bool,
}

const fn both(fault: &'static str, top: &'static str) -> Expected {
    Expected {
        fault,
        top_34: top,
        top_35: top,
        subject: "etcd-n2",
        code: 4,
        shuts_out: false,
    }
}

const fn unnamed(fault: &'static str, top: &'static str) -> Expected {
    Expected {
        subject: "*",
        ..both(fault, top)
    }
}

const TABLE: &[Expected] = &[
    both("multiref", "db-multiref"),
    Expected {
        top_35: "db-pageid",
        ..both("page-oob", "db-oob")
    },
    both("page-beyond-end", "db-sigbus"),
    Expected {
        top_35: "db-pageid",
        ..both("page-zeroed", "db-badtype")
    },
    both("meta-both", "db-open"),
    both("db-truncated", "db-sigbus"),
    both("db-locked", "db-locked"),
    both("wal-record", "wal-crc"),
    both("wal-tail", "raft-tocommit"),
    both("wal-missing", "already-bootstrapped"),
    both("stale-data-after-removal", "member-removed"),
    unnamed("wiped-new-other-list", "cluster-id-mismatch"),
    unnamed("wrong-peer-url", "peerurl-nomatch"),
    unnamed("name-not-in-list", "name-not-in-list"),
    both("foreign-single-member", "foreign-cluster"),
    both("leftover-force-new-cluster", "force-new-cluster-left"),
    Expected {
        shuts_out: true,
        ..both("force-new-cluster-fired", "force-new-cluster-left")
    },
    unnamed("member-added-never-started", "member-unstarted"),
    both("learner-stuck", "learner-stalled"),
    both("port-taken", "bind"),
    both("datadir-not-writable", "perm"),
    both("disk-read-only", "disk-ro"),
    both("disk-full", "disk-full"),
    both("slow-disk", "disk-slow"),
    both("nospace-alarm", "alarm-nospace"),
    both("diverged-data", "hash-mismatch"),
    both("cert-expired", "cert-expired"),
    both("cert-foreign", "cert-foreign"),
    both("node-link-down", "member-unreachable"),
    both("node-drop", "member-unreachable"),
    both("process-paused", "process-paused"),
    both("one-down", "process-exited"),
    Expected {
        subject: "*",
        code: 5,
        ..both("two-down", "quorum-lost")
    },
    Expected {
        subject: "*",
        code: 5,
        ..both("three-down", "quorum-lost")
    },
];

fn check(lab: &SharedLab, name: &str, top: fn(&Expected) -> &'static str) {
    let row = TABLE
        .iter()
        .find(|row| row.fault == name)
        .expect("the fault is in the table");
    if row.code == 5 || row.shuts_out {
        let fault = Fault::named(name).expect("the kit has it");
        lab.break_(fault, 1).expect("the fault is applied");
    } else {
        break_second(lab, name);
    }
    let flags = endpoint_flags(lab).into_iter().chain(docker_flags(lab));
    let answer = Run::new().args(flags).args(["-o", "json"]).run();
    let report = answer.json();
    let found = findings(&report);
    let what = format!("{name} on etcd {}: {found:#?}", lab.etcd_version());
    let (id, _, subject) = found
        .first()
        .unwrap_or_else(|| panic!("no finding: {what}"));
    assert_eq!(id, top(row), "{what}");
    if row.subject != "*" {
        assert_eq!(subject, row.subject, "{what}");
    }
    assert_eq!(answer.code, row.code, "{what}");
    let first = &report["findings"][0];
    assert!(
        first["evidence"].as_array().is_some_and(|e| !e.is_empty()),
        "no evidence: {first}"
    );
    assert!(
        first["remedy"]["text"]
            .as_str()
            .is_some_and(|t| !t.is_empty()),
        "no remedy: {first}"
    );
    if row.code == 5 {
        let all = report["findings"].to_string();
        assert!(
            !all.contains("etcd-replace node"),
            "no replacement without quorum: {all}"
        );
    }
}

#[test]
fn the_table_names_every_fault_of_the_kit() {
    let mut kit: Vec<&str> = Fault::all().iter().map(|fault| fault.name).collect();
    let mut table: Vec<&str> = TABLE.iter().map(|row| row.fault).collect();
    kit.sort_unstable();
    table.sort_unstable();
    assert_eq!(table, kit);
}

#[test]
fn a_healthy_cluster_is_healthy_on_both_series() {
    for mut lab in [lab(), lab_35()] {
        lab.only_looked();
        let flags = endpoint_flags(&lab).into_iter().chain(docker_flags(&lab));
        let answer = Run::new()
            .args(flags)
            .args(["-o", "json", "--fail-on", "degraded"])
            .run();
        let report = answer.json();
        assert_eq!(answer.code, 0, "{:?}", findings(&report));
        assert_eq!(report["quorum"]["healthy_voters"], 3);
        assert_eq!(report["quorum"]["tolerance"], 1);
        let hashes: Vec<String> = report["observation"]["members"]
            .as_array()
            .expect("members")
            .iter()
            .map(|m| m["hash_kv"]["value"]["hash"].to_string())
            .collect();
        assert!(
            hashes
                .iter()
                .all(|hash| hash == &hashes[0] && hash != "null"),
            "{hashes:?}"
        );
    }
}

/// One test a fault and series: `cargo test --test etcd_health faults::multiref::on_3_4`. The series
/// stand beside each other by name, so that two threads work on two labs.
macro_rules! fault_tests {
    ($($test:ident = $fault:literal),* $(,)?) => {
        $(mod $test {
            use crate::support::{lab, lab_35};
            #[test]
            fn on_3_4() { super::check(&lab(), $fault, |row| row.top_34); }
            #[test]
            fn on_3_5() { super::check(&lab_35(), $fault, |row| row.top_35); }
        })*
        #[test]
        fn every_row_of_the_table_has_its_tests() {
            let mut tests = vec![$($fault),*];
            let mut rows: Vec<&str> = TABLE.iter().map(|row| row.fault).collect();
            tests.sort_unstable();
            rows.sort_unstable();
            assert_eq!(tests, rows);
        }
    };
}

fault_tests! {
    multiref = "multiref",
    page_oob = "page-oob",
    page_beyond_end = "page-beyond-end",
    page_zeroed = "page-zeroed",
    meta_both = "meta-both",
    db_truncated = "db-truncated",
    db_locked = "db-locked",
    wal_record = "wal-record",
    wal_tail = "wal-tail",
    wal_missing = "wal-missing",
    stale_data_after_removal = "stale-data-after-removal",
    wiped_new_other_list = "wiped-new-other-list",
    wrong_peer_url = "wrong-peer-url",
    name_not_in_list = "name-not-in-list",
    foreign_single_member = "foreign-single-member",
    leftover_force_new_cluster = "leftover-force-new-cluster",
    force_new_cluster_fired = "force-new-cluster-fired",
    member_added_never_started = "member-added-never-started",
    learner_stuck = "learner-stuck",
    port_taken = "port-taken",
    datadir_not_writable = "datadir-not-writable",
    disk_read_only = "disk-read-only",
    disk_full = "disk-full",
    slow_disk = "slow-disk",
    nospace_alarm = "nospace-alarm",
    diverged_data = "diverged-data",
    cert_expired = "cert-expired",
    cert_foreign = "cert-foreign",
    node_link_down = "node-link-down",
    node_drop = "node-drop",
    process_paused = "process-paused",
    one_down = "one-down",
    two_down = "two-down",
    three_down = "three-down",
}
