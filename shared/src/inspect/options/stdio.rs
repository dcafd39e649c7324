// SPDX-License-Identifier: Apache-2.0

//! Standard streams and terminal: what `-a`, `-d`, `-i` and `-t` set together.

use super::families::Family;
use super::view::View;
use crate::inspect::json::flag;
use crate::inspect::spec::RunSpec;

pub(super) const FAMILY: Family = Family {
    fields: &[
        "Config.AttachStdin",
        "Config.AttachStdout",
        "Config.AttachStderr",
        "Config.OpenStdin",
        "Config.StdinOnce",
        "Config.Tty",
    ],
    emit,
};

/// The four flags of `Config` that options set together.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Streams {
    stdin: bool,
    stdout: bool,
    stderr: bool,
    once: bool,
}

const ATTACH: [&[&str]; 7] = [
    &["stdin"],
    &["stdout"],
    &["stderr"],
    &["stdin", "stdout"],
    &["stdin", "stderr"],
    &["stdout", "stderr"],
    &["stdin", "stdout", "stderr"],
];

/// What docker's client makes of the options (docker/cli `cli/command/container/opts.go`).
fn made_of(interactive: bool, detach: bool, attach: &[&str]) -> Streams {
    if detach {
        return Streams {
            stdin: false,
            stdout: false,
            stderr: false,
            once: false,
        };
    }
    let stdin = interactive || attach.contains(&"stdin");
    let both = attach.is_empty();
    Streams {
        stdin,
        stdout: both || attach.contains(&"stdout"),
        stderr: both || attach.contains(&"stderr"),
        once: interactive && stdin,
    }
}

fn emit(view: &View<'_>, spec: &mut RunSpec) {
    let interactive = flag(view.config("OpenStdin"));
    let asked = Streams {
        stdin: flag(view.config("AttachStdin")),
        stdout: flag(view.config("AttachStdout")),
        stderr: flag(view.config("AttachStderr")),
        once: flag(view.config("StdinOnce")),
    };
    if interactive {
        spec.switch("--interactive", "Config.OpenStdin");
    }
    if flag(view.config("Tty")) {
        spec.switch("--tty", "Config.Tty");
    }
    if made_of(interactive, false, &[]) == asked {
        return;
    }
    if made_of(interactive, true, &[]) == asked {
        spec.detach = true;
        spec.streams_unknown = view.facts.podman;
        return;
    }
    if let Some(attach) = ATTACH
        .iter()
        .find(|attach| made_of(interactive, false, attach) == asked)
    {
        for stream in *attach {
            spec.option("--attach", *stream, "Config.AttachStdin");
        }
        return;
    }
    // Only another client makes such; none of it changes how the process runs but StdinOnce.
    spec.detach = !(asked.stdout || asked.stderr || asked.stdin);
    let made = made_of(interactive, spec.detach, &[]);
    for (field, asked, made) in [
        ("Config.AttachStdin", asked.stdin, made.stdin),
        ("Config.AttachStdout", asked.stdout, made.stdout),
        ("Config.AttachStderr", asked.stderr, made.stderr),
    ] {
        if asked != made {
            spec.note(
                field,
                format!("no options give {asked} here; only a client's attaching changes"),
            );
        }
    }
    if asked.once != made.once {
        spec.loss(
            "Config.StdinOnce",
            format!("no options give {} here", asked.once),
        );
    }
}
