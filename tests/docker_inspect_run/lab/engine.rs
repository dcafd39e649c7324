// SPDX-License-Identifier: Apache-2.0

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use serde_json::Value;

use super::private::Daemon;
use super::{files, http, images};

/// A real engine with the client of the same release.
pub struct Engine {
    pub name: &'static str,
    pub socket: PathBuf,
    /// Begins the name of everything made here.
    pub prefix: String,
    /// Folder with this engine's `docker` as the only program.
    pub client_dir: PathBuf,
    pub files: files::Files,
    pub daemon: Option<Daemon>,
    _sweeper: Child,
}

/// Removes what the tests made on an engine, once the test process is gone.
const SWEEPER: &str = r#"
cat >/dev/null
d="$1 -H $2"; p=$3
$d ps -aq --filter "name=^/?$p" | xargs -r $d rm -f -v >/dev/null 2>&1
$d network ls -q --filter "name=^$p" | xargs -r $d network rm >/dev/null 2>&1
$d volume ls -q --filter "name=^$p" | xargs -r $d volume rm >/dev/null 2>&1
$d images -q "$p*" | xargs -r $d rmi -f >/dev/null 2>&1
rm -rf "$4"
"#;

impl Engine {
    pub(super) fn new(
        name: &'static str,
        socket: PathBuf,
        client: &Path,
        daemon: Option<Daemon>,
    ) -> Self {
        let prefix = format!("ir{}x{name}-", std::process::id());
        let dir = std::env::temp_dir().join(format!("inspect-run-{prefix}files"));
        let client_dir = dir.join("bin");
        std::fs::create_dir_all(&client_dir).unwrap();
        let link = client_dir.join("docker");
        if !link.exists() {
            std::os::unix::fs::symlink(client, &link).unwrap();
        }
        let host = format!("unix://{}", socket.display());
        let sweeper = Command::new("setsid")
            .args(["sh", "-c", SWEEPER, "sweeper"])
            .arg(client)
            .args([&host, &prefix])
            .arg(&dir)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let files = files::Files::make(&dir);
        let engine = Self {
            name,
            socket,
            prefix,
            client_dir,
            files,
            daemon,
            _sweeper: sweeper,
        };
        engine.wait();
        images::make(&engine);
        engine.fixtures();
        engine
    }

    /// The engine's address.
    pub fn host(&self) -> String {
        format!("unix://{}", self.socket.display())
    }

    /// `docker` of this engine's release, pointed at it.
    pub fn command(&self) -> Command {
        let mut command = Command::new(self.client_dir.join("docker"));
        for name in [
            "DOCKER_HOST",
            "DOCKER_CONTEXT",
            "DOCKER_TLS_VERIFY",
            "BARE",
            "DOCKER_CONFIG",
        ] {
            command.env_remove(name);
        }
        command
            .env("DOCKER_HOST", self.host())
            .env("DOCKER_CONFIG", &self.client_dir);
        command.stdin(Stdio::null());
        command
    }

    /// Runs `docker WORDS`; `Err` is what it said.
    pub fn try_docker<S: AsRef<str>>(&self, words: &[S]) -> Result<String, String> {
        let out = self
            .command()
            .args(words.iter().map(AsRef::as_ref))
            .output()
            .unwrap();
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).trim().to_owned();
        if out.status.success() {
            Ok(text(&out.stdout))
        } else {
            Err(text(&out.stderr))
        }
    }

    /// Runs `docker WORDS`, which must work.
    pub fn docker<S: AsRef<str> + std::fmt::Debug>(&self, words: &[S]) -> String {
        self.try_docker(words)
            .unwrap_or_else(|said| panic!("docker {words:?}: {said}"))
    }

    /// The raw inspect data of a container.
    pub fn inspect(&self, container: &str) -> Value {
        let path = format!("/containers/{container}/json");
        http::call(&self.socket, "GET", &path, None)
            .unwrap_or_else(|said| panic!("{}: inspect {container}: {said}", self.name))
    }

    /// Whether a container is there.
    pub fn has(&self, container: &str) -> bool {
        let path = format!("/containers/{container}/json");
        http::call(&self.socket, "GET", &path, None).is_ok()
    }

    /// Starts a container; `Err` is what the engine said.
    pub fn start(&self, container: &str) -> Result<(), String> {
        let path = format!("/containers/{container}/start");
        http::call(&self.socket, "POST", &path, None).map(drop)
    }

    /// Removes a container with its anonymous volumes.
    pub fn remove(&self, container: &str) {
        let path = format!("/containers/{container}?force=1&v=1");
        let _ = http::call(&self.socket, "DELETE", &path, None);
    }

    /// A call of the API with a raw body.
    pub fn post(&self, path: &str, body: &Value) -> Result<Value, String> {
        http::call(&self.socket, "POST", path, Some(body))
    }

    /// The newest API version it speaks, the part after the dot.
    pub fn api(&self) -> u32 {
        let text = self.docker(&["version", "--format", "{{.Server.APIVersion}}"]);
        text.split('.').nth(1).unwrap().parse().unwrap()
    }

    /// Waits until it answers.
    pub fn wait(&self) {
        let start = Instant::now();
        while let Err(said) = self.try_docker(&["version"]) {
            let log = self.daemon.as_ref().map(Daemon::log).unwrap_or_default();
            assert!(
                start.elapsed() < Duration::from_secs(60),
                "{}: {said}\n{log}",
                self.name
            );
            std::thread::sleep(Duration::from_millis(100));
        }
    }

    /// Networks, volumes and containers that the cases refer to.
    fn fixtures(&self) {
        let p = &self.prefix;
        for (index, name) in ["net", "netb", "NetC"].iter().enumerate() {
            let third = 10 * (std::process::id() % 20) + index as u32;
            // Engines share the machine's routes, and other tests run beside this one.
            let names = ["system", "trixie", "sid", "podman"];
            let place = names
                .iter()
                .position(|name| *name == self.name)
                .unwrap_or(names.len());
            let second = 71 + place as u32;
            let subnet = format!("10.{second}.{third}.0/24");
            let v6 = format!("fd00:{second}:{third}::/64");
            let name = format!("{p}{name}");
            let both = self.try_docker(&[
                "network", "create", "--subnet", &subnet, "--ipv6", "--subnet", &v6, &name,
            ]);
            both.unwrap_or_else(|said| panic!("network {name}: {said}"));
        }
        self.docker(&["volume", "create", &format!("{p}vol")]);
        self.docker(&[
            "create",
            "--name",
            &format!("{p}other"),
            "-v",
            "/from",
            &self.image("plain"),
            "/bin/sleep",
            "9",
        ]);
    }

    /// One of the images of `images.rs`.
    pub fn image(&self, name: &str) -> String {
        format!("{}{name}:1", self.prefix)
    }

    /// The subnet's beginning of a network, such as `10.73.1`.
    pub fn subnet(&self, network: &str) -> String {
        let subnet = self
            .subnets(network)
            .into_iter()
            .find(|subnet| subnet.contains('.'))
            .unwrap();
        subnet.rsplit_once('.').unwrap().0.to_owned()
    }

    /// The IPv6 subnet's beginning of a network, such as `fd00:73:1`.
    pub fn subnet6(&self, network: &str) -> String {
        let subnet = self
            .subnets(network)
            .into_iter()
            .find(|subnet| subnet.contains(':'))
            .unwrap();
        subnet.trim_end_matches("::/64").to_owned()
    }

    fn subnets(&self, network: &str) -> Vec<String> {
        let format = "{{range .IPAM.Config}}{{.Subnet}} {{end}}";
        let text = self.docker(&["network", "inspect", "--format", format, network]);
        text.split_whitespace().map(str::to_owned).collect()
    }
}

