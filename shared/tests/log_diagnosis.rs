// SPDX-License-Identifier: Apache-2.0

//! The diagnosis of logs that real etcd processes wrote, and of what such logs become in the
//! field: cut, repeated, wrapped, mixed with what came before.
#![allow(clippy::unwrap_used)] // helpers of tests, not only test functions

use std::fs;
use std::path::{Path, PathBuf};

use shared::logs::{
    Catalogue, ExitKind, LogDiagnosis, LogError, MemberState, Verdict, catalogue,
    catalogue_markdown, explain, explain_list, report_text,
};

use MemberState::{Crashed, Running, Serving, Starting, Stopped};
use Verdict::{Damaged, Sound, Warning};

/// Captured cases: the file's name (without `.log`), cause, verdict and state at the log's end.
/// Each ran on etcd 3.4.23 (capnslog and zap), 3.5.1, 3.5.30, some on 3.5.16.
const CASES: &[(&str, &str, Verdict, MemberState)] = &[
    // Healthy: alone, of three, after a replacement, with TLS, after an alarm was treated, after
    // the snapshots were lost and rebuilt, told to stop.
    ("healthy1-m1", "", Sound, Serving),
    ("healthy3-m1", "", Sound, Serving),
    ("healthy3-m2", "", Sound, Serving),
    ("joinok-m1", "", Sound, Serving),
    ("joinok-m3", "", Sound, Serving),
    ("tls-healthy-m1", "", Sound, Serving),
    ("nospacecleared-m1", "", Sound, Serving),
    ("snapgone-m1", "", Sound, Stopped),
    ("stopped3-m1", "", Sound, Stopped),
    // Files.
    ("db-multiref-m1", "db-multiref", Damaged, Crashed),
    ("db-badid-m1", "db-sigbus", Damaged, Crashed),
    ("db-zero-m1", "db-badtype", Damaged, Crashed),
    ("db-swap-m1", "db-multiref", Damaged, Crashed),
    ("db-meta-m1", "db-open", Damaged, Crashed),
    ("db-trunc-m1", "db-open", Damaged, Crashed),
    ("db-truncpart-m1", "db-sigbus", Damaged, Crashed),
    ("dbgone-m1", "snap-db-missing", Damaged, Crashed),
    ("snapdbmissing-m1", "snap-db-missing", Damaged, Crashed),
    ("dbflock-m1", "db-flock", Warning, Starting),
    ("walcrc-m1", "wal-crc", Damaged, Crashed),
    ("walmissing-m3", "already-bootstrapped", Damaged, Crashed),
    ("waltail-m3", "raft-tocommit", Damaged, Crashed),
    ("diskfull-m1", "disk-full", Damaged, Crashed),
    ("perm-m1", "perm", Damaged, Crashed),
    ("nospace-m1", "nospace", Damaged, Serving),
    // Flags and identity.
    ("portinuse-m1", "bind", Damaged, Crashed),
    ("badaddr-m1", "bind-addr", Damaged, Crashed),
    ("badaddr-m2", "bind-addr", Damaged, Crashed),
    ("flags-m1", "flags", Damaged, Crashed),
    ("flags-m2", "flags", Damaged, Crashed),
    ("flags-m3", "flags", Damaged, Crashed),
    ("namenotinlist-m1", "name-not-in-list", Damaged, Crashed),
    ("advertise-m1", "advertise-mismatch", Damaged, Crashed),
    ("clusterid-m1", "cluster-id-mismatch", Damaged, Running),
    ("clusterid-m3", "cluster-id-mismatch", Damaged, Starting),
    ("removed-m1", "removed-stream", Warning, Serving),
    ("removed-m3", "member-removed", Damaged, Crashed),
    ("wipedsame-m3", "member-removed", Damaged, Crashed),
    ("bootstrapped-m3", "already-bootstrapped", Damaged, Crashed),
    ("countunequal-m4", "count-unequal", Damaged, Crashed),
    ("peerurl-m3", "peerurl-nomatch", Damaged, Crashed),
    ("fetchcluster-m1", "fetch-cluster", Damaged, Crashed),
    ("downgrade-m1", "ver-downgrade", Damaged, Crashed),
    ("incompatible-m4", "incompatible", Damaged, Crashed),
    // Peers and TLS, seen from a member that is well.
    ("peerdown-m1", "peer-unhealthy", Warning, Serving),
    ("quorumlost-m1", "peer-unhealthy", Warning, Serving),
    ("addrefused-m1", "peer-lost", Warning, Serving),
    ("tls-foreign-m1", "tls-unknown-ca", Damaged, Serving),
    ("tls-foreign-m3", "tls-unknown-ca", Damaged, Starting),
    ("tls-san-m1", "tls-san", Damaged, Serving),
    ("tls-expired-m1", "tls-expired", Damaged, Serving),
    ("tls-eku-m1", "tls-eku", Damaged, Serving),
    ("tlsfile-m1", "tls-file", Damaged, Crashed),
    ("tlsfile-m2", "tls-file", Damaged, Crashed),
    ("tlsfile-m3", "tls-file", Damaged, Crashed),
];

