// SPDX-License-Identifier: Apache-2.0

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::Image;
use crate::error::{LabError, Result};
use crate::node::Node;
use crate::run::Run;
use crate::setup::{EtcdBinaries, cache_root};

/// The image's root file system as a tar in the cache, made the first time.
pub(crate) fn tar(binaries: &EtcdBinaries, image: Image) -> Result<PathBuf> {
    let kind = match image {
        Image::Shell => "shell",
        Image::Bare => "bare",
    };
    let mut programs = vec![
        (binaries.etcd.clone(), "usr/local/bin/etcd".to_owned()),
        (binaries.etcdctl.clone(), "usr/local/bin/etcdctl".to_owned()),
    ];
    if image == Image::Shell {
        let shell = fs::canonicalize("/bin/sh").map_err(LabError::file("read", "/bin/sh"))?;
        programs.push((shell, "bin/sh".to_owned()));
    }
    tar_of(&format!("etcd-{}-{kind}", binaries.version), &programs)
}

/// An image of these programs and the libraries that they need.
pub(crate) fn tar_of(name: &str, programs: &[(PathBuf, String)]) -> Result<PathBuf> {
    let folder = cache_root().join("images");
    let path = folder.join(format!("{name}.tar"));
    let _lock = crate::lock::FileLock::take(&cache_root().join("locks/images"))?;
    if path.is_file() {
        return Ok(path);
    }
    fs::create_dir_all(&folder).map_err(LabError::file("create", &folder))?;
    let unfinished =
        tempfile::NamedTempFile::new_in(&folder).map_err(LabError::file("write", &folder))?;
    write(unfinished.as_file(), programs).map_err(LabError::file("write", &path))?;
    unfinished.persist(&path).map_err(|error| LabError::File {
        action: "write",
        path: path.clone(),
        source: error.error,
    })?;
    Ok(path)
}

fn write(file: &File, programs: &[(PathBuf, String)]) -> std::io::Result<()> {
    let mut tar = tar::Builder::new(file);
    let mut header = tar::Header::new_gnu();
    header.set_entry_type(tar::EntryType::Directory);
    header.set_size(0);
    for (folder, mode) in [
        ("tmp/", 0o1777),
        ("etc/", 0o755),
        ("var/lib/rancher/", 0o755),
    ] {
        header.set_mode(mode);
        tar.append_data(&mut header, folder, std::io::empty())?;
    }
    let mut libraries = BTreeSet::new();
    for (program, name) in programs {
        add(&mut tar, program, name)?;
        libraries.extend(needed_libraries(program));
    }
    for library in libraries {
        let name = library.to_string_lossy().trim_start_matches('/').to_owned();
        add(&mut tar, &library, &name)?;
    }
    tar.into_inner().map(|_| ())
}

fn add(tar: &mut tar::Builder<&File>, path: &Path, name: &str) -> std::io::Result<()> {
    let bytes = fs::read(path)?;
    let mut header = tar::Header::new_gnu();
    header.set_mode(0o755);
    header.set_size(u64::try_from(bytes.len()).unwrap_or_default());
    tar.append_data(&mut header, name, bytes.as_slice())
}

/// The shared libraries and the loader of a program; none for a static one.
fn needed_libraries(program: &Path) -> Vec<PathBuf> {
    let Ok(done) = Run::new("ldd").arg(program).done() else {
        return Vec::new();
    };
    done.stdout
        .lines()
        .filter_map(|line| {
            let line = line.trim();
            let path = line.split_once("=> ").map_or(line, |(_, path)| path);
            let path = path.split_whitespace().next()?;
            path.starts_with('/').then(|| PathBuf::from(path))
        })
        .collect()
}

/// Makes the image known to a node's engine.
pub(crate) fn import(node: &Node, tar: &Path, reference: &str) -> Result<()> {
    import_as(node, tar, reference, "ENV PATH=/usr/local/bin:/bin")
}

/// The same with another change of its configuration.
pub(crate) fn import_as(node: &Node, tar: &Path, reference: &str, change: &str) -> Result<()> {
    if node.docker(["image", "inspect", reference]).try_it() {
        return Ok(());
    }
    node.docker(["import", "--change", change])
        .arg(tar)
        .arg(reference)
        .within(Duration::from_secs(120))
        .ok()
        .map(|_| ())
}
