use std::sync::OnceLock;

use super::Engine;
use super::private::Daemon;

/// Debian's podman behind docker's API.
pub fn podman() -> &'static Engine {
    static ENGINE: OnceLock<Engine> = OnceLock::new();
    ENGINE.get_or_init(|| {
        let client = lab::setup::docker_client("bookworm").unwrap();
        let daemon = Daemon::start("podman", |dir| {
            let at = |part: &str| dir.join(part).display().to_string();
            [
                "podman".to_owned(),
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
            ]
            .to_vec()
        });
        let socket = daemon.dir.join("docker.sock");
        Engine::new("podman", socket, &client, Some(daemon))
    })
}
