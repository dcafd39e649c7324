// SPDX-License-Identifier: Apache-2.0

use std::collections::BTreeMap;
use std::time::Duration;

/// How etcdctl is called in one pod.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Etcdctl {
    /// Its client certificate files in the container: CA, certificate, key.
    pub files: Option<[String; 3]>,
    /// The container's environment: etcdctl refuses a flag that a variable says, too.
    pub environment: BTreeMap<String, String>,
    /// Time allowed for a connection.
    pub dial_timeout: Duration,
    /// Time allowed for a call.
    pub command_timeout: Duration,
}

impl Etcdctl {
    /// The words of a command for one endpoint.
    pub fn words(&self, endpoint: &str, command: &[&str]) -> Vec<String> {
        let mut words = vec!["etcdctl".to_owned()];
        let mut flag = |name: &str, value: String| {
            let variable = format!("ETCDCTL_{}", name.to_ascii_uppercase().replace('-', "_"));
            if !self.environment.contains_key(&variable) {
                words.push(format!("--{name}={value}"));
            }
        };
        flag("endpoints", endpoint.to_owned());
        if let Some([ca, cert, key]) = &self.files {
            flag("cacert", ca.clone());
            flag("cert", cert.clone());
            flag("key", key.clone());
        }
        flag("dial-timeout", go_duration(self.dial_timeout));
        flag("command-timeout", go_duration(self.command_timeout));
        flag("write-out", "json".to_owned());
        words.extend(command.iter().map(|word| (*word).to_owned()));
        words
    }
}

fn go_duration(duration: Duration) -> String {
    format!("{}ms", duration.as_millis())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flag_that_a_variable_says_is_left_out() {
        let etcdctl = Etcdctl {
            files: Some(["/ca", "/cert", "/key"].map(str::to_owned)),
            environment: BTreeMap::from([("ETCDCTL_CACERT".to_owned(), "/x".to_owned())]),
            dial_timeout: Duration::from_secs(2),
            command_timeout: Duration::from_secs(5),
        };
        assert_eq!(
            etcdctl
                .words("https://a:2379", &["member", "list"])
                .join(" "),
            "etcdctl --endpoints=https://a:2379 --cert=/cert --key=/key --dial-timeout=2000ms \
             --command-timeout=5000ms --write-out=json member list"
        );
    }
}
