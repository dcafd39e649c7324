// SPDX-License-Identifier: Apache-2.0

//! The options and their values. `%x` stands for something of the engine at hand, see `plan.rs`.

/// Strings that break what is quoted carelessly.
pub const HOSTILE: [&str; 16] = [
    "$(touch %M)",
    "`touch %M`",
    "'; touch %M; '",
    "\"; touch %M; \"",
    "a'b\"c",
    "\ntouch %M\n",
    "$HOME ${PATH} $$",
    "* ? [a-z] ~ {a,b}",
    "\\ \\n \\\\",
    "--name=x",
    " lead and trail ",
    "tab\there\r\n",
    "\u{1b}[31mred\u{7}",
    "é 漢字 \u{202e}x\u{2028}",
    "a=b=c,d;e|f&g#h!i",
    "",
];

/// One set of options: at most one of its variants is in a case.
pub struct Set {
    /// Sets of one group exclude each other.
    pub group: &'static str,
    /// First API version (after the dot) that takes it, and the last one.
    pub api: (u32, u32),
    pub variants: &'static [&'static [&'static str]],
}

const fn set(group: &'static str, variants: &'static [&'static [&'static str]]) -> Set {
    Set {
        group,
        api: (0, 999),
        variants,
    }
}

const fn from(api: u32, group: &'static str, variants: &'static [&'static [&'static str]]) -> Set {
    Set {
        group,
        api: (api, 999),
        variants,
    }
}

