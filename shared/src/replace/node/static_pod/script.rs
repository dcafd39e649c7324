// SPDX-License-Identifier: Apache-2.0

use super::names;
use crate::replace::node::NodeStep;
use crate::replace::node::data::names::aside;

/// A script that writes a manifest by hand: beside the kubelet's folder, then moved in, for a
/// kubelet reads a file that is being written half.
pub fn write(file: &str, manifest: &str) -> String {
    let target = names::of_kubelet(file);
    format!(
        "#!/bin/sh\n\
         # Writes the manifest of etcd on its node; the kubelet then runs it.\n\
         set -eu\n\
         umask 077\n\
         mkdir -p {kept}\n\
         cat > {kept}/{file}.by-hand <<'END_OF_MANIFEST'\n\
         {manifest}\
         END_OF_MANIFEST\n\
         mv {kept}/{file}.by-hand {target}\n",
        kept = names::KEPT,
    )
}

/// What an operator would type on the node.
pub fn commands(node: &str, step: NodeStep<'_>) -> Vec<String> {
    let manifest = names::of_kubelet(names::FILE);
    let (stopped, staged) = (names::stopped(), names::staged());
    let on = format!("# on node {node}");
    let mut all = match step {
        NodeStep::Save => vec![format!("cp -p {manifest} ~/")],
        NodeStep::Stop => vec![
            format!("mkdir -p -m 700 {}", names::KEPT),
            format!("mv -nT {manifest} {stopped}"),
            "while pgrep -x etcd; do sleep 1; done".to_owned(),
        ],
        NodeStep::SetAside { view, stamp } => view
            .data
            .paths_on_node
            .iter()
            .map(|path| format!("mv -nT {} {}", quote(path), quote(&aside(path, stamp))))
            .collect(),
        NodeStep::Recreate { new, stamp } => {
            let drop: String = new
                .removed
                .iter()
                .map(|flag| format!(" -e '/- --{flag}/d'"))
                .collect();
            vec![
                format!(
                    "sed -e '/- --initial-cluster/d'{drop} -e 's|^\\( *\\)- --name=.*|&\\n\\1- --initial-cluster={}\\n\\1- --initial-cluster-state=existing|' {stopped} > {staged}",
                    new.initial_cluster
                ),
                format!("mv -nT {stopped} {}", names::kept(stamp)),
                format!("mv -nT {staged} {manifest}"),
            ]
        }
    };
    all.insert(0, on);
    all
}

/// A word as a POSIX shell reads it back.
fn quote(word: &str) -> String {
    shlex::try_quote(word).map_or_else(|_| "''".to_owned(), std::borrow::Cow::into_owned)
}
