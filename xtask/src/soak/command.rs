// SPDX-License-Identifier: Apache-2.0

use std::process::{Command, ExitCode};
use std::time::Instant;

use clap::Args;
use shared::error::ShownError;
use shared::output::Printer;

use super::entries::{ENTRIES, Entry};

/// `cargo xtask soak`
#[derive(Debug, Args)]
pub struct Soak {
    /// Which ones; all without
    #[arg(value_name = "NAME")]
    names: Vec<String>,
    /// Only say what there is
    #[arg(long)]
    list: bool,
}

impl Soak {
    /// Runs them one after the other and says at the end how each ended.
    pub fn run(self, printer: Printer) -> Result<ExitCode, ShownError> {
        if self.list {
            for entry in ENTRIES {
                printer.data(&format!("{:22} {}", entry.name, entry.what));
            }
            return Ok(ExitCode::SUCCESS);
        }
        let chosen = chosen(&self.names)?;
        let mut lines = Vec::new();
        let mut is_good = true;
        for entry in chosen {
            printer.note(&format!("{}: {}", entry.name, entry.what));
            let begun = Instant::now();
            let passed = run(entry)?;
            is_good &= passed;
            lines.push(format!(
                "{:22} {:>6.1} min   {}",
                entry.name,
                begun.elapsed().as_secs_f64() / 60.0,
                if passed { "passed" } else { "FAILED" }
            ));
        }
        printer.data(&lines.join("\n"));
        Ok(if is_good {
            ExitCode::SUCCESS
        } else {
            ExitCode::FAILURE
        })
    }
}

fn chosen(names: &[String]) -> Result<Vec<&'static Entry>, ShownError> {
    if names.is_empty() {
        return Ok(ENTRIES.iter().collect());
    }
    let find = |name: &String| {
        ENTRIES
            .iter()
            .find(|entry| entry.name == name)
            .ok_or_else(|| {
                ShownError::usage(format!("there is no soak \"{name}\""))
                    .hinted("see them with `cargo xtask soak --list`")
            })
    };
    names.iter().map(find).collect()
}

fn run(entry: &Entry) -> Result<bool, ShownError> {
    let status = Command::new(env!("CARGO"))
        .args(entry.cargo)
        .envs(entry.env.iter().copied())
        .status();
    status.map(|status| status.success()).map_err(|error| {
        ShownError::failed(format!("\"{}\" could not be started", entry.name)).caused_by(error)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_is_found_by_its_name() {
        for entry in ENTRIES {
            let found = chosen(&[entry.name.to_owned()]);
            assert!(found.is_ok_and(|found| found.len() == 1), "{}", entry.name);
        }
        assert!(chosen(&["none".to_owned()]).is_err());
    }
}
