// SPDX-License-Identifier: Apache-2.0

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use shared::completion::CompletionCommand;
use shared::docker::EngineOptions;
use shared::error::ShownError;
use shared::inspect::{Changes, parse_pair};

/// From a container back to the exact docker command that made it
///
/// Prints the `docker run` command of existing containers, leaving out what image and engine give
/// by themselves; changes it on the way; compares containers; makes one anew in a container's
/// place and puts the old one back if that fails.
#[derive(Debug, Parser)]
#[command(
    name = "docker-inspect-run",
    version,
    args_conflicts_with_subcommands = true,
    after_help = "Exit codes: 0 done, 1 failed, 2 wrong usage, 3 refused, 5 stopped by the user"
)]
pub struct Cli {
    #[command(subcommand)]
    pub command: Option<Command>,

    #[command(flatten)]
    pub input: Input,

    #[command(flatten)]
    pub output: Output,

    #[command(flatten)]
    pub change: Change,

    #[command(flatten)]
    pub act: Act,

    #[command(flatten)]
    pub engine: EngineArgs,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Make it a docker subcommand: `docker inspectrun`
    InstallPlugin {
        /// Folder to link it into instead of docker's cli-plugins folder of this user
        #[arg(long, value_name = "DIR")]
        dir: Option<PathBuf>,
    },
    /// Completion: the script of a shell, or the helper that kubectl asks
    #[command(subcommand)]
    Completion(CompletionCommand),
}

#[derive(Debug, Args)]
#[command(next_help_heading = "Which containers")]
pub struct Input {
    /// Containers by name or ID; - reads `docker inspect` output from stdin
    #[arg(value_name = "CONTAINER")]
    pub containers: Vec<String>,

    /// All containers, stopped ones too
    #[arg(short, long, conflicts_with = "containers")]
    pub all: bool,

    /// Read saved `docker inspect` output instead of asking an engine
    #[arg(short, long, value_name = "FILE", conflicts_with_all = ["all", "recreate"])]
    pub file: Option<PathBuf>,

    /// Saved `docker image inspect` output of the image, for --file and -
    #[arg(long, value_name = "FILE")]
    pub image_file: Option<PathBuf>,
}

#[derive(Debug, Args)]
#[command(next_help_heading = "Output")]
pub struct Output {
    /// shell: the command; argv: a JSON array of its words; compose: a Compose file;
    /// json: the create request of the Engine API
    #[arg(short, long, value_enum, default_value_t = Format::Shell)]
    pub output: Format,

    /// The command on one line
    #[arg(long)]
    pub oneline: bool,

    /// Print `docker create` instead of `docker run`
    #[arg(long)]
    pub create: bool,

    /// Give anonymous volumes anew instead of keeping their data by name
    #[arg(long)]
    pub fresh_volumes: bool,

    /// Mask values whose names look secret, for pasting into a ticket
    #[arg(long)]
    pub redact: bool,

    /// Make it an error when the command cannot say something
    #[arg(long)]
    pub strict: bool,

    /// No notes on stderr, only warnings and errors
    #[arg(short, long)]
    pub quiet: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// The command for a shell
    Shell,
    /// A JSON array of words
    Argv,
    /// A Compose file
    Compose,
    /// The create request of the Engine API
    Json,
}

#[derive(Debug, Args)]
#[command(next_help_heading = "Change on the way")]
pub struct Change {
    /// Set an argument: --NAME=VALUE, --NAME VALUE or ETCD_NAME=VALUE in the environment
    #[arg(long, value_name = "NAME=VALUE", allow_hyphen_values = true)]
    pub set_arg: Vec<String>,

    /// Take an argument away
    #[arg(long, value_name = "NAME", allow_hyphen_values = true)]
    pub unset_arg: Vec<String>,

    /// Set an environment variable
    #[arg(long, value_name = "NAME=VALUE", allow_hyphen_values = true)]
    pub set_env: Vec<String>,

    /// Take an environment variable away
    #[arg(long, value_name = "NAME", allow_hyphen_values = true)]
    pub unset_env: Vec<String>,

