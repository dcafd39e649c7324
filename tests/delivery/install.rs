// SPDX-License-Identifier: Apache-2.0

//! `cargo xtask install`: afterwards kubectl, docker and `man` know the programs.

use std::fs;

use crate::support::Stranger;

#[test]
fn kubectl_and_docker_run_what_was_installed_and_call_it_by_their_names() {
    let mut stranger = Stranger::new();
    let prefix = stranger.install();

    let list = stranger.run("kubectl", &["plugin", "list"]).good();
    for name in ["kubectl-etcd_health", "kubectl-etcd_replace"] {
        assert!(list.stdout.contains(name), "{list:?}");
    }
    assert!(!list.stderr.contains("warning"), "{list:?}");

    // By kubectl's name through kubectl, by its own name when called by that.
    for (plugin, file) in [
        ("etcd-health", "kubectl-etcd_health"),
        ("etcd-replace", "kubectl-etcd_replace"),
    ] {
        let help = stranger.run("kubectl", &[plugin, "--help"]).good();
        assert!(
            help.stdout.contains(&format!("Usage: kubectl {plugin}")),
            "{help:?}"
        );
        assert!(!help.stdout.contains(file), "{help:?}");
        let by_name = format!("exec -a {file} {}", prefix.join("bin").join(file).display());
        let help = stranger
            .run("bash", &["-c", &format!("{by_name} --help")])
            .good();
        assert!(help.stdout.contains(&format!("Usage: {file}")), "{help:?}");
        assert!(
            !help.stdout.contains(&format!("kubectl {plugin}")),
            "{help:?}"
        );
        // A dash instead of the underscore would answer to three words.
        let wrong = stranger.run("kubectl", &[&plugin.replace('-', " "), "--help"]);
        assert_ne!(wrong.code, 0, "{wrong:?}");
    }

    let help = stranger.run("docker", &["inspectrun", "--help"]).good();
    assert!(help.stdout.contains("Usage: docker inspectrun"), "{help:?}");
    let help = stranger.run("docker", &["--help"]).good();
    assert!(help.stdout.contains("inspectrun"), "{help:?}");
    assert!(!help.stdout.contains("Invalid Plugins"), "{help:?}");
    let help = stranger.run("docker-inspect-run", &["--help"]).good();
    assert!(
        help.stdout.contains("Usage: docker-inspect-run"),
        "{help:?}"
    );

    let page = prefix.join("share/man/man1/kubectl-etcd-replace-node.1");
    assert!(
        fs::read_to_string(page)
            .expect("a page")
            .contains(".TH kubectl-etcd-replace-node")
    );
}

#[test]
fn an_error_names_the_program_as_it_was_called() {
    let mut stranger = Stranger::new();
    stranger.install();
    let through = stranger.run("kubectl", &["etcd-replace", "nod"]);
    assert_eq!(through.code, 2);
    assert!(
        through.stderr.contains("Usage: kubectl etcd-replace"),
        "{through:?}"
    );
    let direct = stranger.run("bash", &["-c", "kubectl-etcd_replace resume"]);
    assert_eq!(direct.code, 2);
    assert!(!direct.stderr.contains("kubectl etcd-"), "{direct:?}");
}

#[test]
fn it_installs_again_over_itself_and_over_nothing_of_others() {
    let mut stranger = Stranger::new();
    let prefix = stranger.install();
    stranger.install();
    let helper = prefix.join("bin/kubectl_complete-etcd_health");
    fs::remove_file(&helper).expect("removed");
    fs::write(&helper, "mine").expect("written");
    let refused = stranger.xtask(&[
        "install",
        "--prefix",
        &prefix.display().to_string(),
        "--from",
        &crate::support::programs().display().to_string(),
    ]);
    assert_ne!(refused.code, 0, "{refused:?}");
    assert!(
        refused.stderr.contains("exists and is no link"),
        "{refused:?}"
    );
    assert_eq!(fs::read_to_string(helper).expect("kept"), "mine");
}
