// SPDX-License-Identifier: Apache-2.0

//! The formats and wrappers of log lines.
#![allow(clippy::unwrap_used)] // helpers of tests, not only test functions

use proptest::prelude::*;
use shared::logs::{Format, Level, Wrapper, catalogue, parse_line};

fn time(line: &str) -> Option<String> {
    parse_line(line.as_bytes())
        .time
        .map(|time| time.to_string())
}

#[test]
fn capnslog() {
    let line = parse_line(
        b"2021-07-30 06:56:50.766417 E | rafthttp: request cluster ID mismatch (got 1 want 2)",
    );
    assert_eq!(
        (line.format, line.level, line.source.as_deref()),
        (Format::Capnslog, Some(Level::Error), Some("rafthttp"))
    );
    assert_eq!(line.message, "request cluster ID mismatch (got 1 want 2)");
    assert_eq!(
        line.time.unwrap().to_string(),
        "2021-07-30T06:56:50.766417Z"
    );
    let levels = [
        ("C", Level::Fatal),
        ("W", Level::Warning),
        ("N", Level::Notice),
        ("I", Level::Info),
        ("D", Level::Debug),
    ];
    for (letter, level) in levels {
        let text = format!("2021-07-30 06:56:50.766417 {letter} | etcdserver/api: x");
        assert_eq!(parse_line(text.as_bytes()).level, Some(level));
    }
    assert_eq!(
        parse_line(b"2021-07-30 06:56:50 Q | x: y").format,
        Format::Plain
    );
}

#[test]
fn go_log() {
    let raft =
        parse_line(b"raft2026/11/22 07:32:27 INFO: 50a7660f63fbfe76 became follower at term 1");
    assert_eq!(
        (raft.format, raft.level, raft.source.as_deref()),
        (Format::GoLog, Some(Level::Info), Some("raft"))
    );
    assert_eq!(raft.message, "50a7660f63fbfe76 became follower at term 1");
    let grpc =
        parse_line(b"WARNING: 2026/11/22 10:14:32 [core] grpc: addrConn.createTransport failed");
    assert_eq!(
        (grpc.format, grpc.level),
        (Format::GoLog, Some(Level::Warning))
    );
    let http = parse_line(b"2026/11/22 10:14:32 http: TLS handshake error from 10.0.0.1:1: EOF");
    assert_eq!((http.format, http.level), (Format::GoLog, None));
}

