// SPDX-License-Identifier: Apache-2.0

use std::path::PathBuf;
use std::time::Duration;

use super::{cache, say};
use crate::error::Result;
use crate::run::Run;

/// The release that `deny.toml` is written for.
const VERSION: &str = "0.20.2";

/// cargo-deny, built into the cache once.
///
/// # Errors
/// When it cannot be fetched or built.
pub fn cargo_deny() -> Result<PathBuf> {
    let folder = cache::once(&format!("tools/cargo-deny-{VERSION}"), |folder| {
        say(&format!(
            "building cargo-deny {VERSION} into the cache (about a minute, once)"
        ));
        // Unoptimised: it runs for seconds, and would build for minutes.
        Run::new("cargo")
            .args(["install", "--quiet", "--locked", "--profile", "dev"])
            .args(["--no-default-features", "--version", VERSION, "--root"])
            .arg(folder)
            .arg("cargo-deny")
            .within(Duration::from_secs(1200))
            .ok()
            .map(drop)
    })?;
    Ok(folder.join("bin/cargo-deny"))
}
