// SPDX-License-Identifier: Apache-2.0

use std::cell::RefCell;
use std::sync::Arc;

use super::HelperPodError;
use super::pod::remove;
use crate::kubernetes::KubeTarget;

/// What is to be removed when the program ends, whatever way it ends.
#[derive(Clone)]
struct Live {
    target: Arc<KubeTarget>,
    namespace: String,
    name: String,
    node: String,
}

thread_local! {
    // The programs run on one thread; a list beside the pods themselves survives dropped futures.
    static LIVE: RefCell<Vec<Live>> = const { RefCell::new(Vec::new()) };
}

/// Notes a pod and its ConfigMap.
pub(super) fn note(target: &Arc<KubeTarget>, namespace: &str, name: &str, node: &str) {
    LIVE.with_borrow_mut(|live| {
        let known = |one: &Live| one.name == name && one.namespace == namespace;
        if !live.iter().any(known) {
            live.push(Live {
                target: Arc::clone(target),
                namespace: namespace.to_owned(),
                name: name.to_owned(),
                node: node.to_owned(),
            });
        }
    });
}

/// Forgets one that is gone.
pub(super) fn forget(namespace: &str, name: &str) {
    LIVE.with_borrow_mut(|live| {
        live.retain(|one| one.name != name || one.namespace != namespace);
    });
}

/// Removes every helper pod that this program made and that still is there, and their ConfigMaps.
/// To be called once at the end. Returns what could not be removed: object and reason.
pub async fn remove_all() -> Vec<(String, HelperPodError)> {
    let live = LIVE.take();
    let mut failed = Vec::new();
    for one in live {
        if let Err(error) = remove(&one.target, &one.namespace, &one.name, &one.node).await {
            failed.push((format!("pod {}/{}", one.namespace, one.name), error));
        }
    }
    failed
}
