// SPDX-License-Identifier: Apache-2.0

use node_helper::{Kind, Outcome};

use super::manifest::Manifest;
use super::names;
use crate::replace::node::NodeError;
use crate::replace::node::hands::{HelperHands, check};
use crate::replace::world::Obstacle;

/// Longer files are no manifests of etcd.
const MOST_BYTES: u64 = 1 << 18;

/// The manifests of a node: the kubelet's, and what the tool keeps.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Manifests {
    /// Files of the kubelet's folder that make etcd's pod, by file name; one is as it must be.
    pub of_kubelet: Vec<(String, Manifest)>,
    /// Kept from running.
    pub stopped: Option<Manifest>,
    /// The new one, not moved in yet.
    pub staged: Option<Manifest>,
    /// Paths of those that are kept for good, the newest last.
    pub kept: Vec<String>,
    /// The newest of these, read where there is no other.
    pub last_kept: Option<Manifest>,
    /// What forbids the work.
    pub obstacles: Vec<Obstacle>,
}

impl Manifests {
    /// The one that runs, or would at the next start.
    pub fn current(&self) -> Option<&Manifest> {
        let of_kubelet = self.of_kubelet.first().map(|(_, manifest)| manifest);
        of_kubelet
            .or(self.staged.as_ref())
            .or(self.stopped.as_ref())
    }

    /// What a new one is made from: never the new one itself, where there is an older one.
    pub fn template(&self) -> Option<&Manifest> {
        let of_kubelet = self.of_kubelet.first().map(|(_, manifest)| manifest);
        of_kubelet
            .or(self.stopped.as_ref())
            .or(self.staged.as_ref())
            .or(self.last_kept.as_ref())
    }

    /// The file name in the kubelet's folder.
    pub fn file(&self) -> &str {
        let first = self.of_kubelet.first();
        first.map_or(names::FILE, |(file, _)| file)
    }
}

/// Reads them.
///
/// # Errors
/// The helper could not be run.
pub async fn read(hands: &dyn HelperHands) -> Result<Manifests, NodeError> {
    let words = [
        "stat",
        names::FOLDER,
        "--",
        "tree",
        names::FOLDER,
        "--flat",
        "--if-there",
        "--",
        "tree",
        names::KEPT,
        "--flat",
        "--if-there",
    ];
    let lines = check(hands.place(), hands.run(&words, None).await?)?;
    let mut found = Manifests::default();
    let mut wanted: Vec<String> = Vec::new();
    for line in &lines {
        match line {
            Outcome::Stat(stat) if stat.kind != Kind::Folder || stat.mount_point == Some(true) => {
                found.obstacles.push(odd_folder(hands.place(), stat.kind));
            }
            Outcome::Entry(stat) if stat.kind == Kind::File && stat.size_bytes <= MOST_BYTES => {
                let is_hidden = |rest: &str| rest.starts_with('.');
                let of_kubelet = stat
                    .path
                    .strip_prefix(names::FOLDER)
                    .and_then(|rest| rest.strip_prefix('/'));
                if of_kubelet.is_some_and(|name| !is_hidden(name))
                    || stat.path == names::stopped()
                    || stat.path == names::staged()
                {
                    wanted.push(stat.path.clone());
                } else if names::is_kept(&stat.path) {
                    found.kept.push(stat.path.clone());
                }
            }
            _ => {}
        }
    }
    found.kept.sort();
    let texts = texts(hands, &wanted).await?;
    interpret(&mut found, hands.place(), texts);
    if found.current().is_none()
        && let Some(last) = found.kept.last()
    {
        let texts = self::texts(hands, std::slice::from_ref(last)).await?;
        let text = texts.first().map(|(_, text)| text.as_str());
        found.last_kept = text.and_then(Manifest::parse);
    }
    Ok(found)
}

/// The content of files; what goes away meanwhile is left out.
async fn texts(
    hands: &dyn HelperHands,
    paths: &[String],
) -> Result<Vec<(String, String)>, NodeError> {
    if paths.is_empty() {
        return Ok(Vec::new());
    }
    let commands: Vec<Vec<&str>> = paths
        .iter()
        .map(|path| vec!["read", path, "--if-there"])
        .collect();
    let lines = check(hands.place(), hands.run(&commands.join(&"--"), None).await?)?;
    Ok(paths
        .iter()
        .filter_map(|path| {
            let bytes = node_helper::read_content(&lines, path)?;
            Some((path.clone(), String::from_utf8_lossy(&bytes).into_owned()))
        })
        .collect())
}

