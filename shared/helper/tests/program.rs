// SPDX-License-Identifier: Apache-2.0

//! The embedded program, really run on real files.

#![allow(clippy::unwrap_used)]

use std::fs;
use std::io::Write as _;
use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _, PermissionsExt as _, symlink};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;

use node_helper::{Architecture, Kind, Outcome, binary, parse, read_content};

struct Place {
    folder: tempfile::TempDir,
    program: &'static Path,
}

/// Written once, before anything is spawned: a program still open for writing in a forked child
/// of another test cannot be run ("text file busy").
fn program() -> &'static Path {
    static PROGRAM: OnceLock<(tempfile::TempDir, PathBuf)> = OnceLock::new();
    let (_, path) = PROGRAM.get_or_init(|| {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("helper");
        let bytes = binary(Architecture::from_name(std::env::consts::ARCH).unwrap()).unwrap();
        let mut file = fs::OpenOptions::new()
            .create_new(true)
            .write(true)
            .mode(0o755)
            .open(&path)
            .unwrap();
        file.write_all(bytes).unwrap();
        (folder, path)
    });
    path
}

impl Place {
    fn new() -> Self {
        Self {
            folder: tempfile::tempdir().unwrap(),
            program: program(),
        }
    }

    fn path(&self, name: &str) -> String {
        self.folder.path().join(name).to_str().unwrap().to_owned()
    }

    fn run(&self, words: &[&str]) -> (i32, Vec<Outcome>) {
        let output = Command::new(self.program).args(words).output().unwrap();
        let text = String::from_utf8(output.stdout).unwrap();
        (output.status.code().unwrap(), parse(&text).unwrap())
    }
}

fn member(place: &Place) -> String {
    let data = place.path("data");
    fs::create_dir_all(Path::new(&data).join("member/snap")).unwrap();
    fs::create_dir_all(Path::new(&data).join("member/wal")).unwrap();
    fs::write(Path::new(&data).join("member/snap/db"), vec![7; 200_000]).unwrap();
    fs::set_permissions(
        Path::new(&data).join("member/snap/db"),
        fs::Permissions::from_mode(0o640),
    )
    .unwrap();
    symlink("db", Path::new(&data).join("member/snap/link")).unwrap();
    data
}

#[test]
fn a_rename_never_replaces_anything() {
    let place = Place::new();
    let data = member(&place);
    let (from, to) = (format!("{data}/member"), format!("{data}/member.old"));
    fs::create_dir(&to).unwrap();
    let (code, lines) = place.run(&["rename", &from, &to]);
    assert_eq!(code, 1);
    assert!(
        matches!(&lines[..], [Outcome::Failed { tried, errno: 17, .. }] if tried == "rename"),
        "{lines:?}"
    );
    fs::remove_dir(&to).unwrap();
    let (code, lines) = place.run(&["rename", &from, &to, "--", "stat", &from, "--", "stat", &to]);
    assert_eq!(code, 0);
    assert!(matches!(&lines[1], Outcome::Stat(stat) if stat.kind == Kind::Absent));
    assert!(matches!(&lines[2], Outcome::Stat(stat) if stat.kind == Kind::Folder));
}

#[test]
fn bytes_are_received_without_waiting_for_the_end_of_the_stream() {
    let place = Place::new();
    let path = place.path("received");
    let mut child = Command::new(place.program)
        .args(["receive", &path, "5", "--", "read", &path])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    // Held open: the program ends by the count.
    let mut stdin = child.stdin.take().unwrap();
    stdin.write_all(b"hello, and more").unwrap();
    let output = child.wait_with_output().unwrap();
    drop(stdin);
    let lines = parse(&String::from_utf8(output.stdout).unwrap()).unwrap();
    assert_eq!(read_content(&lines, &path).unwrap(), b"hello");
    assert_eq!(
        fs::metadata(&path).unwrap().permissions().mode() & 0o777,
        0o600
    );
    let short = Command::new(place.program)
        .args(["receive", &path, "5"])
        .stdin(Stdio::null())
        .output()
        .unwrap();
    assert_eq!(short.status.code(), Some(1));
}

