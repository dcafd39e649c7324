// SPDX-License-Identifier: Apache-2.0

//! etcd's settings in a `--config-file`: edited for the new start, the old file kept.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use lab::fault::Fault;

use crate::stand::Stand;

const FOLDER: &str = "/etc/etcd-settings";
const FILE: &str = "/etc/etcd-settings/etcd.yaml";

/// With `mount` as the container's option; the container stays, its file changes.
fn replaced_with_mount(mount: &str) {
    let stand = Stand::new();
    stand
        .lab
        .node(1)
        .run(["rm", "-rf", FOLDER])
        .unwrap()
        .ok()
        .unwrap();
    stand.remake_with_settings_file(1, FILE, |made| made.options(["--volume", mount]));
    stand
        .lab
        .wait_healthy(std::time::Duration::from_secs(60))
        .unwrap();
    let file = stand.lab.node(1).host_path(FILE);
    fs::set_permissions(&file, fs::Permissions::from_mode(0o640)).unwrap();
    let before = fs::read_to_string(&file).unwrap();
    stand
        .lab
        .break_(Fault::named("multiref").unwrap(), 1)
        .unwrap();
    let container = stand.inspect(1, "etcd")["Id"].clone();

    let plan = stand.replace(&["plan", &stand.name(1)]);
    assert_eq!(plan.code, Some(4), "{plan:?}");
    assert!(
        plan.stdout.contains(&format!("into \"{FILE}\"")),
        "{plan:?}"
    );
    assert_eq!(
        before,
        fs::read_to_string(&file).unwrap(),
        "a plan changes nothing"
    );

    let output = stand.replace(&["node", &stand.name(1), "--yes"]);
    assert_eq!(output.code, Some(0), "{output:?}");
    stand.assert_whole();
    assert_eq!(stand.inspect(1, "etcd")["Id"], container);
    let after = fs::read_to_string(&file).unwrap();
    assert!(after.starts_with("# kept by hand\n"), "{after}");
    assert!(
        after.contains("\ninitial-cluster-state: \"existing\"\n"),
        "{after}"
    );
    let others = |text: &str| -> Vec<String> {
        let lines = text
            .lines()
            .filter(|line| !line.starts_with("initial-cluster"));
        lines.map(str::to_owned).collect()
    };
    assert_eq!(others(&before), others(&after), "nothing else changed");
    let mode = fs::metadata(&file).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o640);
    let kept: Vec<_> = fs::read_dir(file.parent().unwrap())
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| *path != file)
        .collect();
    assert_eq!(kept.len(), 1, "{kept:?}");
    assert!(
        kept[0].to_string_lossy().contains("etcd.yaml.before-"),
        "{kept:?}"
    );
    assert_eq!(fs::read_to_string(&kept[0]).unwrap(), before);
    stand.assert_survives_restarts(1);
}

#[test]
fn in_a_mounted_folder() {
    replaced_with_mount(&format!("{FOLDER}:{FOLDER}"));
}

#[test]
fn mounted_by_itself_and_read_only() {
    replaced_with_mount(&format!("{FILE}:{FILE}:ro"));
}