/// Where a release says it in other words: newer bbolt checks page headers first.
const OTHERWISE: &[(&str, &str, &str)] = &[
    ("3.5.30-zap", "db-zero-m1", "db-pageid"),
    ("3.5.30-zap", "db-swap-m1", "db-pageid"),
];

/// Logs of the lab's sick members (docs/lab.md) by fault, recorded on 3.4.23 and 3.5.16.
const LAB: &[(&str, &str)] = &[
    ("multiref", "db-multiref"),
    ("page-beyond-end", "db-sigbus"),
    ("page-zeroed", "db-badtype db-pageid"),
    ("page-oob", "db-oob db-pageid"),
    ("meta-both", "db-open"),
    ("db-truncated", "db-sigbus"),
    ("db-locked", "db-flock"),
    ("wal-record", "wal-crc"),
    ("wal-tail", "raft-tocommit"),
    ("wal-missing", "already-bootstrapped"),
    ("stale-data-after-removal", "member-removed"),
    ("wiped-new-other-list", "cluster-id-mismatch"),
    ("wiped-new-other-list.peer", "cluster-id-mismatch"),
    ("wrong-peer-url", "peerurl-nomatch"),
    ("name-not-in-list", "name-not-in-list"),
    ("port-taken", "bind"),
    ("datadir-not-writable", "perm"),
    ("disk-read-only", "disk-ro"),
    ("disk-full", "disk-full"),
    ("nospace-alarm", "nospace"),
    ("nospace-alarm.peer", "nospace"),
    // The member itself is only told that its certificate is bad; the others know why.
    ("cert-expired", "tls-bad-cert"),
    ("cert-expired.peer", "tls-expired"),
    ("cert-foreign", "tls-bad-cert"),
    ("cert-foreign.peer", "tls-unknown-ca"),
    ("healthy", ""),
];

fn the_catalogue() -> &'static Catalogue {
    catalogue().unwrap_or_else(|error| panic!("{error}"))
}

fn captured() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/fixtures/logs/captured")
}

