// SPDX-License-Identifier: Apache-2.0

//! Limits: memory, processors, block devices, processes, ulimits.

use serde_json::Value;

use super::families::Family;
use super::view::View;
use crate::inspect::json::{at, flag, int, list, pairs, text};
use crate::inspect::spec::RunSpec;

pub(super) const FAMILY: Family = Family {
    fields: &[
        "HostConfig.Memory",
        "HostConfig.MemorySwap",
        "HostConfig.MemoryReservation",
        "HostConfig.MemorySwappiness",
        "HostConfig.KernelMemory",
        "HostConfig.OomKillDisable",
        "HostConfig.OomScoreAdj",
        "HostConfig.PidsLimit",
        "HostConfig.NanoCpus",
        "HostConfig.CpuShares",
        "HostConfig.CpuPeriod",
        "HostConfig.CpuQuota",
        "HostConfig.CpuRealtimePeriod",
        "HostConfig.CpuRealtimeRuntime",
        "HostConfig.CpusetCpus",
        "HostConfig.CpusetMems",
        "HostConfig.BlkioWeight",
        "HostConfig.BlkioWeightDevice",
        "HostConfig.BlkioDeviceReadBps",
        "HostConfig.BlkioDeviceWriteBps",
        "HostConfig.BlkioDeviceReadIOps",
        "HostConfig.BlkioDeviceWriteIOps",
        "HostConfig.Ulimits",
        "HostConfig.ShmSize",
        "HostConfig.CgroupParent",
        "HostConfig.CpuCount",
        "HostConfig.CpuPercent",
        "HostConfig.IOMaximumBandwidth",
        "HostConfig.IOMaximumIOps",
        "HostConfig.StorageOpt",
    ],
    emit,
};

/// `--shm-size` where nothing is said: 64 MiB.
const DEFAULT_SHM_BYTES: i64 = 67_108_864;

/// Options whose number is printed as it is, omitted at 0.
const NUMBERS: &[(&str, &str)] = &[
    ("--oom-score-adj", "HostConfig.OomScoreAdj"),
    ("--cpu-shares", "HostConfig.CpuShares"),
    ("--cpu-period", "HostConfig.CpuPeriod"),
    ("--cpu-quota", "HostConfig.CpuQuota"),
    ("--cpu-rt-period", "HostConfig.CpuRealtimePeriod"),
    ("--cpu-rt-runtime", "HostConfig.CpuRealtimeRuntime"),
    ("--blkio-weight", "HostConfig.BlkioWeight"),
    ("--cpu-count", "HostConfig.CpuCount"),
    ("--cpu-percent", "HostConfig.CpuPercent"),
    ("--io-maxiops", "HostConfig.IOMaximumIOps"),
];

const DEVICE_LISTS: &[(&str, &str, &str)] = &[
    (
        "--blkio-weight-device",
        "HostConfig.BlkioWeightDevice",
        "Weight",
    ),
    ("--device-read-bps", "HostConfig.BlkioDeviceReadBps", "Rate"),
    (
        "--device-write-bps",
        "HostConfig.BlkioDeviceWriteBps",
        "Rate",
    ),
    (
        "--device-read-iops",
        "HostConfig.BlkioDeviceReadIOps",
        "Rate",
    ),
    (
        "--device-write-iops",
        "HostConfig.BlkioDeviceWriteIOps",
        "Rate",
    ),
];