#[test]
fn a_connection_is_bridged_and_a_refused_one_is_told() {
    use std::io::Read as _;
    let place = Place::new();
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port().to_string();
    let mut child = Command::new(place.program)
        .args(["connect", "127.0.0.1", &port])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let (mut there, _) = listener.accept().unwrap();
    drop(listener);
    // More than a pipe and a socket hold, both ways.
    let bytes: Vec<u8> = (0..2_000_000_u32).map(|n| n as u8).collect();
    let mut stdin = child.stdin.take().unwrap();
    let mut stdout = child.stdout.take().unwrap();
    std::thread::scope(|scope| {
        scope.spawn(|| stdin.write_all(&bytes).unwrap());
        scope.spawn(|| {
            let mut echo = vec![0; bytes.len()];
            there.read_exact(&mut echo).unwrap();
            there.write_all(&echo).unwrap();
        });
        let mut back = vec![0; bytes.len()];
        stdout.read_exact(&mut back).unwrap();
        assert!(back == bytes);
    });
    drop(stdin);
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(0));
    let said = parse(&String::from_utf8(output.stderr).unwrap()).unwrap();
    assert!(matches!(&said[..], [Outcome::Connect { .. }]), "{said:?}");

    let refused = Command::new(place.program)
        .args(["connect", "127.0.0.1", &port])
        .stdin(Stdio::null())
        .output()
        .unwrap();
    assert_eq!(refused.status.code(), Some(1));
    assert!(refused.stdout.is_empty());
    let said = parse(&String::from_utf8(refused.stderr).unwrap()).unwrap();
    assert!(
        matches!(&said[..], [Outcome::Failed { errno: 111, .. }]),
        "{said:?}"
    );
}

#[test]
fn the_lock_is_the_one_that_a_database_opener_takes_and_dies_with_its_holder() {
    let place = Place::new();
    let data = member(&place);
    let db = format!("{data}/member/snap/db");
    let mut holder = Command::new(place.program)
        .args(["lock", &db])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut first = String::new();
    std::io::BufRead::read_line(
        &mut std::io::BufReader::new(holder.stdout.as_mut().unwrap()),
        &mut first,
    )
    .unwrap();
    assert!(first.contains("\"held\":true"), "{first}");
    let (code, lines) = place.run(&["lock", &db, "--test"]);
    assert_eq!(code, 1);
    assert!(
        matches!(
            &lines[..],
            [Outcome::Failed {
                held_by_another: true,
                ..
            }]
        ),
        "{lines:?}"
    );
    holder.kill().unwrap();
    holder.wait().unwrap();
    assert_eq!(place.run(&["lock", &db, "--test"]).0, 0);
}

#[test]
fn a_copy_keeps_bytes_mode_owner_times_and_links() {
    let place = Place::new();
    let data = member(&place);
    let copy = place.path("copy");
    let (code, lines) = place.run(&["copy", &data, &copy]);
    assert_eq!(code, 0, "{lines:?}");
    assert!(matches!(&lines[..], [Outcome::Copy { bytes: 200_000, .. }]));
    for name in ["member", "member/snap", "member/wal", "member/snap/db"] {
        let (a, b) = (
            fs::metadata(format!("{data}/{name}")).unwrap(),
            fs::metadata(format!("{copy}/{name}")).unwrap(),
        );
        assert_eq!(
            (a.mode(), a.uid(), a.gid(), a.mtime(), a.mtime_nsec()),
            (b.mode(), b.uid(), b.gid(), b.mtime(), b.mtime_nsec()),
            "{name}"
        );
    }
    assert_eq!(
        fs::read(format!("{data}/member/snap/db")).unwrap(),
        fs::read(format!("{copy}/member/snap/db")).unwrap()
    );
    assert_eq!(
        fs::read_link(format!("{copy}/member/snap/link")).unwrap(),
        Path::new("db")
    );
    assert_eq!(place.run(&["copy", &data, &copy]).0, 1, "onto what exists");
}

#[test]
fn a_probe_leaves_nothing_and_sees_a_folder_that_cannot_be_written() {
    let place = Place::new();
    let data = member(&place);
    assert_eq!(place.run(&["probe", &data]).0, 0);
    let names: Vec<_> = fs::read_dir(&data)
        .unwrap()
        .map(|entry| entry.unwrap().file_name())
        .collect();
    assert_eq!(names, ["member"]);
    let (code, lines) = place.run(&["probe", "/proc"]);
    assert_eq!(code, 1);
    assert!(
        matches!(&lines[..], [Outcome::Failed { tried, .. }] if tried == "create"),
        "{lines:?}"
    );
}

#[test]
fn a_written_file_is_whole_and_reads_back() {
    let place = Place::new();
    let (source, target) = (place.path("source"), place.path("target"));
    let content: Vec<u8> = (0..=255).cycle().take(5000).collect();
    fs::write(&source, &content).unwrap();
    assert_eq!(
        place
            .run(&[
                "write", &target, "--from", &source, "--mode", "640", "--new"
            ])
            .0,
        0
    );
    assert_eq!(fs::metadata(&target).unwrap().mode() & 0o7777, 0o640);
    let (code, lines) = place.run(&["read", &target]);
    assert_eq!(code, 0);
    assert_eq!(read_content(&lines, &target), Some(content));
    assert_eq!(
        place.run(&["write", &target, "--from", &source, "--new"]).0,
        1,
        "--new never replaces"
    );
    assert_eq!(place.run(&["write", &target, "--from", &source]).0, 0);
    assert_eq!(
        fs::metadata(&target).unwrap().mode() & 0o7777,
        0o640,
        "the mode of what it replaces is kept"
    );
}

