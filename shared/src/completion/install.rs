// SPDX-License-Identifier: Apache-2.0

use std::fs;
use std::io;
use std::path::PathBuf;

use crate::error::ShownError;

/// Puts the helper that kubectl asks for completion beside the plugin found on PATH, and says
/// where. It is a link to the plugin's own name, so that it stays right when krew moves on.
///
/// # Errors
/// When the plugin is not on PATH, something else stands at the helper's place, or the folder
/// cannot be written.
pub fn install_helper(program: &str) -> Result<PathBuf, ShownError> {
    let found = which::which(program).map_err(|error| {
        ShownError::usage(format!("{program:?} is not on your PATH"))
            .caused_by(error)
            .hinted("put the folder of the program on PATH first, as kubectl needs it, too")
    })?;
    let plugin = program.strip_prefix("kubectl-").unwrap_or(program);
    let helper = found.with_file_name(format!("kubectl_complete-{plugin}"));
    let failed = |error: io::Error| {
        ShownError::failed(format!("{:?} cannot be written", helper.display()))
            .caused_by(error)
            .hinted("run it as the owner of that folder")
    };
    match fs::symlink_metadata(&helper) {
        Ok(there) if there.file_type().is_symlink() => fs::remove_file(&helper).map_err(failed)?,
        Ok(_) => {
            return Err(ShownError::usage(format!(
                "{:?} exists and is not a link",
                helper.display()
            ))
            .hinted(format!("look what it is, then `rm {}`", helper.display())));
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        Err(error) => return Err(failed(error)),
    }
    link(&found, &helper).map_err(failed)?;
    Ok(helper)
}

#[cfg(unix)]
fn link(found: &std::path::Path, helper: &std::path::Path) -> io::Result<()> {
    std::os::unix::fs::symlink(found.file_name().unwrap_or_default(), helper)
}

#[cfg(not(unix))]
fn link(found: &std::path::Path, helper: &std::path::Path) -> io::Result<()> {
    let extension = found.extension().unwrap_or_default();
    fs::copy(found, helper.with_extension(extension)).map(|_| ())
}
