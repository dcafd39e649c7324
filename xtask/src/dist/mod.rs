// SPDX-License-Identifier: Apache-2.0

//! `cargo xtask dist`: what a release consists of, made the same way by hand and by the release
//! workflow. build → archive → (checksums, SBOM, krew manifests, krew index).

mod archive;
mod build;
mod checksums;
mod command;
mod index;
mod manifest;
mod package;
mod platform;
mod sbom;

pub use command::Dist;
