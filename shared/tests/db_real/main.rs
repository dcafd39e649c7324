// SPDX-License-Identifier: Apache-2.0

//! Our reading of etcd's files against what etcd itself says about them: databases of many
//! shapes that etcd made, and the same files damaged on purpose.

#![allow(clippy::unwrap_used, reason = "in a test a panic is the report")]

mod agreement;
mod damage;
mod etcd;
mod http;
mod logs;
mod matrix;
mod pages;
mod shapes;
