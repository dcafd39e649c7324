// SPDX-License-Identifier: Apache-2.0

use crate::model::EtcdConfig;

/// etcd's default where `--data-dir` is not given (server/embed/config.go).
fn default_data_dir(config: &EtcdConfig) -> String {
    format!("{}.etcd", config.get("name").unwrap_or("default"))
}

/// Where etcd's files are, as the helper sees them: in a container made with the same mounts that
/// is the path which etcd's own settings name; on the node itself it is the path on the node.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Places {
    /// `--data-dir`.
    pub data_dir: String,
    /// A separate `--wal-dir`; none where the log lies inside `member/`, as it does by default.
    pub wal_dir: Option<String>,
}

impl Places {
    /// From etcd's settings; a relative folder lies in the working folder of the process.
    pub fn of(config: &EtcdConfig, working_dir: &str) -> Self {
        let absolute = |path: &str| {
            let path = path.trim_end_matches('/');
            if path.starts_with('/') {
                path.to_owned()
            } else {
                format!("{}/{path}", working_dir.trim_end_matches('/'))
            }
        };
        let data = config.get("data-dir").filter(|path| !path.is_empty());
        let data_dir = absolute(&data.map_or_else(|| default_data_dir(config), str::to_owned));
        let member = format!("{data_dir}/member");
        let wal = config.get("wal-dir").filter(|path| !path.is_empty());
        // One inside `member/` goes with it.
        let is_separate =
            |path: &String| *path != member && !path.starts_with(&format!("{member}/"));
        Self {
            wal_dir: wal.map(absolute).filter(is_separate),
            data_dir,
        }
    }

    /// `member/`.
    pub fn member(&self) -> String {
        format!("{}/member", self.data_dir)
    }

    /// A file of ours beside the data.
    pub fn beside(&self, name: &str) -> String {
        format!("{}/{name}", self.data_dir)
    }

    /// The database.
    pub fn database(&self) -> String {
        format!("{}/member/snap/db", self.data_dir)
    }

    /// The folder of the write-ahead log.
    pub fn wal(&self) -> String {
        self.wal_dir
            .clone()
            .unwrap_or_else(|| format!("{}/member/wal", self.data_dir))
    }

    /// What has to be set aside: `member/`, and a separate WAL.
    pub fn to_set_aside(&self) -> Vec<String> {
        std::iter::once(self.member())
            .chain(self.wal_dir.clone())
            .collect()
    }

    /// The folder above a separate WAL.
    pub fn wal_parent(&self) -> Option<String> {
        let wal = self.wal_dir.as_deref()?;
        let parent = wal.rsplit_once('/').map_or("/", |(parent, _)| parent);
        Some(if parent.is_empty() { "/" } else { parent }.to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_follow_the_settings() {
        let config = EtcdConfig::from_command(["etcd", "--name=a"], []);
        let places = Places::of(&config, "/");
        assert_eq!(places.database(), "/a.etcd/member/snap/db");
        let config = EtcdConfig::from_command(
            [
                "etcd",
                "--data-dir=/var/lib/rancher/etcd/",
                "--wal-dir",
                "/wal/etcd",
            ],
            [],
        );
        let places = Places::of(&config, "/");
        assert_eq!(places.member(), "/var/lib/rancher/etcd/member");
        assert_eq!(places.wal(), "/wal/etcd");
        assert_eq!(places.wal_parent().as_deref(), Some("/wal"));
        let config =
            EtcdConfig::from_command(["etcd", "--data-dir=/d", "--wal-dir=/d/member/wal"], []);
        assert_eq!(Places::of(&config, "/").to_set_aside(), ["/d/member"]);
    }
}
