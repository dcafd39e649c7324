// SPDX-License-Identifier: Apache-2.0

//! `kubectl etcd-health`: says whether etcd is well, why not, and what to do.

use std::process::ExitCode;

fn main() -> ExitCode {
    ExitCode::from(kubectl_etcd_health::run())
}