fn interpret(found: &mut Manifests, place: &str, texts: Vec<(String, String)>) {
    let mut unreadable = Vec::new();
    for (path, text) in texts {
        let manifest = Manifest::parse(&text);
        if path == names::stopped() {
            found.stopped = manifest;
        } else if path == names::staged() {
            found.staged = manifest;
        } else {
            let name = path.rsplit('/').next().unwrap_or_default().to_owned();
            match manifest {
                Some(manifest) => found.of_kubelet.push((name, manifest)),
                None if name.starts_with("etcd") => unreadable.push(name),
                None => {}
            }
        }
    }
    // kubeadm's own name first; beside it only what makes the same pod or has the same data.
    found
        .of_kubelet
        .sort_by_key(|(name, _)| (name != names::FILE, name.clone()));
    if let Some((_, first)) = found.of_kubelet.first().cloned() {
        let data = |manifest: &Manifest| manifest.config().get("data-dir").map(str::to_owned);
        found.of_kubelet.retain(|(_, manifest)| {
            manifest.etcd().name == first.etcd().name || data(manifest) == data(&first)
        });
    }
    let extra: Vec<String> = found
        .of_kubelet
        .iter()
        .skip(1)
        .map(|(name, _)| name.clone())
        .chain(unreadable)
        .map(|name| format!("\"{}\"", names::of_kubelet(&name)))
        .collect();
    if !extra.is_empty() {
        found.obstacles.push(Obstacle {
            refusal: "extra-manifest".to_owned(),
            sentence: format!(
                "{place}: beside its manifest the kubelet's folder holds {}",
                extra.join(" and ")
            ),
            remedy: format!(
                "move that to another folder, such as {}: the kubelet runs every file there \
                 whatever its ending, and this one would take the place of the replaced etcd",
                names::ABOVE
            ),
        });
    }
    if found.stopped.is_some() && !found.of_kubelet.is_empty() {
        found.obstacles.push(put_back(place));
    }
}

/// Somebody put a manifest into the folder while the tool kept the member from running.
pub fn put_back(place: &str) -> Obstacle {
    Obstacle {
        refusal: "manifest-edited".to_owned(),
        sentence: format!(
            "{place}: somebody has put a manifest into {} while \"{}\" is kept from running",
            names::FOLDER,
            names::stopped()
        ),
        remedy: "decide which of the two is right and move the other one away, then go on"
            .to_owned(),
    }
}

fn odd_folder(place: &str, kind: Kind) -> Obstacle {
    let what = match kind {
        Kind::Absent => "is not there",
        Kind::Folder => "is a mount point: a manifest cannot be renamed out of it",
        _ => "is not a plain folder",
    };
    Obstacle {
        refusal: "manifest-folder".to_owned(),
        sentence: format!("{place}: {} {what}", names::FOLDER),
        remedy: "let the kubelet's `staticPodPath` be a plain folder there, as kubeadm makes it"
            .to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const POD: &str = "kind: Pod\nmetadata: {name: etcd}\nspec:\n  containers:\n  - name: etcd\n    \
                       command: [etcd, --data-dir=/d]\n";

    fn of(files: &[(&str, &str)]) -> Manifests {
        let mut found = Manifests::default();
        let texts = files
            .iter()
            .map(|(path, text)| ((*path).to_owned(), (*text).to_owned()));
        interpret(&mut found, "here", texts.collect());
        found
    }

    fn refusals(found: &Manifests) -> Vec<&str> {
        found.obstacles.iter().map(|o| o.refusal.as_str()).collect()
    }

    #[test]
    fn one_manifest_is_as_it_must_be_and_a_second_is_named() {
        let file = |name: &str| names::of_kubelet(name);
        let alone = of(&[
            (&file("etcd.yaml"), POD),
            (&file("kube-apiserver.yaml"), "kind: Pod\n"),
        ]);
        assert_eq!(refusals(&alone), [""; 0]);
        assert!(alone.current().is_some());
        let two = of(&[(&file("etcd.yaml.backup"), POD), (&file("etcd.yaml"), POD)]);
        assert_eq!(two.file(), "etcd.yaml");
        assert_eq!(refusals(&two), ["extra-manifest"]);
        assert!(two.obstacles[0].sentence.contains("etcd.yaml.backup"));
        let back = of(&[(&file("etcd.yaml"), POD), (&names::stopped(), POD)]);
        assert_eq!(refusals(&back), ["manifest-edited"]);
    }

    #[test]
    fn the_new_one_is_made_from_the_old() {
        let found = of(&[
            (&names::stopped(), POD),
            (&names::staged(), &POD.replace("/d", "/new")),
        ]);
        assert_eq!(
            found.current().unwrap().config().get("data-dir"),
            Some("/new")
        );
        assert_eq!(
            found.template().unwrap().config().get("data-dir"),
            Some("/d")
        );
    }
}
