// SPDX-License-Identifier: Apache-2.0

use std::path::{Path, PathBuf};

use shared::error::ShownError;
use shared::output::Printer;

use crate::plugin_call::PLUGIN_NAME;

/// Links this program into docker's folder of plugins under the name that docker wants.
pub fn install(
    dir: Option<&Path>,
    config: Option<&Path>,
    printer: Printer,
) -> Result<(), ShownError> {
    let dir = match (dir, config) {
        (Some(dir), _) => dir.to_owned(),
        (None, Some(config)) => config.join("cli-plugins"),
        (None, None) => default_dir()?,
    };
    let failed = |what: &str, path: &Path, error: std::io::Error| {
        ShownError::failed(format!("cannot {what} \"{}\"", path.display())).caused_by(error)
    };
    let program = std::env::current_exe()
        .and_then(|path| path.canonicalize())
        .map_err(|error| ShownError::failed("cannot find this program's file").caused_by(error))?;
    std::fs::create_dir_all(&dir).map_err(|error| failed("make the folder", &dir, error))?;
    let link = dir.join(format!(
        "docker-{PLUGIN_NAME}{}",
        std::env::consts::EXE_SUFFIX
    ));
    match std::fs::symlink_metadata(&link) {
        Ok(found) if found.is_symlink() => {
            std::fs::remove_file(&link).map_err(|error| failed("replace", &link, error))?;
        }
        Ok(_) if link.canonicalize().ok().as_deref() == Some(&program) => {
            printer.note(&format!("\"{}\" is this program already", link.display()));
            return Ok(());
        }
        Ok(_) => {
            return Err(ShownError::refused(format!(
                "\"{}\" exists and is no link",
                link.display()
            ))
            .hinted("remove it by hand if it is an older copy"));
        }
        Err(_) => {}
    }
    place(&program, &link).map_err(|error| failed("make", &link, error))?;
    printer.data(&format!("docker {PLUGIN_NAME}: {}", link.display()));
    Ok(())
}

#[cfg(unix)]
fn place(program: &Path, link: &Path) -> std::io::Result<()> {
    std::os::unix::fs::symlink(program, link)
}

#[cfg(not(unix))]
fn place(program: &Path, link: &Path) -> std::io::Result<()> {
    std::fs::copy(program, link).map(drop)
}

fn default_dir() -> Result<PathBuf, ShownError> {
    if let Some(config) = std::env::var_os("DOCKER_CONFIG").filter(|value| !value.is_empty()) {
        return Ok(PathBuf::from(config).join("cli-plugins"));
    }
    let home = etcetera::home_dir()
        .map_err(|error| ShownError::failed("cannot find the home folder").caused_by(error))?;
    Ok(home.join(".docker/cli-plugins"))
}
