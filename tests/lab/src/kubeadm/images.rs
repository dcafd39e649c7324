// SPDX-License-Identifier: Apache-2.0

use std::fs;
use std::path::PathBuf;

use crate::error::{LabError, Result};
use crate::etcd::{Image, image_tar, import_as, tar_of};
use crate::node::Node;
use crate::setup::{EtcdBinaries, KubernetesBinary, cache_root, kubernetes};

/// The names under which kubeadm v1.20.2 expects its images.
pub(crate) const ETCD: &str = "k8s.gcr.io/etcd:3.4.13-0";
pub(super) const PAUSE: &str = "k8s.gcr.io/pause:3.2";

/// What holds a pod's namespaces: waits for the signal to end.
const PAUSE_PROGRAM: &str =
    "#!/bin/sh\ntrap 'exit 0' TERM INT\nwhile :; do\n    sleep 86400 &\n    wait\ndone\n";

/// An image to make known to every node's engine.
#[derive(Debug)]
pub(super) struct NodeImage {
    pub(super) reference: String,
    pub(super) tar: PathBuf,
    /// A change for `docker import`.
    pub(super) change: &'static str,
}

const PATH: &str = "ENV PATH=/usr/local/bin:/bin";

/// All of a node's images, their tars made the first time.
pub(super) fn all(binaries: &EtcdBinaries) -> Result<Vec<NodeImage>> {
    let mut images = vec![NodeImage {
        reference: PAUSE.to_owned(),
        tar: pause_tar()?,
        change: "ENTRYPOINT [\"/pause\"]",
    }];
    for image in [Image::Shell, Image::Bare] {
        images.push(NodeImage {
            reference: etcd_variant(image).to_owned(),
            tar: image_tar(binaries, image)?,
            change: PATH,
        });
    }
    for binary in [
        KubernetesBinary::ApiServer,
        KubernetesBinary::ControllerManager,
        KubernetesBinary::Scheduler,
    ] {
        let name = binary.name();
        images.push(NodeImage {
            reference: format!("k8s.gcr.io/{name}:v1.20.2"),
            tar: tar_of(
                &format!("{name}-v1.20.2"),
                &[(kubernetes(binary)?, format!("usr/local/bin/{name}"))],
            )?,
            change: PATH,
        });
    }
    Ok(images)
}

/// Both are there under names of their own; kubeadm's name is given to one of them.
fn etcd_variant(image: Image) -> &'static str {
    match image {
        Image::Shell => "kubectl-etcd-lab/etcd:shell",
        Image::Bare => "kubectl-etcd-lab/etcd:bare",
    }
}

/// Makes a node's images known to its engine.
pub(super) fn import_all(node: &Node, images: &[NodeImage], etcd: Image) -> Result<()> {
    for image in images {
        import_as(node, &image.tar, &image.reference, image.change)?;
    }
    use_etcd(node, etcd)
}

/// Gives kubeadm's name to one of the etcd images: it counts from the container's next start.
pub(crate) fn use_etcd(node: &Node, image: Image) -> Result<()> {
    node.docker(["tag", etcd_variant(image), ETCD])
        .ok()
        .map(|_| ())
}

fn pause_tar() -> Result<PathBuf> {
    let program = cache_root().join("images/pause");
    if let Some(folder) = program.parent() {
        fs::create_dir_all(folder).map_err(LabError::file("create", folder))?;
    }
    fs::write(&program, PAUSE_PROGRAM).map_err(LabError::file("write", &program))?;
    let real = |path: &str| fs::canonicalize(path).map_err(LabError::file("read", path));
    tar_of(
        "pause",
        &[
            (program, "pause".to_owned()),
            (real("/bin/sh")?, "bin/sh".to_owned()),
            (real("/bin/sleep")?, "bin/sleep".to_owned()),
        ],
    )
}