#[test]
fn zap() {
    let json = parse_line(br#"{"level":"warn","ts":"2026-11-22T07:32:27.101Z","caller":"rafthttp/http.go:512","msg":"x","error":"why","n":3,"urls":["a"],"stacktrace":"go.etcd.io/y"}"#);
    assert_eq!(
        (json.format, json.level, json.source.as_deref()),
        (
            Format::ZapJson,
            Some(Level::Warning),
            Some("rafthttp/http.go:512")
        )
    );
    assert_eq!(
        json.fields
            .iter()
            .map(|(k, v)| format!("{k}={v}"))
            .collect::<Vec<_>>(),
        ["error=why", "n=3", "urls=[\"a\"]"]
    );
    let console = parse_line(b"2026-11-22T07:32:27.101Z\tinfo\traft\tetcdserver/zap_raft.go:77\tbecame leader\t{\"term\": 3}");
    assert_eq!(
        (console.format, console.level, console.message.as_str()),
        (Format::ZapConsole, Some(Level::Info), "became leader")
    );
    assert_eq!(console.fields["term"], "3");
    for (text, expected) in [
        (
            r#"{"level":"info","ts":1795332763.65,"msg":"x"}"#,
            "2026-11-22T07:32:43.65Z",
        ),
        (
            r#"{"level":"info","ts":"2026-11-22T07:32:27.101+0200","msg":"x"}"#,
            "2026-11-22T05:32:27.101Z",
        ),
        (
            r#"{"level":"info","ts":"2026-11-22T07:32:27.101234Z","msg":"x"}"#,
            "2026-11-22T07:32:27.101234Z",
        ),
    ] {
        assert_eq!(time(text).as_deref(), Some(expected), "{text}");
    }
    for broken in [
        r#"{"level":"info","ts":1e400,"msg":"x"}"#,
        r#"{"level":"info","msg":"x""#,
        r#"{"level":"loud","msg":"x"}"#,
        "{}",
    ] {
        assert_eq!(parse_line(broken.as_bytes()).time, None, "{broken}");
    }
    assert_eq!(time(r#"{"level":"info","ts":1e300,"msg":"x"}"#), None);
}

#[test]
fn wrappers_inside_wrappers() {
    let inner = "2021-07-30 06:56:50.766417 E | rafthttp: x";
    let cri = format!("2026-11-22T07:32:27.123456789Z stderr F {inner}");
    let docker = format!(
        "{{\"log\":{},\"stream\":\"stderr\",\"time\":\"2026-11-22T09:00:00Z\"}}",
        serde_json::to_string(&format!("{cri}\n")).unwrap()
    );
    let line = parse_line(docker.as_bytes());
    assert_eq!(
        (line.format, line.wrapper, line.message.as_str()),
        (Format::Capnslog, Some(Wrapper::Cri), "x")
    );
    // The outer clock is the newest.
    assert_eq!(line.time.unwrap().to_string(), "2026-11-22T09:00:00Z");
    let k0s = r#"time="2026-11-22 07:32:27" level=info msg="{\"level\":\"warn\",\"msg\":\"slow fdatasync\",\"took\":\"2s\"}" component=etcd"#;
    let line = parse_line(k0s.as_bytes());
    assert_eq!(
        (line.format, line.wrapper, line.message.as_str()),
        (Format::ZapJson, Some(Wrapper::K0s), "slow fdatasync")
    );
}

#[test]
fn lines_that_only_look_wrapped_stay_whole() {
    for text in [
        "2026-11-22T07:32:27Z panic: freepages: failed to get all reachable pages (page 1: multiple references)",
        "{\"log\":\"cut off",
        "Nov 22 07:32:27",
        "time=\"2026-11-22\" level=info msg=\"never closed",
        "a | b",
    ] {
        let line = parse_line(text.as_bytes());
        assert!(!line.message.is_empty(), "{text}");
    }
    let line = parse_line(b"2026-11-22T07:32:27Z panic: freepages: x");
    assert_eq!(
        (line.format, line.message.as_str()),
        (Format::GoPanic, "panic: freepages: x")
    );
}

#[test]
fn split_lines_are_put_together() {
    let catalogue = catalogue().unwrap();
    let whole = format!(
        "{{\"level\":\"fatal\",\"ts\":\"2026-11-22T07:32:27.1Z\",\"msg\":\"discovery failed\",\"error\":\"error validating peerURLs {}: member count is unequal\"}}",
        "x".repeat(20_000)
    );
    let (a, rest) = whole.split_at(9_000);
    let (b, c) = rest.split_at(9_000);
    let docker = |part: &str, end: &str| {
        let log = serde_json::to_string(&format!("{part}{end}")).unwrap();
        format!("{{\"log\":{log},\"stream\":\"stderr\",\"time\":\"2026-11-22T07:32:27.1Z\"}}")
    };
    let cri = |part: &str, tag: &str| format!("2026-11-22T07:32:27.1Z stderr {tag} {part}");
    for lines in [
        [docker(a, ""), docker(b, ""), docker(c, "\n")],
        [cri(a, "P"), cri(b, "P"), cri(c, "F")],
    ] {
        let scan = catalogue
            .scan(lines.iter().map(String::as_str), None)
            .unwrap();
        assert_eq!(
            scan.hits
                .iter()
                .map(|hit| hit.id.as_str())
                .collect::<Vec<_>>(),
            ["count-unequal"]
        );
        assert_eq!(catalogue.diagnose(&scan).cause.unwrap().id, "count-unequal");
    }
}

#[test]
fn other_programs_in_the_same_stream_do_not_count() {
    let catalogue = catalogue().unwrap();
    let etcd = "time=\"2026-11-22 07:32:27\" level=info msg=\"{\\\"level\\\":\\\"info\\\",\\\"msg\\\":\\\"x\\\"}\" component=etcd";
    let other = "time=\"2026-11-22 07:32:27\" level=info msg=\"panic: page 7 already freed\" component=kube-apiserver";
    let scan = catalogue.scan([etcd, other], None).unwrap();
    assert!(scan.hits.is_empty(), "{:?}", scan.hits);
    let killed =
        "Nov 22 07:32:27 node-1 kernel: Out of memory: Killed process 2411 (etcd) total-vm:1kB";
    assert_eq!(
        catalogue.scan([etcd, killed], None).unwrap().hits[0].id,
        "oom"
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    /// Whatever the bytes, a line is read, shown and diagnosed.
    #[test]
    fn any_bytes_are_a_line(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        let line = parse_line(&bytes);
        let nul = line.message.contains(char::from(0));
        prop_assert!(!nul || bytes.contains(&0));
        let _ = catalogue().unwrap().scan_reader(&bytes[..], None);
    }

    /// Real lines with any damage are read too.
    #[test]
    fn any_damage_to_a_line_is_survived(cut in 0usize..300, at in 0usize..300, byte in any::<u8>(), which in 0usize..8) {
        let lines = [
            r#"{"log":"{\"level\":\"warn\",\"ts\":\"2026-11-22T07:32:27.1Z\",\"msg\":\"x\",\"error\":\"page 7: multiple references\"}\n","stream":"stderr","time":"2026-11-22T07:32:27.1Z"}"#,
            "2026-11-22T07:32:27.123456789Z stderr F 2021-07-30 06:56:50.766417 E | rafthttp: request cluster ID mismatch (got 1 want 2)",
            "Nov 22 07:32:27 node-1 etcd[1234]: raft2026/11/22 07:32:27 INFO: 50a7 is starting a new election at term 7",
            r#"time="2026-11-22 07:32:27" level=info msg="{\"level\":\"warn\",\"msg\":\"slow fdatasync\"}" component=etcd"#,
            "2026-11-22T07:32:27.101Z\tinfo\traft\tetcdserver/zap_raft.go:77\tbecame leader\t{\"term\": 3}",
            "panic: freepages: failed to get all reachable pages (page 63: multiple references)",
            "2026-11-22 07:32:27.1 W | etcdserver: another etcd process is using \"/a\\\"b\" and holds the file lock, or loading backend file is taking >10 seconds",
            "[pod/etcd/etcd] \u{b5}\u{b5} took 3\u{b5}s 2026-11-22 07:32:27.1 W | wal: sync duration of 1\u{b5}s, expected less than 1s",
        ];
        let mut bytes = lines[which].as_bytes().to_vec();
        if let Some(slot) = bytes.get_mut(at) {
            *slot = byte;
        }
        bytes.truncate(cut.max(1));
        let catalogue = catalogue().unwrap();
        if let Ok(scan) = catalogue.scan_reader(&bytes[..], None) {
            let diagnosis = catalogue.diagnose(&scan);
            let text = shared::logs::report_text(&diagnosis, "x");
            prop_assert!(!text.chars().any(|c| c.is_control() && c != '\n'));
        }
    }
}
