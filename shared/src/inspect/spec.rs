// SPDX-License-Identifier: Apache-2.0
/// One option of the command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Opt {
    /// The long name with its dashes.
    pub flag: &'static str,
    /// Its value; `None` for a switch.
    pub value: Option<Value>,
    /// The field that it comes from, such as `HostConfig.Memory`.
    pub field: String,
}

/// An option's value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// A word.
    Word(String),
    /// `prefix` and then the name of a file with this content: a shell's process substitution.
    File {
        /// What stands before the file's name.
        prefix: String,
        /// The file's content.
        content: String,
    },
}

/// What the command cannot say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Loss {
    /// The field, such as `Config.Entrypoint`.
    pub field: String,
    /// What about it, in half a sentence.
    pub why: String,
    /// It changes nothing about how the container runs; `--strict` lets it pass.
    pub harmless: bool,
}

/// A network that `docker network connect` adds after the container was created.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Connect {
    /// Network name or ID.
    pub network: String,
    /// Options of `docker network connect` in order.
    pub options: Vec<(&'static str, String)>,
    /// Disconnect it first: the container has it already from `--network`, without these settings.
    pub again: bool,
}

/// A container's command as plain data.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RunSpec {
    /// The container's name.
    pub name: String,
    /// `-d`: print `docker run --detach`.
    pub detach: bool,
    /// Options in their documented order, `--name` first.
    pub options: Vec<Opt>,
    /// The image as it stands on the command line.
    pub image: String,
    /// What stands after the image.
    pub command: Vec<String>,
    /// Networks to connect before the start.
    pub connects: Vec<Connect>,
    /// Variables that must not be set where the command runs: it names them without a value.
    pub unset_variables: Vec<String>,
    /// What the command cannot say.
    pub losses: Vec<Loss>,
    /// The engine does not tell what a client attached to (podman): nothing is said about it.
    pub streams_unknown: bool,
    /// Values were masked.
    pub redacted: bool,
}

impl RunSpec {
    /// Whether one `docker run` is not enough.
    pub fn needs_script(&self) -> bool {
        !self.connects.is_empty()
    }

    /// Adds what the printed verb cannot say: `docker create` has no `--detach`.
    pub fn note_verb(&mut self, verb: super::Verb) {
        let creates = verb == super::Verb::Create || self.needs_script();
        if !self.detach || !creates || self.streams_unknown {
            return;
        }
        if self
            .options
            .iter()
            .any(|option| option.flag == "--interactive")
        {
            self.loss(
                "Config.StdinOnce",
                "`docker create` has no --detach: stdin closes after the first client",
            );
        }
        self.note(
            "Config.AttachStdout",
            "`docker create` has no --detach: only a client's attaching changes",
        );
    }

    /// Adds a switch.
    pub(super) fn switch(&mut self, flag: &'static str, field: &str) {
        self.options.push(Opt {
            flag,
            value: None,
            field: field.to_owned(),
        });
    }

    /// Adds an option with a value.
    pub(super) fn option(&mut self, flag: &'static str, value: impl Into<String>, field: &str) {
        let word = self.word(value.into(), field);
        self.options.push(Opt {
            flag,
            value: Some(Value::Word(word)),
            field: field.to_owned(),
        });
    }

    /// Adds an option whose value names a file.
    pub(super) fn file(&mut self, flag: &'static str, prefix: &str, content: &str, field: &str) {
        let content = self.word(content.to_owned(), field);
        let value = Value::File {
            prefix: prefix.to_owned(),
            content,
        };
        self.options.push(Opt {
            flag,
            value: Some(value),
            field: field.to_owned(),
        });
    }

    /// A word without NUL, which the engine stores and no command line can carry.
    pub(super) fn word(&mut self, word: String, field: &str) -> String {
        if !word.contains('\0') {
            return word;
        }
        self.loss(
            field,
            "it holds a NUL, which no command line can carry: left out",
        );
        word.replace('\0', "")
    }

    /// Says that the command cannot say something.
    pub(super) fn loss(&mut self, field: &str, why: impl Into<String>) {
        self.losses.push(Loss {
            field: field.to_owned(),
            why: why.into(),
            harmless: false,
        });
    }

    /// Says that the command leaves out something that changes nothing.
    pub(super) fn note(&mut self, field: &str, why: impl Into<String>) {
        self.losses.push(Loss {
            field: field.to_owned(),
            why: why.into(),
            harmless: true,
        });
    }
}