fn emit(view: &View<'_>, spec: &mut RunSpec) {
    memory(view, spec);
    let pids = int(view.host("PidsLimit"));
    // Docker stores no limit as null; podman keeps -1 apart from its own default.
    if pids > 0 || (pids == -1 && view.facts.podman) {
        spec.option("--pids-limit", pids.to_string(), "HostConfig.PidsLimit");
    }
    let nano = int(view.host("NanoCpus"));
    if nano != 0 {
        spec.option("--cpus", nano_cpus(nano), "HostConfig.NanoCpus");
    }
    for (option, field) in NUMBERS {
        let number = int(view.field(field));
        if number != 0 {
            spec.option(option, number.to_string(), field);
        }
    }
    for (option, field) in [
        ("--cpuset-cpus", "HostConfig.CpusetCpus"),
        ("--cpuset-mems", "HostConfig.CpusetMems"),
        ("--cgroup-parent", "HostConfig.CgroupParent"),
    ] {
        if view.says(field) {
            spec.option(option, text(view.field(field)), field);
        }
    }
    for (option, field, key) in DEVICE_LISTS {
        for device in list(view.field(field)) {
            let path = text(at(device, "Path"));
            if path.contains(':') {
                spec.loss(
                    field,
                    format!("the path {path:?} has a colon, at which docker cuts"),
                );
                continue;
            }
            spec.option(option, format!("{path}:{}", number(at(device, key))), field);
        }
    }
    for ulimit in list(view.host("Ulimits")) {
        let (soft, hard) = (int(at(ulimit, "Soft")), int(at(ulimit, "Hard")));
        let value = format!("{}={soft}:{hard}", text(at(ulimit, "Name")));
        spec.option("--ulimit", value, "HostConfig.Ulimits");
    }
    let shm = int(view.host("ShmSize"));
    if shm != 0 && (shm != DEFAULT_SHM_BYTES || view.facts.podman) {
        spec.option("--shm-size", bytes(shm), "HostConfig.ShmSize");
    }
    if view.says("HostConfig.IOMaximumBandwidth") {
        let value = number(view.host("IOMaximumBandwidth"));
        spec.option("--io-maxbandwidth", value, "HostConfig.IOMaximumBandwidth");
    }
    for (key, value) in pairs(view.host("StorageOpt")) {
        let value = format!("{key}={}", text(value));
        spec.option("--storage-opt", value, "HostConfig.StorageOpt");
    }
}

fn memory(view: &View<'_>, spec: &mut RunSpec) {
    let memory = int(view.host("Memory"));
    if memory != 0 {
        spec.option("--memory", bytes(memory), "HostConfig.Memory");
    }
    match int(view.host("MemorySwap")) {
        0 => {}
        -1 => spec.option("--memory-swap", "-1", "HostConfig.MemorySwap"),
        swap => spec.option("--memory-swap", bytes(swap), "HostConfig.MemorySwap"),
    }
    if view.says("HostConfig.MemoryReservation") {
        let reserved = int(view.host("MemoryReservation"));
        spec.option(
            "--memory-reservation",
            bytes(reserved),
            "HostConfig.MemoryReservation",
        );
    }
    // 0 is a value of its own; -1 is what clients send who want none.
    match view.host("MemorySwappiness").as_i64() {
        None | Some(-1) => {}
        Some(swappiness) => {
            let field = "HostConfig.MemorySwappiness";
            spec.option("--memory-swappiness", swappiness.to_string(), field);
        }
    }
    let kernel = int(view.host("KernelMemory"));
    if kernel != 0 {
        spec.option("--kernel-memory", bytes(kernel), "HostConfig.KernelMemory");
    }
    if flag(view.host("OomKillDisable")) {
        spec.switch("--oom-kill-disable", "HostConfig.OomKillDisable");
    }
}

/// A JSON number as it stands: rates reach beyond an i64.
fn number(value: &Value) -> String {
    if value.is_number() {
        value.to_string()
    } else {
        "0".to_owned()
    }
}

/// Bytes in the largest unit that says them exactly; docker's units are powers of 1024.
fn bytes(count: i64) -> String {
    for (shift, unit) in [(30, "g"), (20, "m"), (10, "k")] {
        if count > 0 && count % (1 << shift) == 0 {
            return format!("{}{unit}", count >> shift);
        }
    }
    count.to_string()
}

/// Billionths of a processor as a decimal number, exactly.
fn nano_cpus(nano: i64) -> String {
    let text = format!("{}.{:09}", nano / 1_000_000_000, nano % 1_000_000_000);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_exact_and_short() {
        assert_eq!(bytes(536_870_912), "512m");
        assert_eq!(bytes(536_870_913), "536870913");
        assert_eq!(bytes(1024), "1k");
        assert_eq!(nano_cpus(1_500_000_000), "1.5");
        assert_eq!(nano_cpus(1), "0.000000001");
        assert_eq!(nano_cpus(2_000_000_000), "2");
        assert_eq!(nano_cpus(10_000_000_000), "10");
    }
}
