// SPDX-License-Identifier: Apache-2.0
//! The incident on a kubeadm cluster, from a kubeconfig only.

use std::fs;
use std::path::Path;

use lab::Image;
use lab::setup::{KubernetesBinary, kubernetes};

use crate::client::Client;
use crate::stand::{REPLACE, Stand, run};

#[test]
fn the_first_nodes_member_is_replaced_while_the_api_serves() {
    let stand = Stand::broken(0);
    let name = stand.name(0);
    let old = fs::read_to_string(stand.manifest(0)).unwrap();

    let (code, report) = stand.health(&[]);
    assert_eq!(report["verdict"], "degraded", "{report}");
    assert_ne!(code, Some(0));
    let findings = report["findings"].to_string();
    assert!(findings.contains("multiple references"), "{findings}");
    assert!(findings.contains("etcd-replace node"), "{findings}");

    // Its own API server is down with it: the way that is left is named, and nothing is begun.
    let before = stand.picture(1, 0);
    let of_first = stand.lab.kubeconfig_of(0).unwrap();
    let words = ["node", &name, "--yes"];
    let refused = run(&mut stand.command(Path::new(REPLACE), &of_first, &words));
    assert_ne!(refused.code, Some(0), "{refused:?}");
    assert!(refused.stderr.contains("another API server"), "{refused:?}");
    assert_eq!(before, stand.picture(1, 0));

    let client = Client::start(&stand);
    let output = stand.replace(&["node", &name, "--yes"]);
    let figures = client.finish(&stand);
    assert_eq!(output.code, Some(0), "{output:?}");
    assert!(!figures.acknowledged.is_empty());
    eprintln!("{}", output.stderr);

    stand.assert_whole();
    stand.assert_well();

    // The manifest is the old one but for the two settings, and the old one is kept outside.
    let new = fs::read_to_string(stand.manifest(0)).unwrap();
    let settings = |line: &&str| !line.contains("- --initial-cluster");
    let rest =
        |text: &str| -> Vec<String> { text.lines().filter(settings).map(str::to_owned).collect() };
    assert_eq!(rest(&old), rest(&new));
    assert!(
        new.contains("- --initial-cluster-state=existing\n"),
        "{new}"
    );
    let kept = stand.lab.node(0).host_path("/etc/kubernetes/kubectl-etcd");
    let kept: Vec<_> = fs::read_dir(kept)
        .unwrap()
        .map(|e| e.unwrap().path())
        .collect();
    assert_eq!(kept.len(), 1, "{kept:?}");
    assert_eq!(fs::read_to_string(&kept[0]).unwrap(), old);
    let data = stand.lab.node(0).data_dir();
    let mut names: Vec<_> = fs::read_dir(&data)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    assert_eq!(names.len(), 2, "{names:?}");
    assert!(names[1].starts_with("member.before-"), "{names:?}");

    // kubeadm finds what it looks for.
    let kubeadm = stand
        .lab
        .node(0)
        .run([kubernetes(KubernetesBinary::Kubeadm).unwrap()])
        .unwrap();
    kubeadm.args(["certs", "check-expiration"]).ok().unwrap();
}

/// The images of newer etcd releases have no shell: certificates and connections then come by the
/// helper pod.
#[test]
fn another_nodes_member_is_replaced_where_no_image_has_a_shell() {
    let stand = Stand::new();
    for node in 0..3 {
        stand.lab.use_etcd_image(node, Image::Bare).unwrap();
    }
    stand.break_(2);
    let (code, report) = stand.health(&[]);
    assert_eq!(report["verdict"], "degraded", "{report}");
    assert_ne!(code, Some(0));
    assert_eq!(report["observation"]["access"]["via"], "api-exec");
    let output = stand.replace(&["node", &stand.name(2), "--yes"]);
    assert_eq!(output.code, Some(0), "{output:?}");
    stand.assert_whole();
    stand.assert_well();
}
