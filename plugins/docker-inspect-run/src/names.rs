// SPDX-License-Identifier: Apache-2.0

use std::ffi::OsStr;
use std::path::Path;

use shared::invocation::Names;

use crate::plugin_call::PLUGIN_NAME;

/// What this program is called: as krew's kubectl plugin, and by itself.
pub const NAMES: Names = Names {
    plugin: "kubectl docker-inspect-run",
    file: "docker-inspect-run",
};

/// The file that kubectl runs `kubectl docker-inspect-run` from.
pub const KUBECTL_FILE: &str = "kubectl-docker_inspect_run";

/// The name that the program was called by: docker and kubectl each want a file name of their own.
pub fn called_as(argv0: Option<&OsStr>) -> String {
    let file = argv0.and_then(|argv0| Path::new(argv0).file_stem());
    let file = file.unwrap_or_default().to_string_lossy();
    if file == KUBECTL_FILE {
        NAMES.plugin.to_owned()
    } else if file.strip_prefix("docker-") == Some(PLUGIN_NAME) {
        format!("docker {PLUGIN_NAME}")
    } else {
        NAMES.file.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_way_of_calling_has_its_name() {
        let cases = [
            (
                "/root/.docker/cli-plugins/docker-inspectrun",
                "docker inspectrun",
            ),
            (
                "/root/.krew/bin/kubectl-docker_inspect_run",
                "kubectl docker-inspect-run",
            ),
            ("docker-inspect-run", "docker-inspect-run"),
            ("", "docker-inspect-run"),
        ];
        for (argv0, want) in cases {
            assert_eq!(called_as(Some(OsStr::new(argv0))), want);
        }
    }
}
