// SPDX-License-Identifier: Apache-2.0

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Instant;

use clap::{Args, Subcommand};
use lab::fault::Fault;
use lab::setup::EtcdRelease;
use lab::{Engine, LabError, LabSpec};
use shared::error::ShownError;
use shared::output::Printer;

/// `cargo xtask lab …`
#[derive(Debug, Subcommand)]
pub enum Lab {
    /// Bring a lab up
    Up(Up),
    /// Take a lab down, whatever state it is in
    Down(Which),
    /// Say how it stands
    Status(Which),
    /// Break a node (without a fault: list the faults)
    Break(Break),
    /// Undo every fault
    Heal(Which),
    /// Break it in every way in turn and keep what etcd logs
    Record(Record),
}

/// Which lab.
#[derive(Debug, Args)]
pub struct Which {
    /// The lab's name
    #[arg(long, default_value = "main")]
    name: String,
    /// The folder under which labs live
    #[arg(long, default_value_os_t = LabSpec::default_root())]
    root: PathBuf,
}

#[derive(Debug, Args)]
pub struct Up {
    #[command(flatten)]
    which: Which,
    /// The etcd release: 3.4.23, 3.5.0, 3.5.1, 3.5.16 or 3.5.30
    #[arg(long, value_name = "VERSION", default_value = "3.4.23",
        value_parser = |text: &str| text.parse::<EtcdRelease>())]
    etcd: EtcdRelease,
    /// Control-plane nodes as kubeadm makes them: kubelets, static pods, stacked etcd
    #[arg(long, conflicts_with_all = ["nodes", "no_api", "engine"])]
    kubeadm: bool,
    /// How many etcd members
    #[arg(long, default_value_t = 3)]
    members: usize,
    /// How many nodes (at least as many as members)
    #[arg(long)]
    nodes: Option<usize>,
    /// With a kube-apiserver (the default)
    #[arg(long, overrides_with = "no_api")]
    api: bool,
    /// Without a kube-apiserver
    #[arg(long)]
    no_api: bool,
    /// An image without a shell
    #[arg(long)]
    bare_image: bool,
    /// The Docker engine of a Debian suite (bookworm, trixie, sid) instead of the machine's
    #[arg(long, value_name = "SUITE")]
    engine: Option<String>,
    /// N of the address range 10.78.N.0/24 (else the first free one)
    #[arg(long)]
    network: Option<u8>,
}

#[derive(Debug, Args)]
pub struct Break {
    #[command(flatten)]
    which: Which,
    /// The fault
    fault: Option<String>,
    /// The node, n1 first
    #[arg(default_value = "n3")]
    node: String,
}

#[derive(Debug, Args)]
pub struct Record {
    #[command(flatten)]
    which: Which,
    /// Where the logs go, into a folder named like the etcd version
    #[arg(long, default_value = "tests/fixtures/logs")]
    folder: PathBuf,
    /// Only these faults
    faults: Vec<String>,
}

impl Lab {
    pub fn run(self, printer: Printer) -> Result<ExitCode, ShownError> {
        match self {
            Self::Up(up) => up.run(printer)?,
            Self::Down(which) => {
                lab::Lab::down_by_name(&which.root, &which.name)?;
                printer.note(&format!("the lab \"{}\" is down", which.name));
            }
            Self::Status(which) => status(&which.open()?, printer),
            Self::Break(what) => what.run(printer)?,
            Self::Record(what) => {
                crate::record::record(&what.which.open()?, &what.folder, &what.faults, printer)?
            }
            Self::Heal(which) => {
                let start = Instant::now();
                which.open()?.heal()?;
                printer.note(&format!(
                    "healthy after {:.1} s",
                    start.elapsed().as_secs_f64()
                ));
            }
        }
        Ok(ExitCode::SUCCESS)
    }
}

impl Which {
    fn open(&self) -> Result<lab::Lab, LabError> {
        lab::Lab::open(&self.root, &self.name)
    }
}

impl Up {
    fn run(self, printer: Printer) -> Result<(), ShownError> {
        let start = Instant::now();
        let spec = if self.kubeadm {
            LabSpec::kubeadm(self.which.name)
        } else {
            LabSpec::named(self.which.name)
        };
        let mut spec = spec.members(self.members);
        spec.root = self.which.root;
        spec.network = self.network;
        spec.nodes = self.nodes.unwrap_or(self.members);
        spec.etcd.release = self.etcd;
        spec.api = self.api || !self.no_api;
        if self.bare_image {
            spec.etcd.image = lab::Image::Bare;
        }
        if let Some(suite) = self.engine {
            spec.engine = Engine::Suite(suite);
        }
        let lab = lab::Lab::up(spec)?;
        printer.note(&format!(
            "up after {:.1} s\n",
            start.elapsed().as_secs_f64()
        ));
        printer.data(&how_to_reach(&lab));
        Ok(())
    }
}

impl Break {
    fn run(self, printer: Printer) -> Result<(), ShownError> {
        let Some(name) = self.fault else {
            let width = Fault::all()
                .iter()
                .map(|fault| fault.name.len())
                .max()
                .unwrap_or(0);
            for fault in Fault::all() {
                printer.data(&format!("{:width$}  {}", fault.name, fault.what));
            }
            return Ok(());
        };
        let fault = Fault::named(&name)?;
        let lab = self.which.open()?;
        let node = lab
            .nodes()
            .iter()
            .position(|node| node.name == self.node)
            .ok_or_else(|| {
                ShownError::usage(format!("no node \"{}\" in the lab", self.node))
                    .hinted("name one of `cargo xtask lab status`")
            })?;
        lab.break_(fault, node)?;
        printer.note(&format!("{}: {}", self.node, fault.what));
        Ok(())
    }
}

fn how_to_reach(lab: &lab::Lab) -> String {
    let mut text = format!(
        "etcd         {} on Docker {}\nendpoints    {}\ncacert       {}\ncert         {}\n\
         key          {}\n",
        lab.etcd_version(),
        lab.engine_version(),
        lab.endpoints(),
        lab.ca().display(),
        lab.client_cert().display(),
        lab.client_key().display(),
    );
    if lab.spec().api {
        text.push_str(&format!("kubeconfig   {}\n", lab.kubeconfig().display()));
    }
    text.push_str(&format!(
        "ssh          ssh -F {} NODE\n",
        lab.ssh().config.display()
    ));
    for node in lab.nodes() {
        text.push_str(&format!(
            "{:12} {}  {}\n",
            node.name,
            node.address,
            node.docker_host()
        ));
    }
    text
}

fn status(lab: &lab::Lab, printer: Printer) {
    printer.data(&how_to_reach(lab));
    for (index, node) in lab.members().iter().enumerate() {
        let state = match lab.container_state(index) {
            Ok(state) => {
                format!(
                    "{}, exit code {}, restarts {}",
                    state.status, state.exit_code, state.restart_count
                )
            }
            Err(error) => error.to_string(),
        };
        printer.data(&format!("{:12} {state}", node.member_name()));
    }
}
