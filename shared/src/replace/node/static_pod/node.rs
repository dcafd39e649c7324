// SPDX-License-Identifier: Apache-2.0

use std::cell::RefCell;

use super::manifest::{Manifest, OnNode};
use super::pod_watch::PodWatch;
use super::seen::{self, Manifests};
use crate::model::Version;
use crate::replace::node::NodeError;
use crate::replace::node::data::Seen;
use crate::replace::node::hands::HelperHands;
use crate::replace::refusals::Refusal;

/// One member in a static pod of one node.
pub struct StaticPodNode {
    /// The node.
    pub(super) node: String,
    /// How the node's files are reached.
    pub(super) hands: Box<dyn HelperHands>,
    /// Who sees the pod.
    pub(super) watch: Box<dyn PodWatch>,
    pub(super) cache: RefCell<Cache>,
}

/// What takes a run of the helper to be known, and changes only by our own effects.
#[derive(Default)]
pub(super) struct Cache {
    pub(super) data: Option<Seen>,
    pub(super) version: Option<Option<Version>>,
    /// The manifest as it was when it was first looked at, which the plan was made from.
    pub(super) planned: Option<String>,
}

impl StaticPodNode {
    /// The static pod of etcd on `node`.
    pub fn new(node: &str, hands: Box<dyn HelperHands>, watch: Box<dyn PodWatch>) -> Self {
        Self {
            node: node.to_owned(),
            hands,
            watch,
            cache: RefCell::default(),
        }
    }

    pub(super) fn name(&self) -> String {
        format!("static pod \"etcd\" on node {}", self.node)
    }

    pub(super) fn unexpected(&self, why: impl std::fmt::Display) -> NodeError {
        NodeError::Unexpected {
            place: self.name(),
            why: why.to_string(),
        }
    }

    /// A refusal that only the doing finds.
    pub(super) fn refused(id: &str, sentence: String, remedy: &str) -> NodeError {
        NodeError::Refused(Box::new(Refusal {
            id: id.to_owned(),
            ..Refusal::new(sentence, remedy)
        }))
    }

    /// Forgets what was seen of the data: something was done to it.
    pub(super) fn forget(&self) {
        self.cache.borrow_mut().data = None;
    }

    pub(super) async fn manifests(&self) -> Result<Manifests, NodeError> {
        seen::read(self.hands.as_ref()).await
    }

    /// Where the files of `manifest` are, with their folders at hand.
    pub(super) async fn on_node(&self, manifest: &Manifest) -> Result<OnNode, NodeError> {
        let on_node = manifest.on_node().map_err(|error| self.unexpected(error))?;
        self.hands.bring(&on_node.folders).await?;
        Ok(on_node)
    }

    /// The manifests, and where the files of their pod are.
    pub(super) async fn all(&self) -> Result<(Manifests, OnNode), NodeError> {
        let manifests = self.manifests().await?;
        let template = manifests
            .template()
            .ok_or_else(|| self.unexpected("its manifest is gone"))?;
        let on_node = self.on_node(template).await?;
        Ok((manifests, on_node))
    }
}
