// SPDX-License-Identifier: Apache-2.0

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// Runs a daemon again whenever it ends, until its stdin closes: that is when the test process
/// is gone, however it went. Then it ends the daemon and removes its folder.
const KEEPER: &str = r#"
dir=$1; shift
( while [ ! -e "$dir/stop" ]; do
    "$@" >>"$dir/log" 2>&1 </dev/null &
    echo $! >"$dir/daemon.pid"
    wait $!
    sleep 0.3
  done ) &
loop=$!
cat >/dev/null
touch "$dir/stop"
kill "$(cat "$dir/daemon.pid")" 2>/dev/null
wait $loop
grep -o " $dir[^ ]*" /proc/self/mountinfo | sort -r | while read -r at; do umount -l "$at"; done
rm -rf "$dir"
"#;

/// A daemon beside the system's own, with everything in one folder.
pub struct Daemon {
    pub dir: PathBuf,
    _keeper: Child,
}

impl Daemon {
    /// Starts `command`, which must listen at `socket` inside the folder.
    pub fn start(name: &str, command: impl FnOnce(&Path) -> Vec<String>) -> Self {
        let dir = std::env::temp_dir().join(format!("inspect-run-{}-{name}", std::process::id()));
        std::fs::create_dir_all(&dir).unwrap();
        let words = command(&dir);
        let keeper = Command::new("setsid")
            .args(["sh", "-c", KEEPER, "keeper"])
            .arg(&dir)
            .args(words)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        Self {
            dir,
            _keeper: keeper,
        }
    }

    /// The daemon's own process.
    pub fn pid(&self) -> u32 {
        let text = std::fs::read_to_string(self.dir.join("daemon.pid")).unwrap();
        text.trim().parse().unwrap()
    }

    /// Ends the daemon as systemd does; the keeper starts it again.
    pub fn restart(&self) {
        let pid = self.pid();
        assert!(
            Command::new("kill")
                .arg(pid.to_string())
                .status()
                .unwrap()
                .success()
        );
        let start = Instant::now();
        while Path::new(&format!("/proc/{pid}")).exists() {
            assert!(
                start.elapsed() < Duration::from_secs(60),
                "the daemon does not end"
            );
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// The end of its log.
    pub fn log(&self) -> String {
        let text = std::fs::read_to_string(self.dir.join("log")).unwrap_or_default();
        text.lines().rev().take(8).collect::<Vec<_>>().join("\n")
    }
}
