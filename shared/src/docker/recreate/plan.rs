// SPDX-License-Identifier: Apache-2.0

use std::time::Duration;

use serde_json::{Value, json};

use super::RecreateError;
use crate::inspect::{Request, Source};

/// What is to be done with one container. Pure data.
#[derive(Debug, Clone, PartialEq)]
pub struct Plan {
    /// ID of the old container.
    pub old_id: String,
    /// Its name, which the new one gets.
    pub name: String,
    /// What the new one is to be; its volumes are held by name.
    pub request: Request,
    /// What the old one is, for putting back one that vanishes when it stops.
    pub old_request: Request,
    /// The old one vanishes with its anonymous volumes when it stops (`--rm`).
    pub auto_remove: bool,
    /// The old one runs.
    pub up: bool,
    /// Its restart policy: name and `MaximumRetryCount`.
    pub policy: (String, i64),
    /// The engine takes several networks in one request (API 1.44).
    pub all_networks: bool,
    /// The new one's anonymous volumes are fresh.
    pub fresh_volumes: bool,
    /// How long the new one may take to become healthy.
    pub healthy_within: Duration,
    /// How long one without a health check must stay up.
    pub stay_up: Duration,
    /// Remove the old one at the end.
    pub remove_old: bool,
    /// The machine that does it, eight hexadecimal digits.
    pub by: String,
}

impl Plan {
    /// A plan from the old container as it is and the request for the new one.
    pub fn new(old: &Source, request: Request) -> Result<Self, RecreateError> {
        let text = |pointer: &str| {
            old.container
                .pointer(pointer)
                .and_then(Value::as_str)
                .unwrap_or_default()
                .to_owned()
        };
        let flag = |pointer: &str| {
            old.container
                .pointer(pointer)
                .and_then(Value::as_bool)
                .unwrap_or_default()
        };
        let name = text("/Name").trim_start_matches('/').to_owned();
        if flag("/State/Paused") {
            return Err(RecreateError::Unfit {
                why: "it is paused".to_owned(),
                hint: format!("let it go on first with `docker unpause {name}`"),
                name,
            });
        }
        let mut old_request = Request::from_source(old);
        old_request.keep_volumes();
        let retries = old
            .container
            .pointer("/HostConfig/RestartPolicy/MaximumRetryCount");
        let policy = match text("/HostConfig/RestartPolicy/Name").as_str() {
            "" => "no".to_owned(),
            policy => policy.to_owned(),
        };
        Ok(Self {
            old_id: text("/Id"),
            name,
            request,
            old_request,
            auto_remove: flag("/HostConfig/AutoRemove"),
            up: flag("/State/Running") || flag("/State/Restarting"),
            policy: (policy, retries.and_then(Value::as_i64).unwrap_or_default()),
            all_networks: old.engine.speaks(1, 44),
            fresh_volumes: false,
            healthy_within: Duration::from_secs(120),
            stay_up: Duration::from_secs(3),
            remove_old: false,
            by: "00000000".to_owned(),
        })
    }

    /// The restart policy that the new container gets at the end.
    pub(super) fn new_policy(&self) -> (String, i64) {
        let policy = self.request.host_config.get("RestartPolicy");
        let name = policy
            .and_then(|policy| policy.get("Name"))
            .and_then(Value::as_str);
        let retries = policy.and_then(|policy| policy.get("MaximumRetryCount"));
        (
            name.unwrap_or_default().to_owned(),
            retries.and_then(Value::as_i64).unwrap_or_default(),
        )
    }
}

/// `request` with a restart policy that does nothing: a container that waits for its turn must not
/// be started by an engine that restarts.
pub(super) fn dormant(request: &Request) -> Request {
    let mut request = request.clone();
    let policy = json!({ "Name": "no", "MaximumRetryCount": 0 });
    request
        .host_config
        .insert("RestartPolicy".to_owned(), policy);
    request
}

/// Whether a restart policy has to be set at all.
pub(super) fn restarts(policy: &str) -> bool {
    !matches!(policy, "" | "no")
}
