//! What is refused, and that a refusal changes nothing.

use lab::fault::Fault;

use crate::stand::Stand;

/// Runs `node NAME --yes`, wants the refusal, and that nothing changed.
fn assert_refused(stand: &Stand, name: &str, id: &str, asked: usize, target: usize) -> String {
    let before = stand.picture(asked, target);
    let output = stand.replace(&["node", name, "--yes"]);
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
    let output = stand.replace(&["node", &stand.name(1), "--yes"]);
    assert_eq!(output.code, Some(3), "{output:?}");
    assert!(output.stderr.contains("(data-not-writable)"), "{output:?}");
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
