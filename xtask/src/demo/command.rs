// SPDX-License-Identifier: Apache-2.0

use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use clap::Args;
use lab::fault::Fault;
use lab::setup::{self, EtcdBinaries, KubernetesBinary};
use lab::{Lab, LabSpec};
use shared::error::ShownError;
use shared::output::{Printer, Style};

use super::picture;
use super::session::Session;

/// `cargo xtask demo`
#[derive(Debug, Args)]
pub struct Demo {
    /// The etcd release of the demonstration
    #[arg(long, value_name = "VERSION", default_value = "3.4.23")]
    etcd: String,
    /// The lab's name
    #[arg(long, default_value = "demo")]
    name: String,
    /// Take the programs from this folder instead of building them
    #[arg(long, value_name = "FOLDER")]
    from: Option<PathBuf>,
    /// Go on to the end: replace the broken member and ask again
    #[arg(long)]
    cure: bool,
    /// Write what was on the screen as a picture (SVG)
    #[arg(long, value_name = "FILE")]
    picture: Option<PathBuf>,
    /// Take the lab down at the end instead of leaving it for you to explore
    #[arg(long)]
    down: bool,
}

/// How the nodes' engines are reached.
const ENGINES: [&str; 2] = ["--docker-host", "ssh://root@{address}"];

impl Demo {
    /// Sets up, brings a cluster up, breaks one member the incident's way, and asks what is wrong.
    pub fn run(self, printer: Printer) -> Result<ExitCode, ShownError> {
        say(
            printer,
            "1. What the demonstration needs is set up (packages, etcd, Kubernetes)",
        );
        setup::ensure_tools()?;
        let spec = LabSpec::named(&self.name).etcd(&self.etcd)?;
        EtcdBinaries::of(&spec.etcd.release)?;
        setup::kubernetes(KubernetesBinary::ApiServer)?;
        let kubectl = setup::kubectl()?;
        let programs = match &self.from {
            Some(folder) => folder.clone(),
            None => build(printer)?,
        };

        say(
            printer,
            "2. Three nodes come up, each with its own Docker engine and an etcd as RKE1 runs it",
        );
        let _ = Lab::down_by_name(&spec.root, &self.name);
        let lab = Lab::up(spec)?;

        say(
            printer,
            "3. The database of node n2's etcd is broken as in the incident: a page referenced twice",
        );
        let fault = Fault::named("multiref")?;
        lab.break_(fault, 1)?;

        let mut session = Session {
            printer,
            kubectl,
            path: format!(
                "{}:{}:{}",
                lab.ssh().wrapper_folder.display(),
                programs.display(),
                std::env::var("PATH").unwrap_or_default()
            ),
            kubeconfig: lab.kubeconfig(),
            screen: String::new(),
        };
        self.incident(&mut session)?;
        if let Some(path) = &self.picture {
            picture::write(path, &session.screen)?;
            printer.note(&format!("written: {}", path.display()));
        }
        if self.down {
            lab.down()?;
        } else {
            self.next(&lab, &session, &programs);
        }
        Ok(ExitCode::SUCCESS)
    }

    /// From the alert to the cause, and with `--cure` to a healthy cluster.
    fn incident(&self, session: &mut Session) -> Result<(), ShownError> {
        let printer = session.printer;
        say(printer, "4. What Kubernetes says");
        session.kubectl(&["get", "componentstatus"])?;
        say(printer, "5. What kubectl etcd-health says");
        let health = [&["etcd-health"], ENGINES.as_slice()].concat();
        session.kubectl(&health)?;
        if self.cure {
            say(printer, "6. The broken member is replaced");
            let replace = ["etcd-replace", "node", "etcd-n2", "--yes"];
            session.kubectl(&[replace.as_slice(), &ENGINES].concat())?;
            say(printer, "7. What kubectl etcd-health says now");
            session.kubectl(&health)?;
        }
        Ok(())
    }

    /// What the reader can type now.
    fn next(&self, lab: &Lab, session: &Session, programs: &Path) {
        let printer = session.printer;
        let name = &self.name;
        say(printer, "The lab stays up. Next:");
        let cure = if self.cure {
            ""
        } else {
            "  kubectl etcd-replace plan etcd-n2 --docker-host 'ssh://root@{address}'\n"
        };
        printer.data(&format!(
            "  export PATH={}:{}:{}:$PATH KUBECONFIG={}\n{cure}  \
             kubectl etcd-health --docker-host 'ssh://root@{{address}}' --watch\n  \
             kubectl etcd-health explain db-multiref\n  \
             cargo xtask lab heal --name {name}      # undo the fault\n  \
             cargo xtask lab break --name {name}     # list the other faults\n  \
             cargo xtask lab down --name {name}      # remove everything",
            lab.ssh().wrapper_folder.display(),
            programs.display(),
            session.kubectl.parent().unwrap_or(Path::new("/")).display(),
            session.kubeconfig.display(),
        ));
    }
}

fn say(printer: Printer, text: &str) {
    printer.note(&format!("\n{}", Style::Heading.paint(text)));
}

/// The plugins, where `cargo build` puts them.
fn target_folder() -> PathBuf {
    let own = std::env::current_exe().unwrap_or_default();
    own.parent().unwrap_or(Path::new("target/debug")).to_owned()
}

fn build(printer: Printer) -> Result<PathBuf, ShownError> {
    printer.note("building the plugins: cargo build --workspace --bins");
    let status = Command::new(env!("CARGO"))
        .args(["build", "--quiet", "--workspace", "--bins"])
        .status()
        .map_err(|error| ShownError::failed("cargo could not be started").caused_by(error))?;
    if status.success() {
        Ok(target_folder())
    } else {
        Err(ShownError::failed("the build failed"))
    }
}
