// SPDX-License-Identifier: Apache-2.0

use serde_json::Value;

use super::names;
use crate::replace::node::NodeStep;
use crate::replace::node::data::names::aside;

/// A script that makes a container by hand exactly as the create request says; it needs `curl`.
pub fn create(container: &str, request: &Value) -> String {
    // JSON in one line can hold no line that equals the end mark.
    let body = request.to_string();
    format!(
        "#!/bin/sh\n\
         # Makes the container {container} again, through the engine's socket; then start it.\n\
         # It holds the container's environment: keep it to yourself.\n\
         set -eu\n\
         curl --fail-with-body --silent --show-error \\\n\
         \x20 --unix-socket \"${{DOCKER_SOCKET:-/var/run/docker.sock}}\" \\\n\
         \x20 --header 'Content-Type: application/json' --data-binary @- \\\n\
         \x20 'http://docker/containers/create?name={container}' <<'END_OF_REQUEST'\n\
         {body}\n\
         END_OF_REQUEST\n\
         docker start {}\n",
        quote(container)
    )
}

/// What an operator would type on the node.
pub fn commands(
    container: &str,
    host: &str,
    settings_file: Option<&str>,
    step: NodeStep<'_>,
) -> Vec<String> {
    let docker = format!("docker -H {}", quote(host));
    let name = quote(container);
    match step {
        NodeStep::Save => vec![format!("{docker} inspect {name} > {container}.json")],
        NodeStep::Stop => vec![
            format!("{docker} update --restart=no {name}"),
            format!("{docker} stop {name}"),
        ],
        NodeStep::SetAside { view, stamp } => view
            .data
            .paths_on_node
            .iter()
            .map(|path| format!("mv -nT {} {}", quote(path), quote(&aside(path, stamp))))
            .collect(),
        NodeStep::Recreate { new, stamp } if settings_file.is_some() => {
            let file = quote(settings_file.unwrap_or_default());
            let kept = quote(&aside(settings_file.unwrap_or_default(), stamp));
            let mut flags = new.removed.clone();
            flags.extend(["initial-cluster", "initial-cluster-state"].map(str::to_owned));
            let drop: Vec<_> = flags
                .iter()
                .map(|flag| format!("-e '/^{flag}:/d'"))
                .collect();
            let add = format!(
                "initial-cluster: \"{}\"\\ninitial-cluster-state: existing\\n",
                new.initial_cluster
            );
            vec![
                format!("cp -a {file} {kept}"),
                format!("sed -i {} {file}", drop.join(" ")),
                format!("printf {} >> {file}", quote(&add)),
                format!("{docker} start {name}"),
            ]
        }
        NodeStep::Recreate { new, stamp } => {
            let mut edit = format!(
                "docker-inspect-run --host {} {} --set-arg initial-cluster-state=existing --set-arg initial-cluster={}",
                quote(host),
                quote(&names::kept(container, stamp)),
                quote(&new.initial_cluster)
            );
            for flag in &new.removed {
                edit.push_str(&format!(" --unset-arg {flag}"));
            }
            vec![
                format!(
                    "{docker} rename {name} {}",
                    quote(&names::kept(container, stamp))
                ),
                format!("{edit} --name {name} | DOCKER_HOST={} sh", quote(host)),
            ]
        }
    }
}

/// A word as a POSIX shell reads it back.
fn quote(word: &str) -> String {
    shlex::try_quote(word).map_or_else(|_| "''".to_owned(), std::borrow::Cow::into_owned)
}
