// SPDX-License-Identifier: Apache-2.0

//! Plain data of the pipeline: serialisable, no I/O in here.

mod etcd_config;
mod finding;
mod health;
mod id;
mod manifest;
mod member;
mod node;
mod observation;
mod pod;
mod probe;
mod process;
mod tls;
mod verdict;
mod version;

pub use etcd_config::EtcdConfig;
pub use finding::{Evidence, Finding, Remedy, Severity, Subject};
pub use health::{MemberAssessment, MemberHealth};
pub use id::{ClusterId, MemberId};
pub use manifest::{ManifestFile, ManifestFolder};
pub use member::{
    Alarm, AlarmKind, HashKv, HttpHealth, ListedMember, MemberObservation, MetricSample, Metrics,
    ReadProbe, ResponseHeader, Status,
};
pub use node::{EtcdPlace, KubernetesObservation, NodeCondition, NodeObservation};
pub use observation::{AccessReport, ListSource, OBSERVATION_SCHEMA, Observation, Via};
pub use pod::{PodEvent, PodFacts, Termination};
pub use probe::{Probe, ProbeError, ProbeErrorKind};
pub use process::{LogTail, ProcessKind, ProcessObservation, ProcessState};
pub use tls::{CertificateFacts, TlsObservation};
pub use verdict::{Assessment, QuorumFacts, REPORT_SCHEMA, Verdict};
pub use version::Version;