fn read(writer: &str, case: &str) -> String {
    let path = captured().join(writer).join(format!("{case}.log"));
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn diagnose(log: &str) -> LogDiagnosis {
    let scan = the_catalogue().scan_reader(log.as_bytes(), None).unwrap();
    the_catalogue().diagnose(&scan)
}

fn cause(diagnosis: &LogDiagnosis) -> &str {
    diagnosis
        .cause
        .as_ref()
        .map_or("", |cause| cause.id.as_str())
}

#[test]
fn every_captured_log_has_its_one_cause() {
    let mut wrong = Vec::new();
    let mut seen = 0;
    for writer in fs::read_dir(captured()).unwrap() {
        let writer = writer.unwrap();
        let name = writer.file_name().into_string().unwrap();
        for file in fs::read_dir(writer.path()).unwrap() {
            let path = file.unwrap().path();
            let case = path.file_stem().unwrap().to_str().unwrap();
            let Some((_, expected, verdict, state)) = CASES.iter().find(|(c, ..)| *c == case)
            else {
                wrong.push(format!("{name}/{case} is in no table"));
                continue;
            };
            let expected = OTHERWISE
                .iter()
                .find(|(w, c, _)| *w == name && *c == case)
                .map_or(*expected, |(.., cause)| *cause);
            let found = diagnose(&fs::read_to_string(&path).unwrap());
            seen += 1;
            if (cause(&found), found.verdict, found.state) != (expected, *verdict, *state) {
                wrong.push(format!(
                    "{name}/{case}: {} {:?} {:?} instead of {expected} {verdict:?} {state:?}",
                    cause(&found),
                    found.verdict,
                    found.state
                ));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(seen > 200, "only {seen} logs");
}

#[test]
fn the_labs_faults_have_their_cause_in_the_members_logs() {
    let mut wrong = Vec::new();
    for version in ["3.4.23", "3.5.16"] {
        for (fault, expected) in LAB {
            let found = diagnose(&read(&format!("../{version}"), fault));
            let found = cause(&found);
            if !expected.split(' ').any(|id| id == found) {
                wrong.push(format!("{version}/{fault}: {found} instead of {expected}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_healthy_members_log_yields_no_finding() {
    for writer in ["3.4.23-capnslog", "3.4.23-zap", "3.5.1-zap", "3.5.30-zap"] {
        for (case, ..) in CASES.iter().filter(|(_, cause, ..)| cause.is_empty()) {
            let found = diagnose(&read(writer, case));
            let current = [found.cause.as_slice(), &found.echoes, &found.others].concat();
            assert!(current.is_empty(), "{writer}/{case}: {current:?}");
            assert_eq!(found.verdict.exit_code(), 0);
        }
    }
}

#[test]
fn a_crash_loop_is_judged_by_its_last_start() {
    let found = diagnose(&read("3.4.23-capnslog", "db-multiref-m1"));
    assert_eq!(
        (found.window.stats.starts, found.window.stats.crashes),
        (3, 3)
    );
    assert_eq!(found.window.life, 3);
    let cause = found.cause.unwrap();
    assert_eq!(cause.captured.get("page").map(String::as_str), Some("2"));
    assert!(
        cause
            .cause
            .starts_with("page 2 of member/snap/db is referenced twice"),
        "{}",
        cause.cause
    );
    assert_eq!(
        cause.command.as_deref(),
        Some("kubectl etcd-replace node m1")
    );
    assert_eq!(cause.count, 1);
    assert_eq!(found.exit.unwrap().kind, ExitKind::Panic);
    assert_eq!(found.panics.len(), 1);
    assert!(
        found.panics[0]
            .functions
            .iter()
            .any(|f| f.ends_with("bbolt.(*DB).freepages.func2")),
        "{:?}",
        found.panics
    );
    assert_eq!(
        found
            .earlier
            .iter()
            .map(|f| (f.id.as_str(), f.count))
            .collect::<Vec<_>>(),
        [("db-multiref", 2)]
    );
}

#[test]
fn a_log_cut_in_the_middle_of_the_next_start_is_about_the_crash_before() {
    let whole = read("3.5.1-zap", "db-multiref-m1");
    let cut = whole
        .rfind("\"msg\":\"opened backend db\"")
        .or_else(|| whole.rfind("starting an etcd server"))
        .unwrap();
    let line_end = cut + whole[cut..].find('\n').unwrap();
    let found = diagnose(&whole[..line_end]);
    assert!(found.window.restarting);
    assert_eq!((cause(&found), found.verdict), ("db-multiref", Damaged));
}

#[test]
fn what_a_member_survived_is_history() {
    for writer in ["3.4.23-capnslog", "3.4.23-zap", "3.5.1-zap", "3.5.30-zap"] {
        let log = read(writer, "db-multiref-m1") + "\n" + &read(writer, "healthy1-m1");
        let found = diagnose(&log);
        assert_eq!(
            (cause(&found), found.verdict, found.state),
            ("", Sound, Serving),
            "{writer}"
        );
        assert!(
            found
                .earlier
                .iter()
                .any(|finding| finding.id == "db-multiref"),
            "{writer}"
        );
    }
}

#[test]
fn cluster_and_member_ids_are_told() {
    for writer in ["3.4.23-capnslog", "3.4.23-zap", "3.5.1-zap", "3.5.30-zap"] {
        let survivor = diagnose(&read(writer, "clusterid-m1"));
        let stray = diagnose(&read(writer, "clusterid-m3"));
        let (ours, theirs) = (
            survivor.identity.cluster_id.unwrap(),
            stray.identity.cluster_id.unwrap(),
        );
        assert_ne!(ours, theirs, "{writer}");
        assert_eq!(
            survivor.identity.foreign_cluster_ids,
            std::slice::from_ref(&theirs),
            "{writer}"
        );
        assert_eq!(
            stray.identity.foreign_cluster_ids,
            std::slice::from_ref(&ours),
            "{writer}"
        );
        let cause = stray.cause.unwrap().cause;
        assert_eq!(
            cause,
            format!("a member of cluster {ours} talks to this member of cluster {theirs}")
        );

        let removed = diagnose(&read(writer, "removed-m3"));
        let told = diagnose(&read(writer, "removed-m1"));
        assert!(removed.identity.member_id.is_some(), "{writer}");
        assert_eq!(
            removed.identity.removed_member_id, removed.identity.member_id,
            "{writer}"
        );
        assert_eq!(
            told.identity.removed_member_id, removed.identity.member_id,
            "{writer}"
        );
    }
}

#[test]
fn fifty_signatures_of_a_crash_loop_are_one_cause_and_its_echoes() {
    let mut life = String::from(
        "2026-11-22 07:32:20.000001 I | etcdmain: etcd Version: 3.4.23\n\
         2026-11-22 07:32:20.000002 I | embed: name = node-3\n",
    );
    for second in 0..8 {
        for line in [
            "W | rafthttp: health check for peer 8afc4a90eb9c3bcb could not connect: dial tcp 10.0.0.1:2380: connect: connection refused",
            "W | rafthttp: lost the TCP streaming connection with peer 8afc4a90eb9c3bcb (stream Message reader)",
            "I | rafthttp: peer 8afc4a90eb9c3bcb became inactive (message send to peer failed)",
            "W | etcdserver: failed to reach the peerURL(http://10.0.0.1:2380) of member 8afc4a90eb9c3bcb (i/o timeout)",
            "I | raft: 50a7660f63fbfe76 is starting a new election at term 7",
            "E | etcdserver: publish error: etcdserver: request timed out",
            "E | rafthttp: failed to find member 1f603faa13ec560 in cluster 3c5c9eada0df0a6",
            "W | rafthttp: rejected the stream from peer 258b909deefd81c since it was removed",
            "W | etcdserver: timed out waiting for read index response (local node might have slow network)",
            "W | etcdserver: etcdserver: no leader",
        ] {
            life.push_str(&format!("2026-11-22 07:32:2{second}.000003 {line}\n"));
        }
    }
    life.push_str("panic: freepages: failed to get all reachable pages (page 63: multiple references)\n\ngoroutine 106 [running]:\ngo.etcd.io/bbolt.(*DB).freepages.func2(0xc00013c240)\n\t/build/bbolt/db.go:1003 +0xed\n");
    let found = diagnose(&life.repeat(5));
    assert_eq!(cause(&found), "db-multiref");
    assert_eq!(found.window.stats.crashes, 5);
    let echoes: Vec<&str> = found.echoes.iter().map(|echo| echo.id.as_str()).collect();
    for echo in [
        "peer-unhealthy",
        "peer-lost",
        "net-refused",
        "raft-election",
        "publish",
        "no-leader",
        "timeout",
    ] {
        assert!(echoes.contains(&echo), "{echo} is not in {echoes:?}");
    }
    // A stray member in the list is not the database's doing and keeps its own place.
    assert!(
        found
            .others
            .iter()
            .all(|other| other.id != "peer-unhealthy"),
        "{:?}",
        found.others
    );
}

#[test]
fn the_error_decides_not_zaps_message() {
    let fatal = |error: &str| {
        format!(
            "{{\"level\":\"fatal\",\"ts\":\"2026-11-22T07:32:27.1Z\",\"caller\":\"etcdmain/etcd.go:204\",\"msg\":\"discovery failed\",\"error\":\"{error}\"}}\n"
        )
    };
    let known = diagnose(&fatal("member count is unequal"));
    assert_eq!(cause(&known), "count-unequal");
    assert!(
        known
            .echoes
            .iter()
            .chain(&known.others)
            .all(|f| f.id != "discovery")
    );
    assert_eq!(
        cause(&diagnose(&fatal("discovery: cluster is full"))),
        "discovery"
    );
    let unknown = diagnose(&fatal("a reason of a release to come"));
    assert_eq!(cause(&unknown), "unlisted-fatal");
    assert!(
        unknown
            .cause
            .unwrap()
            .cause
            .ends_with("a reason of a release to come")
    );
}

#[test]
fn an_unknown_end_is_said_to_be_unknown() {
    let log = "2026-11-22 07:32:20.000001 I | etcdmain: etcd Version: 3.4.23\npanic: the moon is full\n\ngoroutine 1 [running]:\n";
    let found = diagnose(log);
    assert_eq!(
        (cause(&found), found.verdict, found.state),
        ("unlisted-fatal", Damaged, Crashed)
    );
    assert_eq!(found.exit.unwrap().code, Some(2));
}

#[test]
fn a_killed_member_and_a_stopped_one_are_told_apart() {
    let start = read("3.4.23-capnslog", "healthy1-m1");
    let killed = diagnose(&format!("{start}\nKilled\n"));
    assert_eq!(
        (cause(&killed), killed.exit.as_ref().unwrap().code),
        ("oom", Some(137))
    );
    let stopped = diagnose(&format!(
        "{start}\n2026-11-22 07:32:27.1 N | pkg/osutil: received terminated signal, shutting down...\n2026-11-22 07:32:27.2 W | rafthttp: lost the TCP streaming connection with peer ca7b919887937595 (stream Message reader)\n"
    ));
    assert_eq!((stopped.verdict, stopped.state), (Sound, Stopped));
    assert_eq!(
        stopped.exit.unwrap().text,
        "it was told to stop (signal terminated)"
    );
}

#[test]
fn a_removed_members_exit_code_follows_its_release() {
    let code = |writer| {
        diagnose(&read(writer, "removed-m3"))
            .exit
            .and_then(|exit| exit.code)
    };
    assert_eq!(code("3.4.23-capnslog"), Some(0));
    assert_eq!(code("3.5.1-zap"), Some(0));
    assert_eq!(code("3.5.30-zap"), Some(1));
}

#[test]
fn trouble_with_a_peer_is_over_once_it_is_connected() {
    let down = "2026-11-22 07:32:20.0 W | rafthttp: health check for peer 8afc4a90eb9c3bcb could not connect: dial tcp 10.0.0.1:2380: connect: connection refused\n";
    let other = "2026-11-22 07:32:21.0 I | rafthttp: peer bd257464c33efc8b became active\n";
    let back = "2026-11-22 07:32:22.0 I | rafthttp: peer 8afc4a90eb9c3bcb became active\n";
    assert_eq!(cause(&diagnose(&[down, other].concat())), "peer-unhealthy");
    assert_eq!(cause(&diagnose(&[down, other, back].concat())), "");
    // The prober tells some seconds late what it saw; after that it is new.
    let late = down.replace("07:32:20", "07:32:26");
    assert_eq!(cause(&diagnose(&[back, &late].concat())), "");
    let again = down.replace("07:32:20", "07:32:40");
    assert_eq!(cause(&diagnose(&[back, &again].concat())), "peer-unhealthy");
    // It repeats as long as it lasts: minutes of silence mean that it is over.
    let later = "2026-11-22 07:40:00.0 I | mvcc: finished scheduled compaction at 5 (took 1ms)\n";
    assert_eq!(cause(&diagnose(&[down, later].concat())), "");
}

#[test]
fn leader_changes_count_only_when_they_come_thick() {
    let change = |minute: u32| {
        format!(
            "raft2026/11/22 07:{minute:02}:00 INFO: raft.node: 50a7 lost leader 1da2 at term 7\nraft2026/11/22 07:{minute:02}:01 INFO: raft.node: 50a7 elected leader 8afc at term 8\n"
        )
    };
    let changes = |step: u32| (0..4).map(|n| change(n * step)).collect::<String>();
    assert_eq!(cause(&diagnose(&changes(2))), "raft-lostleader");
    assert_eq!(cause(&diagnose(&changes(10))), "");
}

#[test]
fn what_is_no_log_is_refused_with_a_way_out() {
    use shared::error::Explain as _;
    let refuse = |bytes: &[u8]| the_catalogue().scan_reader(bytes, None).unwrap_err();
    assert!(matches!(refuse(b""), LogError::Empty));
    assert!(matches!(
        refuse(b"Dear reader,\nthis is a letter.\n"),
        LogError::NotALog { lines: 2 }
    ));
    for bytes in [
        &[0x1f, 0x8b, 8, 0][..],
        &[0xff, 0xfe, b'a', 0],
        &[0, 1, 2, 3, 4, 5, 6, 7],
        b"LPKSHHRH....",
    ] {
        let error = refuse(bytes);
        assert!(matches!(error, LogError::NotText { .. }), "{error}");
        assert!(
            error.hint().is_some_and(|hint| hint.contains('`')),
            "{error}"
        );
    }
    let clean = the_catalogue()
        .scan(
            ["{\"level\":\"info\",\"ts\":1795332763.65,\"msg\":\"x\"}"],
            None,
        )
        .unwrap();
    assert_eq!(
        clean.stats.first_time.map(|t| t.to_string()).as_deref(),
        Some("2026-11-22T07:32:43.65Z")
    );
}

#[test]
fn the_report_reads_well() {
    let log = "2026-11-22 07:32:20.000001 I | etcdmain: etcd Version: 3.4.23\n\
               2026-11-22 07:32:20.000002 I | embed: name = node-3\n\
               2026-11-22 07:32:21.000003 W | rafthttp: health check for peer 8afc4a90eb9c3bcb could not connect: dial tcp 10.0.0.1:2380: connect: connection refused\n\
               panic: freepages: failed to get all reachable pages (page 63: multiple references)\n\n\
               goroutine 106 [running]:\n\
               go.etcd.io/bbolt.(*DB).freepages.func2(0xc00013c240)\n\
               \t/build/bbolt/db.go:1003 +0xed\n\
               created by go.etcd.io/bbolt.(*DB).freepages\n";
    insta::assert_snapshot!(report_text(&diagnose(log), "etcd.log"));
    insta::assert_snapshot!(serde_json::to_string_pretty(&diagnose(log)).unwrap());
}

#[test]
fn a_sound_log_is_reported_in_a_line_or_two() {
    insta::assert_snapshot!(report_text(
        &diagnose(&read("3.5.30-zap", "healthy1-m1")),
        "m1.log"
    ));
}

#[test]
fn explain_tells_all_there_is_about_a_signature() {
    insta::assert_snapshot!(explain(the_catalogue(), "cluster-id-mismatch").unwrap());
    assert_eq!(explain(the_catalogue(), "no-such-signature"), None);
    let list = explain_list(the_catalogue());
    for signature in the_catalogue().signatures() {
        assert!(
            list.contains(&format!("\n  {} ", signature.id)),
            "{}",
            signature.id
        );
        let text = explain(the_catalogue(), &signature.id).unwrap();
        assert!(
            text.contains("What to do") && text.contains("References"),
            "{text}"
        );
    }
}

#[test]
fn the_pages_name_every_signature_once() {
    let pages = catalogue_markdown(the_catalogue());
    assert_eq!(pages.len(), 11);
    let (index, groups) = pages.split_first().unwrap();
    for signature in the_catalogue().signatures() {
        let heading = format!("\n## {}\n", signature.id);
        assert_eq!(
            groups
                .iter()
                .filter(|(_, page)| page.contains(&heading))
                .count(),
            1
        );
        assert!(index.1.contains(&format!("#{})", signature.id)));
    }
}
