// SPDX-License-Identifier: Apache-2.0

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::LocalBoxFuture;
use node_helper::Outcome;

use crate::error::{Explain as _, ShownError};
use crate::kubernetes::KubeTarget;
use crate::kubernetes::helper_pod::{HelperPod, HelperPodError, HelperPodSpec, safe_name};
use crate::replace::node::NodeError;
use crate::replace::node::hands::HelperHands;
use crate::replace::refusals::Refusal;

/// Where the helpers are made.
const NAMESPACE: &str = "kube-system";
/// Where content to be written lies in the pod's own file system.
const CONTENT: &str = "/.kubectl-etcd-content";
/// A look or a rename takes milliseconds; walking a huge folder or a slow disk takes longer.
const DEADLINE: Duration = Duration::from_secs(120);
/// How often a look is tried before it is waited for.
const LOOKS: u32 = 2;
/// How long a look may take at first.
const LOOK_DEADLINE: Duration = Duration::from_secs(15);
/// Commands that change nothing.
const LOOKING: [&str; 6] = ["stat", "tree", "read", "head", "space", "probe"];
/// A helper that nobody removes ends itself after this long; one that is gone is made again.
const LIFE_SECONDS: u64 = 3600;

/// Runs the helper in pods that are pinned to the node.
pub struct PodHands {
    /// The API server.
    pub target: Arc<KubeTarget>,
    /// What and where, for messages.
    pub place: String,
    /// The node.
    pub node: String,
    /// The run, for names and labels.
    pub run: String,
    /// An image; nothing of it is run but `etcd --version`.
    pub image: String,
    /// Whether the user named it, so that it may be pulled.
    pub may_pull: bool,
    /// The program.
    pub program: Vec<u8>,
    /// Folders of the node that are at hand.
    pub folders: RefCell<BTreeSet<String>>,
}

impl PodHands {
    fn spec(&self, name: String, words: &[&str], deadline_seconds: Option<u64>) -> HelperPodSpec {
        HelperPodSpec {
            namespace: NAMESPACE.to_owned(),
            config_map: name.clone(),
            name,
            node: self.node.clone(),
            image: self.image.clone(),
            may_pull: self.may_pull,
            run: self.run.clone(),
            words: words.iter().map(|word| (*word).to_owned()).collect(),
            folders: self.folders.borrow().iter().cloned().collect(),
            deadline_seconds,
        }
    }

    /// The name says which folders it has: one of an earlier life with others is not taken.
    fn name(&self) -> String {
        let mut hasher = DefaultHasher::new();
        self.folders.borrow().hash(&mut hasher);
        let folders = hasher.finish() & 0xffff;
        format!("kubectl-etcd-{}-{folders:04x}", safe_name(&self.run))
    }

    fn holder(&self) -> String {
        format!("kubectl-etcd-lock-{}", safe_name(&self.node))
    }

    /// The pod beside whose first process the commands are run; made where it does not run.
    async fn pod(&self) -> Result<HelperPod, NodeError> {
        let spec = self.spec(self.name(), &["wait"], Some(LIFE_SECONDS));
        Ok(HelperPod::start(&self.target, &spec, &self.program).await?)
    }
}

impl HelperHands for PodHands {
    fn place(&self) -> &str {
        &self.place
    }

    fn bring<'a>(&'a self, folders: &'a [String]) -> LocalBoxFuture<'a, Result<(), NodeError>> {
        Box::pin(async move {
            let known = |folder: &String| self.folders.borrow().contains(folder);
            if folders.iter().all(known) {
                return Ok(());
            }
            let old = self.name();
            HelperPod::remove_named(&self.target, NAMESPACE, &old, &self.node).await?;
            self.folders.borrow_mut().extend(folders.iter().cloned());
            Ok(())
        })
    }

    fn run<'a>(
        &'a self,
        words: &'a [&'a str],
        content: Option<&'a [u8]>,
    ) -> LocalBoxFuture<'a, Result<Vec<Outcome>, NodeError>> {
        Box::pin(async move {
            let pod = self.pod().await?;
            let content = content.map(|bytes| (CONTENT, bytes));
            // An exec through an API server that just goes away is never answered: what only looks
            // is asked again instead of waited for.
            let mut tries = if only_looks(words) { LOOKS } else { 0 };
            while tries > 0 {
                tries -= 1;
                if let Ok(lines) = pod.run(words, content, LOOK_DEADLINE).await {
                    return Ok(lines);
                }
            }
            Ok(pod.run(words, content, DEADLINE).await?)
        })
    }

    fn content_path(&self) -> &str {
        CONTENT
    }

    fn program_version<'a>(
        &'a self,
        program: &'a str,
    ) -> LocalBoxFuture<'a, Result<String, NodeError>> {
        Box::pin(async move {
            let pod = self.pod().await?;
            let words = [program, "--version"];
            let output = pod.exec_patiently(&words, None, DEADLINE).await?;
            Ok(String::from_utf8_lossy(&output.stdout).into_owned())
        })
    }

    fn start_holder<'a>(
        &'a self,
        words: &'a [&'a str],
    ) -> LocalBoxFuture<'a, Result<Vec<Outcome>, NodeError>> {
        Box::pin(async move {
            if self.holder_runs().await? {
                return Ok(Vec::new());
            }
            self.end_holder().await?;
            let spec = self.spec(self.holder(), words, None);
            match HelperPod::start(&self.target, &spec, &self.program).await {
                Ok(pod) => {
                    // It outlives this program, and the next one finds it by its name.
                    pod.keep();
                    Ok(pod.first_words().await?)
                }
                // It said no and ended; asked in the other pod, the helper says why.
                Err(HelperPodError::Ended { .. }) => {
                    let mut test = words.to_vec();
                    test.push("--test");
                    let said = self.run(&test, None).await?;
                    // Free by now: to be tried again.
                    let free = matches!(said.first(), Some(Outcome::Lock { .. }));
                    Ok(if free { Vec::new() } else { said })
                }
                Err(error) => Err(error.into()),
            }
        })
    }

    fn holder_runs(&self) -> LocalBoxFuture<'_, Result<bool, NodeError>> {
        Box::pin(async move { Ok(HelperPod::runs(&self.target, NAMESPACE, &self.holder()).await?) })
    }

    fn end_holder(&self) -> LocalBoxFuture<'_, Result<(), NodeError>> {
        Box::pin(async move {
            let holder = self.holder();
            Ok(HelperPod::remove_named(&self.target, NAMESPACE, &holder, &self.node).await?)
        })
    }
}

/// Whether every command among the words changes nothing that lasts.
fn only_looks(words: &[&str]) -> bool {
    words
        .split(|word| *word == "--")
        .all(|command| command.first().is_some_and(|name| LOOKING.contains(name)))
}

impl From<HelperPodError> for NodeError {
    fn from(error: HelperPodError) -> Self {
        match error.refusal_id() {
            Some(id) => Self::Refused(Box::new(Refusal {
                id: id.to_owned(),
                ..Refusal::new(error.to_string(), error.hint().unwrap_or_default())
            })),
            None => Self::Access(Box::new(ShownError::from(error))),
        }
    }
}
