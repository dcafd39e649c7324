// SPDX-License-Identifier: Apache-2.0

use std::fmt;
use std::str::FromStr;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Whose source a text comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Project {
    /// etcd itself.
    Etcd,
    /// The database library.
    Bbolt,
    /// The raft library after it left etcd's repository.
    Raft,
}

/// A release.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ProjectVersion {
    /// Of what.
    pub project: Project,
    /// Major, minor, patch.
    pub version: [u16; 3],
}

/// The first and the last of the checked releases that hold a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct VersionRange {
    /// The oldest.
    pub first: ProjectVersion,
    /// The newest.
    pub last: ProjectVersion,
}

/// The oldest and the newest etcd that were checked: beyond them nothing is known.
const CHECKED: ([u16; 3], [u16; 3]) = ([3, 3, 27], [3, 7, 1]);

impl VersionRange {
    /// Whether etcd `version` can hold the text. Releases between two checked ones are unknown,
    /// so only the minor version decides, and only where the range ends inside what was checked.
    pub fn may_hold(&self, version: [u16; 3]) -> bool {
        let minor = |[major, minor, _]: [u16; 3]| (major, minor);
        let too_old = self.first.project == Project::Etcd
            && self.first.version > CHECKED.0
            && minor(version) < minor(self.first.version);
        let too_new = self.last.project == Project::Etcd
            && self.last.version < CHECKED.1
            && minor(version) > minor(self.last.version);
        !too_old && !too_new
    }
}

impl fmt::Display for Project {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Etcd => "etcd",
            Self::Bbolt => "bbolt",
            Self::Raft => "raft",
        })
    }
}

impl fmt::Display for ProjectVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [major, minor, patch] = self.version;
        write!(f, "{} {major}.{minor}.{patch}", self.project)
    }
}

impl fmt::Display for VersionRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.first == self.last {
            return self.first.fmt(f);
        }
        write!(f, "{} .. {}", self.first, self.last)
    }
}

impl FromStr for ProjectVersion {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || format!("\"{text}\" is no release such as \"etcd 3.4.13\"");
        let (project, version) = text.split_once(' ').ok_or_else(wrong)?;
        let project = match project {
            "etcd" => Project::Etcd,
            "bbolt" => Project::Bbolt,
            "raft" => Project::Raft,
            _ => return Err(wrong()),
        };
        let version = version_numbers(version).ok_or_else(wrong)?;
        Ok(Self { project, version })
    }
}

impl FromStr for VersionRange {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text.split_once(" .. ") {
            Some((first, last)) => Ok(Self {
                first: first.parse()?,
                last: last.parse()?,
            }),
            None => text.parse().map(|only| Self {
                first: only,
                last: only,
            }),
        }
    }
}

/// `3.4.23` and whatever follows behind a `-` or `+`.
pub(crate) fn version_numbers(text: &str) -> Option<[u16; 3]> {
    let text = text.split(['-', '+']).next()?;
    let mut parts = text.split('.').map(|part| part.parse().ok());
    let version = [parts.next()??, parts.next()??, parts.next()??];
    parts.next().is_none().then_some(version)
}

impl<'de> Deserialize<'de> for VersionRange {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?
            .parse()
            .map_err(D::Error::custom)
    }
}

impl Serialize for VersionRange {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_minor_version_decides() {
        let range = |text: &str| text.parse::<VersionRange>().unwrap();
        let old = range("etcd 3.3.27 .. etcd 3.4.45");
        assert!(old.may_hold([3, 4, 99]) && old.may_hold([2, 3, 0]) && !old.may_hold([3, 5, 0]));
        let new = range("etcd 3.5.33 .. etcd 3.7.1");
        assert!(new.may_hold([3, 5, 0]) && new.may_hold([3, 9, 0]) && !new.may_hold([3, 4, 45]));
        assert!(range("bbolt 1.3.3 .. bbolt 1.5.0").may_hold([3, 0, 0]));
        assert_eq!(
            range("etcd 3.5.33 .. etcd 3.5.33").to_string(),
            "etcd 3.5.33"
        );
    }
}
