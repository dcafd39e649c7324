// SPDX-License-Identifier: Apache-2.0

use crate::model::{Evidence, Finding, Remedy, Severity, Subject};

/// How well a finding explains: bands of [`Finding::rank`].
///
/// Findings about one member fold into the one of the highest band; those below
/// [`rank::SYMPTOM`] stand for themselves and neither fold nor are folded into.
pub mod rank {
    /// Stands for itself: a certificate that expires soon does not explain a broken database.
    pub const OWN: u8 = 10;
    /// What anything broken shows from outside, such as a refused port.
    pub const SYMPTOM: u8 = 20;
    /// What the process does, such as restarting over and over.
    pub const STATE: u8 = 40;
    /// Why: what the log, the certificate or the identity says.
    pub const CAUSE: u8 = 70;
    /// The one explanation before all others.
    pub const ROOT: u8 = 95;
}

/// What is known of a rule before it looks at anything: the text of `explain`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rule {
    /// Stable id, such as "member-unreachable".
    pub id: &'static str,
    /// One line: what is wrong.
    pub title: &'static str,
    /// The severity it usually has; a threshold may raise or lower it.
    pub severity: Severity,
    /// Its place in [`rank`].
    pub rank: u8,
    /// When it fires, with the threshold.
    pub condition: &'static str,
    /// Whose threshold that is.
    pub authority: &'static str,
    /// What it means.
    pub meaning: &'static str,
    /// What to do in general.
    pub remedy: &'static str,
    /// Where to read more.
    pub reference: &'static str,
}

impl Rule {
    /// A finding of this rule.
    pub fn finding(&self, subject: Subject, cause: impl Into<String>) -> Finding {
        Finding {
            id: self.id.to_owned(),
            severity: self.severity,
            subject,
            title: self.title.to_owned(),
            evidence: Vec::new(),
            cause: cause.into(),
            remedy: Remedy {
                text: self.remedy.to_owned(),
                commands: Vec::new(),
            },
            reference: self.reference.to_owned(),
            echoes: Vec::new(),
            rank: self.rank,
        }
    }
}

impl Finding {
    /// With one more thing that shows it.
    pub(crate) fn shown_by(mut self, source: impl Into<String>, text: impl Into<String>) -> Self {
        self.evidence.push(Evidence {
            source: source.into(),
            text: text.into(),
        });
        self
    }

    /// With another severity than the rule's usual one.
    pub(crate) fn rated(mut self, severity: Severity) -> Self {
        self.severity = severity;
        self
    }

    /// With a title of its own.
    pub(crate) fn titled(mut self, title: impl Into<String>) -> Self {
        self.title = title.into();
        self
    }

    /// With a remedy of its own.
    pub(crate) fn remedied(mut self, text: impl Into<String>) -> Self {
        self.remedy.text = text.into();
        self
    }

    /// With one more command to run.
    pub(crate) fn with_command(mut self, command: impl Into<String>) -> Self {
        self.remedy.commands.push(command.into());
        self
    }

    /// With more commands to run.
    pub(crate) fn with_commands(mut self, commands: impl IntoIterator<Item = String>) -> Self {
        self.remedy.commands.extend(commands);
        self
    }
}
