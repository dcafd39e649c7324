// SPDX-License-Identifier: Apache-2.0

use crate::inspect::quote::quote;
use crate::inspect::spec::{Connect, RunSpec, Value};

/// How the text is laid out.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ShellStyle {
    /// Everything on one line (values with newlines keep them).
    pub one_line: bool,
    /// Which command.
    pub verb: Verb,
}

/// `docker run` or `docker create`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Verb {
    /// `docker run`; `docker create` and `docker start` where one command is not enough.
    #[default]
    Run,
    /// `docker create`, without a start.
    Create,
}

/// The text for a shell. Where `docker run` cannot say all, a script of `docker create`,
/// `docker network connect` and `docker start`.
pub fn shell(spec: &RunSpec, style: ShellStyle) -> String {
    let run = style.verb == Verb::Run && !spec.needs_script();
    let (line, and) = match style.one_line {
        true => (" ", " && "),
        false => (" \\\n  ", " &&\n"),
    };
    let mut text = String::new();
    if spec.redacted {
        text.push_str(if style.one_line {
            ": 'REDACTED: values are masked, this does not make the same container' && "
        } else {
            "# REDACTED: values are masked, this does not make the same container\n"
        });
    }
    if !spec.unset_variables.is_empty() {
        // Options that name a variable without a value take the caller's, if it is set.
        text.push_str("env");
        for name in &spec.unset_variables {
            text.push_str(&format!(" -u {}", quote(name)));
        }
        text.push(' ');
    }
    text.push_str(if run { "docker run" } else { "docker create" });
    if run && spec.detach {
        text.push_str(" --detach");
    }
    for option in &spec.options {
        text.push_str(line);
        text.push_str(option.flag);
        match &option.value {
            None => {}
            Some(Value::Word(word)) => {
                // With "=" no value can be taken for an option.
                let joined = if word.starts_with('-') || word.is_empty() {
                    '='
                } else {
                    ' '
                };
                text.push(joined);
                text.push_str(&quote(word));
            }
            Some(Value::File { prefix, content }) => {
                text.push_str(&format!(" {prefix}<(printf %s {})", quote(content)));
            }
        }
    }
    text.push_str(line);
    text.push_str(&quote(&spec.image));
    for word in &spec.command {
        text.push(' ');
        text.push_str(&quote(word));
    }
    for connect in &spec.connects {
        if connect.again {
            let network = quote(&connect.network);
            text.push_str(&format!(
                "{and}docker network disconnect {network} {}",
                quote(&spec.name)
            ));
        }
        text.push_str(and);
        text.push_str(&connect_line(connect, &spec.name));
    }
    if style.verb == Verb::Run && !run {
        text.push_str(&format!("{and}docker start {}", quote(&spec.name)));
    }
    text
}

fn connect_line(connect: &Connect, name: &str) -> String {
    let mut text = "docker network connect".to_owned();
    for (option, value) in &connect.options {
        text.push_str(&format!(" {option} {}", quote(value)));
    }
    text + &format!(" {} {}", quote(&connect.network), quote(name))
}
