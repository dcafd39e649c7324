// SPDX-License-Identifier: Apache-2.0

//! What is refused, and that a refusal changes nothing.

use std::fs;
use std::process::Command;
use std::time::Duration;

use lab::LabSpec;
use lab::fault::Fault;
use shared::replace::refusals::ALL;

use crate::stand::Stand;

/// Runs `node NAME --yes`, wants the refusal, and that nothing changed.
fn assert_refused(stand: &Stand, name: &str, id: &str, asked: usize, target: usize) -> String {
    assert_refused_with(stand, name, &[], id, asked, target)
}

/// The same with more flags.
fn assert_refused_with(
    stand: &Stand,
    name: &str,
    flags: &[&str],
    id: &str,
    asked: usize,
    target: usize,
) -> String {
    let before = stand.picture(asked, target);
    let mut words = vec!["node", name, "--yes"];
    words.extend(flags);
    let output = stand.replace(&words);
    assert_eq!(output.code, Some(3), "{output:?}");
    assert!(output.stderr.contains(&format!("({id})")), "{output:?}");
    assert!(output.stderr.contains("hint: "), "a remedy: {output:?}");
    assert_eq!(before, stand.picture(asked, target), "{id}");
    output.stderr
}

#[test]
fn a_healthy_member() {
    let mut stand = Stand::new();
    let text = assert_refused(&stand, &stand.name(1), "target-healthy", 0, 0);
    assert!(text.contains("--even-if-healthy"), "{text}");
    stand.lab.only_looked();
}

#[test]
fn quorum_lost_names_the_survivor_to_start_from() {
    let stand = Stand::broken("two-down", 1);
    let text = assert_refused(&stand, &stand.name(1), "quorum-lost", 0, 1);
    assert!(text.contains("highest raft index"), "{text}");
}

#[test]
fn nospace_on_a_survivor() {
    let stand = Stand::broken("multiref", 2);
    stand
        .lab
        .break_(Fault::named("nospace-alarm").unwrap(), 0)
        .unwrap();
    assert_refused(&stand, &stand.name(2), "nospace", 0, 2);
}

#[test]
fn another_member_was_added_and_never_started() {
    let stand = Stand::broken("multiref", 2);
    // The broken one blocks an add on 3.4, so it goes first, by hand.
    let members = stand.lab.member_list(0).unwrap();
    let broken = stand.lab.node(2).member_name();
    let id = members.iter().find(|m| m.name == broken).unwrap().hex();
    stand.lab.etcdctl(&["member", "remove", &id]).unwrap();
    let mut added = false;
    for _ in 0..20 {
        let done = stand
            .lab
            .etcdctl_on([stand.lab.node(0)])
            .args([
                "member",
                "add",
                "stranger",
                "--learner",
                "--peer-urls=https://10.78.250.1:2380",
            ])
            .done()
            .unwrap();
        added = done.success;
        if added {
            break;
        }
        std::thread::sleep(std::time::Duration::from_secs(1));
    }
    assert!(added);
    assert_refused(&stand, &stand.name(2), "unstarted-member", 0, 2);
}

#[test]
fn an_engine_that_cannot_be_reached() {
    let stand = Stand::broken("multiref", 1);
    let before = stand.picture(0, 1);
    let others: Vec<String> = [0, 2]
        .iter()
        .flat_map(|node| {
            let node = stand.lab.node(*node);
            [
                "--docker-host".to_owned(),
                format!("{}={}", node.name, node.docker_host()),
            ]
        })
        .collect();
    let member = stand.lab.node(1).member_name();
    let mut words = vec!["node", &member, "--yes"];
    words.extend(others.iter().map(String::as_str));
    let output = stand.plain(&words);
    assert_eq!(output.code, Some(3), "{output:?}");
    assert!(output.stderr.contains("(node-unreachable)"), "{output:?}");
    // Where the machine is gone for good: the removal and the distribution's own join.
    for command in ["etcdctl member remove ", "rke up", "kubeadm join"] {
        assert!(output.stderr.contains(command), "{command}: {output:?}");
    }
    assert_eq!(before, stand.picture(0, 1));
}

#[test]
fn the_container_is_gone() {
    let stand = Stand::broken("multiref", 1);
    stand
        .lab
        .node(1)
        .docker(["rm", "--force", "etcd"])
        .ok()
        .unwrap();
    let before = stand.picture(0, 1);
    let output = stand.replace(&["node", &stand.lab.node(1).member_name(), "--yes"]);
    assert_eq!(output.code, Some(3), "{output:?}");
    assert!(output.stderr.contains("(process-absent)"), "{output:?}");
    assert!(
        output.stderr.contains("etcdctl member remove"),
        "{output:?}"
    );
    assert_eq!(before, stand.picture(0, 1));
}