    /// Set a label
    #[arg(long, value_name = "NAME=VALUE", allow_hyphen_values = true)]
    pub set_label: Vec<String>,

    /// Another image
    #[arg(long, value_name = "IMAGE")]
    pub image: Option<String>,

    /// Another name
    #[arg(long, value_name = "NAME")]
    pub name: Option<String>,
}

impl Change {
    /// The changes as data.
    pub fn changes(&self) -> Result<Changes, ShownError> {
        let pairs = |list: &[String]| {
            list.iter()
                .map(|text| parse_pair(text))
                .collect::<Result<Vec<_>, _>>()
        };
        Ok(Changes {
            set_args: pairs(&self.set_arg)?,
            unset_args: self.unset_arg.clone(),
            set_env: pairs(&self.set_env)?,
            unset_env: self.unset_env.clone(),
            set_labels: pairs(&self.set_label)?,
            image: self.image.clone(),
            name: self.name.clone(),
        })
    }
}

#[derive(Debug, Args)]
#[command(next_help_heading = "Compare and act")]
pub struct Act {
    /// Show what differs from another container, or without OTHER from what the command would make
    #[arg(long, value_name = "OTHER", num_args = 0..=1)]
    pub diff: Option<Option<String>>,

    /// Make the container anew with the changes; the old one is kept, stopped
    #[arg(long, conflicts_with_all = ["all", "diff", "redact"])]
    pub recreate: bool,

    /// Do not ask
    #[arg(short, long)]
    pub yes: bool,

    /// Remove the old container at the end; alone: remove those kept by earlier runs
    #[arg(long)]
    pub remove_old: bool,

    /// Go on although other containers use this one's network, namespaces or volumes
    #[arg(long, requires = "recreate")]
    pub allow_references: bool,

    /// Put back what a run on another machine has begun; it must be over there
    #[arg(long, requires = "recreate")]
    pub take_over: bool,

    /// How long the new container may take to become healthy, in seconds
    #[arg(
        long,
        value_name = "SECONDS",
        default_value_t = 120,
        requires = "recreate"
    )]
    pub wait: u64,

    /// How long a new container without a health check must stay up, in seconds
    #[arg(
        long,
        value_name = "SECONDS",
        default_value_t = 5,
        requires = "recreate"
    )]
    pub stay_up: u64,
}

#[derive(Debug, Args)]
#[command(next_help_heading = "Engine (as for docker)")]
pub struct EngineArgs {
    /// Engine: unix:///path, ssh://user@host, tcp://host:port
    #[arg(short = 'H', long, value_name = "ADDRESS")]
    pub host: Option<String>,

    /// docker context
    #[arg(short = 'c', long, value_name = "NAME")]
    pub context: Option<String>,

    /// docker's configuration folder
    #[arg(long, value_name = "DIR")]
    pub config: Option<PathBuf>,

    /// TLS without a check of the engine's certificate
    #[arg(long)]
    pub tls: bool,

    /// TLS with a check of the engine's certificate
    #[arg(long)]
    pub tlsverify: bool,

    /// CA certificate
    #[arg(long, value_name = "FILE")]
    pub tlscacert: Option<PathBuf>,

    /// Client certificate
    #[arg(long, value_name = "FILE")]
    pub tlscert: Option<PathBuf>,

    /// Client key
    #[arg(long, value_name = "FILE")]
    pub tlskey: Option<PathBuf>,

    /// Accepted for docker's sake
    #[arg(short = 'D', long, hide = true)]
    pub debug: bool,

    /// Accepted for docker's sake
    #[arg(short = 'l', long, hide = true, value_name = "LEVEL")]
    pub log_level: Option<String>,
}

impl EngineArgs {
    /// The options as the connection layer takes them.
    pub fn options(&self) -> EngineOptions {
        EngineOptions {
            host: self.host.clone(),
            context: self.context.clone(),
            config_dir: self.config.clone(),
            tls: self.tls,
            tls_verify: self.tlsverify,
            tls_ca: self.tlscacert.clone(),
            tls_cert: self.tlscert.clone(),
            tls_key: self.tlskey.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    #[test]
    fn the_command_line_is_consistent() {
        super::Cli::command().debug_assert();
    }
}
