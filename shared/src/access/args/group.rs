// SPDX-License-Identifier: Apache-2.0

use clap::ValueEnum;

use super::{DockerArgs, EtcdArgs, KubeArgs};
use crate::model::Via;

/// How to reach etcd. Flatten it into a command's arguments.
#[derive(Clone, Debug, Default, clap::Args)]
pub struct AccessArgs {
    /// etcd's own flags.
    #[command(flatten)]
    pub etcd: EtcdArgs,
    /// kubectl's flags.
    #[command(flatten)]
    pub kube: KubeArgs,
    /// Docker's flags.
    #[command(flatten)]
    pub docker: DockerArgs,
    /// Force one way to reach etcd instead of the first that applies
    #[arg(long, value_enum, value_name = "WAY", help_heading = "Access")]
    pub via: Option<ViaArg>,
    /// The same as `--via local`
    #[arg(long, conflicts_with = "via", help_heading = "Access")]
    pub local: bool,
    /// The image of helper pods instead of etcd's own, which lies on the node; any image does
    #[arg(long, value_name = "IMAGE", help_heading = "Access")]
    pub helper_image: Option<String>,
}

/// `--via`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ViaArg {
    /// The endpoints given by --endpoints or ETCDCTL_ENDPOINTS
    Endpoints,
    /// The etcd containers of Docker engines
    Docker,
    /// The files of this machine
    Local,
    /// The addresses that the Kubernetes API tells, asked straight
    Api,
    /// Port-forwards of the Kubernetes API to the etcd pods
    ApiPortforward,
    /// The etcd pods' own etcdctl, by exec of the Kubernetes API
    ApiExec,
    /// A helper pod on a node that carries etcd, made and removed by this command
    ApiHelper,
}

impl From<ViaArg> for Via {
    fn from(arg: ViaArg) -> Self {
        match arg {
            ViaArg::Endpoints => Self::Endpoints,
            ViaArg::Docker => Self::Docker,
            ViaArg::Local => Self::Local,
            ViaArg::Api => Self::Api,
            ViaArg::ApiPortforward => Self::ApiPortforward,
            ViaArg::ApiExec => Self::ApiExec,
            ViaArg::ApiHelper => Self::ApiHelper,
        }
    }
}

impl AccessArgs {
    /// The flags as given, to be repeated in the commands of remedies. Never a password.
    pub fn to_flags(&self) -> Vec<String> {
        let mut flags = Vec::new();
        self.etcd.push_flags(&mut flags);
        self.kube.push_flags(&mut flags);
        self.docker.push_flags(&mut flags);
        if let Some(via) = self.via().and_then(|via| via.to_possible_value()) {
            push(&mut flags, "--via", via.get_name());
        }
        if let Some(image) = &self.helper_image {
            push(&mut flags, "--helper-image", image);
        }
        flags
    }

    /// The way that is forced.
    pub fn via(&self) -> Option<ViaArg> {
        self.via.or(self.local.then_some(ViaArg::Local))
    }

    /// Whether any flag of any kind was given: then the environment of another kind does not count.
    pub fn any_given(&self) -> bool {
        !self.to_flags().is_empty()
    }
}

/// Appends `--flag value`, the value quoted for a POSIX shell.
pub(super) fn push(flags: &mut Vec<String>, flag: &str, value: &str) {
    let plain = !value.is_empty()
        && value
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || "-_./:=,@%+{}".contains(c));
    let quoted = if plain {
        value.to_owned()
    } else {
        format!("'{}'", value.replace('\'', r"'\''"))
    };
    flags.push(format!("{flag} {quoted}"));
}
