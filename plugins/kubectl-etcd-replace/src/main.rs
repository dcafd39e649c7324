// SPDX-License-Identifier: Apache-2.0

//! `kubectl etcd-replace`: replaces a broken etcd member, and refuses whatever would lose data.

use std::process::ExitCode;

fn main() -> ExitCode {
    ExitCode::from(kubectl_etcd_replace::run())
}
