// SPDX-License-Identifier: Apache-2.0

//! TAB, pressed in real shells in a terminal, behind a real kubectl and behind the programs' own
//! names.

use std::fs;
use std::path::PathBuf;

use crate::support::Stranger;
use crate::tmux::Terminal;

const KUBECONFIG: &str = "apiVersion: v1
kind: Config
current-context: prod
contexts:
- {name: prod, context: {cluster: c, user: u}}
- {name: staging, context: {cluster: c, user: u}}
clusters:
- {name: c, cluster: {server: 'https://127.0.0.1:1'}}
users:
- {name: u, user: {}}
";

/// What an earlier run saw of a cluster; no server answers now.
const TOPOLOGY: &str = r#"{"schema": "kubectl-etcd/topology/v1", "cluster_id": "cdf818194e3a8c32",
"saved_at": "2026-01-02T03:04:05Z", "contexts": ["prod"], "places": [],
"members": [{"id": "8e9e05c52164694d", "name": "etcd-alpha", "peer_urls": ["https://10.9.9.1:2380"],
"client_urls": ["https://10.9.9.1:2379"], "is_learner": false}], "nodes": [["node-beta", "10.9.9.1"]]}"#;

/// What is typed before TAB, and what the line becomes.
const COMPLETED: &[(&str, &str)] = &[
    ("kubectl etcd-health expl", "kubectl etcd-health explain"),
    (
        "kubectl etcd-health --context stag",
        "kubectl etcd-health --context staging",
    ),
    (
        "kubectl etcd-health explain db-multi",
        "kubectl etcd-health explain db-multiref",
    ),
    (
        "kubectl etcd-replace node etcd-al",
        "kubectl etcd-replace node etcd-alpha",
    ),
    (
        "kubectl etcd-replace plan node-b",
        "kubectl etcd-replace plan node-beta",
    ),
    // kubectl's own completion is still there.
    ("kubectl conf", "kubectl config"),
    (
        "kubectl-etcd_health --no-head",
        "kubectl-etcd_health --no-headers",
    ),
    (
        "kubectl-etcd_replace rollback etcd-al",
        "kubectl-etcd_replace rollback etcd-alpha",
    ),
    ("docker-inspect-run --oneli", "docker-inspect-run --oneline"),
];

/// What is typed before TAB where there is a choice, and what must be offered.
const OFFERED: &[(&str, &[&str])] = &[
    ("kubectl etcd-health --context ", &["prod", "staging"]),
    (
        "kubectl etcd-replace ",
        &["node", "plan", "resume", "rollback"],
    ),
    (
        "docker-inspect-run --set-",
        &["--set-arg", "--set-env", "--set-label"],
    ),
];

/// Nothing can be said here, and nothing may appear but what was typed.
const SILENT: &[&str] = &["kubectl etcd-health --kubeconfig=/nowhere --context pr"];

fn stranger() -> (Stranger, PathBuf) {
    let mut stranger = Stranger::new();
    let prefix = stranger.install();
    fs::write(stranger.file("kubeconfig"), KUBECONFIG).expect("a kubeconfig");
    let cache = stranger.file(".cache/kubectl-etcd/topology");
    fs::create_dir_all(&cache).expect("a cache");
    fs::write(cache.join("cdf818194e3a8c32.json"), TOPOLOGY).expect("a topology");
    (stranger, prefix)
}

fn press_tab_everywhere(terminal: &Terminal) {
    let is_at_prompt = |screen: &str| {
        let last = screen.trim_end().lines().last().unwrap_or_default();
        last.trim_end().ends_with("ready>")
    };
    // Keys pressed before the shell is ready would interrupt its start.
    terminal.wait("the first prompt", is_at_prompt);
    let begin = || {
        terminal.press("C-c");
        terminal.wait("a prompt", is_at_prompt);
        terminal.types("clear\n");
        terminal.wait("a prompt", |screen| {
            is_at_prompt(screen) && screen.trim().lines().count() == 1
        });
    };
    for (typed, want) in COMPLETED {
        begin();
        terminal.types(typed);
        terminal.wait("what was typed", |screen| screen.contains(typed));
        terminal.press("Tab");
        terminal.wait(want, |screen| {
            let line = screen.lines().find(|line| line.contains("ready>"));
            line.is_some_and(|line| line.trim_end().ends_with(&format!("ready> {want}")))
        });
    }
    for (typed, all) in OFFERED {
        begin();
        terminal.types(typed);
        terminal.wait("what was typed", |screen| screen.contains(typed.trim_end()));
        terminal.press("Tab");
        terminal.wait(&all.join(" "), |screen| {
            all.iter().all(|one| screen.contains(one))
        });
    }
    for typed in SILENT {
        begin();
        terminal.types(typed);
        terminal.press("Tab");
        // What follows is typed behind the answer, so the answer is on the screen by then.
        terminal.types("x");
        let screen = terminal.wait("the next key", |screen| {
            screen.contains(&format!("{typed}x"))
        });
        assert_eq!(screen.trim().lines().count(), 1, "{screen}");
    }
}

#[test]
fn in_bash() {
    lab::setup::ensure_tools().expect("tools");
    let (stranger, prefix) = stranger();
    let unpacked = lab::setup::debian_packages("bookworm", &["bash-completion"]).expect("it");
    let completions = prefix.join("share/bash-completion/completions");
    let rc = format!(
        "source {}/usr/share/bash-completion/bash_completion\n\
         source <(kubectl completion bash)\n\
         for one in kubectl-etcd_health kubectl-etcd_replace docker-inspect-run; do\n\
         source {}/$one; done\n\
         bind 'set show-all-if-ambiguous on'\nbind 'set bell-style none'\nPS1='ready> '\n",
        unpacked.display(),
        completions.display()
    );
    fs::write(stranger.file("rc"), rc).expect("written");
    let rc = stranger.file("rc").display().to_string();
    let terminal = Terminal::start(&stranger, &["bash", "--noprofile", "--rcfile", &rc, "-i"]);
    press_tab_everywhere(&terminal);
}

#[test]
fn in_zsh() {
    lab::setup::ensure_tools().expect("tools");
    let (stranger, prefix) = stranger();
    // Found by zsh itself on fpath, as installed.
    let rc = format!(
        "fpath=({}/share/zsh/site-functions $fpath)\n\
         autoload -U compinit && compinit -u -D\n\
         source <(kubectl completion zsh)\n\
         PROMPT='ready> '\nRPROMPT=''\nsetopt no_beep\n",
        prefix.display()
    );
    fs::write(stranger.file(".zshrc"), rc).expect("written");
    let terminal = Terminal::start(&stranger, &["zsh", "-d", "-i"]);
    press_tab_everywhere(&terminal);
}

#[test]
fn in_fish() {
    lab::setup::ensure_tools().expect("tools");
    let (stranger, prefix) = stranger();
    let init = format!(
        "function fish_prompt; echo -n 'ready> '; end\n\
         function fish_right_prompt; end\nset -g fish_greeting\n\
         set -g fish_autosuggestion_enabled 0\n\
         kubectl completion fish | source\n\
         for one in {}/share/fish/vendor_completions.d/*.fish; source $one; end\n",
        prefix.display()
    );
    let terminal = Terminal::start(&stranger, &["fish", "--no-config", "-i", "-C", &init]);
    press_tab_everywhere(&terminal);
}
