// SPDX-License-Identifier: Apache-2.0

//! `docker-inspect-run`: from a container back to the exact command that made it.

use std::process::ExitCode;

fn main() -> ExitCode {
    docker_inspect_run::run(std::env::args_os().collect())
}
