// SPDX-License-Identifier: Apache-2.0

//! Builds `program/` without the standard library, for every Linux architecture whose `core` is
//! installed, and hands the files to the crate, which embeds them.
#![allow(clippy::print_stdout)]

use std::env;
use std::error::Error;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The architectures that etcd runs on, and the target triples that serve (the first installed
/// one is taken: without libc all triples of an architecture give the same program).
const TARGETS: [(&str, &[&str]); 2] = [
    (
        "x86_64",
        &["x86_64-unknown-linux-gnu", "x86_64-unknown-linux-musl"],
    ),
    (
        "aarch64",
        &["aarch64-unknown-linux-gnu", "aarch64-unknown-linux-musl"],
    ),
];

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed=program");
    let out = PathBuf::from(env::var_os("OUT_DIR").ok_or("OUT_DIR is not set")?);
    let mut embedded = String::from("&[\n");
    let mut any = false;
    for (architecture, triples) in TARGETS {
        let Some(triple) = triples.iter().find(|triple| is_installed(triple)) else {
            continue;
        };
        let built = build(triple, &out)?;
        let kept = out.join(format!("etcd-node-helper-{architecture}"));
        fs::copy(&built, &kept)?;
        writeln!(
            embedded,
            "    ({architecture:?}, include_bytes!({:?})),",
            kept.display().to_string()
        )?;
        any = true;
    }
    if !any {
        println!(
            "cargo::warning=no Linux target is installed for this compiler: the helper program is \
             not embedded and etcd-replace will ask for --helper-binary"
        );
    }
    embedded.push(']');
    fs::write(out.join("embedded.rs"), embedded)?;
    Ok(())
}

fn is_installed(triple: &str) -> bool {
    let rustc = env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    Command::new(rustc)
        .args(["--print", "target-libdir", "--target", triple])
        .output()
        .is_ok_and(|output| {
            output.status.success()
                && Path::new(String::from_utf8_lossy(&output.stdout).trim()).is_dir()
        })
}

/// Builds with the linker that comes with the compiler, which needs no C compiler for the
/// target; where a distribution's compiler has none, with `cc`.
fn build(triple: &str, out: &Path) -> Result<PathBuf, Box<dyn Error>> {
    let common = ["-Crelocation-model=static", "-Ctarget-feature=+crt-static"];
    let with_lld = ["-Clinker=rust-lld", "-Clinker-flavor=ld.lld"];
    let with_cc = ["-Clink-args=-nostdlib -nostartfiles -static -no-pie"];
    let mut said = String::new();
    for linker in [&with_lld[..], &with_cc[..]] {
        let flags = [&common[..], linker].concat().join("\u{1f}");
        let target_dir = out.join("helper-target");
        let output = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
            .args(["build", "--quiet", "--release", "--locked"])
            .args(["--manifest-path", "program/Cargo.toml"])
            .args(["--target", triple])
            .arg("--target-dir")
            .arg(&target_dir)
            // What cargo set for this build must not speak into the inner one.
            .env("CARGO_ENCODED_RUSTFLAGS", flags)
            .env_remove("RUSTFLAGS")
            .env_remove("RUSTC_WORKSPACE_WRAPPER")
            .env_remove("CARGO_BUILD_TARGET")
            .env_remove("CARGO_PROFILE_RELEASE_PANIC")
            .output()?;
        if output.status.success() {
            return Ok(target_dir.join(triple).join("release/etcd-node-helper"));
        }
        said.push_str(&String::from_utf8_lossy(&output.stderr));
    }
    Err(format!("cannot build the helper program for {triple}:\n{said}").into())
}