#[test]
fn a_database_held_by_another_process_is_put_back_as_it_was() {
    let stand = Stand::broken("db-locked", 1);
    let before = stand.inspect(1, "etcd");
    let output = stand.replace(&["node", &stand.name(1), "--yes"]);
    assert_eq!(output.code, Some(3), "{output:?}");
    assert!(output.stderr.contains("(data-in-use)"), "{output:?}");
    let after = stand.inspect(1, "etcd");
    assert_eq!(before["Id"], after["Id"]);
    assert_eq!(before["HostConfig"], after["HostConfig"]);
    assert_eq!(after["State"]["Running"], true);
    assert_eq!(stand.containers(1), ["etcd"]);
}

#[test]
fn a_disk_that_became_read_only() {
    let stand = Stand::broken("disk-read-only", 1);
    assert_refused(&stand, &stand.name(1), "data-not-writable", 0, 1);
}

#[test]
fn wrong_names_and_flags_are_usage_in_one_line() {
    let mut stand = Stand::new();
    let output = stand.replace(&["plan", "nobody"]);
    assert_eq!(output.code, Some(2), "{output:?}");
    assert!(output.stderr.contains("\"nobody\""), "{output:?}");
    assert!(
        output.stderr.contains(&stand.name(0)),
        "the known names: {output:?}"
    );
    let output = stand.plain(&["plan", "x", "--context", "nowhere"]);
    assert_eq!(output.code, Some(2), "{output:?}");
    let output = stand.replace(&["resume"]);
    assert_eq!(output.code, Some(2), "{output:?}");
    stand.lab.only_looked();
}

fn healthy(stand: &Stand) {
    stand.lab.wait_healthy(Duration::from_secs(60)).unwrap();
}

#[test]
fn a_list_that_no_quorum_answers() {
    let stand = Stand::broken("two-down", 1);
    assert_refused(&stand, &stand.name(1), "list-not-current", 0, 1);
}

#[test]
fn the_only_member() {
    let spec = LabSpec::named("replace-one").without_api().members(1);
    let mut spec = spec;
    spec.nodes = 1;
    let stand = Stand::of(spec);
    assert_refused(&stand, &stand.name(0), "single-member", 0, 0);
}

#[test]
fn another_member_is_down() {
    let stand = Stand::broken("one-down", 2);
    let flags = ["--even-if-healthy"];
    let text = assert_refused_with(&stand, &stand.name(1), &flags, "quorum-would-be-lost", 0, 2);
    assert!(text.contains(&stand.lab.node(2).member_name()), "{text}");
}

#[test]
fn a_paused_process() {
    let stand = Stand::broken("process-paused", 1);
    let text = assert_refused(&stand, &stand.name(1), "process-paused", 0, 1);
    assert!(text.contains("docker unpause"), "{text}");
}

/// Its name is another one than the list has at its peer URL.
#[test]
fn a_container_of_another_name() {
    let stand = Stand::new();
    stand.remake(1, |made| made.flag("name", "somebody-else"));
    stand.lab.node(1).docker(["stop", "etcd"]).ok().unwrap();
    let address = stand.lab.node(1).address.to_string();
    // It may have published that name; what counts is the one before.
    let members = stand.lab.member_list(0).unwrap();
    if members.iter().any(|member| member.name == "somebody-else") {
        stand.remake(1, |made| made.flag("name", "once-more"));
        stand.lab.node(1).docker(["kill", "etcd"]).ok().unwrap();
        stand.lab.node(1).docker(["stop", "etcd"]).ok().unwrap();
    }
    let members = stand.lab.member_list(0).unwrap();
    assert!(
        members.iter().all(|member| member.name != "once-more"),
        "{members:?}"
    );
    assert_refused(&stand, &address, "not-the-member", 0, 1);
}

#[test]
fn a_container_that_does_not_say_its_name() {
    let stand = Stand::new();
    stand.remake(1, |made| made.flag("name", ""));
    stand.lab.node(1).docker(["stop", "etcd"]).ok().unwrap();
    let address = stand.lab.node(1).address.to_string();
    assert_refused(&stand, &address, "unknown-settings", 0, 1);
}

