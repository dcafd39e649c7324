// SPDX-License-Identifier: Apache-2.0

use std::ffi::{OsStr, OsString};
use std::path::Path;

/// kubectl (1.26 and newer) asks a program of this name with the plugin's file name behind it
/// (kubectl, pkg/cmd/plugin/plugin_completion.go).
const HELPER_PREFIX: &str = "kubectl_complete-";

/// What cobra's own completion scripts put first.
const HIDDEN_COMMAND: &str = "__complete";

/// The words to complete, the one under the cursor last, where the program was called for
/// completion; `None` where it was called for its work.
pub fn asked(argv: &[OsString]) -> Option<Vec<OsString>> {
    let (program, rest) = argv.split_first()?;
    let name = Path::new(program).file_name().unwrap_or_default();
    if name.to_string_lossy().starts_with(HELPER_PREFIX) {
        return Some(rest.to_vec());
    }
    match rest.split_first() {
        Some((first, words)) if first == OsStr::new(HIDDEN_COMMAND) => Some(words.to_vec()),
        _ => None,
    }
}

/// The value of a flag among the words before the cursor, as `--flag value` or `--flag=value`;
/// the last one counts.
pub fn value_of(words: &[OsString], flag: &str) -> Option<String> {
    let (_, before) = words.split_last()?;
    let mut found = None;
    let mut words = before.iter().map(|word| word.to_string_lossy());
    while let Some(word) = words.next() {
        if word == flag {
            found = words.next().map(|value| value.into_owned()).or(found);
        } else if let Some(value) = word
            .strip_prefix(flag)
            .and_then(|rest| rest.strip_prefix('='))
        {
            found = Some(value.to_owned());
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Vec<OsString> {
        text.split(' ').map(OsString::from).collect()
    }

    #[test]
    fn both_ways_of_asking_are_seen_and_work_is_not_taken_for_one() {
        let helper = asked(&words("/x/kubectl_complete-etcd_health explain db"));
        assert_eq!(helper, Some(words("explain db")));
        let hidden = asked(&words("kubectl-etcd_health __complete explain db"));
        assert_eq!(hidden, Some(words("explain db")));
        assert_eq!(
            asked(&words("kubectl-etcd_health explain __complete")),
            None
        );
        assert_eq!(asked(&[]), None);
    }

    #[test]
    fn a_flag_is_found_in_both_spellings_and_only_before_the_cursor() {
        let both = words("--kubeconfig a --kubeconfig=b --context ");
        assert_eq!(value_of(&both, "--kubeconfig").as_deref(), Some("b"));
        assert_eq!(value_of(&words("--kubeconfig=a"), "--kubeconfig"), None);
        assert_eq!(value_of(&words("--kubeconfiga=a x"), "--kubeconfig"), None);
    }
}
