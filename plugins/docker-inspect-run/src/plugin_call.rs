// SPDX-License-Identifier: Apache-2.0

use std::ffi::OsString;
use std::path::Path;

/// docker's name for this plugin: it allows letters and digits only.
pub const PLUGIN_NAME: &str = "inspectrun";

/// Options that docker puts before a plugin's name, with a value in the next word.
const WITH_VALUE: [&str; 9] = [
    "--config",
    "-c",
    "--context",
    "-H",
    "--host",
    "-l",
    "--log-level",
    "--tlscacert",
    "--tlscert",
];

/// What docker, or a person, calls.
#[derive(Debug, PartialEq, Eq)]
pub enum Call {
    /// `docker-cli-plugin-metadata`.
    Metadata,
    /// `__complete`: the words, the last one begun.
    Complete(Vec<OsString>),
    /// The command line, without the plugin's own name in it.
    Run(Vec<OsString>),
}

/// Understands how the program was called: by a person, or by docker as its plugin.
pub fn understand(argv: Vec<OsString>) -> Call {
    let words: Vec<String> = argv
        .iter()
        .skip(1)
        .map(|word| word.to_string_lossy().into_owned())
        .collect();
    match words.first().map(String::as_str) {
        Some("docker-cli-plugin-metadata") => return Call::Metadata,
        Some("__complete" | "__completeNoDesc") => {
            let mut rest: Vec<OsString> = argv.into_iter().skip(2).collect();
            // The word under the cursor may be the beginning of a container of that name.
            if let Some(own) = own_name(&words[1..]).filter(|own| own + 1 < rest.len()) {
                rest.remove(own);
            }
            return Call::Complete(rest);
        }
        _ => {}
    }
    let as_plugin = argv
        .first()
        .and_then(|program| Path::new(program).file_stem())
        .is_some_and(|name| name == "docker-inspectrun");
    let mut argv = argv;
    if as_plugin {
        match words.first().map(String::as_str) {
            // `docker help inspectrun`
            Some("help") => {
                argv.truncate(1);
                argv.push("--help".into());
            }
            _ => {
                if let Some(own) = own_name(&words) {
                    argv.remove(own + 1);
                }
            }
        }
    }
    Call::Run(argv)
}

/// Where the plugin's own name stands: after docker's options.
fn own_name(words: &[String]) -> Option<usize> {
    let mut rest = words.iter().enumerate();
    while let Some((index, word)) = rest.next() {
        if word == PLUGIN_NAME {
            return Some(index);
        }
        if !word.starts_with('-') {
            return None;
        }
        if WITH_VALUE.contains(&word.as_str()) || word == "--tlskey" {
            rest.next();
        }
    }
    None
}

/// The answer to `docker-cli-plugin-metadata`: docker asks every plugin on `docker help` and on
/// each completion, so nothing is opened for it.
pub fn metadata() -> String {
    serde_json::json!({
        "SchemaVersion": "0.1.0",
        "Vendor": "kubectl-etcd",
        "Version": concat!("v", env!("CARGO_PKG_VERSION")),
        "ShortDescription": "Print, change and re-create the command behind a container",
        "URL": env!("CARGO_PKG_REPOSITORY"),
    })
    .to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn call(words: &[&str]) -> Call {
        understand(words.iter().map(OsString::from).collect())
    }

    fn run(words: &[&str]) -> Call {
        Call::Run(words.iter().map(OsString::from).collect())
    }

    #[test]
    fn dockers_way_of_calling_is_understood() {
        let plugin = "/x/docker-inspectrun";
        assert_eq!(
            call(&[plugin, "docker-cli-plugin-metadata"]),
            Call::Metadata
        );
        assert_eq!(
            call(&[plugin, "--context", "c", "-H", "h", "inspectrun", "web"]),
            run(&[plugin, "--context", "c", "-H", "h", "web"])
        );
        assert_eq!(
            call(&[plugin, "--host=h", "inspectrun"]),
            run(&[plugin, "--host=h"])
        );
        // A container of that name.
        assert_eq!(
            call(&[plugin, "inspectrun", "inspectrun"]),
            run(&[plugin, "inspectrun"])
        );
        assert_eq!(
            call(&[plugin, "help", "inspectrun"]),
            run(&[plugin, "--help"])
        );
        assert_eq!(
            call(&["docker-inspect-run", "inspectrun"]),
            run(&["docker-inspect-run", "inspectrun"])
        );
        assert_eq!(
            call(&[plugin, "__complete", "inspectrun", "--all", "we"]),
            Call::Complete(vec!["--all".into(), "we".into()])
        );
    }
}