#[test]
fn another_member_is_a_learner() {
    let stand = Stand::broken("learner-stuck", 2);
    let flags = ["--even-if-healthy"];
    assert_refused_with(&stand, &stand.name(1), &flags, "another-learner", 0, 0);
}

#[test]
fn two_members_of_one_name() {
    let stand = Stand::new();
    let taken = stand.lab.node(0).member_name();
    stand.remake(2, |made| {
        made.flag("name", &taken);
        let list = made
            .command
            .iter()
            .find_map(|w| w.strip_prefix("--initial-cluster="));
        let list = list.unwrap().replace(&format!("{taken}="), "gone=");
        let own = format!("{}=", stand.lab.node(2).member_name());
        let list = list.replace(&own, &format!("{taken}="));
        made.flag("initial-cluster", &list);
    });
    healthy(&stand);
    stand
        .lab
        .break_(Fault::named("multiref").unwrap(), 1)
        .unwrap();
    assert_refused(&stand, &stand.name(1), "duplicate-names", 0, 1);
}

#[test]
fn a_survivor_with_force_new_cluster() {
    let stand = Stand::broken("leftover-force-new-cluster", 0);
    stand
        .lab
        .break_(Fault::named("multiref").unwrap(), 1)
        .unwrap();
    let text = assert_refused(&stand, &stand.name(1), "survivor-force-new-cluster", 2, 1);
    assert!(text.contains("--unset-arg force-new-cluster"), "{text}");
}

#[test]
fn another_replacement_is_in_progress() {
    let stand = Stand::broken("multiref", 1);
    let holder = r#"{"run":"theirs","who":"ann@there","since":"2026-11-22T10:00:00Z"}"#;
    let put = stand.lab.etcdctl_on([stand.lab.node(0)]);
    put.args(["put", "kubectl-etcd.io/replace/lock", holder])
        .ok()
        .unwrap();
    let text = assert_refused(&stand, &stand.name(1), "another-replace", 0, 1);
    assert!(text.contains("ann@there"), "{text}");
    stand
        .lab
        .etcdctl(&["del", "kubectl-etcd.io/replace/lock"])
        .unwrap();
    // The file beside the data is a lock, too.
    let file = stand
        .lab
        .node(1)
        .data_dir()
        .join(".kubectl-etcd-replace.lock");
    fs::write(&file, holder).unwrap();
    assert_refused(&stand, &stand.name(1), "another-replace", 0, 1);
    fs::remove_file(file).unwrap();
}

#[test]
fn survivors_whose_data_differs() {
    let stand = Stand::broken("diverged-data", 0);
    stand
        .lab
        .break_(Fault::named("multiref").unwrap(), 1)
        .unwrap();
    let text = assert_refused(&stand, &stand.name(1), "hash-unequal", 0, 1);
    assert!(text.contains("snapshot save"), "{text}");
}

