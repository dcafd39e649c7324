// SPDX-License-Identifier: Apache-2.0

//! Links without libc, its start files or a dynamic loader.

fn main() {
    let arch = std::env::var("CARGO_CFG_TARGET_ARCH").unwrap_or_default();
    println!("cargo::rustc-env=HELPER_ARCH={arch}");
    println!("cargo::rerun-if-changed=build.rs");
}
