// SPDX-License-Identifier: Apache-2.0

//! Versions that do not go together.

use super::kind::{Refusal, RefusalKind};
use crate::model::Version;
use crate::replace::options::Options;
use crate::replace::world::{ProcessState, World};

pub(super) const KINDS: &[RefusalKind] = &[
    RefusalKind {
        id: "version-unknown",
        title: "no survivor tells its version",
        why: "what may be changed depends on it",
        override_flag: None,
        check: Some(unknown),
    },
    RefusalKind {
        id: "etcd-3.5.0",
        title: "a survivor runs etcd 3.5.0",
        why: "it panics at its next restart after a member was removed (etcd#13196)",
        override_flag: None,
        check: Some(three_five_zero),
    },
    RefusalKind {
        id: "version-skew",
        title: "the survivors are more than one minor version apart",
        why: "etcd supports neighbours only, and only during an upgrade",
        override_flag: None,
        check: Some(skew),
    },
    RefusalKind {
        id: "image-too-old",
        title: "the target's image has an older etcd than the cluster",
        why: "etcd exits with \"incompatible with current running cluster\" and leaves an unstarted entry",
        override_flag: None,
        check: Some(too_old),
    },
    RefusalKind {
        id: "image-too-new",
        title: "the target's image is more than one minor version ahead",
        why: "only the next minor can join",
        override_flag: None,
        check: Some(too_new),
    },
    RefusalKind {
        id: "image-version-unknown",
        title: "the version of etcd in the target's image could not be read",
        why: "one that does not fit would be found out only after the removal",
        override_flag: Some("--trust-image-version"),
        check: Some(image_unknown),
    },
];

fn unknown(world: &World, _: &Options) -> Option<Refusal> {
    (!world.survivors().is_empty() && world.cluster_version().is_none()).then(|| {
        Refusal::new(
            "none of the healthy members tells its version",
            "check that Maintenance.Status is allowed for the user in use",
        )
    })
}

fn three_five_zero(world: &World, _: &Options) -> Option<Refusal> {
    let survivors = world.survivors();
    let bad = survivors
        .iter()
        .find(|peer| peer.seen.version() == Some(Version::new(3, 5, 0)))?;
    Some(Refusal::new(
        format!("member \"{}\" runs etcd 3.5.0", bad.listed.label()),
        "upgrade the healthy members to the newest 3.5 first, one after the other",
    ))
}

fn skew(world: &World, _: &Options) -> Option<Refusal> {
    let versions: Vec<Version> = world
        .survivors()
        .iter()
        .filter_map(|peer| peer.seen.version())
        .collect();
    let (low, high) = (versions.iter().min()?, versions.iter().max()?);
    let apart = low.major != high.major || high.minor - low.minor > 1;
    apart.then(|| {
        Refusal::new(
            format!("the survivors run etcd {low} and {high}"),
            "finish the upgrade first, one minor version at a time",
        )
    })
}

fn too_old(world: &World, _: &Options) -> Option<Refusal> {
    let (image, cluster) = (world.node.etcd_version?, world.cluster_version()?);
    (image.minor_pair() < cluster.minor_pair()).then(|| {
        Refusal::new(
            format!(
                "the image of {} has etcd {image}, the cluster runs {cluster}",
                world.node.place
            ),
            format!(
                "give it an image of the cluster's version first: `{}`",
                world.node.words.change_image
            ),
        )
    })
}

fn too_new(world: &World, _: &Options) -> Option<Refusal> {
    let (image, cluster) = (world.node.etcd_version?, world.cluster_version()?);
    let apart = image.major != cluster.major || image.minor > cluster.minor + 1;
    (image.minor_pair() > cluster.minor_pair() && apart).then(|| {
        Refusal::new(
            format!(
                "the image of {} has etcd {image}, the cluster runs {cluster}",
                world.node.place
            ),
            format!(
                "upgrade the cluster first, or give it an image of the cluster's version: `{}`",
                world.node.words.change_image
            ),
        )
    })
}

fn image_unknown(world: &World, _: &Options) -> Option<Refusal> {
    (world.process_state() != ProcessState::Absent && world.node.etcd_version.is_none()).then(|| {
        Refusal::new(
            format!("`etcd --version` of the image of {} could not be read", world.node.place),
            "see the reason in the plan; where you know that the version fits, say so with the flag",
        )
    })
}
