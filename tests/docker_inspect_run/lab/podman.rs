// SPDX-License-Identifier: Apache-2.0

use std::sync::OnceLock;

use super::private::Daemon;
use super::{Engine, files};

/// Debian's podman behind docker's API.
pub fn podman() -> &'static Engine {
    static ENGINE: OnceLock<Engine> = OnceLock::new();
    ENGINE.get_or_init(|| {
        lab::setup::ensure_tools().unwrap();
        let client = lab::setup::docker_client("bookworm").unwrap();
        let daemon = Daemon::start("podman", |dir| {
            let at = |part: &str| dir.join(part).display().to_string();
            // Its bridges and firewall rules stay off this machine.
            let alone = "ip link set lo up; exec \"$@\"";
            let mut words: Vec<String> = ["unshare", "--net", "sh", "-c", alone, "sh", "podman"]
                .map(str::to_owned)
                .to_vec();
            if let Some(wrapper) = files::podmans_runc_wrapper(dir) {
                words.push(format!("--runtime={}", wrapper.display()));
            }
            words.extend([
                format!("--root={}", at("root")),
                format!("--runroot={}", at("run")),
                format!("--tmpdir={}", at("tmp")),
                format!("--network-config-dir={}", at("networks")),
                "--storage-driver=vfs".to_owned(),
                "--cgroup-manager=cgroupfs".to_owned(),
                "--events-backend=file".to_owned(),
                "system".to_owned(),
                "service".to_owned(),
                "--time=0".to_owned(),
                format!("unix://{}", at("docker.sock")),
            ]);
            words
        });
        let socket = daemon.dir.join("docker.sock");
        Engine::new("podman", socket, &client, Some(daemon))
    })
}
