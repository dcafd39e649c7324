// SPDX-License-Identifier: Apache-2.0

//! The README, walked as a newcomer does: on a clean folder, command by command.

use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use crate::support::{Stranger, XTASK, programs};

const README: &str = include_str!("../../README.md");

/// One command of a console block and what stands below it.
struct Shown {
    command: String,
    output: Vec<String>,
}

/// The commands of all console blocks, in order.
fn walk() -> Vec<Shown> {
    let mut shown: Vec<Shown> = Vec::new();
    for block in fenced("console") {
        for line in block {
            match line.strip_prefix("$ ") {
                Some(command) => shown.push(Shown {
                    command: command.to_owned(),
                    output: Vec::new(),
                }),
                None => shown
                    .last_mut()
                    .expect("a block begins with a command")
                    .output
                    .push(line.to_owned()),
            }
        }
    }
    shown
}

/// The lines of the fenced blocks of one language.
fn fenced(language: &str) -> Vec<Vec<&'static str>> {
    let opening = format!("```{language}");
    let mut blocks = Vec::new();
    let mut lines = README.lines();
    while let Some(line) = lines.next() {
        if line == opening {
            blocks.push(lines.by_ref().take_while(|line| *line != "```").collect());
        }
    }
    blocks
}

/// Whether `seen` is what the README shows: a line `...` stands for any lines, `…` for any text.
fn matches(shown: &[String], seen: &[&str]) -> bool {
    match shown.split_first() {
        None => seen.is_empty(),
        Some((first, rest)) if first == "..." => {
            (0..=seen.len()).any(|skipped| matches(rest, &seen[skipped..]))
        }
        Some((first, rest)) => seen
            .split_first()
            .is_some_and(|(line, others)| line_matches(first, line) && matches(rest, others)),
    }
}

fn line_matches(shown: &str, seen: &str) -> bool {
    let mut parts = shown.trim_end().split('…');
    let first = parts.next().unwrap_or_default();
    let Some(mut left) = seen.trim_end().strip_prefix(first) else {
        return false;
    };
    let parts: Vec<&str> = parts.collect();
    let Some((last, between)) = parts.split_last() else {
        return left.is_empty();
    };
    for part in between {
        match left.split_once(part) {
            Some((_, behind)) => left = behind,
            None => return false,
        }
    }
    left.ends_with(last)
}

/// A shell that stays, as a newcomer's does.
struct Terminal {
    shell: Child,
    keyboard: ChildStdin,
    screen: BufReader<ChildStdout>,
    status: i32,
}

/// Marks the end of a command's output.
const END: &str = "walked-as-far-as-this";

