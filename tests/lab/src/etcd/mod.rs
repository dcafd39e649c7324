// SPDX-License-Identifier: Apache-2.0

//! The etcd cluster: one container per member, run exactly as RKE1 runs it.

mod client;
mod container;
mod golden;
mod image;
mod pki;
mod seed;
mod spec;

pub use client::Member;
pub use container::ContainerState;
pub use pki::foreign_ca;
pub use spec::{EtcdSpec, Image};

pub(crate) use client::EtcdCtl;
pub(crate) use container::{EtcdContainer, initial_cluster};
pub(crate) use golden::Golden;
pub(crate) use image::{import, import_as, tar as image_tar, tar_of};
pub(crate) use pki::{CertificateFor, Pki};
pub(crate) use seed::seed;
