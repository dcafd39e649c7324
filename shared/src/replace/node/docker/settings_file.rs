// SPDX-License-Identifier: Apache-2.0

//! etcd's settings in a `--config-file` of the container.

use serde_json::{Value, json};

use super::hands::DockerHands;
use super::node::{DockerNode, Template};
use super::{mounts, names};
use crate::access::parse_config_file;
use crate::docker::EntryKind;
use crate::model::EtcdConfig;
use crate::replace::node::{NewStart, NodeError, data, settings_text};
use crate::replace::world::Obstacle;

/// More than anybody's settings are.
const LIMIT_BYTES: u64 = 1 << 20;
/// Where the folder of the file is mounted in the helper's container.
const AT: &str = "/.kubectl-etcd-settings";

/// A config file and what stands in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct SettingsFile {
    /// Its path in the container.
    pub(super) path: String,
    /// Its path on the node; none where it lies in the container's own layer.
    pub(super) on_node: Option<String>,
    /// What is mounted to change it: `HostConfig.Mounts`' entry, and its path below that.
    mount: Option<(Value, String)>,
    /// Its content.
    text: String,
}

impl DockerNode {
    /// Reads the file that the settings name; `Err` says why it cannot be read.
    pub(super) async fn settings_file(
        &self,
        inspect: &Value,
        config: &EtcdConfig,
    ) -> Option<Result<SettingsFile, String>> {
        let path = config.config_file.clone()?;
        let id = inspect["Id"].as_str().unwrap_or_default();
        let entries = match self.engine.read_archive(id, &path, LIMIT_BYTES).await {
            Ok(entries) => entries,
            Err(error) => return Some(Err(error.to_string())),
        };
        let text = match entries.into_iter().next() {
            Some(entry) if entry.kind == EntryKind::File => String::from_utf8(entry.bytes).ok(),
            Some(_) => return Some(Err("it is not a regular file".to_owned())),
            None => None,
        };
        let Some(text) = text else {
            return Some(Err("it is not text".to_owned()));
        };
        let all = mounts::mounts(inspect);
        let mount = mounts::covering(&all, &path);
        Some(Ok(SettingsFile {
            on_node: mount.map(|mount| mount.on_node(&path)),
            mount: mount.and_then(|mount| reachable(mount, &path)),
            path,
            text,
        }))
    }

    /// Writes the new start's settings into the file; the old one is kept beside it.
    pub(super) async fn write_settings(
        &self,
        template: &Template,
        new: &NewStart,
        stamp: &str,
    ) -> Result<(), NodeError> {
        let Some(Ok(file)) = &template.file else {
            return Err(self.unexpected("etcd's config file cannot be read"));
        };
        let text = settings_text::edit(&file.text, new).map_err(|error| self.unexpected(error))?;
        let Some((mount, path)) = &file.mount else {
            return Err(self.unexpected("etcd's config file lies in the container's own layer"));
        };
        if text == file.text {
            return Ok(());
        }
        let program = self.program().await.map_err(|why| self.unexpected(why))?;
        let hands = DockerHands {
            engine: &self.engine,
            place: self.name(),
            holder: names::holder(&self.container),
            image: template.inspect["Image"]
                .as_str()
                .unwrap_or_default()
                .to_owned(),
            run: &self.run,
            program,
            mounts: vec![mount.clone()],
        };
        data::replace_settings_file(&hands, path, &text, stamp).await?;
        Ok(())
    }
}

/// The folder that the file lies in is needed, to move a new one in: that of a single mounted file
/// is its folder on the node.
fn reachable(mount: &mounts::Mount, path: &str) -> Option<(Value, String)> {
    match mount.kind.as_str() {
        "bind" => {
            let on_node = mount.on_node(path);
            let (folder, name) = on_node.rsplit_once('/')?;
            let folder = if folder.is_empty() { "/" } else { folder };
            let entry = json!({ "Type": "bind", "Source": folder, "Target": AT });
            Some((entry, format!("{AT}/{name}")))
        }
        "volume" => Some((mount.request(), path.to_owned())),
        _ => None,
    }
}

/// The settings as etcd reads them: with a file neither flags nor environment count.
pub(super) fn settings(
    config: EtcdConfig,
    file: Option<&Result<SettingsFile, String>>,
) -> EtcdConfig {
    let Some(Ok(file)) = file else {
        return config;
    };
    parse_config_file(&file.path, &file.text).unwrap_or(config)
}

/// Why the file cannot be changed safely.
pub(super) fn obstacle(
    file: &Result<SettingsFile, String>,
    config_file: &str,
    data_in_layer: bool,
    place: &str,
) -> Option<Obstacle> {
    let found = |why: String, remedy: &str| Obstacle {
        refusal: "config-file".to_owned(),
        sentence: format!("{place}: its settings stand in \"{config_file}\", and {why}"),
        remedy: remedy.to_owned(),
    };
    let to_flags = "move `initial-cluster` and `initial-cluster-state` into a file on a mount of the node, or all settings into flags, first";
    let file = match file {
        Err(why) => return Some(found(format!("that cannot be read: {why}"), to_flags)),
        Ok(file) => file,
    };
    if file.mount.is_none() {
        let why = "that lies in the container's own layer".to_owned();
        return Some(found(why, to_flags));
    }
    if data_in_layer {
        let why = "its data lies in the container's own layer".to_owned();
        return Some(found(why, "mount a folder of the node for the data first"));
    }
    let new = NewStart {
        initial_cluster: "a=b".to_owned(),
        removed: Vec::new(),
    };
    settings_text::edit(&file.text, &new)
        .err()
        .map(|why| found(why.to_string(), to_flags))
}
