// SPDX-License-Identifier: Apache-2.0

use std::path::{Path, PathBuf};
use std::process::Command;

use shared::error::ShownError;
use shared::output::Printer;

use super::package;

/// The target that a build without a word is for: the static one of this machine where its
/// standard library is installed, else the machine's own.
pub fn default_target(printer: Printer) -> Result<String, ShownError> {
    let host = host()?;
    let musl = host.replace("-gnu", "-musl");
    if musl == host || is_installed(&musl) {
        return Ok(musl);
    }
    printer.warning(&format!(
        "the standard library for {musl} is not installed (`rustup target add {musl}`): building \
         for {host}, hence not static"
    ));
    Ok(host)
}

/// The target of this machine's compiler.
fn host() -> Result<String, ShownError> {
    let failed = || ShownError::failed("rustc does not say what it builds for");
    let output = Command::new("rustc")
        .arg("-vV")
        .output()
        .map_err(|error| failed().caused_by(error))?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    text.lines()
        .find_map(|line| line.strip_prefix("host: "))
        .map(str::to_owned)
        .ok_or_else(failed)
}

fn is_installed(triple: &str) -> bool {
    Command::new("rustc")
        .args(["--print", "target-libdir", "--target", triple])
        .output()
        .is_ok_and(|output| Path::new(String::from_utf8_lossy(&output.stdout).trim()).is_dir())
}

/// Builds the release programs for a target, beneath `target_dir`; returns their folder.
///
/// # Errors
/// They do not build.
pub fn build(root: &Path, target: &str, target_dir: &Path) -> Result<PathBuf, ShownError> {
    let mut command = Command::new(env!("CARGO"));
    command
        .current_dir(root)
        .args(["build", "--release", "--locked", "--target", target])
        .arg("--target-dir")
        .arg(target_dir)
        .env(
            "CARGO_ENCODED_RUSTFLAGS",
            flags(root, target).join("\u{1f}"),
        )
        .env_remove("RUSTFLAGS");
    for package in package::ALL {
        command.args(["--package", package.krate]);
    }
    let status = command
        .status()
        .map_err(|error| ShownError::failed("cargo could not be started").caused_by(error))?;
    if status.success() {
        Ok(target_dir.join(target).join("release"))
    } else {
        Err(
            ShownError::failed(format!("the release does not build for {target}"))
                .hinted("see cargo's words above"),
        )
    }
}

/// Paths of this machine stay out of the programs, so that the same commit gives the same bytes.
fn flags(root: &Path, target: &str) -> Vec<String> {
    let mut flags = vec![format!("--remap-path-prefix={}=/build", root.display())];
    // A panic aborts in a release: the tables to unwind by would be a tenth of each program.
    // Windows has them by its calling convention.
    if !target.contains("-windows-") {
        flags.push("-Cforce-unwind-tables=no".to_owned());
    }
    let home = |name: &str, folder: &str| {
        std::env::var_os(name)
            .map(PathBuf::from)
            .or_else(|| Some(PathBuf::from(std::env::var_os("HOME")?).join(folder)))
    };
    if let Some(cargo) = home("CARGO_HOME", ".cargo") {
        flags.push(format!("--remap-path-prefix={}=/cargo", cargo.display()));
    }
    if let Some(rustup) = home("RUSTUP_HOME", ".rustup") {
        flags.push(format!("--remap-path-prefix={}=/rustup", rustup.display()));
    }
    if target.ends_with("-musl") || target.ends_with("-msvc") {
        flags.push("-Ctarget-feature=+crt-static".to_owned());
    }
    flags
}
