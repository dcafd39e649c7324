// SPDX-License-Identifier: Apache-2.0

use super::kind::{Refusal, RefusalKind};
use super::{cluster, data, node, quorum, target, versions};
use crate::replace::options::Options;
use crate::replace::world::World;

/// Every refusal, in the order in which they are shown.
pub const ALL: &[&[RefusalKind]] = &[
    quorum::KINDS,
    target::KINDS,
    cluster::KINDS,
    data::KINDS,
    versions::KINDS,
    node::KINDS,
];

/// The kind with an id.
pub fn kind(id: &str) -> Option<&'static RefusalKind> {
    ALL.iter()
        .flat_map(|family| family.iter())
        .find(|kind| kind.id == id)
}

/// All refusals that apply to this world, the overridden ones marked.
pub fn check(world: &World, options: &Options) -> Vec<Refusal> {
    let mut found = Vec::new();
    for kind in ALL.iter().flat_map(|family| family.iter()) {
        if let Some(refusal) = kind.check.and_then(|check| check(world, options)) {
            found.push(complete(refusal, kind, options));
        }
    }
    for obstacle in &world.node.obstacles {
        let refusal = Refusal::new(&*obstacle.sentence, &*obstacle.remedy);
        match kind(&obstacle.refusal) {
            Some(kind) => found.push(complete(refusal, kind, options)),
            // An obstacle without a kind must not be lost: it stands and cannot be overridden.
            None => found.push(Refusal {
                id: obstacle.refusal.clone(),
                ..refusal
            }),
        }
    }
    found
}

fn complete(refusal: Refusal, kind: &RefusalKind, options: &Options) -> Refusal {
    Refusal {
        id: kind.id.to_owned(),
        override_flag: kind.override_flag.map(str::to_owned),
        overridden: kind.override_flag.is_some() && options.overrides(kind.id),
        ..refusal
    }
}