impl Terminal {
    fn open(stranger: &Stranger) -> Self {
        let mut command = stranger.command("/bin/bash");
        // The lab's cache is the machine's, filled by the set-up; all else is the stranger's.
        command
            .env("XDG_CACHE_HOME", cache())
            .args(["--noprofile", "--norc"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::inherit());
        let mut shell = command.spawn().expect("bash runs");
        let mut terminal = Self {
            keyboard: shell.stdin.take().expect("a keyboard"),
            screen: BufReader::new(shell.stdout.take().expect("a screen")),
            shell,
            status: 0,
        };
        // Cargo would build once more, below the tests' feet, what has just been built.
        let from = programs();
        terminal.types(&format!(
            "cargo() {{ local command=$2; shift 2; case $command in \
             demo|install) '{XTASK}' \"$command\" --from '{}' \"$@\" ;; \
             *) '{XTASK}' \"$command\" \"$@\" ;; esac; }}",
            from.display()
        ));
        terminal
    }

    /// Types a line; what it printed.
    fn types(&mut self, line: &str) -> String {
        let status = self.status;
        writeln!(
            self.keyboard,
            "(exit {status})\n{{ {line}\n}} </dev/null 2>&1\nprintf '\\n{END} %s\\n' $?"
        )
        .expect("the shell reads");
        let mut seen = String::new();
        loop {
            let mut next = String::new();
            let count = self.screen.read_line(&mut next).expect("the shell writes");
            assert_ne!(count, 0, "the shell ended: {seen}");
            if let Some(status) = next.strip_prefix(END) {
                self.status = status.trim().parse().expect("a status");
                // The newline before the mark is the test's own.
                seen.pop();
                return seen;
            }
            seen.push_str(&next);
        }
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        let _ = self.shell.kill();
        let _ = self.shell.wait();
    }
}

fn cache() -> std::path::PathBuf {
    std::env::var_os("XDG_CACHE_HOME").map_or_else(
        || std::env::home_dir().expect("a home").join(".cache"),
        std::path::PathBuf::from,
    )
}

/// Takes the demonstration down, however the walk ended.
struct Down;

impl Drop for Down {
    fn drop(&mut self) {
        let _ = Command::new(XTASK)
            .args(["lab", "down", "--name", "demo"])
            .output();
    }
}

#[test]
fn a_newcomer_walks_it_and_sees_what_it_shows() {
    let steps = walk();
    assert!(steps.len() > 8, "the README shows the whole way");
    let stranger = Stranger::new();
    let mut terminal = Terminal::open(&stranger);
    let _down = Down;
    for step in steps {
        let seen = terminal.types(&step.command);
        let lines: Vec<&str> = seen.lines().map(str::trim_end).collect();
        assert!(
            matches(&step.output, &lines),
            "$ {}\n{seen}\n--- the README shows:\n{}",
            step.command,
            step.output.join("\n")
        );
        // As it says: an export line puts the programs on PATH.
        if let Some(export) = lines.iter().find(|line| line.starts_with("  export PATH=")) {
            let said = terminal.types(export);
            assert_eq!(said, "", "{export}");
        }
    }
}

/// Every command line in the README, wherever it stands.
fn commands() -> Vec<String> {
    let in_blocks = ["sh", "console"]
        .into_iter()
        .flat_map(fenced)
        .flatten()
        .map(|line| line.trim_start_matches("$ ").to_owned());
    let in_text = README
        .split("\n```")
        .step_by(2)
        .flat_map(|text| text.split('`').skip(1).step_by(2))
        .map(str::to_owned);
    in_blocks
        .chain(in_text)
        .map(|line| {
            line.split(" #")
                .next()
                .unwrap_or_default()
                .trim()
                .to_owned()
        })
        .collect()
}

#[test]
fn every_command_is_one_that_the_programs_understand() {
    let trees = [
        ("kubectl etcd-health", kubectl_etcd_health::command()),
        ("sudo kubectl-etcd_health", kubectl_etcd_health::command()),
        ("kubectl etcd-replace", kubectl_etcd_replace::command()),
        ("docker-inspect-run", docker_inspect_run::command()),
    ];
    let mut understood = 0;
    for line in commands() {
        let Some((start, tree)) = trees.iter().find(|(start, _)| line.starts_with(start)) else {
            continue;
        };
        let words = line[start.len()..].split_whitespace();
        // Dots stand for what the reader fills in, capitals for a name of theirs.
        let words: Vec<&str> = words.filter(|word| !word.contains('…')).collect();
        if words.is_empty() {
            continue;
        }
        let parsed = tree
            .clone()
            .try_get_matches_from(std::iter::once("program").chain(words));
        if let Err(error) = parsed {
            assert!(!error.use_stderr(), "`{line}`: {error}");
        }
        understood += 1;
    }
    assert!(understood > 15, "{understood} commands were found");
}

#[test]
fn the_walk_tells_equal_from_different() {
    let shown = |lines: &[&str]| lines.iter().map(|&l| l.to_owned()).collect::<Vec<_>>();
    assert!(matches(&shown(&["a", "...", "z"]), &["a", "b", "c", "z"]));
    assert!(!matches(&shown(&["a", "...", "z"]), &["a", "b"]));
    assert!(!matches(&shown(&["a"]), &["a", "b"]));
    assert!(line_matches("x … y …", "x 1 y 2"));
    assert!(!line_matches("x … y", "x 1 z"));
    assert!(!line_matches("x", "x 1"));
}
