// SPDX-License-Identifier: Apache-2.0

//! A real terminal: keys go in, the screen is read.

use std::path::Path;
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

use crate::support::Stranger;

/// How long the screen may take on a busy machine.
const PATIENCE: Duration = Duration::from_secs(120);

/// A shell in a terminal of 120 by 40.
pub struct Terminal {
    socket: String,
}

impl Terminal {
    /// Starts `shell` with the stranger's environment.
    pub fn start(stranger: &Stranger, shell: &[&str]) -> Self {
        let number = stranger
            .home
            .path()
            .file_name()
            .expect("a name")
            .to_string_lossy()
            .into_owned();
        let terminal = Self {
            socket: format!("kubectl-etcd-{}-{number}", std::process::id()),
        };
        let mut command = Command::new("tmux");
        command.args(["-L", &terminal.socket, "-f", "/dev/null"]);
        command.args([
            "new-session",
            "-d",
            "-x",
            "120",
            "-y",
            "40",
            "--",
            "env",
            "-i",
        ]);
        let home = stranger.home.path();
        command
            .args(environment(stranger, home))
            .args(shell)
            .current_dir(home);
        let output = command.output().expect("tmux runs");
        assert!(output.status.success(), "{output:?}");
        terminal
    }

    fn tmux(&self, args: &[&str]) -> String {
        let output = Command::new("tmux")
            .args(["-L", &self.socket])
            .args(args)
            .output();
        let output = output.expect("tmux runs");
        String::from_utf8_lossy(&output.stdout).into_owned()
    }

    /// Types text as it is.
    pub fn types(&self, text: &str) {
        self.tmux(&["send-keys", "-l", "--", text]);
    }

    /// Presses a key by tmux's name of it.
    pub fn press(&self, key: &str) {
        self.tmux(&["send-keys", key]);
    }

    /// What is to be seen.
    pub fn screen(&self) -> String {
        self.tmux(&["capture-pane", "-p"])
    }

    /// Waits until the screen shows what is looked for, and returns it.
    #[track_caller]
    pub fn wait(&self, what: &str, found: impl Fn(&str) -> bool) -> String {
        let begun = Instant::now();
        loop {
            let screen = self.screen();
            if found(&screen) {
                return screen;
            }
            assert!(
                begun.elapsed() < PATIENCE,
                "{what} does not come:\n{screen}"
            );
            thread::sleep(Duration::from_millis(30));
        }
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        self.tmux(&["kill-server"]);
    }
}

fn environment(stranger: &Stranger, home: &Path) -> Vec<String> {
    vec![
        format!("PATH={}", stranger.path()),
        format!("HOME={}", home.display()),
        format!("KUBECONFIG={}", stranger.file("kubeconfig").display()),
        "TERM=screen".to_owned(),
        "LANG=C.UTF-8".to_owned(),
        "PS1=ready> ".to_owned(),
    ]
}
