// SPDX-License-Identifier: Apache-2.0

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};
use shared::error::ShownError;

use super::package::{self, Package};
use super::platform::Platform;

/// Writes a bill of materials (CycloneDX 1.5, <https://cyclonedx.org/docs/1.5/json/>) for every
/// program: the crates that are compiled into it for `target`, with version and licence.
///
/// # Errors
/// cargo cannot tell them, or a file cannot be written.
pub fn write(root: &Path, target: &str, folder: &Path, version: &str) -> Result<(), ShownError> {
    let label = Platform::of(target)?.label();
    for package in &package::ALL {
        let path = folder.join(format!("{}_{version}_{label}.cdx.json", package.krate));
        let bill = bill(&crates(root, package, target)?, package, version);
        let text = format!("{bill:#}\n");
        fs::write(&path, text).map_err(|error| {
            ShownError::failed(format!("\"{}\" cannot be written", path.display())).caused_by(error)
        })?;
    }
    Ok(())
}

/// One crate that is compiled in.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Crate {
    name: String,
    version: String,
    license: String,
}

/// With the features of this program alone, as the release build has them.
fn crates(root: &Path, package: &Package, target: &str) -> Result<BTreeSet<Crate>, ShownError> {
    let failed = || {
        ShownError::failed(format!(
            "cargo does not tell the dependencies of {}",
            package.krate
        ))
    };
    let output = Command::new(env!("CARGO"))
        .current_dir(root)
        .args(["tree", "--locked", "--edges", "normal,no-proc-macro"])
        .args(["--prefix", "none", "--format", "{p}|{l}"])
        .args(["--package", package.krate, "--target", target])
        .output()
        .map_err(|error| failed().caused_by(error))?;
    if !output.status.success() {
        return Err(failed().caused_by(String::from_utf8_lossy(&output.stderr).trim()));
    }
    let mut crates = parse(&String::from_utf8_lossy(&output.stdout));
    crates.retain(|one| one.name != package.krate);
    Ok(crates)
}

/// Lines such as `serde v1.0.229|MIT OR Apache-2.0` or `shared v0.1.0 (/folder)|Apache-2.0 (*)`.
fn parse(tree: &str) -> BTreeSet<Crate> {
    tree.lines()
        .filter_map(|line| {
            let (package, license) = line.trim_end_matches(" (*)").split_once('|')?;
            let mut words = package.split(' ');
            Some(Crate {
                name: words.next()?.to_owned(),
                version: words.next()?.strip_prefix('v')?.to_owned(),
                license: license.to_owned(),
            })
        })
        .collect()
}

fn bill(crates: &BTreeSet<Crate>, package: &Package, version: &str) -> Value {
    let components: Vec<Value> = crates.iter().map(component).collect();
    json!({
        "bomFormat": "CycloneDX",
        "specVersion": "1.5",
        "version": 1,
        "metadata": {
            "component": {
                "type": "application",
                "name": package.krate,
                "version": version.trim_start_matches('v'),
                "licenses": [{"expression": "Apache-2.0"}],
            },
        },
        "components": components,
    })
}

fn component(one: &Crate) -> Value {
    let mut component = json!({
        "type": "library",
        "name": one.name,
        "version": one.version,
        "purl": format!("pkg:cargo/{}@{}", one.name, one.version),
    });
    if !one.license.is_empty() {
        // Old crates write MIT/Apache-2.0, which is no SPDX expression.
        let expression = one.license.replace('/', " OR ");
        component["licenses"] = json!([{"expression": expression}]);
    }
    component
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_crate_is_named_once_with_version_and_licence() {
        let tree = "docker-inspect-run v0.1.0 (/x/plugins/docker-inspect-run)|Apache-2.0\n\
                    used v1.2.3|MIT/Apache-2.0\n\
                    shared v0.1.0 (/x/shared)|Apache-2.0\n\
                    used v1.2.3|MIT/Apache-2.0 (*)\n\n";
        let crates = parse(tree);
        let bill = bill(&crates, &package::ALL[2], "v0.1.0");
        let purls: Vec<&str> = bill["components"]
            .as_array()
            .unwrap()
            .iter()
            .filter_map(|one| one["purl"].as_str())
            .collect();
        assert_eq!(
            purls,
            [
                "pkg:cargo/docker-inspect-run@0.1.0",
                "pkg:cargo/shared@0.1.0",
                "pkg:cargo/used@1.2.3"
            ]
        );
        assert_eq!(
            bill["components"][2]["licenses"][0]["expression"],
            "MIT OR Apache-2.0"
        );
    }
}
