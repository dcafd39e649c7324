// SPDX-License-Identifier: Apache-2.0

use std::path::Path;

use super::say;
use crate::error::{LabError, Result};
use crate::run::Run;

/// A program the lab calls and the Debian/Ubuntu package that has it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tool {
    /// The program.
    pub command: &'static str,
    /// Its package; the first that this machine's suite has.
    pub packages: &'static [&'static str],
}

pub(super) const fn tool(command: &'static str, packages: &'static [&'static str]) -> Tool {
    Tool { command, packages }
}

/// The one list of what has to be on the machine; everything else is unpacked privately.
const TOOLS: &[Tool] = &[
    tool("dockerd", &["docker.io"]),
    // A package of its own from trixie on.
    tool("docker", &["docker-cli", "docker.io"]),
    tool("containerd", &["containerd"]),
    tool("runc", &["runc"]),
    tool("sshd", &["openssh-server"]),
    tool("ssh", &["openssh-client"]),
    tool("ssh-keygen", &["openssh-client"]),
    tool("iptables", &["iptables"]),
    tool("ip", &["iproute2"]),
    tool("ss", &["iproute2"]),
    tool("nsenter", &["util-linux"]),
    // Completion is tested in the shells themselves.
    tool("fish", &["fish"]),
    tool("zsh", &["zsh"]),
    tool("tmux", &["tmux"]),
    tool("unshare", &["util-linux"]),
    tool("setpriv", &["util-linux"]),
    tool("setsid", &["util-linux"]),
    tool("flock", &["util-linux"]),
    tool("lsblk", &["util-linux"]),
    tool("losetup", &["mount"]),
    tool("mount", &["mount"]),
    tool("mkfs.ext4", &["e2fsprogs"]),
    tool("socat", &["socat"]),
    // The balancer before the API servers of a kubeadm lab.
    tool("haproxy", &["haproxy"]),
    tool("xz", &["xz-utils"]),
    tool("find", &["findutils"]),
    tool("dpkg-deb", &["dpkg"]),
    tool("python3", &["python3"]),
    tool("pip3", &["python3-pip"]),
    // docker-inspect-run is tested behind its socket too, and behind TLS.
    tool("podman", &["podman"]),
    tool("curl", &["curl"]),
    tool("openssl", &["openssl"]),
];

/// The Debian packages whose installation would start a service nobody asked for.
const SERVICES: &[(&str, &str)] = &[
    ("docker.io", "docker"),
    ("openssh-server", "ssh"),
    ("haproxy", "haproxy"),
];

/// Where the kernel confines containers, the engine cannot start one without this.
const APPARMOR: Tool = tool("apparmor_parser", &["apparmor"]);

/// The list, for this machine.
fn tools() -> Vec<Tool> {
    let mut tools = TOOLS.to_vec();
    let enabled = std::fs::read_to_string("/sys/module/apparmor/parameters/enabled");
    if enabled.is_ok_and(|text| text.trim() == "Y") {
        tools.push(APPARMOR);
    }
    tools
}

/// What of the list this machine lacks.
pub fn missing_tools() -> Vec<Tool> {
    missing_of(&tools())
}

fn missing_of(tools: &[Tool]) -> Vec<Tool> {
    tools
        .iter()
        .copied()
        .filter(|tool| !present(tool.command))
        .collect()
}

fn present(command: &str) -> bool {
    // A user's PATH often lacks the sbin folders; the lab adds them itself.
    which::which(command).is_ok()
        || ["/usr/sbin", "/sbin"]
            .iter()
            .any(|dir| Path::new(dir).join(command).is_file())
        || (command == "pip3" && super::pypi::has_pip())
}

/// Checks for root and for every tool; installs what is missing where that can be done.
///
/// # Errors
/// [`LabError::Missing`] by name, with the command that installs it.
pub fn ensure_tools() -> Result<()> {
    if !is_root() {
        return Err(LabError::Missing {
            what: "root (it makes namespaces, mounts and Docker engines)".to_owned(),
            install: "run it as root, for example with `sudo -E`".to_owned(),
        });
    }
    ensure(&tools())
}

/// The same for other tools.
pub(super) fn ensure(tools: &[Tool]) -> Result<()> {
    let missing = missing_of(tools);
    if missing.is_empty() {
        return Ok(());
    }
    let commands: Vec<&str> = missing.iter().map(|tool| tool.command).collect();
    let mut packages: Vec<&str> = missing.iter().map(|tool| package(tool)).collect();
    packages.sort_unstable();
    packages.dedup();
    let install = format!(
        "apt-get install --no-install-recommends {}",
        packages.join(" ")
    );
    if which::which("apt-get").is_err() {
        return Err(LabError::Missing {
            what: format!("the programs {}", commands.join(", ")),
            install: format!(
                "install them with this system's package manager (on Debian or Ubuntu: `{install}`)"
            ),
        });
    }
    say(&format!(
        "installing {} (for {}): `{install}`",
        packages.join(" "),
        commands.join(", ")
    ));
    install_packages(&packages).map_err(|error| LabError::Missing {
        what: format!("the programs {} ({error})", commands.join(", ")),
        install: format!("`apt-get update && {install}`"),
    })?;
    let still: Vec<&str> = missing_of(tools).iter().map(|tool| tool.command).collect();
    if still.is_empty() {
        return Ok(());
    }
    Err(LabError::Missing {
        what: format!("the programs {}", still.join(", ")),
        install: format!("`{install}`"),
    })
}

fn package(tool: &Tool) -> &'static str {
    let known = |name: &&&str| {
        Run::new("apt-cache")
            .args(["show", "--no-all-versions", name])
            .done()
            .is_ok_and(|done| done.success && !done.stdout.trim().is_empty())
    };
    let last = tool.packages.last().copied().unwrap_or(tool.command);
    match tool.packages {
        [_, _, ..] => tool.packages.iter().find(known).copied().unwrap_or(last),
        _ => last,
    }
}

