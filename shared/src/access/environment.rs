// SPDX-License-Identifier: Apache-2.0

use std::collections::BTreeMap;

/// The variables that name a cluster, read once; tests build their own.
#[derive(Clone, Debug, Default)]
pub struct Environment {
    variables: BTreeMap<String, String>,
}

impl Environment {
    /// This process's environment; empty variables count as unset.
    pub fn from_process() -> Self {
        let variables = std::env::vars_os()
            .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
            .filter(|(name, value)| {
                !value.is_empty()
                    && (name.starts_with("ETCDCTL_")
                        || name.starts_with("DOCKER_")
                        || name == "KUBECONFIG"
                        || name == "KUBERNETES_SERVICE_HOST")
            })
            .collect();
        Self { variables }
    }

    /// An environment of the pairs given.
    pub fn of<'a>(pairs: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        let variables = pairs
            .into_iter()
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect();
        Self { variables }
    }

    /// One variable.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.variables.get(name).map(String::as_str)
    }
}
