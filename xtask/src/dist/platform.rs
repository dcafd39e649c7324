// SPDX-License-Identifier: Apache-2.0

use shared::error::ShownError;

/// A platform that releases are built for, in krew's words and in rustc's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Platform {
    /// krew's and Go's name of the system.
    pub os: &'static str,
    /// krew's and Go's name of the architecture.
    pub arch: &'static str,
    /// The target of a release.
    pub triple: &'static str,
}

/// Those of a release, as `.github/workflows/release.yml` builds them.
pub const ALL: [Platform; 5] = [
    Platform {
        os: "linux",
        arch: "amd64",
        triple: "x86_64-unknown-linux-musl",
    },
    Platform {
        os: "linux",
        arch: "arm64",
        triple: "aarch64-unknown-linux-musl",
    },
    Platform {
        os: "darwin",
        arch: "amd64",
        triple: "x86_64-apple-darwin",
    },
    Platform {
        os: "darwin",
        arch: "arm64",
        triple: "aarch64-apple-darwin",
    },
    Platform {
        os: "windows",
        arch: "amd64",
        triple: "x86_64-pc-windows-msvc",
    },
];

impl Platform {
    /// That of a target triple, of whatever libc.
    pub fn of(triple: &str) -> Result<Self, ShownError> {
        let same = |platform: &&Self| {
            let mut parts = triple.split('-');
            let arch = parts.next() == platform.triple.split('-').next();
            let system = match platform.os {
                "darwin" => "apple",
                os => os,
            };
            arch && parts.any(|part| part == system)
        };
        ALL.iter().find(same).copied().ok_or_else(|| {
            let known: Vec<&str> = ALL.iter().map(|platform| platform.triple).collect();
            ShownError::usage(format!("releases are not made for \"{triple}\""))
                .hinted(format!("those are: {}", known.join(", ")))
        })
    }

    /// `linux_amd64`, as in the names of archives.
    pub fn label(&self) -> String {
        format!("{}_{}", self.os, self.arch)
    }

    /// The ending of programs.
    pub fn suffix(&self) -> &'static str {
        if self.os == "windows" { ".exe" } else { "" }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_triple_is_its_platform_whatever_its_libc() {
        let label = |triple: &str| Platform::of(triple).ok().map(|found| found.label());
        assert_eq!(
            label("x86_64-unknown-linux-gnu").as_deref(),
            Some("linux_amd64")
        );
        assert_eq!(
            label("aarch64-unknown-linux-musl").as_deref(),
            Some("linux_arm64")
        );
        assert_eq!(
            label("aarch64-apple-darwin").as_deref(),
            Some("darwin_arm64")
        );
        assert_eq!(
            label("x86_64-pc-windows-msvc").as_deref(),
            Some("windows_amd64")
        );
        assert_eq!(label("riscv64gc-unknown-linux-gnu"), None);
    }
}