fn install_packages(packages: &[&str]) -> Result<()> {
    let apt = || {
        Run::new("apt-get")
            .env("DEBIAN_FRONTEND", "noninteractive")
            .within(std::time::Duration::from_secs(900))
    };
    apt().args(["update", "-qq"]).ok()?;
    let _quiet = NoServiceStarts::begin()?;
    apt()
        .args(["install", "-y", "-qq", "--no-install-recommends"])
        .args(packages)
        .ok()?;
    for (package, service) in SERVICES {
        if packages.contains(package) && which::which("systemctl").is_ok() {
            say(&format!("the service {service} of {package} stays off"));
            Run::new("systemctl")
                .args(["disable", "--quiet", service])
                .try_it();
        }
    }
    Ok(())
}

/// Debian's own way to keep packages from starting services while they are installed:
/// a `policy-rc.d` that says no, there only for as long.
struct NoServiceStarts {
    made: bool,
}

const POLICY: &str = "/usr/sbin/policy-rc.d";

impl NoServiceStarts {
    fn begin() -> Result<Self> {
        use std::os::unix::fs::PermissionsExt as _;
        if Path::new(POLICY).exists() {
            return Ok(Self { made: false });
        }
        std::fs::write(POLICY, "#!/bin/sh\nexit 101\n").map_err(LabError::file("write", POLICY))?;
        std::fs::set_permissions(POLICY, std::fs::Permissions::from_mode(0o755))
            .map_err(LabError::file("change", POLICY))?;
        Ok(Self { made: true })
    }
}

impl Drop for NoServiceStarts {
    fn drop(&mut self) {
        if self.made {
            let _ = std::fs::remove_file(POLICY);
        }
    }
}

fn is_root() -> bool {
    std::fs::read_to_string("/proc/self/status").is_ok_and(|status| {
        status
            .lines()
            .find_map(|line| line.strip_prefix("Uid:"))
            .and_then(|ids| ids.split_whitespace().nth(1).map(|id| id == "0"))
            .unwrap_or(false)
    })
}
