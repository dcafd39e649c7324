// SPDX-License-Identifier: Apache-2.0

//! Installing as krew does: from its manifest and archive into a store, one link on PATH. Where
//! the environment names a real krew (`KREW`), that does it too.

use std::fs::{self, File};
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

use flate2::read::GzDecoder;
use tar::Archive;

use crate::krew_rules::manifests;
use crate::support::{Answer, Stranger, dist};

/// What krew v0.4.5 does with a manifest: unpack, and link `bin` under the plugin's name with
/// underscores (internal/installation/install.go, pluginNameToBin).
fn install_as_krew(dist: &Path, root: &Path) -> PathBuf {
    let bin = root.join("bin");
    fs::create_dir_all(&bin).expect("a folder");
    for (name, manifest) in manifests(dist) {
        let version = manifest["spec"]["version"].as_str().expect("a version");
        let platform = &manifest["spec"]["platforms"][0];
        let uri = platform["uri"].as_str().expect("a URI");
        let store = root.join("store").join(&name).join(version);
        fs::create_dir_all(&store).expect("a folder");
        let archive = dist.join(uri.rsplit('/').next().expect("a name"));
        let archive = File::open(archive).expect("the archive");
        Archive::new(GzDecoder::new(archive))
            .unpack(&store)
            .expect("it unpacks");
        let program = store.join(platform["bin"].as_str().expect("a program"));
        let link = bin.join(format!("kubectl-{}", name.replace('-', "_")));
        symlink(program, link).expect("a link");
    }
    bin
}

fn works(stranger: &Stranger) {
    for name in ["etcd-health", "etcd-replace", "docker-inspect-run"] {
        let help = stranger.run("kubectl", &[name, "--help"]).good();
        assert!(
            help.stdout.contains(&format!("Usage: kubectl {name}")),
            "{help:?}"
        );
        // krew cannot link the second program that kubectl asks: the plugin does it itself.
        let installed = stranger
            .run("kubectl", &[name, "completion", "install"])
            .good();
        assert!(
            installed.stderr.contains("kubectl_complete-"),
            "{installed:?}"
        );
        let answer: Answer = stranger
            .run("kubectl", &["__complete", name, "--hel"])
            .good();
        let offered = answer
            .stdout
            .lines()
            .any(|line| line.starts_with("--help\t"));
        assert!(offered, "{answer:?}");
    }
    let list = stranger.run("kubectl", &["plugin", "list"]).good();
    assert!(!list.stderr.contains("warning"), "{list:?}");
}

#[test]
fn the_archives_work_as_krew_lays_them_out() {
    let mut stranger = Stranger::new();
    let dist = dist();
    let bin = install_as_krew(&dist, &stranger.file(".krew"));
    stranger.on_path(bin);
    works(&stranger);
}

#[test]
fn a_real_krew_installs_from_manifest_and_archive_and_takes_the_index() {
    // The index is a git repository that anybody can clone, krew or not.
    let stranger = Stranger::new();
    let dist = dist();
    let clone = stranger.file("clone");
    let index = dist.join("krew-index");
    stranger
        .run(
            "git",
            &[
                "clone",
                "--quiet",
                &index.display().to_string(),
                &clone.display().to_string(),
            ],
        )
        .good();
    let mut names: Vec<String> = fs::read_dir(clone.join("plugins"))
        .expect("plugins")
        .map(|entry| {
            entry
                .expect("an entry")
                .file_name()
                .to_string_lossy()
                .into_owned()
        })
        .collect();
    names.sort();
    assert_eq!(
        names,
        [
            "docker-inspect-run.yaml",
            "etcd-health.yaml",
            "etcd-replace.yaml"
        ]
    );

    let Some(krew) = std::env::var_os("KREW") else {
        lab::setup::say("KREW names no krew: installing was tried as krew lays it out");
        return;
    };
    let mut stranger = stranger;
    let root = stranger.file("krew-root");
    let krew_runs = |stranger: &Stranger, args: &[&str]| {
        let output = stranger
            .command(&krew)
            .env("KREW_ROOT", &root)
            .env("KREW_NO_UPGRADE_CHECK", "1")
            .args(args)
            .output();
        Answer::of(output.expect("krew runs")).good()
    };
    for (name, manifest) in manifests(&dist) {
        let uri = manifest["spec"]["platforms"][0]["uri"]
            .as_str()
            .expect("a URI");
        let archive = dist.join(uri.rsplit('/').next().expect("a name"));
        krew_runs(
            &stranger,
            &[
                "install",
                &format!(
                    "--manifest={}",
                    dist.join("krew").join(format!("{name}.yaml")).display()
                ),
                &format!("--archive={}", archive.display()),
            ],
        );
    }
    stranger.on_path(root.join("bin"));
    works(&stranger);
    krew_runs(
        &stranger,
        &["index", "add", "kubectl-etcd", &index.display().to_string()],
    );
    let found = krew_runs(&stranger, &["search", "etcd"]);
    assert!(
        found.stdout.contains("kubectl-etcd/etcd-health"),
        "{found:?}"
    );
}
