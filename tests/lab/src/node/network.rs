// SPDX-License-Identifier: Apache-2.0

use std::net::Ipv4Addr;
use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::error::{LabError, Result};
use crate::lock::FileLock;
use crate::run::Run;

/// A lab's private network 10.78.N.0/24: a bridge with the host at .1 and node `i` at .(11 + i).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Network {
    /// The third byte of the range.
    pub number: u8,
    /// The lab's name, part of the network namespaces' names.
    pub lab: String,
}

impl Network {
    /// Takes `number`, or the first free one, and makes the bridge.
    ///
    /// # Errors
    /// When that range is in use or the bridge cannot be made.
    pub fn make(lab: &str, number: Option<u8>, lock: &Path) -> Result<Self> {
        // The lock spans choosing and making: two labs that come up at once never take the same.
        let _lock = FileLock::take(lock)?;
        let used = Run::new("ip").args(["-4", "-o", "address"]).ok()?;
        let links = Run::new("ip").args(["-o", "link"]).ok()?;
        let is_free = |candidate: u8| {
            !used.contains(&format!(" 10.78.{candidate}."))
                && !links.contains(&format!(": kel{candidate}:"))
        };
        let number = match number {
            Some(number) if is_free(number) => number,
            Some(number) => {
                return Err(LabError::value(format!(
                    "the address range \"10.78.{number}.0/24\" is in use on this machine"
                )));
            }
            None => (0..=255)
                .find(|candidate| is_free(*candidate))
                .ok_or_else(|| LabError::value("no free address range in 10.78.0.0/16"))?,
        };
        let network = Self {
            number,
            lab: lab.to_owned(),
        };
        let bridge = network.bridge();
        ip(&["link", "add", &bridge, "type", "bridge"])?;
        ip(&[
            "address",
            "add",
            &format!("{}/24", network.host()),
            "dev",
            &bridge,
        ])?;
        ip(&["link", "set", &bridge, "up"])?;
        // With br_netfilter (any Docker engine loads it) bridged packets pass FORWARD,
        // whose policy Docker sets to DROP.
        Run::new("iptables")
            .args([
                "-w", "-I", "FORWARD", "-i", &bridge, "-o", &bridge, "-j", "ACCEPT",
            ])
            .ok()?;
        Ok(network)
    }

    /// The bridge's name.
    pub fn bridge(&self) -> String {
        format!("kel{}", self.number)
    }

    /// The host's address on it.
    pub fn host(&self) -> Ipv4Addr {
        Ipv4Addr::new(10, 78, self.number, 1)
    }

    /// The address of node `index` (from 0).
    pub fn node(&self, index: usize) -> Ipv4Addr {
        let last = u8::try_from(index + 11).unwrap_or(u8::MAX);
        Ipv4Addr::new(10, 78, self.number, last)
    }

    /// The network namespace of node `index`.
    pub fn namespace(&self, index: usize) -> String {
        format!("kel-{}-n{}", self.lab, index + 1)
    }

    /// The host's end of a node's cable.
    pub fn cable(&self, index: usize) -> String {
        format!("kel{}n{}", self.number, index + 1)
    }

    /// Makes the namespace and the cable of node `index`.
    ///
    /// # Errors
    /// When one of the steps fails.
    pub fn connect(&self, index: usize) -> Result<()> {
        let namespace = self.namespace(index);
        let cable = self.cable(index);
        ip(&["netns", "add", &namespace])?;
        ip(&[
            "link", "add", &cable, "type", "veth", "peer", "name", "eth0", "netns", &namespace,
        ])?;
        ip(&["link", "set", &cable, "master", &self.bridge(), "up"])?;
        let inside = |words: &[&str]| {
            Run::new("ip")
                .args(["-n", &namespace])
                .args(words)
                .ok()
                .map(|_| ())
        };
        inside(&["link", "set", "lo", "up"])?;
        inside(&[
            "address",
            "add",
            &format!("{}/24", self.node(index)),
            "dev",
            "eth0",
        ])?;
        inside(&["link", "set", "eth0", "up"])?;
        inside(&["route", "add", "default", "via", &self.host().to_string()])?;
        // Programs that look for a cloud's metadata service learn at once that there is none.
        inside(&["route", "add", "unreachable", "169.254.169.254"])
    }
}

pub(crate) fn ip(words: &[&str]) -> Result<()> {
    Run::new("ip").args(words).ok().map(|_| ())
}
