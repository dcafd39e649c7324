use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
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
pub fn write(
    root: &Path,
    target: &str,
    folder: &Path,
    version: &str,
) -> Result<Vec<PathBuf>, ShownError> {
    let metadata = metadata(root, target)?;
    let label = Platform::of(target)?.label();
    let mut written = Vec::new();
    for package in &package::ALL {
        let path = folder.join(format!("{}_{version}_{label}.cdx.json", package.krate));
        let text = serde_json::to_string_pretty(&bill(&metadata, package, version))
            .map_err(|error| ShownError::failed("the bill cannot be written").caused_by(error))?;
        fs::write(&path, text + "\n").map_err(|error| {
            ShownError::failed(format!("\"{}\" cannot be written", path.display())).caused_by(error)
        })?;
        written.push(path);
    }
    Ok(written)
}

fn metadata(root: &Path, target: &str) -> Result<Value, ShownError> {
    let failed = || ShownError::failed("cargo does not tell the dependencies");
    let output = Command::new(env!("CARGO"))
        .current_dir(root)
        .args(["metadata", "--format-version", "1", "--locked"])
        .args(["--filter-platform", target])
        .output()
        .map_err(|error| failed().caused_by(error))?;
    serde_json::from_slice(&output.stdout)
        .map_err(|error| failed().caused_by(error))
        .and_then(|value: Value| {
            if output.status.success() {
                Ok(value)
            } else {
                Err(failed().caused_by(String::from_utf8_lossy(&output.stderr)))
            }
        })
}

fn bill(metadata: &Value, package: &Package, version: &str) -> Value {
    let list = |pointer: &str| {
        let list = metadata.pointer(pointer).and_then(Value::as_array);
        list.cloned().unwrap_or_default()
    };
    let packages: BTreeMap<String, Value> = list("/packages")
        .into_iter()
        .filter_map(|package| Some((package["id"].as_str()?.to_owned(), package)))
        .collect();
    let nodes: BTreeMap<String, Value> = list("/resolve/nodes")
        .into_iter()
        .filter_map(|node| Some((node["id"].as_str()?.to_owned(), node)))
        .collect();
    let root = packages
        .iter()
        .find(|(_, found)| found["name"] == package.krate)
        .map(|(id, _)| id.clone());
    let mut seen: BTreeSet<String> = root.iter().cloned().collect();
    let mut waiting: Vec<String> = root.into_iter().collect();
    while let Some(id) = waiting.pop() {
        let found = nodes.get(&id).and_then(|node| node["deps"].as_array());
        for dependency in found
            .into_iter()
            .flatten()
            .filter(|one| is_compiled_in(one))
        {
            let id = dependency["pkg"].as_str().unwrap_or_default();
            if seen.insert(id.to_owned()) {
                waiting.push(id.to_owned());
            }
        }
    }
    let mut components: Vec<Value> = seen
        .iter()
        .filter_map(|id| packages.get(id))
        .filter(|found| found["name"] != package.krate)
        .map(component)
        .collect();
    components.sort_by_key(|one| one["purl"].to_string());
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

/// Not what only builds or tests it.
fn is_compiled_in(dependency: &Value) -> bool {
    let kinds = dependency["dep_kinds"].as_array();
    kinds
        .into_iter()
        .flatten()
        .any(|kind| kind["kind"].is_null())
}

fn component(package: &Value) -> Value {
    let text = |name: &str| package[name].as_str().unwrap_or_default().to_owned();
    let mut component = json!({
        "type": "library",
        "name": text("name"),
        "version": text("version"),
        "purl": format!("pkg:cargo/{}@{}", text("name"), text("version")),
    });
    if let Some(license) = package["license"].as_str() {
        // Old crates write MIT/Apache-2.0, which is no SPDX expression.
        let expression = license.replace('/', " OR ");
        component["licenses"] = json!([{"expression": expression}]);
    }
    component
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_compiled_in_is_named_and_what_only_builds_it_is_not() {
        let metadata = json!({
            "packages": [
                {"id": "a", "name": "docker-inspect-run", "version": "0.1.0"},
                {"id": "b", "name": "used", "version": "1.2.3", "license": "MIT/Apache-2.0"},
                {"id": "c", "name": "builder", "version": "1.0.0"},
                {"id": "d", "name": "deep", "version": "2.0.0", "license": "MIT"},
            ],
            "resolve": {"nodes": [
                {"id": "a", "deps": [
                    {"pkg": "b", "dep_kinds": [{"kind": null}]},
                    {"pkg": "c", "dep_kinds": [{"kind": "build"}]},
                ]},
                {"id": "b", "deps": [{"pkg": "d", "dep_kinds": [{"kind": null}]}]},
                {"id": "d", "deps": [{"pkg": "b", "dep_kinds": [{"kind": null}]}]},
            ]},
        });
        let bill = bill(&metadata, &package::ALL[2], "v0.1.0");
        let purls: Vec<&str> = bill["components"]
            .as_array()
            .unwrap()
            .iter()
            .filter_map(|one| one["purl"].as_str())
            .collect();
        assert_eq!(purls, ["pkg:cargo/deep@2.0.0", "pkg:cargo/used@1.2.3"]);
        assert_eq!(
            bill["components"][1]["licenses"][0]["expression"],
            "MIT OR Apache-2.0"
        );
    }
}
