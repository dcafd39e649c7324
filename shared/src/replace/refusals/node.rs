// SPDX-License-Identifier: Apache-2.0

//! The target's node: found by the node access, which puts them into [`NodeView::obstacles`].
//!
//! [`NodeView::obstacles`]: crate::replace::world::NodeView

use super::kind::{Refusal, RefusalKind};
use crate::replace::options::Options;
use crate::replace::world::World;

pub(super) const KINDS: &[RefusalKind] = &[
    RefusalKind {
        id: "no-helper",
        title: "no helper program for the node's architecture is built in",
        why: "the node's files are reached with it",
        override_flag: None,
        check: None,
    },
    RefusalKind {
        id: "helper-failed",
        title: "the helper program could not run on the node",
        why: "what cannot be looked at cannot be set aside safely",
        override_flag: None,
        check: None,
    },
    RefusalKind {
        id: "data-symlink",
        title: "the data folder or `member` is a symbolic link",
        why: "renaming the link would leave the data behind under its own name",
        override_flag: None,
        check: None,
    },
    RefusalKind {
        id: "data-mount-point",
        title: "`member` or the WAL folder is a mount point",
        why: "a mount point cannot be renamed",
        override_flag: None,
        check: None,
    },
    RefusalKind {
        id: "data-not-writable",
        title: "nothing can be created, renamed or removed beside the data",
        why: "it would be found out after the member was removed",
        override_flag: None,
        check: None,
    },
    RefusalKind {
        id: "data-in-use",
        title: "another process holds the database",
        why: "its data must not be moved under it, and the new etcd would wait for it for ever",
        override_flag: None,
        check: None,
    },
    RefusalKind {
        id: "config-file",
        title: "etcd's settings stand in a config file that cannot be changed safely",
        why: "the new start must say `existing` and the live list",
        override_flag: None,
        check: None,
    },
    RefusalKind {
        id: "no-room",
        title: "there is no room for the new member's data",
        why: "the set-aside data stays, and the new member receives a full copy",
        override_flag: Some("--even-if-no-room"),
        check: Some(no_room),
    },
    RefusalKind {
        id: "auto-remove",
        title: "the container removes itself when it stops (--rm)",
        why: "stopping it would delete it and its anonymous volumes",
        override_flag: None,
        check: None,
    },
    RefusalKind {
        id: "referring-containers",
        title: "other containers use this one's network, processes, volumes or links",
        why: "they would keep pointing at the old container",
        override_flag: Some("--even-if-referred-to"),
        check: None,
    },
    RefusalKind {
        id: "extra-manifest",
        title: "the kubelet's folder holds another manifest of etcd, such as `etcd.yaml.backup`",
        why: "the kubelet runs every file there, and that one would take the place of the replaced member with the old settings",
        override_flag: None,
        check: None,
    },
    RefusalKind {
        id: "manifest-edited",
        title: "somebody has changed the kubelet's folder meanwhile",
        why: "the plan was made from another manifest, or two of them claim to be right",
        override_flag: None,
        check: None,
    },
    RefusalKind {
        id: "manifest-folder",
        title: "the kubelet's folder is not a plain folder",
        why: "a manifest is kept from running, and put back, by renaming it on one file system",
        override_flag: None,
        check: None,
    },
    RefusalKind {
        id: "kubelet-silent",
        title: "the pod stays although its manifest was taken away",
        why: "its kubelet does not look: it would not start the new member either",
        override_flag: None,
        check: None,
    },
    RefusalKind {
        id: "not-ours-to-change",
        title: "the etcd pod is one that an operator or a distribution writes itself",
        why: "what the tool wrote would be overwritten, or fought over",
        override_flag: None,
        check: None,
    },
    RefusalKind {
        id: "no-right",
        title: "the account may not make the helper pod",
        why: "the node's files are reached with it",
        override_flag: None,
        check: None,
    },
    RefusalKind {
        id: "not-admitted",
        title: "an admission turns the helper pod down",
        why: "the node's files are reached with it",
        override_flag: None,
        check: None,
    },
    RefusalKind {
        id: "always-pull-images",
        title: "AlwaysPullImages would make the node pull the helper's image",
        why: "nothing is pulled that the user did not name",
        override_flag: None,
        check: None,
    },
    RefusalKind {
        id: "no-helper-image",
        title: "the helper's image is not on the node",
        why: "nothing is pulled that the user did not name",
        override_flag: None,
        check: None,
    },
    RefusalKind {
        id: "helper-not-started",
        title: "the kubelet does not start the helper pod",
        why: "what cannot be looked at cannot be set aside safely; a kubelet that does not answer would not start the new member either",
        override_flag: None,
        check: None,
    },
    RefusalKind {
        id: "certificate-address",
        title: "the member's certificate does not name its address",
        why: "the other members would refuse it when it comes back",
        override_flag: Some("--even-if-certificate"),
        check: Some(certificate),
    },
];

fn no_room(world: &World, _: &Options) -> Option<Refusal> {
    let data = &world.node.data;
    if data.in_container_layer || data.total_bytes == 0 || !data.member_present {
        return None;
    }
    let database = world
        .most_advanced()
        .and_then(|peer| Some(peer.seen.status.value()?.db_size_bytes))
        .and_then(|bytes| u64::try_from(bytes).ok())
        .unwrap_or(0);
    // The database, once while it is received and once as it stands, and a WAL segment of 64 MB
    // with the next one preallocated.
    let needed = database.saturating_mul(2).saturating_add(2 * 64_000_000);
    let room = data.free_bytes;
    (room < needed).then(|| {
        Refusal::new(
            format!(
                "{} MB are free beside the data of {}, about {} MB are needed",
                room / 1_000_000,
                world.node.place,
                needed.div_ceil(1_000_000)
            ),
            "make room there first; the old data is kept and the new member receives a full copy",
        )
    })
}

fn certificate(world: &World, _: &Options) -> Option<Refusal> {
    let seen = world.target_seen()?;
    for tls in [&seen.peer_tls, &seen.client_tls] {
        if let Some(tls) = tls.value()
            && let Err(reason) = &tls.verified
        {
            return Some(Refusal::new(
                format!(
                    "the certificate of \"{}\" is not good: {reason}",
                    world.target.name
                ),
                "renew it first with the distribution's own command (`rke cert rotate`, `kubeadm certs renew`)",
            ));
        }
    }
    None
}
