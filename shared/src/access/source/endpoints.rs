// SPDX-License-Identifier: Apache-2.0

use crate::access::Settings;
use crate::error::ShownError;
use crate::etcd::Endpoint;

/// The endpoints of flags, environment or context file. Without a scheme it is TLS when
/// certificates were given, as etcdctl decides.
pub fn seeds(settings: &Settings) -> Result<Vec<Endpoint>, ShownError> {
    let tls = settings.cacert.is_some() || settings.cert.is_some() || settings.insecure;
    let mut seeds = Vec::new();
    for text in &settings.endpoints {
        let endpoint = Endpoint::parse(text, tls)?;
        if !seeds.contains(&endpoint) {
            seeds.push(endpoint);
        }
    }
    Ok(seeds)
}
