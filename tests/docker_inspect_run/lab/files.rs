// SPDX-License-Identifier: Apache-2.0

use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

/// Files on this machine that the cases name.
pub struct Files {
    pub dir: PathBuf,
}

impl Files {
    pub fn make(dir: &Path) -> Self {
        for folder in ["bind", "com,ma", "sp ace"] {
            std::fs::create_dir_all(dir.join(folder)).unwrap();
        }
        let seccomp = r#"{ "defaultAction": "SCMP_ACT_ALLOW",  "architectures": ["SCMP_ARCH_X86_64"],
            "syscalls": [ {"names": ["acct", "it's"], "action": "SCMP_ACT_ERRNO"} ] }"#;
        std::fs::write(dir.join("seccomp.json"), seccomp).unwrap();
        std::fs::write(dir.join("env"), "FROM_FILE=a b $x\nOTHER=1\n").unwrap();
        std::fs::write(dir.join("labels"), "from.file=x y\n").unwrap();
        Self {
            dir: dir.to_owned(),
        }
    }
}

/// Where processes lack CAP_SYS_RESOURCE, runc needs a wrapper that does without it.
pub fn runc_wrapper(dir: &Path) -> Option<PathBuf> {
    const CAP_SYS_RESOURCE: u64 = 1 << 24;
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("CapEff:"))
        .unwrap();
    let capabilities = u64::from_str_radix(line.trim(), 16).unwrap();
    if capabilities & CAP_SYS_RESOURCE != 0 {
        return None;
    }
    let wrapper = dir.join("runc-wrapper");
    executable(&wrapper, include_str!("../../lab/src/node/runc-wrapper.sh"));
    Some(wrapper)
}

/// The same for podman, which raises limits by itself besides, and whose inspect reads the very
/// file that is changed for runc: it gets it back.
pub fn podmans_runc_wrapper(dir: &Path) -> Option<PathBuf> {
    let wrapper = runc_wrapper(dir)?;
    let own = dir.join("podmans-runc-wrapper");
    let script = format!(
        r#"#!/bin/sh
take= bundle=
strip() {{ sed -i 's/"rlimits":\[[^]]*\]/"rlimits":[]/' "$1"; }}
for word in "$@"; do
    case $take in
    bundle) bundle=$word ;;
    process) strip "$word" ;;
    esac
    take=
    case $word in
    --bundle | -b) take=bundle ;;
    --process | -p) take=process ;;
    esac
done
[ "$bundle" ] || exec {0} "$@"
cp "$bundle/config.json" "$bundle/asked.json"
strip "$bundle/config.json"
{0} "$@"
code=$?
mv "$bundle/asked.json" "$bundle/config.json"
exit $code
"#,
        wrapper.display()
    );
    executable(&own, &script);
    Some(own)
}

fn executable(path: &Path, script: &str) {
    std::fs::write(path, script).unwrap();
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o755)).unwrap();
}
