// SPDX-License-Identifier: Apache-2.0

use std::time::Duration;

use bollard::errors::Error;
use bollard::{ClientVersion, Docker};

use super::connect::Fault;
use super::{Engine, EngineError, http};

/// The newest API that bollard's types are made for.
const BOLLARD_API: super::ApiVersion = super::ApiVersion::new(1, 53);

impl Engine {
    /// bollard over this engine's connections, with an API version that both sides speak.
    pub(super) async fn typed(&self, deadline: Duration) -> Result<Docker, EngineError> {
        let version = self.api_version().await?.min(BOLLARD_API);
        let version = ClientVersion {
            major_version: usize::from(version.major),
            minor_version: usize::from(version.minor),
        };
        let http = self.http.clone();
        let transport = move |request| {
            let http = http.clone();
            async move {
                http.send(request)
                    .await
                    .map_err(|error| Error::from(std::io::Error::other(Fault(error))))
            }
        };
        let seconds = deadline.as_secs().max(1);
        Docker::connect_with_custom_transport(transport, Some("http://docker"), seconds, &version)
            .map_err(|error| self.fault_of("connecting", error))
    }

    /// bollard's error as this crate's; `what` names the call.
    pub(super) fn fault_of(&self, what: &str, error: Error) -> EngineError {
        match error {
            Error::DockerResponseServerError {
                status_code,
                message,
            } => http::typed_status(status_code, what, message),
            Error::RequestTimeoutError => EngineError::TimedOut {
                host: self.host().to_owned(),
                what: what.to_owned(),
                seconds: self.deadline.as_secs(),
            },
            other => match self.http.translate(&other) {
                EngineError::Connection { why, .. }
                    if matches!(
                        other,
                        Error::JsonDataError { .. } | Error::JsonSerdeError { .. }
                    ) =>
                {
                    EngineError::BadAnswer {
                        what: what.to_owned(),
                        why,
                    }
                }
                typed => typed,
            },
        }
    }

    /// Bounds the reading of a stream by the engine's deadline.
    pub(super) async fn within<T>(
        &self,
        what: &str,
        deadline: Duration,
        work: impl Future<Output = Result<T, EngineError>>,
    ) -> Result<T, EngineError> {
        self.http.bounded(what, deadline, work).await
    }
}