/// Debian bookworm's engine: the system's own (20.10).
pub fn system() -> &'static Engine {
    static ENGINE: OnceLock<Engine> = OnceLock::new();
    ENGINE.get_or_init(|| {
        lab::setup::ensure_tools().unwrap();
        let socket = PathBuf::from("/var/run/docker.sock");
        let found = http::call(&socket, "GET", "/version", None);
        if !found.is_ok_and(|it| {
            it["Version"]
                .as_str()
                .is_some_and(|v| v.starts_with("20.10."))
        }) {
            // This machine's own engine does not run, or is another one.
            return private("bookworm", "system");
        }
        // The client of the same release: others refuse options for an older engine.
        let client = lab::setup::docker_client("bookworm").unwrap();
        Engine::new("system", socket, &client, None)
    })
}

/// Debian trixie's engine (26.1), started beside the system's.
pub fn trixie() -> &'static Engine {
    static ENGINE: OnceLock<Engine> = OnceLock::new();
    ENGINE.get_or_init(|| private("trixie", "trixie"))
}

/// Debian sid's engine (28.5 or later), started beside the system's.
pub fn sid() -> &'static Engine {
    static ENGINE: OnceLock<Engine> = OnceLock::new();
    ENGINE.get_or_init(|| private("sid", "sid"))
}

/// An engine of a Debian suite in a network namespace of its own.
pub fn private(suite: &str, name: &'static str) -> Engine {
    lab::setup::ensure_tools().unwrap();
    let found = lab::setup::docker_engine(suite).unwrap();
    let client = lab::setup::docker_client(suite).unwrap();
    let daemon = Daemon::start(name, |dir| {
        let at = |part: &str| dir.join(part).display().to_string();
        std::fs::write(dir.join("daemon.json"), "{}").unwrap();
        let own = std::env::join_paths(found.path.iter().cloned().chain(std::env::split_paths(
            &std::env::var_os("PATH").unwrap_or_default(),
        )));
        let path = own.unwrap().into_string().unwrap();
        let mut words: Vec<String> = [
            "unshare",
            "--net",
            "env",
            &format!("PATH={path}:/usr/sbin:/sbin"),
            "sh",
            "-c",
            "ip link set lo up; exec \"$@\"",
            "sh",
            "dockerd",
        ]
        .map(str::to_owned)
        .to_vec();
        words.extend([
            format!("--config-file={}", at("daemon.json")),
            format!("--data-root={}", at("data")),
            format!("--exec-root={}", at("exec")),
            format!("--host=unix://{}", at("docker.sock")),
            format!("--pidfile={}", at("docker.pid")),
            "--iptables=false".to_owned(),
            "--ip6tables=false".to_owned(),
            "--storage-driver=vfs".to_owned(),
            "--exec-opt=native.cgroupdriver=cgroupfs".to_owned(),
        ]);
        if let Some(wrapper) = files::runc_wrapper(dir) {
            words.push(format!("--add-runtime=wrapped={}", wrapper.display()));
            words.push("--default-runtime=wrapped".to_owned());
        }
        words
    });
    let socket = daemon.dir.join("docker.sock");
    Engine::new(name, socket, &client, Some(daemon))
}
