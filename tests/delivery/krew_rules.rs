// SPDX-License-Identifier: Apache-2.0

//! The rules of krew and of its index, on the manifests and archives that `cargo xtask dist` made
//! (krew: internal/index/validation/validate.go, cmd/validate-krew-manifest/main.go).

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::path::Path;

use flate2::read::GzDecoder;
use serde_json::Value;
use sha2::{Digest as _, Sha256};
use tar::{Archive, EntryType};

use crate::support::{Stranger, dist, dist_into};

/// The systems and architectures that krew's index accepts.
const SUPPORTED: [(&str, &[&str]); 3] = [
    ("windows", &["386", "amd64", "arm64"]),
    ("linux", &["386", "amd64", "arm", "arm64", "ppc64le"]),
    ("darwin", &["386", "amd64", "arm64"]),
];

pub fn manifests(dist: &Path) -> BTreeMap<String, Value> {
    let folder = fs::read_dir(dist.join("krew")).expect("manifests");
    folder
        .map(|entry| {
            let path = entry.expect("an entry").path();
            let name = path
                .file_stem()
                .expect("a name")
                .to_string_lossy()
                .into_owned();
            let text = fs::read_to_string(&path).expect("a manifest");
            assert!(!text.contains("{{"), "something is not filled in: {text}");
            (name, serde_saphyr::from_str(&text).expect("YAML"))
        })
        .collect()
}

fn text<'a>(value: &'a Value, pointer: &str) -> &'a str {
    let found = value.pointer(pointer).and_then(Value::as_str);
    found.unwrap_or_else(|| panic!("no {pointer} in {value}"))
}

#[test]
fn every_manifest_keeps_the_rules_of_krew_and_its_index() {
    let dist = dist();
    let manifests = manifests(&dist);
    let names: Vec<&str> = manifests.keys().map(String::as_str).collect();
    assert_eq!(names, ["docker-inspect-run", "etcd-health", "etcd-replace"]);
    for (name, manifest) in &manifests {
        assert_eq!(
            text(manifest, "/apiVersion"),
            "krew.googlecontainertools.github.com/v1alpha2"
        );
        assert_eq!(text(manifest, "/kind"), "Plugin");
        assert_eq!(text(manifest, "/metadata/name"), name);
        assert!(
            name.chars().all(|c| c.is_ascii_lowercase() || c == '-'),
            "{name}"
        );
        assert!(!name.starts_with("kube"), "{name}");

        let short = text(manifest, "/spec/shortDescription");
        assert!(short.len() <= 50 && !short.contains('\n'), "{short}");
        assert!(!short.ends_with('.'), "{short}");
        let version = text(manifest, "/spec/version");
        let numbers = version.strip_prefix('v').expect("a v");
        assert_eq!(numbers.split('.').count(), 3, "{version}");
        assert!(text(manifest, "/spec/homepage").starts_with("https://"));
        let caveats = text(manifest, "/spec/caveats");
        assert!(caveats.contains("completion install"), "{caveats}");
        assert!(caveats.contains("Access:"), "{caveats}");
        let lines = text(manifest, "/spec/description")
            .lines()
            .chain(caveats.lines());
        for line in lines {
            assert!(line.len() <= 80, "{line}");
        }
        let platforms = manifest["spec"]["platforms"].as_array().expect("platforms");
        assert!(!platforms.is_empty());
        let mut seen = Vec::new();
        for platform in platforms {
            let os = text(platform, "/selector/matchLabels/os");
            let arch = text(platform, "/selector/matchLabels/arch");
            let known = SUPPORTED.iter().find(|(one, _)| *one == os);
            assert!(
                known.is_some_and(|(_, all)| all.contains(&arch)),
                "{os}/{arch}"
            );
            assert!(!seen.contains(&(os, arch)), "{os}/{arch} twice");
            seen.push((os, arch));
            of_archive(&dist, platform);
        }
    }
}

/// The archive of a platform: its checksum, and what krew accepts in it.
fn of_archive(dist: &Path, platform: &Value) {
    let uri = text(platform, "/uri");
    assert!(
        uri.starts_with("https://") && uri.ends_with(".tar.gz"),
        "{uri}"
    );
    let path = dist.join(uri.rsplit('/').next().expect("a name"));
    let bytes = fs::read(&path).expect("the archive was built");
    let digest = Sha256::digest(&bytes);
    let digest: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!(text(platform, "/sha256"), digest, "{uri}");

    let mut modes = BTreeMap::new();
    let mut archive = Archive::new(GzDecoder::new(File::open(&path).expect("the archive")));
    for entry in archive.entries().expect("entries") {
        let entry = entry.expect("an entry");
        // krew: "unable to handle file type … in tar" for links.
        assert_eq!(entry.header().entry_type(), EntryType::Regular);
        let name = entry.path().expect("a name").display().to_string();
        assert!(!name.contains("..") && !name.starts_with('/'), "{name}");
        modes.insert(name, entry.header().mode().expect("a mode"));
    }
    assert_eq!(modes.get(text(platform, "/bin")), Some(&0o755), "{modes:?}");
    assert_eq!(modes.get("LICENSE"), Some(&0o644), "{modes:?}");
    let helper = modes
        .iter()
        .find(|(name, _)| name.starts_with("kubectl_complete-"));
    assert_eq!(helper.map(|(_, mode)| *mode), Some(0o755), "{modes:?}");
}

#[test]
fn the_same_programs_are_the_same_archives_and_the_checksums_hold() {
    let stranger = Stranger::new();
    let (first, second) = (dist(), stranger.file("again"));
    dist_into(&second);
    let sums = fs::read_to_string(first.join("SHA256SUMS")).expect("checksums");
    assert_eq!(
        sums,
        fs::read_to_string(second.join("SHA256SUMS")).expect("checksums")
    );
    let check = format!(
        "cd {} && sha256sum --check --strict SHA256SUMS",
        first.display()
    );
    stranger.run("sh", &["-c", &check]).good();

    // What each program is made of, for those who have to know.
    let bill = fs::read_dir(&first)
        .expect("the folder")
        .flatten()
        .map(|entry| entry.path())
        .find(|path| {
            path.to_string_lossy().contains("docker-inspect-run")
                && path.to_string_lossy().ends_with(".cdx.json")
        })
        .expect("a bill of materials");
    let bill: Value =
        serde_json::from_str(&fs::read_to_string(bill).expect("a bill")).expect("JSON");
    assert_eq!(bill["bomFormat"], "CycloneDX");
    let parts = bill["components"].to_string();
    assert!(parts.contains("pkg:cargo/rustls@"), "{parts}");
    assert!(
        !parts.contains("pkg:cargo/kube@"),
        "docker-inspect-run has no kube: {parts}"
    );
}
