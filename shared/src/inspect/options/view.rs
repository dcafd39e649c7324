// SPDX-License-Identifier: Apache-2.0

use serde_json::Value;

use crate::inspect::json::{is_empty, of};
use crate::inspect::{EngineFacts, Request};

/// What the families read.
pub(super) struct View<'a> {
    pub(super) request: &'a Request,
    pub(super) facts: &'a EngineFacts,
}

impl<'a> View<'a> {
    /// A field of `Config`.
    pub(super) fn config(&self, key: &str) -> &'a Value {
        of(&self.request.config, key)
    }

    /// A field of `HostConfig`.
    pub(super) fn host(&self, key: &str) -> &'a Value {
        of(&self.request.host_config, key)
    }

    /// A field by its full name, such as `HostConfig.Memory`.
    pub(super) fn field(&self, name: &str) -> &'a Value {
        match name.split_once('.') {
            Some(("Config", key)) => self.config(key),
            Some((_, key)) => self.host(key),
            None => &Value::Null,
        }
    }

    /// Whether a field says something.
    pub(super) fn says(&self, name: &str) -> bool {
        !is_empty(self.field(name))
    }
}
