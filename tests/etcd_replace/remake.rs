// SPDX-License-Identifier: Apache-2.0

//! Making the lab's etcd container again in another way, as an operator might have made it.

use std::fs;

use serde_json::{Value, json};

use crate::stand::Stand;

/// A container to be run: the words of `docker run`, before and after the image.
#[derive(Debug)]
pub struct Made {
    /// Options.
    pub options: Vec<String>,
    /// Command.
    pub command: Vec<String>,
}

impl Made {
    /// Sets one of etcd's flags.
    pub fn flag(&mut self, name: &str, value: &str) {
        let prefix = format!("--{name}=");
        self.command.retain(|word| !word.starts_with(&prefix));
        self.command.push(format!("{prefix}{value}"));
    }

    /// More options.
    pub fn options<const N: usize>(&mut self, words: [&str; N]) {
        self.options.extend(words.map(str::to_owned));
    }
}

impl Stand {
    /// Ends the etcd container of a node and runs it again, changed.
    pub fn remake(&self, node: usize, change: impl FnOnce(&mut Made)) {
        let (made, image) = self.prepare(node, change);
        self.lab
            .node(node)
            .docker(["rm", "--force", "etcd"])
            .ok()
            .unwrap();
        let run = self.lab.node(node).docker(["run", "--detach"]);
        run.args(&made.options)
            .arg(image)
            .args(&made.command)
            .ok()
            .unwrap();
    }

    fn prepare(&self, node: usize, change: impl FnOnce(&mut Made)) -> (Made, String) {
        let inspect = self.inspect(node, "etcd");
        let list = |value: &Value| -> Vec<String> {
            let words = value.as_array().into_iter().flatten();
            words.filter_map(Value::as_str).map(str::to_owned).collect()
        };
        let mut made = Made {
            options: ["--name", "etcd", "--network", "host", "--restart", "always"]
                .map(str::to_owned)
                .to_vec(),
            command: list(&inspect["Config"]["Cmd"]),
        };
        for bind in list(&inspect["HostConfig"]["Binds"]) {
            made.options.extend(["--volume".to_owned(), bind]);
        }
        for pair in list(&inspect["Config"]["Env"]) {
            if pair.starts_with("ETCD") {
                made.options.extend(["--env".to_owned(), pair]);
            }
        }
        let label = "io.rancher.rke.container.name=etcd";
        made.options.extend(["--label", label].map(str::to_owned));
        change(&mut made);
        let image = inspect["Config"]["Image"].as_str().unwrap().to_owned();
        (made, image)
    }

    /// The same with all settings in a config file, which is written to `path` of the node.
    pub fn remake_with_settings_file(
        &self,
        node: usize,
        path: &str,
        change: impl FnOnce(&mut Made),
    ) {
        let inspect = self.inspect(node, "etcd");
        let mut file = String::from("# kept by hand\n");
        let (mut client, mut peer) = (String::new(), String::new());
        for word in inspect["Config"]["Cmd"].as_array().unwrap() {
            let Some((name, value)) = word
                .as_str()
                .and_then(|w| w.strip_prefix("--")?.split_once('='))
            else {
                continue;
            };
            let plain = value == "true" || value.chars().all(|c| c.is_ascii_digit());
            let value = if plain {
                value.to_owned()
            } else {
                json!(value).to_string()
            };
            let tls = [
                "trusted-ca-file",
                "cert-file",
                "key-file",
                "client-cert-auth",
            ];
            if tls.contains(&name) {
                client.push_str(&format!("  {name}: {value}\n"));
            } else if let Some(name) = name.strip_prefix("peer-").filter(|name| tls.contains(name))
            {
                peer.push_str(&format!("  {name}: {value}\n"));
            } else {
                file.push_str(&format!("{name}: {value}\n"));
            }
        }
        file.push_str(&format!("client-transport-security:\n{client}"));
        file.push_str(&format!("peer-transport-security:\n{peer}"));
        let on_host = self.lab.node(node).host_path(path);
        fs::create_dir_all(on_host.parent().unwrap()).unwrap();
        fs::write(&on_host, file).unwrap();
        self.remake(node, |made| {
            made.command = vec![
                "/usr/local/bin/etcd".to_owned(),
                format!("--config-file={path}"),
            ];
            change(made);
        });
    }
}
