// SPDX-License-Identifier: Apache-2.0

use crate::model::{
    MemberHealth, MemberObservation, Observation, Probe, ProbeError, ProbeErrorKind, ProcessState,
    ReadProbe,
};

/// Whether a member of this observation does its work.
///
/// A voter is healthy when it answered a linearizable read and that answer's cluster id and
/// member id equal the list's; a learner, when it answered a serializable one so. What could not
/// be reached and shows no dead process is unknown, not dead.
pub fn member_health(observation: &Observation, member: &MemberObservation) -> MemberHealth {
    let read = deciding_read(member);
    match read {
        Probe::Answered { value, .. } => identity(observation, member, value),
        Probe::Failed { error } => failed(observation, member, error),
        Probe::NotTried | Probe::Skipped { .. } => not_asked(member),
    }
}

/// The read that decides: linearizable for a voter, serializable for a learner.
fn deciding_read(member: &MemberObservation) -> &Probe<ReadProbe> {
    if member.is_learner() {
        &member.serializable_read
    } else {
        &member.linearizable_read
    }
}

/// It answered: is it the member it should be, in the cluster it should be in?
fn identity(
    observation: &Observation,
    member: &MemberObservation,
    read: &ReadProbe,
) -> MemberHealth {
    let Some(listed) = &member.listed else {
        return unknown("answers, but no member list names it");
    };
    let Some(cluster_id) = observation.cluster_id else {
        return unknown("answers, but the id of the cluster is not known");
    };
    if read.header.cluster_id != cluster_id {
        return unhealthy(format!(
            "answers as a member of another cluster, {}",
            read.header.cluster_id
        ));
    }
    if read.header.member_id != listed.id {
        return unhealthy(format!(
            "answers as another member, {}",
            read.header.member_id
        ));
    }
    MemberHealth::Healthy
}

/// It was asked and did not give the answer.
fn failed(
    observation: &Observation,
    member: &MemberObservation,
    error: &ProbeError,
) -> MemberHealth {
    if let Some(stopped) = stopped_process(member) {
        return stopped;
    }
    if member.listed.as_ref().is_some_and(|l| !l.is_started()) {
        return unhealthy("was added and never started");
    }
    match error.kind {
        ProbeErrorKind::DialTimeout | ProbeErrorKind::NoRoute => {
            unknown("cannot be reached from here")
        }
        ProbeErrorKind::Dns => unknown("its name does not resolve here"),
        ProbeErrorKind::Refused => unhealthy("nothing listens on its client port"),
        ProbeErrorKind::Auth => unknown("wants a user and password"),
        ProbeErrorKind::NoAnswer if member.serializable_read.value().is_none() => {
            unhealthy("accepts connections and answers nothing")
        }
        ProbeErrorKind::NoAnswer | ProbeErrorKind::NoLeader => {
            unhealthy("lives, but cannot confirm a read with a quorum")
        }
        kind if is_tls_or_protocol(kind) => tls_or_protocol(observation, member, error),
        ProbeErrorKind::Other => unknown("could not be asked"),
        _ => unhealthy("lives, but answers reads with an error"),
    }
}

/// One port that speaks differently is that member's fault; if all do, it may well be ours.
fn tls_or_protocol(
    observation: &Observation,
    member: &MemberObservation,
    error: &ProbeError,
) -> MemberHealth {
    let others_answer = observation
        .members
        .iter()
        .any(|m| m.listed.is_some() && m.answered());
    let reason = match error.kind {
        ProbeErrorKind::UnknownCa => "its certificate is from another CA",
        ProbeErrorKind::CertificateExpired => "its certificate is out of its validity",
        ProbeErrorKind::CertificateName => "its certificate does not name its address",
        ProbeErrorKind::ClientCertificate => "refuses our client certificate",
        ProbeErrorKind::PlainHttp => "speaks plain HTTP where TLS is expected, or the reverse",
        ProbeErrorKind::NotEtcd => "something else answers on its client port",
        _ => "its TLS handshake fails",
    };
    if others_answer && member.listed.is_some() {
        unhealthy(reason)
    } else {
        unknown(reason)
    }
}

/// It was not asked (it has no client URL, or the access has no way to it).
fn not_asked(member: &MemberObservation) -> MemberHealth {
    if let Some(stopped) = stopped_process(member) {
        return stopped;
    }
    match &member.listed {
        Some(listed) if !listed.is_started() => unhealthy("was added and never started"),
        _ => unknown("was not asked"),
    }
}

/// A process that is seen not to run settles it, whatever the network says.
fn stopped_process(member: &MemberObservation) -> Option<MemberHealth> {
    let process = member.process.as_ref()?;
    let reason = match process.state {
        ProcessState::Running | ProcessState::Unknown => return None,
        ProcessState::Paused => "its process is paused",
        ProcessState::Restarting => "its process ends and is started again, over and over",
        ProcessState::Exited => "its process has ended",
        ProcessState::Created => "its process was never started",
    };
    Some(unhealthy(reason))
}

/// Failures of the handshake or of the protocol, where the network itself works.
pub(super) fn is_tls_or_protocol(kind: ProbeErrorKind) -> bool {
    matches!(
        kind,
        ProbeErrorKind::UnknownCa
            | ProbeErrorKind::CertificateExpired
            | ProbeErrorKind::CertificateName
            | ProbeErrorKind::ClientCertificate
            | ProbeErrorKind::Tls
            | ProbeErrorKind::PlainHttp
            | ProbeErrorKind::NotEtcd
    )
}

fn unhealthy(reason: impl Into<String>) -> MemberHealth {
    MemberHealth::Unhealthy {
        reason: reason.into(),
    }
}

fn unknown(reason: impl Into<String>) -> MemberHealth {
    MemberHealth::Unknown {
        reason: reason.into(),
    }
}
