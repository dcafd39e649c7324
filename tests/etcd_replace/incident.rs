// SPDX-License-Identifier: Apache-2.0

//! The incident: one member crash-loops on a database with a page referenced twice.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use crate::stand::{Stand, files};

#[test]
fn the_broken_member_is_replaced_and_everything_of_the_old_one_is_kept() {
    let stand = Stand::broken("multiref", 1);
    let name = stand.name(1);
    let before = stand.inspect(1, "etcd");
    let old_files = files(&stand.lab.node(1).data_dir().join("member"));
    stand.lab.etcdctl(&["put", "kept", "value"]).unwrap();

    let output = stand.replace(&["node", &name, "--yes"]);
    assert_eq!(output.code, Some(0), "{output:?}");
    assert!(output.stdout.contains("replaced member"), "{output:?}");

    stand.assert_whole();
    let after = stand.inspect(1, "etcd");
    assert_ne!(before["Id"], after["Id"]);
    assert_eq!(after["HostConfig"]["RestartPolicy"]["Name"], "always");
    assert_eq!(before["HostConfig"], after["HostConfig"]);
    assert_eq!(before["Config"]["Env"], after["Config"]["Env"]);
    assert_eq!(before["Config"]["Labels"], after["Config"]["Labels"]);
    let words = after["Config"]["Cmd"].to_string();
    assert!(
        words.contains("--initial-cluster-state=existing"),
        "{words}"
    );

    // Nothing was deleted: the container under another name, the data beside itself, inode by inode.
    let kept: Vec<String> = stand
        .containers(1)
        .into_iter()
        .filter(|name| name.starts_with("etcd-before-"))
        .collect();
    assert_eq!(kept.len(), 1);
    let kept = stand.inspect(1, &kept[0]);
    assert_eq!(kept["Id"], before["Id"]);
    assert_eq!(kept["HostConfig"]["RestartPolicy"]["Name"], "no");
    assert_eq!(kept["State"]["Running"], false);
    let data = stand.lab.node(1).data_dir();
    let aside = fs::read_dir(&data)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .find(|path| path.to_string_lossy().contains("member.before-"))
        .unwrap();
    let inodes = |list: &[String]| -> Vec<String> {
        let first = |line: &String| line.split(' ').next().unwrap().to_owned();
        list.iter().map(first).collect()
    };
    assert_eq!(inodes(&old_files), inodes(&files(&aside)));
    let left: Vec<_> = fs::read_dir(&data)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name.starts_with(".kubectl-etcd"))
        .collect();
    assert!(left.is_empty(), "lock and record are gone: {left:?}");

    // The snapshot is whole, and only its owner can read it.
    let snapshots = stand.state.path().join("state/kubectl-etcd/snapshots");
    let snapshot = fs::read_dir(snapshots).unwrap().next().unwrap().unwrap();
    let mode = snapshot.metadata().unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);

    stand.assert_survives_restarts(1);
    let read = stand.lab.etcdctl_on([stand.lab.node(1)]);
    let read = read
        .args(["get", "kept", "--consistency=s", "--print-value-only"])
        .ok()
        .unwrap();
    assert_eq!(read.trim(), "value");
}

#[test]
fn the_plan_says_every_command_in_full_and_changes_nothing() {
    let stand = Stand::broken("multiref", 2);
    let before = stand.picture(0, 2);
    let output = stand.replace(&["plan", &stand.name(2)]);
    assert_eq!(output.code, Some(4), "{output:?}");
    let list: Vec<String> = stand
        .lab
        .members()
        .iter()
        .map(|node| format!("{}={}", node.member_name(), node.peer_url()))
        .collect();
    assert!(
        output
            .stdout
            .contains(&format!("--initial-cluster={}", list.join(","))),
        "{output:?}"
    );
    for command in [
        "member remove",
        "docker -H",
        "mv -nT /var/lib/etcd/member",
        "snapshot save",
    ] {
        assert!(output.stdout.contains(command), "{command}: {output:?}");
    }
    assert_eq!(before, stand.picture(0, 2));

    // Without a terminal and without --yes it stays at the plan.
    let output = stand.replace(&["node", &stand.name(2)]);
    assert_eq!(output.code, Some(4), "{output:?}");
    assert_eq!(before, stand.picture(0, 2));
}

#[test]
fn over_ssh_and_by_address() {
    let stand = Stand::broken("multiref", 0);
    let ssh = stand.lab.ssh();
    let mut words = vec![
        "node".to_owned(),
        stand.lab.node(0).address.to_string(),
        "--yes".to_owned(),
    ];
    for node in stand.lab.members() {
        words.extend(["--docker-host".to_owned(), node.ssh_host()]);
    }
    let mut command = stand.command(&words.iter().map(String::as_str).collect::<Vec<_>>());
    let path = std::env::var("PATH").unwrap();
    command.env("PATH", format!("{}:{path}", ssh.wrapper_folder.display()));
    let output = command.output().unwrap();
    assert_eq!(
        output.status.code(),
        Some(0),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    stand.assert_whole();
}
