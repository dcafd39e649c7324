// SPDX-License-Identifier: Apache-2.0

use futures_util::future::LocalBoxFuture;
use node_helper::Outcome;

use super::NodeError;

/// Runs the helper program where a member's files are: in a short-lived container, in a pod, or as
/// a child process. A kind of node implements this; all that is done with the files is in
/// [`data`](super::data) and the same for every kind.
///
/// Each call is one run of the program, which does its commands in order and stops at the first
/// that fails.
pub trait HelperHands {
    /// What and where, for messages.
    fn place(&self) -> &str;

    /// Runs commands (words, with `--` between commands) and returns the program's lines, a failed
    /// command's among them; at least one line. `content` can be read by the program at
    /// [`content_path`](Self::content_path).
    fn run<'a>(
        &'a self,
        words: &'a [&'a str],
        content: Option<&'a [u8]>,
    ) -> LocalBoxFuture<'a, Result<Vec<Outcome>, NodeError>>;

    /// Brings these folders of the node within reach, where they are not yet.
    fn bring<'a>(&'a self, _: &'a [String]) -> LocalBoxFuture<'a, Result<(), NodeError>> {
        Box::pin(async { Ok(()) })
    }

    /// Where the program finds the content that [`run`](Self::run) was given.
    fn content_path(&self) -> &str;

    /// Runs `program --version` of the image that etcd runs from, with none of etcd's settings in
    /// its environment; returns what it wrote to stdout.
    fn program_version<'a>(
        &'a self,
        program: &'a str,
    ) -> LocalBoxFuture<'a, Result<String, NodeError>>;

    /// Starts the program with words after which it stays (`lock FILE`), so that it outlives this
    /// process; returns the lines that it said at first. One that runs already is left alone and
    /// returns no lines.
    fn start_holder<'a>(
        &'a self,
        words: &'a [&'a str],
    ) -> LocalBoxFuture<'a, Result<Vec<Outcome>, NodeError>>;

    /// Whether that one runs.
    fn holder_runs(&self) -> LocalBoxFuture<'_, Result<bool, NodeError>>;

    /// Ends it, where there is one.
    fn end_holder(&self) -> LocalBoxFuture<'_, Result<(), NodeError>>;
}

/// The first failure among the helper's lines, as an error.
///
/// # Errors
/// A command failed, or the program did not know it.
pub fn check(place: &str, lines: Vec<Outcome>) -> Result<Vec<Outcome>, NodeError> {
    for line in &lines {
        match line {
            Outcome::Failed {
                command,
                path,
                tried,
                errno,
                ..
            } => {
                return Err(NodeError::Helper {
                    place: place.to_owned(),
                    tried: format!("{command} ({tried})"),
                    path: path.clone(),
                    why: std::io::Error::from_raw_os_error(*errno).to_string(),
                });
            }
            Outcome::Usage => {
                return Err(NodeError::Unexpected {
                    place: place.to_owned(),
                    why: "the helper program does not know the command: it is of another version"
                        .to_owned(),
                });
            }
            _ => {}
        }
    }
    Ok(lines)
}
