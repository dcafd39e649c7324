// SPDX-License-Identifier: Apache-2.0

//! Every pair of: etcd's version, number of members, role of the target, way to the engines.
//!
//! CI takes one row; `ETCD_REPLACE_PAIRS=all` takes all (`cargo xtask soak`).

use std::collections::BTreeSet;

use lab::LabSpec;
use lab::fault::Fault;
use serde_json::Value;

use crate::stand::Stand;

/// Version, members, whether the target leads, whether the engines are reached over ssh.
const ROWS: &[(&str, usize, bool, bool)] = &[
    ("bookworm", 3, false, false),
    ("bookworm", 5, true, true),
    ("3.5.1", 3, true, false),
    ("3.5.1", 5, false, true),
    ("3.5.16", 3, false, true),
    ("3.5.16", 5, true, false),
    ("3.5.30", 3, true, true),
    ("3.5.30", 5, false, false),
];
/// What CI takes: the version, role and way that no other test here has.
const IN_CI: usize = 6;

fn replaced((version, members, leads, over_ssh): (&str, usize, bool, bool)) {
    let name = format!("replace-{}-{members}", version.replace('.', "-"));
    let spec = LabSpec::named(name).without_api().members(members);
    let stand = Stand::of(spec.etcd(version).unwrap());
    let leader = leader(&stand);
    let (target, mut words) = if leads {
        // Leading is for the living: a broken one would not be elected.
        (leader, vec!["--even-if-healthy".to_owned()])
    } else {
        let target = (leader + 1) % members;
        stand
            .lab
            .break_(Fault::named("multiref").unwrap(), target)
            .unwrap();
        (target, Vec::new())
    };
    words.splice(
        0..0,
        ["node".to_owned(), stand.name(target), "--yes".to_owned()],
    );
    if over_ssh {
        for node in stand.lab.members() {
            words.extend([
                "--docker-host".to_owned(),
                format!("{}={}", node.name, node.ssh_host()),
            ]);
        }
    } else {
        words.extend(stand.sockets());
    }
    let mut command = stand.command(&words.iter().map(String::as_str).collect::<Vec<_>>());
    let path = std::env::var("PATH").unwrap();
    let wrapper = stand.lab.ssh().wrapper_folder;
    command.env("PATH", format!("{}:{path}", wrapper.display()));
    let output = command.output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(0), "{version} {members}: {said}");
    stand.assert_whole();
    stand.assert_survives_restarts(target);
}

fn leader(stand: &Stand) -> usize {
    let status = stand
        .lab
        .etcdctl(&["-w", "json", "endpoint", "status"])
        .unwrap();
    let status: Value = serde_json::from_str(&status.stdout).unwrap();
    let leads =
        |member: &Value| member["Status"]["leader"] == member["Status"]["header"]["member_id"];
    status.as_array().unwrap().iter().position(leads).unwrap()
}

#[test]
fn rows_of_the_table() {
    if std::env::var("ETCD_REPLACE_PAIRS").is_ok_and(|which| which == "all") {
        for row in ROWS {
            println!("{row:?}");
            replaced(*row);
        }
    } else {
        replaced(ROWS[IN_CI]);
    }
}

#[test]
fn every_pair_is_in_the_table() {
    let mut pairs = BTreeSet::new();
    for (version, members, leads, over_ssh) in ROWS {
        let values = [
            (*version).to_owned(),
            members.to_string(),
            format!("leads {leads}"),
            format!("ssh {over_ssh}"),
        ];
        for (at, one) in values.iter().enumerate() {
            for other in &values[at + 1..] {
                pairs.insert((one.clone(), other.clone()));
            }
        }
    }
    // 4 versions with 2 of each of three, and 2 by 2 of each two of those.
    assert_eq!(pairs.len(), 3 * 4 * 2 + 3 * 2 * 2);
}
