// SPDX-License-Identifier: Apache-2.0

use std::ffi::OsString;
use std::fmt::Write as _;

use clap::Command;
use clap_complete::CompletionCandidate;

/// cobra: the shell is not to fall back to file names (`ShellCompDirectiveNoFileComp`).
const NO_FILES: u8 = 4;
/// cobra: the shell is not to add a blank (`ShellCompDirectiveNoSpace`).
const NO_SPACE: u8 = 2;

/// Answers in cobra's protocol: a candidate a line, a tab, its description; then `:DIRECTIVE`.
/// Whatever cannot be completed yields no candidates: nothing goes wrong in a user's prompt.
pub fn answer(mut command: Command, words: &[OsString]) -> String {
    let mut args = vec![OsString::from(command.get_name())];
    args.extend_from_slice(words);
    if words.is_empty() {
        args.push(OsString::new());
    }
    let at = args.len() - 1;
    let word = args
        .last()
        .map(|word| word.to_string_lossy().into_owned())
        .unwrap_or_default();
    let folder = std::env::current_dir().ok();
    let candidates = clap_complete::engine::complete(&mut command, args, at, folder.as_deref());
    render(&candidates.unwrap_or_default(), &word)
}

fn render(candidates: &[CompletionCandidate], word: &str) -> String {
    // Shells want the bare value after `--flag=`.
    let flag_length = match word.find('=') {
        Some(at) if word.starts_with('-') => at + 1,
        _ => 0,
    };
    let prefix = word.get(..flag_length).unwrap_or_default();
    let mut text = String::new();
    let mut directive = NO_FILES;
    for candidate in candidates.iter().filter(|one| !one.is_hide_set()) {
        let value = candidate.get_value().to_string_lossy();
        let value = value.strip_prefix(prefix).unwrap_or(&value);
        let is_flag = value.starts_with('-') && prefix.is_empty();
        // Among subcommands and names, flags would only be in the way.
        let breaks_the_line = value.chars().any(char::is_control);
        if value.is_empty() || breaks_the_line || (is_flag && !word.starts_with('-')) {
            continue;
        }
        if value.ends_with(['/', '=', ':']) {
            directive |= NO_SPACE;
        }
        text.push_str(value);
        let help = candidate.get_help().map(ToString::to_string);
        if let Some(line) = help.as_deref().and_then(|help| help.lines().next()) {
            let _ = write!(text, "\t{}", line.trim().replace('\t', " "));
        }
        text.push('\n');
    }
    let _ = writeln!(text, ":{directive}");
    text
}

#[cfg(test)]
mod tests {
    use clap::{Arg, Command};
    use clap_complete::ArgValueCandidates;

    use super::*;

    fn answered(words: &[&str]) -> String {
        let command = Command::new("tool")
            .bin_name("kubectl tool")
            .disable_help_subcommand(true)
            .arg(Arg::new("context").long("context").help("The context").add(
                ArgValueCandidates::new(|| {
                    vec![CompletionCandidate::new("prod").help(Some("one\ntwo".into()))]
                }),
            ))
            .arg(Arg::new("secret").long("secret").hide(true))
            .subcommand(Command::new("logs").about("Diagnose a log"));
        let words: Vec<OsString> = words.iter().map(OsString::from).collect();
        answer(command, &words)
    }

    #[test]
    fn subcommands_stand_without_flags() {
        assert_eq!(answered(&[""]), "logs\tDiagnose a log\n:4\n");
        assert_eq!(answered(&[]), answered(&[""]));
    }

    #[test]
    fn flags_come_with_their_description_and_hidden_ones_stay_hidden() {
        assert_eq!(answered(&["--con"]), "--context\tThe context\n:4\n");
        assert!(!answered(&["--"]).contains("secret"));
    }

    #[test]
    fn a_value_is_bare_in_both_spellings() {
        assert_eq!(answered(&["--context", "p"]), "prod\tone\n:4\n");
        assert_eq!(answered(&["--context=p"]), "prod\tone\n:4\n");
        assert_eq!(answered(&["--context=x"]), ":4\n");
    }

    #[test]
    fn nonsense_yields_nothing() {
        assert_eq!(answered(&["--nothing", "--", "x", "y"]), ":4\n");
    }
}