#[test]
fn names_that_are_no_text_and_control_characters_are_still_json() {
    let place = Place::new();
    let odd = place.path("a\"b\\c\nd\u{1}é");
    fs::write(&odd, "x").unwrap();
    let (code, lines) = place.run(&["stat", &odd]);
    assert_eq!(code, 0);
    assert!(matches!(&lines[..], [Outcome::Stat(stat)] if stat.path == odd));
}

#[test]
fn an_unknown_command_is_usage_and_runs_nothing_after_it() {
    let place = Place::new();
    let data = member(&place);
    let (code, lines) = place.run(&["remove", &data, "--", "probe", &data]);
    assert_eq!((code, lines), (2, vec![Outcome::Usage]));
}

#[test]
fn it_becomes_another_program_without_an_environment() {
    let place = Place::new();
    let output = Command::new(place.program)
        .args(["exec", "/usr/bin/env"])
        .env("ETCD_NAME", "leaks")
        .output()
        .unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success());
    assert!(!text.contains("leaks"), "{text}");
}

#[test]
fn it_removes_only_what_the_tool_made() {
    let place = Place::new();
    let data = member(&place);
    let (code, lines) = place.run(&["release", &format!("{data}/member/snap/db")]);
    assert_eq!(code, 1, "{lines:?}");
    assert!(Path::new(&data).join("member/snap/db").exists());
    let ours = format!("{data}/.kubectl-etcd-replace.lock");
    fs::write(&ours, "x").unwrap();
    let (code, lines) = place.run(&["release", &ours, "--", "release", &ours]);
    assert_eq!(code, 0);
    assert!(
        matches!(
            &lines[..],
            [
                Outcome::Release {
                    was_there: true,
                    ..
                },
                Outcome::Release {
                    was_there: false,
                    ..
                }
            ]
        ),
        "{lines:?}"
    );
}

#[test]
fn it_removes_for_good_only_what_was_set_aside_by_name() {
    let place = Place::new();
    let data = member(&place);
    let member = format!("{data}/member");
    for name in ["member", "member.before-", "member.before-2026112xT101530Z"] {
        let path = format!("{data}/{name}");
        assert_eq!(place.run(&["remove-aside", &path]).0, 1, "{name}");
    }
    let aside = format!("{data}/member.before-20261122T101530Z");
    assert_eq!(place.run(&["rename", &member, &aside]).0, 0);
    let (code, lines) = place.run(&["remove-aside", &aside]);
    assert_eq!(code, 0, "{lines:?}");
    assert!(!Path::new(&aside).exists());
    assert!(Path::new(&data).exists());
}

#[test]
fn the_head_of_the_first_segment_is_shown_and_a_missing_folder_is_an_answer() {
    let place = Place::new();
    let data = member(&place);
    let wal = format!("{data}/member/wal");
    for (name, byte) in [("1.wal", 1), ("0.wal", 7), ("00.tmp", 9)] {
        fs::write(format!("{wal}/{name}"), vec![byte; 100_000]).unwrap();
    }
    let missing = format!("{data}/nowhere");
    let (code, lines) = place.run(&[
        "head", &wal, ".wal", "--", "head", &missing, ".wal", "--", "stat", &data,
    ]);
    assert_eq!(code, 0);
    assert_eq!(read_content(&lines, &wal), Some(vec![7; 65536]));
    assert_eq!(read_content(&lines, &missing), None);
    // One that cannot be opened is told, and what comes after it is done all the same.
    let file = format!("{wal}/1.wal");
    let (code, lines) = place.run(&["head", &file, ".wal", "--", "stat", &data]);
    assert_eq!(code, 0);
    assert!(
        matches!(&lines[0], Outcome::Failed { errno: 20, .. }),
        "{lines:?}"
    );
    assert!(matches!(&lines[1], Outcome::Stat(_)), "{lines:?}");
}

#[test]
fn what_may_be_missing_is_asked_for_so() {
    let place = Place::new();
    let data = member(&place);
    let missing = format!("{data}/nowhere");
    let words = [
        "read",
        &missing,
        "--if-there",
        "--",
        "tree",
        &missing,
        "--if-there",
    ];
    let (code, lines) = place.run(&words);
    assert_eq!(code, 0);
    assert!(
        matches!(&lines[0], Outcome::Read { absent: true, .. }),
        "{lines:?}"
    );
    assert!(
        matches!(&lines[1], Outcome::Tree { entries: 0, .. }),
        "{lines:?}"
    );
    let (code, _) = place.run(&["read", &missing]);
    assert_eq!(code, 1);
    // Flat: the folder's own entries and none below them.
    let (_, lines) = place.run(&["tree", &data, "--flat"]);
    let last = lines.last();
    assert!(
        matches!(last, Some(Outcome::Tree { entries: 1, .. })),
        "{last:?}"
    );
}
