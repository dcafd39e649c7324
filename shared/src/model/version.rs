// SPDX-License-Identifier: Apache-2.0

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// An etcd version, `major.minor.patch`; anything after a `-` or `+` is dropped.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Version {
    /// Major.
    pub major: u32,
    /// Minor.
    pub minor: u32,
    /// Patch.
    pub patch: u32,
}

impl Version {
    /// A version from its three numbers.
    pub const fn new(major: u32, minor: u32, patch: u32) -> Self {
        Self {
            major,
            minor,
            patch,
        }
    }

    /// `(major, minor)`: what upgrade and downgrade rules compare.
    pub const fn minor_pair(self) -> (u32, u32) {
        (self.major, self.minor)
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.major, self.minor, self.patch)
    }
}

/// The text is not a version.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not a version such as \"3.5.16\"")]
pub struct NotAVersion(String);

impl FromStr for Version {
    type Err = NotAVersion;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let bad = || NotAVersion(text.to_owned());
        let core = text.trim().trim_start_matches('v');
        let core = core.split(['-', '+']).next().unwrap_or_default();
        let mut parts = core.split('.').map(str::parse::<u32>);
        let mut next = || parts.next().transpose().map_err(|_| bad());
        let major = next()?.ok_or_else(bad)?;
        let minor = next()?.ok_or_else(bad)?;
        let patch = next()?.unwrap_or(0);
        Ok(Self {
            major,
            minor,
            patch,
        })
    }
}

impl Serialize for Version {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Version {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_read_and_compared() {
        let cases = [
            ("3.4.23", Some(Version::new(3, 4, 23))),
            ("v3.5.0-rc.1", Some(Version::new(3, 5, 0))),
            ("3.6", Some(Version::new(3, 6, 0))),
            ("3.4.23+dfsg", Some(Version::new(3, 4, 23))),
            ("three", None),
            ("", None),
        ];
        for (text, want) in cases {
            assert_eq!(text.parse().ok(), want, "{text}");
        }
        assert!(Version::new(3, 5, 9) < Version::new(3, 5, 30));
    }
}
