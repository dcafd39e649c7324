// SPDX-License-Identifier: Apache-2.0

//! Every option of `docker run`: printed from its field, or known not to be stored anywhere.

use serde_json::{Value, json};

use crate::cases;
use crate::lab::{sid, tool_with_input};

/// Options that leave no trace in a container.
const NOT_STORED: [&str; 9] = [
    "--cidfile",
    "--detach-keys",
    "--disable-content-trust",
    "--env-file",
    "--help",
    "--label-file",
    "--platform",
    "--pull",
    "--quiet",
];
/// The client's own: how it passes signals on, and a mount that is printed as one.
const CLIENT_ONLY: [&str; 2] = ["--sig-proxy", "--use-api-socket"];
/// Other spellings.
const ALIASES: [&str; 3] = ["--net", "--net-alias", "--dns-opt"];

/// All 107 of docker 29.7.2 (docker/cli `addFlags`, `create.go`, `run.go`).
const ALL: &str = "add-host annotation attach blkio-weight blkio-weight-device cap-add cap-drop \
    cgroup-parent cgroupns cidfile cpu-count cpu-percent cpu-period cpu-quota cpu-rt-period \
    cpu-rt-runtime cpu-shares cpus cpuset-cpus cpuset-mems detach detach-keys device \
    device-cgroup-rule device-read-bps device-read-iops device-write-bps device-write-iops \
    disable-content-trust dns dns-opt dns-option dns-search domainname entrypoint env env-file \
    expose gpus group-add health-cmd health-interval health-retries health-start-interval \
    health-start-period health-timeout help hostname init interactive io-maxbandwidth io-maxiops \
    ip ip6 ipc isolation kernel-memory label label-file link link-local-ip log-driver log-opt \
    mac-address memory memory-reservation memory-swap memory-swappiness mount name net net-alias \
    network network-alias no-healthcheck oom-kill-disable oom-score-adj pid pids-limit platform \
    privileged publish publish-all pull quiet read-only restart rm runtime security-opt shm-size \
    sig-proxy stop-signal stop-timeout storage-opt sysctl tmpfs tty ulimit use-api-socket user \
    userns uts volume volume-driver volumes-from workdir";

/// A container that uses every field, as no single engine takes it.
pub fn everything() -> Value {
    serde_json::from_str(include_str!("everything.json")).unwrap()
}

#[test]
fn each_of_the_107_options_is_printed_or_leaves_no_trace() {
    let all: Vec<String> = ALL
        .split_whitespace()
        .map(|name| format!("--{name}"))
        .collect();
    assert_eq!(all.len(), 107);
    let mut printed = tool_with_input(&["-"], &everything().to_string()).ok();
    // It excludes the other health options.
    let mut none = everything();
    none["Config"]["Healthcheck"] = json!({"Test": ["NONE"]});
    printed += &tool_with_input(&["-"], &none.to_string()).ok();
    // Only a host name of its own can be had with these.
    let mut uts = everything();
    uts["HostConfig"]["UTSMode"] = json!("host");
    uts["Config"]["AttachStdout"] = json!(true);
    uts["Config"]["OpenStdin"] = json!(false);
    printed += &tool_with_input(&["-"], &uts.to_string()).ok();
    let words: Vec<&str> = printed.split_whitespace().collect();
    for option in &all {
        let silent = [&NOT_STORED[..], &CLIENT_ONLY, &ALIASES]
            .iter()
            .any(|list| list.contains(&option.as_str()));
        let said = words.iter().any(|word| word == option);
        assert!(said != silent, "{option}: printed {said}\n{printed}");
    }
}

#[test]
fn the_newest_client_has_no_option_that_is_not_known_here() {
    let engine = sid();
    let known: Vec<&str> = ALL.split_whitespace().collect();
    let mut seen = 0;
    for verb in ["run", "create"] {
        let help = engine.docker(&[verb, "--help"]);
        let named = help.lines().filter_map(|line| {
            let (_, rest) = line.split_once("--")?;
            line.starts_with("  ")
                .then(|| rest.split(' ').next().unwrap_or_default())
        });
        for option in named {
            assert!(known.contains(&option), "docker {verb} has --{option}");
            seen += 1;
        }
    }
    assert!(seen > 180, "only {seen} options are in its help");
}

#[test]
fn the_cases_on_real_engines_use_every_option_that_an_engine_takes() {
    // Windows only, or refused by a kernel without real-time groups or by a storage driver without
    // quotas; the rest are the client's.
    let not_taken = [
        "--cpu-count",
        "--cpu-percent",
        "--io-maxbandwidth",
        "--io-maxiops",
        "--cpu-rt-period",
        "--cpu-rt-runtime",
        "--storage-opt",
        "--help",
        // In `scripts.rs`.
        "--detach-keys",
        "--sig-proxy",
        "--use-api-socket",
        "--cidfile",
        // In every case.
        "--name",
        "--detach",
    ];
    let used = cases::flags();
    for name in ALL.split_whitespace() {
        let option = format!("--{name}");
        let known = used.contains(&option) || not_taken.contains(&option.as_str());
        assert!(known, "no case has {option}");
    }
}

#[test]
fn a_field_that_no_option_sets_is_named() {
    let mut odd = everything();
    odd["HostConfig"]["SomethingNew"] = json!({"x": [1]});
    odd["Config"]["NetworkDisabled"] = json!(true);
    let out = tool_with_input(&["-"], &odd.to_string());
    for field in ["HostConfig.SomethingNew", "Config.NetworkDisabled"] {
        assert!(
            out.warnings().iter().any(|line| line.contains(field)),
            "{}",
            out.stderr
        );
    }
    let strict = tool_with_input(&["--strict", "-"], &odd.to_string());
    assert_eq!(strict.code, Some(1));
    assert_eq!(strict.stdout, "");
}
