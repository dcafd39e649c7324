// SPDX-License-Identifier: Apache-2.0

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::{cache, kubernetes_build, say};
use crate::error::{LabError, Result};
use crate::run::Run;

/// A program of Kubernetes v1.20.2.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KubernetesBinary {
    /// `kube-apiserver`
    ApiServer,
    /// `kubelet`
    Kubelet,
    /// `kube-controller-manager`
    ControllerManager,
    /// `kube-scheduler`
    Scheduler,
    /// `kubeadm`
    Kubeadm,
}

impl KubernetesBinary {
    /// Every one.
    pub const ALL: &'static [Self] = &[
        Self::ApiServer,
        Self::Kubelet,
        Self::ControllerManager,
        Self::Scheduler,
        Self::Kubeadm,
    ];

    /// Its file name.
    pub fn name(self) -> &'static str {
        match self {
            Self::ApiServer => "kube-apiserver",
            Self::Kubelet => "kubelet",
            Self::ControllerManager => "kube-controller-manager",
            Self::Scheduler => "kube-scheduler",
            Self::Kubeadm => "kubeadm",
        }
    }
}

/// Where it is, by envtest's convention: the folder named by `KUBEBUILDER_ASSETS`; else the
/// cache; else a packed one at `../shared/kube` beside the checkout, unpacked into the cache; else
/// built from Debian's source package.
///
/// # Errors
/// Those of the unpacking or of the build.
pub fn kubernetes(binary: KubernetesBinary) -> Result<PathBuf> {
    let name = binary.name();
    if let Some(assets) = std::env::var_os("KUBEBUILDER_ASSETS") {
        let path = PathBuf::from(assets).join(name);
        if path.is_file() {
            return Ok(path);
        }
    }
    let entry = format!("kube/{name}");
    let Some(packed) = packed(name) else {
        let unpacked = cache::root().join(&entry).join(name);
        if unpacked.is_file() {
            return Ok(unpacked);
        }
        return Ok(kubernetes_build::built()?.join(name));
    };
    let folder = cache::once(&entry, |folder| {
        say(&format!(
            "unpacking \"{}\" into the cache",
            packed.display()
        ));
        let target = folder.join(name);
        let copy = folder.join(format!("{name}.xz"));
        fs::copy(&packed, &copy).map_err(LabError::file("copy", &packed))?;
        Run::new("xz")
            .args(["-d", "-f"])
            .arg(&copy)
            .within(Duration::from_secs(300))
            .ok()?;
        Run::new("chmod").arg("755").arg(&target).ok()?;
        Ok(())
    })?;
    Ok(folder.join(name))
}

fn packed(name: &str) -> Option<PathBuf> {
    checkouts()
        .iter()
        .filter_map(|checkout| {
            Some(
                checkout
                    .parent()?
                    .join("shared/kube")
                    .join(format!("{name}.xz")),
            )
        })
        .find(|path| path.is_file())
}

/// This checkout and, for a linked git worktree, the checkout it belongs to.
fn checkouts() -> Vec<PathBuf> {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"))
        .ancestors()
        .nth(2)
        .map(Path::to_owned);
    let main = here.as_ref().and_then(|here| {
        let link = fs::read_to_string(here.join(".git")).ok()?;
        let inside = PathBuf::from(link.strip_prefix("gitdir:")?.trim());
        inside.ancestors().nth(3).map(Path::to_owned)
    });
    here.into_iter().chain(main).collect()
}
