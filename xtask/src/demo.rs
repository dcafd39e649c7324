use std::path::Path;
use std::process::{Command, ExitCode};

use clap::Args;
use lab::fault::Fault;
use lab::setup::{self, EtcdBinaries, KubernetesBinary};
use lab::{Lab, LabSpec};
use shared::error::ShownError;
use shared::output::{Printer, Style};

/// `cargo xtask demo`
#[derive(Debug, Args)]
pub struct Demo {
    /// The etcd release of the demonstration
    #[arg(long, value_name = "VERSION", default_value = "3.4.23")]
    etcd: String,
    /// Take the lab down at the end instead of leaving it for you to explore
    #[arg(long)]
    down: bool,
}

/// The lab's name.
const NAME: &str = "demo";

impl Demo {
    /// Sets up, brings a cluster up, breaks one member the incident's way, and asks what is wrong.
    pub fn run(self, printer: Printer) -> Result<ExitCode, ShownError> {
        say(
            printer,
            "1. What the demonstration needs is set up (packages, etcd, Kubernetes)",
        );
        setup::ensure_tools()?;
        let spec = LabSpec::named(NAME).etcd(&self.etcd)?;
        EtcdBinaries::of(&spec.etcd.release)?;
        setup::kubernetes(KubernetesBinary::ApiServer)?;
        let kubectl = setup::kubectl()?;
        build(printer)?;

        say(
            printer,
            "2. Three nodes come up, each with its own Docker engine and an etcd as RKE1 runs it",
        );
        let _ = Lab::down_by_name(&spec.root, NAME);
        let lab = Lab::up(spec)?;

        say(
            printer,
            "3. The database of node n2's etcd is broken as in the incident: a page referenced twice",
        );
        let fault = Fault::named("multiref")?;
        lab.break_(fault, 1)?;

        let path = format!(
            "{}:{}:{}",
            lab.ssh().wrapper_folder.display(),
            target_folder().display(),
            std::env::var("PATH").unwrap_or_default()
        );
        let kubeconfig = lab.kubeconfig();
        say(printer, "4. What Kubernetes says");
        show(
            printer,
            &kubectl,
            &path,
            &kubeconfig,
            &["get", "componentstatus"],
        )?;
        say(printer, "5. What kubectl etcd-health says");
        show(
            printer,
            &kubectl,
            &path,
            &kubeconfig,
            &["etcd-health", "--docker-host", "ssh://root@{address}"],
        )?;
        if self.down {
            lab.down()?;
            return Ok(ExitCode::SUCCESS);
        }
        say(printer, "The lab stays up. Next:");
        printer.data(&format!(
            "  export PATH={}:{}:$PATH KUBECONFIG={}\n  \
             kubectl etcd-health --docker-host 'ssh://root@{{address}}' --watch\n  \
             kubectl etcd-health explain db-multiref\n  \
             cargo xtask lab heal --name {NAME}      # undo the fault\n  \
             cargo xtask lab break --name {NAME}     # list the other faults\n  \
             cargo xtask lab down --name {NAME}      # remove everything",
            lab.ssh().wrapper_folder.display(),
            target_folder().display(),
            kubeconfig.display(),
        ));
        Ok(ExitCode::SUCCESS)
    }
}

fn say(printer: Printer, text: &str) {
    printer.note(&format!("\n{}", Style::Heading.paint(text)));
}

/// The plugins, where `cargo build` puts them.
fn target_folder() -> std::path::PathBuf {
    let own = std::env::current_exe().unwrap_or_default();
    own.parent().unwrap_or(Path::new("target/debug")).to_owned()
}

fn build(printer: Printer) -> Result<(), ShownError> {
    printer.note("building the plugins: cargo build --workspace --bins");
    let status = Command::new(env!("CARGO"))
        .args(["build", "--quiet", "--workspace", "--bins"])
        .status()
        .map_err(|error| ShownError::failed("cargo could not be started").caused_by(error))?;
    if status.success() {
        Ok(())
    } else {
        Err(ShownError::failed("the build failed"))
    }
}

/// Runs a command as the reader would type it, and shows it first.
fn show(
    printer: Printer,
    kubectl: &Path,
    path: &str,
    kubeconfig: &Path,
    words: &[&str],
) -> Result<(), ShownError> {
    printer.note(&format!("$ kubectl {}", words.join(" ")));
    let output = Command::new(kubectl)
        .args(words)
        .env("PATH", path)
        .env("KUBECONFIG", kubeconfig)
        .output()
        .map_err(|error| ShownError::failed("kubectl could not be started").caused_by(error))?;
    printer.note(String::from_utf8_lossy(&output.stderr).trim_end());
    printer.data(&String::from_utf8_lossy(&output.stdout));
    printer.note(&format!(
        "(exit code {})",
        output.status.code().unwrap_or(-1)
    ));
    Ok(())
}