/// The groups `ns-*` and `net` hold what excludes each other.
pub const SETS: &[Set] = &[
    set(
        "hostname",
        &[&["--hostname", "h0st"], &["-h", "UPPER.dots"]],
    ),
    set("domainname", &[&["--domainname", "dom.example"]]),
    set(
        "life",
        &[
            &["--rm"],
            &["--restart", "always"],
            &["--restart=unless-stopped"],
            &["--restart", "on-failure"],
            &["--restart", "on-failure:5"],
            &["--restart", "no"],
        ],
    ),
    set(
        "label",
        &[
            &["--label", "k=%H"],
            &["-l", "bare", "-l", "empty="],
            &["--label", "both=mine"],
            &["-l", "k.a-b_c/d=%H", "--label", "z=1", "--label", "a=2"],
            &["--label-file", "%D/labels"],
        ],
    ),
    from(
        43,
        "annotation",
        &[&["--annotation", "a.b/c=%H"], &["--annotation", "x="]],
    ),
    set(
        "stdio",
        &[
            &["--attach", "stdin"],
            &["-a", "stdout"],
            &["-a", "stderr", "-a", "stdout"],
            &["--interactive"],
            &["-i", "-a", "stdin"],
            &["-i", "-a", "stdout"],
        ],
    ),
    set("tty", &[&["--tty"]]),
    set(
        "user",
        &[&["--user", "1000:1000"], &["-u", "no body"], &["-u", "0:0"]],
    ),
    set(
        "workdir",
        &[
            &["--workdir", "/w/../x/"],
            &["-w", "/sp ace/$(id)"],
            &["-w", "/bin"],
        ],
    ),
    set(
        "env",
        &[
            &["--env", "A=%H", "-e", "B=%H"],
            &["-e", "EMPTY=", "-e", "BARE"],
            &["-e", "PATH=/other"],
            &["-e", "GIVEN=by the image", "-e", "PATH=/bin:/usr/bin"],
            &["-e", "GIVEN", "-e", "we ird name=%H"],
            &["--env-file", "%D/env"],
        ],
    ),
    set(
        "entrypoint",
        &[
            &["--entrypoint", ""],
            &["--entrypoint", "/bin/sh"],
            &["--entrypoint", "/bin/busybox"],
            &["--entrypoint", "/no such/$(id)"],
        ],
    ),
    set(
        "stop-signal",
        &[&["--stop-signal", "SIGINT"], &["--stop-signal", "15"]],
    ),
    set(
        "stop-timeout",
        &[&["--stop-timeout", "0"], &["--stop-timeout", "77"]],
    ),
    set("init", &[&["--init"], &["--init=false"]]),
    set(
        "memory",
        &[
            &["--memory", "64m"],
            &["-m", "67108865"],
            &["-m", "64m", "--memory-swap", "-1"],
            &["-m", "64m", "--memory-swap", "96m"],
            &["-m", "64m", "--memory-swap", "128m"],
        ],
    ),
    set("memory-reservation", &[&["--memory-reservation", "32m"]]),
    set(
        "swappiness",
        &[
            &["--memory-swappiness", "0"],
            &["--memory-swappiness", "60"],
        ],
    ),
    Set {
        group: "kernel-memory",
        api: (0, 41),
        variants: &[&["--kernel-memory", "50m"]],
    },
    set("oom-kill", &[&["--oom-kill-disable"]]),
    set(
        "oom-score",
        &[&["--oom-score-adj", "500"], &["--oom-score-adj=-500"]],
    ),
    set(
        "pids",
        &[
            &["--pids-limit", "100"],
            &["--pids-limit=-1"],
            &["--pids-limit", "0"],
        ],
    ),
    set(
        "cpu",
        &[
            &["--cpus", "1.5"],
            &["--cpus", "0.012345678"],
            &["--cpu-period", "50000"],
            &["--cpu-quota", "25000"],
            &["--cpu-period", "50000", "--cpu-quota", "25000"],
        ],
    ),
    set("cpu-shares", &[&["--cpu-shares", "512"], &["-c", "2"]]),
    set(
        "cpuset",
        &[
            &["--cpuset-cpus", "0", "--cpuset-mems", "0"],
            &["--cpuset-cpus", "0-0"],
        ],
    ),
    set(
        "blkio",
        &[
            &["--blkio-weight", "300"],
            &["--blkio-weight-device", "/dev/null:300"],
        ],
    ),
    set(
        "device-rate",
        &[
            &[
                "--device-read-bps",
                "/dev/null:1mb",
                "--device-write-bps",
                "/dev/zero:3",
            ],
            &[
                "--device-read-iops",
                "/dev/null:100",
                "--device-write-iops",
                "/dev/null:18446744073709551615",
            ],
        ],
    ),
    set(
        "ulimit",
        &[
            &["--ulimit", "nofile=100:200"],
            &["--ulimit", "memlock=-1:-1", "--ulimit", "core=0"],
        ],
    ),
    set(
        "shm",
        &[
            &["--shm-size", "32m"],
            &["--shm-size", "67108864"],
            &["--shm-size", "1"],
        ],
    ),
    set("cgroup-parent", &[&["--cgroup-parent", "/some parent"]]),
    set(
        "device",
        &[
            &["--device", "/dev/null"],
            &["--device", "/dev/null:/dev/other"],
            &["--device", "/dev/null:rw"],
            &["--device", "/dev/null:/dev/rw:r", "--device", "/dev/zero"],
        ],
    ),
    set("device-rule", &[&["--device-cgroup-rule", "c 42:* rmw"]]),
    set(
        "gpus",
        &[
            &["--gpus", "all"],
            &["--gpus", "2"],
            &[
                "--gpus",
                "\"device=0,GPU-1\",\"capabilities=compute,utility\"",
            ],
            &[
                "--gpus",
                "driver=nvidia,count=1,\"options=a=b,\"\"c=d,e\"\"\"",
            ],
        ],
    ),
    set("runtime", &[&["--runtime", "runc"]]),
    set("privileged", &[&["--privileged"]]),
    set(
        "cap-add",
        &[
            &["--cap-add", "NET_ADMIN"],
            &["--cap-add", "sys_ptrace", "--cap-add", "CAP_CHOWN"],
            &["--cap-add", "ALL"],
        ],
    ),
    set(
        "cap-drop",
        &[&["--cap-drop", "ALL"], &["--cap-drop", "KILL"]],
    ),
    set(
        "security",
        &[
            &["--security-opt", "no-new-privileges"],
            &["--security-opt", "seccomp=unconfined"],
            &["--security-opt", "seccomp=%D/seccomp.json"],
            &["--security-opt", "label=disable"],
            &[
                "--security-opt",
                "label=level:s0:c1,c2",
                "--security-opt",
                "apparmor=unconfined",
            ],
            &["--security-opt", "systempaths=unconfined"],
            &["--security-opt", "label:disable"],
        ],
    ),
    set(
        "group-add",
        &[&["--group-add", "100", "--group-add", "a group"]],
    ),
    set("userns", &[&["--userns", "host"]]),
    set("hostname", &[&["--uts", "host"]]),
    set(
        "ipc",
        &[
            &["--ipc", "host"],
            &["--ipc", "shareable"],
            &["--ipc", "none"],
            &["--ipc", "private"],
            &["--ipc", "container:%Pother"],
        ],
    ),
    set(
        "pid",
        &[&["--pid", "host"], &["--pid", "container:%Pother"]],
    ),
    set(
        "cgroupns",
        &[&["--cgroupns", "private"], &["--cgroupns", "host"]],
    ),
    set("isolation", &[&["--isolation", "default"]]),
    set("read-only", &[&["--read-only"]]),
    set(
        "sysctl",
        &[
            &["--sysctl", "kernel.msgmax=65536"],
            &["--sysctl", "kernel.shmmax=1", "--sysctl", "kernel.shmall=2"],
        ],
    ),
    set(
        "volume",
        &[
            &["--volume", "%D/bind:/b1"],
            &["-v", "%D/sp ace:/b 2:ro", "-v", "%Pvol:/v1"],
            &["-v", "/anon"],
            &["-v", "%Pvol:/v2:nocopy", "-v", "/given"],
            &["-v", "%D/com,ma:/b3:rslave,ro"],
        ],
    ),
    set("volume-driver", &[&["--volume-driver", "local"]]),
    set(
        "mount",
        &[
            &["--mount", "type=bind,source=%D/bind,target=/m1,readonly"],
            &[
                "--mount",
                "type=bind,\"src=%D/com,ma\",dst=/m2,bind-propagation=rslave,consistency=cached",
            ],
            &["--mount", "type=volume,dst=/m3"],
            &[
                "--mount",
                "type=volume,src=%Pvol,dst=/m4,volume-nocopy,volume-label=a=b,volume-label=c=d e",
            ],
            &[
                "--mount",
                "type=volume,source=%Pvol,target=/m5,volume-driver=local,volume-opt=type=tmpfs,\"volume-opt=o=size=1m,uid=7\"",
            ],
            &[
                "--mount",
                "type=tmpfs,dst=/m6,tmpfs-size=1m,tmpfs-mode=1770",
            ],
            &["--mount", "type=tmpfs,dst=/m7"],
        ],
    ),
    Set {
        group: "mount2",
        api: (0, 43),
        variants: &[&[
            "--mount",
            "type=bind,src=%D/bind,dst=/n1,bind-nonrecursive=true",
        ]],
    },
    from(
        44,
        "mount2",
        &[
            &[
                "--mount",
                "type=bind,src=%D/bind,dst=/n1,bind-recursive=disabled",
            ],
            &[
                "--mount",
                "type=bind,src=%D/bind,dst=/n2,readonly,bind-recursive=writable",
            ],
            &[
                "--mount",
                "type=bind,src=%D/bind,dst=/n4,readonly,bind-propagation=rprivate,bind-recursive=readonly",
            ],
        ],
    ),
    from(
        45,
        "mount3",
        &[&[
            "--mount",
            "type=volume,src=%Pvol,dst=/n3,volume-subpath=su b",
        ]],
    ),
    set(
        "tmpfs",
        &[
            &["--tmpfs", "/t1"],
            &["--tmpfs", "/t2:size=1m,noexec", "--tmpfs", "/t 3"],
        ],
    ),
    set(
        "volumes-from",
        &[
            &["--volumes-from", "%Pother"],
            &["--volumes-from", "%Pother:ro"],
        ],
    ),
    set(
        "net",
        &[
            &["--network", "none"],
            &["--network", "host"],
            &["--net", "bridge"],
            &["--network", "%Pnet"],
            &["--network", "%PNetC"],
            &[
                "--network",
                "%Pnet",
                "--network-alias",
                "A1",
                "--net-alias",
                "b2",
            ],
            &["--network", "%Pnet", "--ip", "%S.77"],
            &[
                "--network",
                "%Pnet",
                "--ip6",
                "%6::77",
                "--link-local-ip",
                "169.254.7.7",
            ],
            &["--network", "%Pnet", "--mac-address", "02:11:22:33:44:55"],
            &["--network", "%Pnet", "--link", "%Pother:al"],
            &["--network", "%I"],
        ],
    ),
    set(
        "net",
        &[
            &["--mac-address", "02:11:22:33:44:66"],
            &["--link", "%Pother:alias"],
            &["--link", "%Pother"],
        ],
    ),
    from(
        44,
        "net",
        &[
            &["--network", "%Pnet", "--network", "%Pnetb"],
            &[
                "--network",
                "name=%Pnet,alias=one,alias=two,ip=%S.79",
                "--network",
                "name=%Pnetb,alias=x",
            ],
            &[
                "--network",
                "name=%Pnetb,driver-opt=com.example.a=b,mac-address=02:11:22:33:44:77",
            ],
            &[
                "--network",
                "%Pnet",
                "--network",
                "name=%Pnetb,link-local-ip=169.254.8.8,driver-opt=k=v",
            ],
        ],
    ),
    from(
        48,
        "net",
        &[&[
            "--network",
            "name=%Pnet,gw-priority=7",
            "--network",
            "name=%Pnetb,gw-priority=-3",
        ]],
    ),
    Set {
        group: "net",
        api: (0, 999),
        variants: &[&["--network", "container:%Pother"]],
    },
    set(
        "publish",
        &[
            &["--publish", "8080:80"],
            &["-p", "80"],
            &[
                "-p",
                "127.0.0.1::53/udp",
                "-p",
                "[::1]:8081:80/tcp",
                "-p",
                "0.0.0.0:8082:80",
            ],
            &["-p", "9000-9002:9000-9002", "-p", "132:132/sctp"],
            &["-p", "8000-8010:80"],
            &["--publish-all"],
            &["-P", "--expose", "99"],
        ],
    ),
    set(
        "expose",
        &[
            &["--expose", "1000-1003/udp", "--expose", "77"],
            &["--expose", "7070"],
        ],
    ),
    set(
        "dns",
        &[
            &["--dns", "1.1.1.1", "--dns", "fd00::1"],
            &["--dns-search", ".", "--dns-option", "ndots:2"],
            &[
                "--dns-search",
                "a.example",
                "--dns-search",
                "b.example",
                "--dns-opt",
                "rotate",
            ],
        ],
    ),
    set(
        "add-host",
        &[
            &["--add-host", "h:1.2.3.4", "--add-host", "h6:::1"],
            &["--add-host", "gw:host-gateway"],
        ],
    ),
    set(
        "log",
        &[
            &["--log-driver", "none"],
            &["--log-driver", "local", "--log-opt", "max-size=5m"],
            &["--log-opt", "max-size=1m", "--log-opt", "labels=a,b"],
            &["--log-driver", "json-file"],
            &["--log-driver", "json-file", "--log-opt", "tag={{.Name}}/%H"],
        ],
    ),
    set(
        "health",
        &[
            &["--health-cmd", "%h"],
            &[
                "--health-cmd",
                "true",
                "--health-interval",
                "1m30s",
                "--health-timeout",
                "1500ms",
            ],
            &["--health-start-period", "90s", "--health-retries", "9"],
            &["--health-interval", "1m", "--health-retries", "4"],
            &["--no-healthcheck"],
        ],
    ),
    from(
        44,
        "health",
        &[&[
            "--health-cmd",
            "true",
            "--health-start-interval",
            "7s",
            "--health-start-period",
            "1h",
        ]],
    ),
    set(
        "client",
        &[
            &["--pull", "never"],
            &["--platform", "linux/amd64"],
            &["--disable-content-trust"],
        ],
    ),
    from(42, "client", &[&["--quiet"]]),
];

/// Every flag that some set has, by its long name.
pub fn flags() -> Vec<String> {
    let words = SETS
        .iter()
        .flat_map(|set| set.variants.iter().flat_map(|words| words.iter()));
    let long = words.filter(|word| word.starts_with('-')).map(|word| {
        match word.split('=').next().unwrap_or_default() {
            "-h" => "--hostname",
            "-l" => "--label",
            "-a" => "--attach",
            "-i" => "--interactive",
            "-u" => "--user",
            "-w" => "--workdir",
            "-e" => "--env",
            "-m" => "--memory",
            "-c" => "--cpu-shares",
            "-v" => "--volume",
            "-p" => "--publish",
            "-P" => "--publish-all",
            other => other,
        }
    });
    let mut flags: Vec<String> = long.map(str::to_owned).collect();
    flags.sort();
    flags.dedup();
    flags
}
