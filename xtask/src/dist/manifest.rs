// SPDX-License-Identifier: Apache-2.0

use std::fs;
use std::path::{Path, PathBuf};

use shared::error::ShownError;

use super::checksums::sha256;
use super::package::{self, Package};
use super::platform;

/// Where a release's archives are found.
pub const RELEASES: &str = concat!(env!("CARGO_PKG_REPOSITORY"), "/releases/download");

/// The name of an archive.
pub fn archive_name(package: &Package, version: &str, platform: &platform::Platform) -> String {
    format!("{}_{version}_{}.tar.gz", package.krate, platform.label())
}

/// Writes krew's manifest of every program from its template, with the platforms whose archives
/// lie in `archives`. Returns the manifests written.
///
/// # Errors
/// A template cannot be read, or a manifest not be written.
pub fn write(
    templates: &Path,
    archives: &Path,
    to: &Path,
    version: &str,
    base_url: &str,
) -> Result<Vec<PathBuf>, ShownError> {
    fs::create_dir_all(to).map_err(|error| unusable(to, error))?;
    let mut written = Vec::new();
    for package in &package::ALL {
        let template = templates.join(format!("{}.yaml", package.krew));
        let text = fs::read_to_string(&template).map_err(|error| unusable(&template, error))?;
        let platforms = platforms(package, archives, version, base_url)?;
        if platforms.is_empty() {
            continue;
        }
        let text = render(&text, version, &platforms);
        let path = to.join(format!("{}.yaml", package.krew));
        fs::write(&path, text).map_err(|error| unusable(&path, error))?;
        written.push(path);
    }
    Ok(written)
}

fn unusable(path: &Path, error: std::io::Error) -> ShownError {
    ShownError::failed(format!("\"{}\" cannot be read or written", path.display())).caused_by(error)
}

/// The template's comment lines say how it is used and are left out.
fn render(template: &str, version: &str, platforms: &str) -> String {
    let lines = template.lines().filter(|line| !line.starts_with('#'));
    let text: String = lines.map(|line| format!("{line}\n")).collect();
    text.replace("{{version}}", version)
        .replace("{{platforms}}\n", platforms)
}

fn platforms(
    package: &Package,
    archives: &Path,
    version: &str,
    base_url: &str,
) -> Result<String, ShownError> {
    let mut text = String::new();
    for platform in &platform::ALL {
        let name = archive_name(package, version, platform);
        let archive = archives.join(&name);
        if !archive.is_file() {
            continue;
        }
        let sha256 = sha256(&archive).map_err(|error| unusable(&archive, error))?;
        text.push_str(&format!(
            "  - selector:\n      matchLabels:\n        os: {}\n        arch: {}\n    \
             uri: {base_url}/{version}/{name}\n    sha256: {sha256}\n    bin: {}{}\n",
            platform.os,
            platform.arch,
            package.program,
            platform.suffix()
        ));
    }
    Ok(text)
}
