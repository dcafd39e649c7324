// SPDX-License-Identifier: Apache-2.0

//! By which name a program was called, hence by which name it calls itself: `kubectl etcd-health`
//! where kubectl ran it, `kubectl-etcd_health` where a person did.
//!
//! kubectl replaces itself by the plugin and gives it the full path of the file that it found on
//! PATH as `argv[0]` (kubernetes/kubectl, pkg/cmd/plugin.go), links followed or not; a shell and
//! `sudo` give the word as it was typed. So what is called by the very path that a search of PATH
//! finds was called by kubectl, or could have been.

use std::borrow::Cow;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

/// The names of one program.
#[derive(Clone, Copy, Debug)]
pub struct Names {
    /// As a plugin: `kubectl etcd-health`.
    pub plugin: &'static str,
    /// Its own file: `kubectl-etcd_health`.
    pub file: &'static str,
}

/// The kubectl plugins of this project, which speak of each other.
pub const PLUGINS: [Names; 2] = [
    Names {
        plugin: "kubectl etcd-health",
        file: "kubectl-etcd_health",
    },
    Names {
        plugin: "kubectl etcd-replace",
        file: "kubectl-etcd_replace",
    },
];

/// Whether this process was called directly; unset: as a plugin.
static DIRECT: OnceLock<bool> = OnceLock::new();

impl Names {
    /// The name that this process was called by; what it says from here on uses it.
    pub fn remember(&self, argv0: Option<&OsStr>) -> &'static str {
        let found = which::which(self.file).ok();
        let direct = !is_plugin_call(argv0.unwrap_or_default(), found);
        // A second call in one process (a test) keeps the first answer.
        if *DIRECT.get_or_init(|| direct) {
            self.file
        } else {
            self.plugin
        }
    }
}

/// Whether kubectl called: by the full path of the file that PATH leads to.
fn is_plugin_call(argv0: &OsStr, found: Option<PathBuf>) -> bool {
    let called = Path::new(argv0);
    called.is_absolute() && found.is_some_and(|found| found == called)
}

/// A text for people, with the plugins called as this process was: directly, they are named by
/// their files, because a machine without kubectl has nothing else.
pub fn in_own_words(text: &str) -> Cow<'_, str> {
    if DIRECT.get() == Some(&true) {
        by_file(text)
    } else {
        Cow::Borrowed(text)
    }
}

/// The text with every plugin's name replaced by its file's.
pub fn by_file(text: &str) -> Cow<'_, str> {
    PLUGINS.iter().fold(Cow::Borrowed(text), |text, names| {
        if text.contains(names.plugin) {
            Cow::Owned(text.replace(names.plugin, names.file))
        } else {
            text
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kubectl_calls_by_the_path_it_found_and_people_by_what_they_typed() {
        let found = Some(PathBuf::from("/home/me/.krew/bin/kubectl-etcd_health"));
        let cases = [
            ("/home/me/.krew/bin/kubectl-etcd_health", true),
            ("kubectl-etcd_health", false),
            ("./kubectl-etcd_health", false),
            ("/tmp/kubectl-etcd_health", false),
            ("", false),
        ];
        for (argv0, want) in cases {
            let got = is_plugin_call(OsStr::new(argv0), found.clone());
            assert_eq!(got, want, "{argv0:?}");
        }
        assert!(!is_plugin_call(
            OsStr::new("/tmp/kubectl-etcd_health"),
            None
        ));
    }

    #[test]
    fn called_directly_both_plugins_go_by_their_files() {
        assert_eq!(
            by_file("`kubectl etcd-replace node n2`, then `kubectl etcd-health`"),
            "`kubectl-etcd_replace node n2`, then `kubectl-etcd_health`"
        );
        assert!(matches!(by_file("nothing"), Cow::Borrowed("nothing")));
    }
}
