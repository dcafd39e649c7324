// SPDX-License-Identifier: Apache-2.0

use clap::Args;

/// One flag for each refusal that a person may overrule; there is no flag for all of them.
#[derive(Args, Clone, Debug, Default)]
#[command(next_help_heading = "Overrides (each for exactly one refusal)")]
pub struct Overrides {
    /// Replace a member that answers and is not known to be broken
    #[arg(long)]
    pub even_if_healthy: bool,
    /// Replace a member whose process is only paused
    #[arg(long)]
    pub even_if_paused: bool,
    /// Go on although the image's etcd version could not be read
    #[arg(long)]
    pub trust_image_version: bool,
    /// Go on although little room is left for the new data
    #[arg(long)]
    pub even_if_no_room: bool,
    /// Go on although other containers refer to this one
    #[arg(long)]
    pub even_if_referred_to: bool,
    /// Go on although the member's certificate does not name its address or is not good
    #[arg(long)]
    pub even_if_certificate: bool,
}

impl Overrides {
    /// The ids of the refusals that are overridden.
    pub fn ids(&self) -> Vec<String> {
        let all = [
            (self.even_if_healthy, "target-healthy"),
            (self.even_if_paused, "process-paused"),
            (self.trust_image_version, "image-version-unknown"),
            (self.even_if_no_room, "no-room"),
            (self.even_if_referred_to, "referring-containers"),
            (self.even_if_certificate, "certificate-address"),
        ];
        all.iter()
            .filter(|(given, _)| *given)
            .map(|(_, id)| (*id).to_owned())
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use clap::{CommandFactory as _, Parser};
    use shared::replace::refusals;

    use super::*;

    #[derive(Parser)]
    struct Only {
        #[command(flatten)]
        overrides: Overrides,
    }

    #[test]
    fn every_override_that_a_refusal_names_exists_and_means_that_refusal() {
        let mut flags = 0;
        for kind in refusals::ALL.iter().flat_map(|family| family.iter()) {
            let Some(flag) = kind.override_flag else {
                continue;
            };
            flags += 1;
            let parsed = Only::try_parse_from(["x", flag]).unwrap();
            assert_eq!(parsed.overrides.ids(), [kind.id], "{flag}");
        }
        let all = Only::command()
            .get_arguments()
            .filter(|arg| arg.get_id() != "help")
            .count();
        assert_eq!(flags, all, "a flag that overrides nothing");
    }
}