/// The alarm as etcd's own check raises it, through etcd's JSON gateway.
#[test]
fn a_survivor_marked_corrupt() {
    let stand = Stand::broken("multiref", 1);
    let members = stand.lab.member_list(0).unwrap();
    let name = stand.lab.node(2).member_name();
    let id = members
        .iter()
        .find(|member| member.name == name)
        .unwrap()
        .id;
    let body = format!(r#"{{"action":"ACTIVATE","memberID":"{id}","alarm":"CORRUPT"}}"#);
    let output = Command::new("curl")
        .args([
            "--silent",
            "--show-error",
            "--fail-with-body",
            "--data",
            &body,
            "--cacert",
        ])
        .arg(stand.lab.ca())
        .arg("--cert")
        .arg(stand.lab.client_cert())
        .arg("--key")
        .arg(stand.lab.client_key())
        .arg(format!(
            "{}/v3/maintenance/alarm",
            stand.lab.node(0).client_url()
        ))
        .output()
        .unwrap();
    assert!(output.status.success(), "{output:?}");
    let text = assert_refused(&stand, &stand.name(1), "corrupt-survivor", 0, 1);
    assert!(text.contains(&name), "{text}");
}

/// A file system of 64 kB for the snapshot: there is not even room for the beginning.
#[test]
fn no_room_for_the_snapshot() {
    let stand = Stand::broken("multiref", 1);
    let folder = stand.state.path().join("small");
    fs::create_dir(&folder).unwrap();
    let mount = Command::new("mount")
        .args(["-t", "tmpfs", "-o", "size=64k", "tmpfs"])
        .arg(&folder)
        .status()
        .unwrap();
    assert!(mount.success());
    let flags = ["--snapshot-dir", folder.to_str().unwrap()];
    let before = stand.picture(0, 1);
    let output = stand.replace(&[&["node", &stand.name(1), "--yes"][..], &flags].concat());
    let unmounted = Command::new("umount").arg(&folder).status().unwrap();
    assert!(unmounted.success());
    assert_eq!(output.code, Some(3), "{output:?}");
    assert!(output.stderr.contains("(snapshot-no-room)"), "{output:?}");
    assert_eq!(before, stand.picture(0, 1));
}

/// An etcd that only the container's own mounts have: no other container can ask its version.
#[test]
fn an_image_whose_version_cannot_be_read() {
    let stand = Stand::new();
    let program = stand.lab.node(1).host_path("/etc/own-etcd/etcd");
    fs::create_dir_all(program.parent().unwrap()).unwrap();
    fs::copy(&stand.lab.binaries().etcd, &program).unwrap();
    stand.remake(1, |made| {
        made.options(["--volume", "/etc/own-etcd:/own"]);
        "/own/etcd".clone_into(&mut made.command[0]);
    });
    healthy(&stand);
    stand
        .lab
        .break_(Fault::named("multiref").unwrap(), 1)
        .unwrap();
    let text = assert_refused(&stand, &stand.name(1), "image-version-unknown", 0, 1);
    assert!(text.contains("--trust-image-version"), "{text}");
}

#[test]
fn a_helper_that_is_not_there_or_does_not_run() {
    let stand = Stand::broken("multiref", 1);
    let flags = ["--helper-binary", "/nowhere/helper"];
    assert_refused_with(&stand, &stand.name(1), &flags, "no-helper", 0, 1);
    let file = stand.state.path().join("helper");
    fs::write(&file, "no program").unwrap();
    let flags = ["--helper-binary", file.to_str().unwrap()];
    assert_refused_with(&stand, &stand.name(1), &flags, "helper-failed", 0, 1);
}

#[test]
fn data_behind_a_symbolic_link() {
    let stand = Stand::new();
    stand.lab.node(1).docker(["stop", "etcd"]).ok().unwrap();
    let data = stand.lab.node(1).data_dir();
    fs::rename(data.join("member"), data.join("elsewhere")).unwrap();
    std::os::unix::fs::symlink("elsewhere", data.join("member")).unwrap();
    assert_refused(&stand, &stand.name(1), "data-symlink", 0, 1);
}

#[test]
fn data_that_is_a_mount_point() {
    let stand = Stand::new();
    stand.remake(1, |made| {
        made.options([
            "--volume",
            "/var/lib/etcd/member:/var/lib/rancher/etcd/member",
        ]);
    });
    stand.lab.node(1).docker(["stop", "etcd"]).ok().unwrap();
    assert_refused(&stand, &stand.name(1), "data-mount-point", 0, 1);
}

/// Its file is in the image, so to speak: a container made again would not have it.
#[test]
fn settings_in_a_file_of_the_containers_own_layer() {
    let stand = Stand::new();
    stand.remake_with_settings_file(1, "/etc/etcd-layer/etcd.yaml", |made| {
        // Mounted where the words do not say; the copy that counts is put into the layer below.
        made.command = vec![
            "/usr/local/bin/etcd".to_owned(),
            "--config-file=/etcd.yaml".to_owned(),
        ];
    });
    let file = stand.lab.node(1).host_path("/etc/etcd-layer/etcd.yaml");
    let copy = stand.lab.node(1).docker(["cp"]);
    copy.arg(&file).arg("etcd:/etcd.yaml").ok().unwrap();
    stand.lab.node(1).docker(["restart", "etcd"]).ok().unwrap();
    healthy(&stand);
    stand.lab.node(1).docker(["stop", "etcd"]).ok().unwrap();
    let text = assert_refused(&stand, &stand.name(1), "config-file", 0, 1);
    assert!(text.contains("own layer"), "{text}");
}

#[test]
fn settings_in_a_shells_words() {
    let stand = Stand::broken("multiref", 1);
    stand.remake(1, |made| {
        let words = made.command.join(" ");
        made.command = vec!["sh".to_owned(), "-c".to_owned(), format!("exec {words}")];
    });
    assert_refused(&stand, &stand.name(1), "config-file", 0, 1);
}

#[test]
fn a_full_disk() {
    let stand = Stand::broken("disk-full", 1);
    let text = assert_refused(&stand, &stand.name(1), "no-room", 0, 1);
    assert!(text.contains("--even-if-no-room"), "{text}");
}

#[test]
fn a_container_that_removes_itself() {
    let stand = Stand::broken("multiref", 1);
    stand.remake(1, |made| {
        let at = made
            .options
            .iter()
            .position(|word| word == "--restart")
            .unwrap();
        made.options.drain(at..at + 2);
        made.options(["--rm"]);
        // It would be gone at once.
        made.command = ["/usr/local/bin/etcd", "--name=x"]
            .map(str::to_owned)
            .to_vec();
        made.flag("name", &stand.lab.node(1).member_name());
        made.flag("initial-advertise-peer-urls", &stand.lab.node(1).peer_url());
        made.flag(
            "initial-cluster",
            &format!(
                "{}={}",
                stand.lab.node(1).member_name(),
                stand.lab.node(1).peer_url()
            ),
        );
        made.flag("data-dir", "/other");
    });
    assert_refused_with(
        &stand,
        &stand.name(1),
        &["--even-if-healthy"],
        "auto-remove",
        0,
        1,
    );
}

#[test]
fn another_container_lives_on_this_one() {
    let stand = Stand::broken("multiref", 1);
    let image = stand.lab.image().to_owned();
    let run = stand
        .lab
        .node(1)
        .docker(["create", "--name", "beside", "--network", "none"]);
    run.args(["--volumes-from", "etcd"])
        .arg(image)
        .arg("idle")
        .ok()
        .unwrap();
    let text = assert_refused(&stand, &stand.name(1), "referring-containers", 0, 1);
    assert!(text.contains("\"beside\" (its volumes)"), "{text}");
}

#[test]
fn a_certificate_that_has_expired() {
    let stand = Stand::broken("cert-expired", 1);
    let flags = ["--even-if-healthy"];
    let text = assert_refused_with(&stand, &stand.name(1), &flags, "certificate-address", 0, 0);
    assert!(text.contains("--even-if-certificate"), "{text}");
}

/// What no lab can be brought to without a patched etcd; the unit tests of `shared` make these
/// worlds by hand.
const NOT_IN_A_LAB: &[(&str, &str)] = &[
    (
        "extra-manifest",
        "static pods have a lab and tests of their own",
    ),
    ("duplicate-peer-urls", "etcd refuses such an add or update"),
    (
        "lists-differ",
        "only a bug of etcd leaves survivors with different lists (etcd#20967)",
    ),
    (
        "version-unknown",
        "a survivor that answers reads tells its version",
    ),
    ("etcd-3.5.0", "the lab has no such release"),
    ("version-skew", "the lab has one release per cluster"),
    ("image-too-old", "the lab has one release per cluster"),
    ("image-too-new", "the lab has one release per cluster"),
    (
        "snapshot-failed",
        "a stream of a database this small cannot be cut reliably",
    ),
    (
        "snapshot-damaged",
        "a survivor whose database is damaged does not stay one for long",
    ),
];

/// All that stands in a folder of `shared/src/replace/node`.
fn source_of(folder: &str) -> String {
    let nodes = concat!(env!("CARGO_MANIFEST_DIR"), "/../../shared/src/replace/node");
    let files = fs::read_dir(format!("{nodes}/{folder}")).unwrap();
    files
        .filter_map(|file| fs::read_to_string(file.unwrap().path()).ok())
        .collect()
}

/// Static pods have a lab and tests of their own: what only their node access finds is tested there.
fn is_of_static_pods_alone(id: &str) -> bool {
    let id = format!("\"{id}\"");
    let here = ["docker", "data"].map(source_of).concat();
    let there = ["static_pod", "../../kubernetes/helper_pod"].map(source_of);
    there.concat().contains(&id) && !here.contains(&id)
}

#[test]
fn every_refusal_has_its_test() {
    let sources = [include_str!("refusals.rs"), include_str!("cures.rs")].concat();
    for kind in ALL.iter().flat_map(|family| family.iter()) {
        let excused = NOT_IN_A_LAB.iter().any(|(id, _)| *id == kind.id)
            || (kind.check.is_none() && is_of_static_pods_alone(kind.id));
        let [as_id, as_text] = [format!("\"{}\"", kind.id), format!("({})", kind.id)];
        let tested = sources.contains(&as_id) || sources.contains(&as_text);
        assert!(tested || excused, "{}", kind.id);
    }
}
