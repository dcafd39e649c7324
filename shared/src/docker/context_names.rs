// SPDX-License-Identifier: Apache-2.0

use std::collections::BTreeSet;
use std::fs;

use super::Environment;

/// The names of docker's stored contexts, `default` included; for completion, hence without errors.
pub fn context_names(environment: &Environment) -> Vec<String> {
    let folder = environment
        .docker_config
        .clone()
        .or_else(|| environment.home.as_ref().map(|home| home.join(".docker")));
    let mut names = BTreeSet::from(["default".to_owned()]);
    let entries = folder.and_then(|folder| fs::read_dir(folder.join("contexts/meta")).ok());
    for entry in entries.into_iter().flatten().flatten() {
        let text = fs::read_to_string(entry.path().join("meta.json"));
        names.extend(text.ok().and_then(|text| name_in(&text)));
    }
    names.into_iter().collect()
}

fn name_in(meta: &str) -> Option<String> {
    let value: serde_json::Value = serde_json::from_str(meta).ok()?;
    value.get("Name")?.as_str().map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stored_contexts_are_named_and_damaged_ones_passed_over() {
        let home = tempfile::tempdir().unwrap();
        for (folder, meta) in [("a", r#"{"Name":"node-1"}"#), ("b", "{"), ("c", "{}")] {
            let folder = home.path().join("contexts/meta").join(folder);
            fs::create_dir_all(&folder).unwrap();
            fs::write(folder.join("meta.json"), meta).unwrap();
        }
        let environment = Environment {
            docker_config: Some(home.path().to_owned()),
            ..Environment::default()
        };
        assert_eq!(context_names(&environment), ["default", "node-1"]);
        assert_eq!(context_names(&Environment::default()), ["default"]);
    }
}
