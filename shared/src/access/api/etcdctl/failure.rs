// SPDX-License-Identifier: Apache-2.0

use crate::etcd::EtcdError;
use crate::kubernetes::pods::ExecOutput;
use crate::model::{ProbeError, ProbeErrorKind};

/// Why etcdctl got no answer, from what it wrote: its log lines have the cause, its last line the
/// outcome.
pub fn failure(endpoint: &str, output: &ExecOutput) -> ProbeError {
    let text = output.stderr.as_str();
    let last = text
        .lines()
        .rev()
        .map(str::trim)
        .find(|line| !line.is_empty() && !line.starts_with('{'))
        .unwrap_or(&output.message);
    let said = last.trim_start_matches("Error: ").to_owned();
    if output.code.is_none() {
        return ProbeError {
            kind: ProbeErrorKind::Other,
            message: format!(
                "etcdctl could not be run for {endpoint}: {}",
                output.message
            ),
        };
    }
    // Longest first: a deadline is how etcdctl ends whatever the connection met.
    let classes = [
        ("connection refused", ProbeErrorKind::Refused),
        ("no route to host", ProbeErrorKind::NoRoute),
        ("network is unreachable", ProbeErrorKind::NoRoute),
        ("no such host", ProbeErrorKind::Dns),
        (
            "certificate has expired",
            ProbeErrorKind::CertificateExpired,
        ),
        ("signed by unknown authority", ProbeErrorKind::UnknownCa),
        ("bad certificate", ProbeErrorKind::ClientCertificate),
        ("etcdserver: no leader", ProbeErrorKind::NoLeader),
        ("etcdserver: ", ProbeErrorKind::Server),
        ("i/o timeout", ProbeErrorKind::DialTimeout),
        ("context deadline exceeded", ProbeErrorKind::NoAnswer),
    ];
    let kind = classes
        .iter()
        .find(|(words, _)| text.contains(words))
        .map_or(ProbeErrorKind::Other, |(_, kind)| *kind);
    let message = match kind {
        ProbeErrorKind::Refused => EtcdError::Refused {
            endpoint: endpoint.to_owned(),
        }
        .to_string(),
        _ => format!("{endpoint} by etcdctl in its pod: {said}"),
    };
    ProbeError { kind, message }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ended(code: Option<i32>, stderr: &str) -> ExecOutput {
        ExecOutput {
            code,
            stderr: stderr.to_owned(),
            message: "exec failed".to_owned(),
            ..ExecOutput::default()
        }
    }

    #[test]
    fn the_cause_in_the_log_line_comes_before_the_deadline() {
        let text = "{\"level\":\"warn\",\"msg\":\"retrying\",\"error\":\"rpc error: code = DeadlineExceeded \
                    desc = latest balancer error: connection error: dial tcp 10.0.0.1:2379: connect: \
                    connection refused\"}\nError: context deadline exceeded\n";
        let error = failure("https://a:2379", &ended(Some(1), text));
        assert_eq!(error.kind, ProbeErrorKind::Refused);
        assert_eq!(error.message, "https://a:2379 refused the connection");
        let error = failure("x", &ended(Some(1), "Error: etcdserver: no leader\n"));
        assert_eq!(error.kind, ProbeErrorKind::NoLeader);
        let error = failure("x", &ended(Some(1), "Error: context deadline exceeded\n"));
        assert_eq!(error.kind, ProbeErrorKind::NoAnswer);
        assert!(
            error.message.ends_with("context deadline exceeded"),
            "{}",
            error.message
        );
        let error = failure("x", &ended(None, ""));
        assert!(error.message.contains("exec failed"), "{}", error.message);
    }
}
