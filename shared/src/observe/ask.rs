// SPDX-License-Identifier: Apache-2.0

use std::sync::Arc;
use std::time::{Duration, Instant};

use jiff::Timestamp;
use rustls::client::danger::ServerCertVerifier;

use super::health_page;
use crate::access::Login;
use crate::access::api::etcdctl::{PodAsker, Told};
use crate::etcd::{
    Dialer, Endpoint, EtcdClient, EtcdError, HttpPage, http_get, parse_metrics, tls_probe,
};
use crate::model::{
    Alarm, HashKv, HttpHealth, ListedMember, MetricSample, Metrics, Probe, ProbeError,
    ProbeErrorKind, ReadProbe, ResponseHeader, Status, TlsObservation,
};

/// A healthy linearizable read takes milliseconds; longer than this the leader is not there.
const READ_ATTEMPT: Duration = Duration::from_millis(1500);

/// Between two attempts.
const READ_PAUSE: Duration = Duration::from_millis(200);

/// Everything that one endpoint answered.
#[derive(Clone)]
pub struct Asked {
    /// Where.
    pub endpoint: Endpoint,
    /// Status.
    pub status: Probe<Status>,
    /// A linearizable read.
    pub linearizable_read: Probe<ReadProbe>,
    /// A serializable read.
    pub serializable_read: Probe<ReadProbe>,
    /// The member list with the header it came under.
    pub member_list: Probe<(ResponseHeader, Vec<ListedMember>)>,
    /// Alarms.
    pub alarms: Probe<Vec<Alarm>>,
    /// `/health`.
    pub http_health: Probe<HttpHealth>,
    /// `/readyz`.
    pub http_readyz: Probe<HttpHealth>,
    /// `/metrics`.
    pub metrics: Probe<Metrics>,
    /// TLS of this port.
    pub client_tls: Probe<TlsObservation>,
    /// Server's clock minus ours, seconds.
    pub clock_offset_seconds: Option<f64>,
    /// The open connection, for the hash that comes later.
    pub client: Option<EtcdClient>,
}

impl Asked {
    /// Nothing yet.
    #[cfg(test)]
    pub(super) fn not_asked(endpoint: Endpoint) -> Self {
        Self {
            endpoint,
            status: Probe::NotTried,
            linearizable_read: Probe::NotTried,
            serializable_read: Probe::NotTried,
            member_list: Probe::NotTried,
            alarms: Probe::NotTried,
            http_health: Probe::NotTried,
            http_readyz: Probe::NotTried,
            metrics: Probe::NotTried,
            client_tls: Probe::NotTried,
            clock_offset_seconds: None,
            client: None,
        }
    }

    /// Who answered, by whichever call did.
    pub fn header(&self) -> Option<ResponseHeader> {
        self.status
            .value()
            .map(|status| status.header)
            .or_else(|| self.linearizable_read.value().map(|read| read.header))
            .or_else(|| self.serializable_read.value().map(|read| read.header))
            .or_else(|| self.member_list.value().map(|(header, _)| *header))
    }
}

impl Asked {
    /// Gives every gRPC call the one failure that explains them all.
    fn all_failed(&mut self, error: &ProbeError) {
        fn failed<T>(error: &ProbeError) -> Probe<T> {
            Probe::Failed {
                error: error.clone(),
            }
        }
        self.status = failed(error);
        self.linearizable_read = failed(error);
        self.serializable_read = failed(error);
        self.member_list = failed(error);
        self.alarms = failed(error);
    }
}

/// Asks single endpoints.
#[derive(Clone)]
pub struct Asker {
    /// Opens connections.
    pub dialer: Dialer,
    /// Where there are none to be had: etcdctl in the members' pods.
    pub etcdctl: Option<PodAsker>,
    /// Whether the peer ports can be reached, too.
    pub reaches_peers: bool,
    /// The verifier that judges certificates (the true one, even where any is accepted).
    pub verifier: Arc<dyn ServerCertVerifier>,
    /// Time allowed for one call.
    pub call_timeout: Duration,
    /// etcd user.
    pub login: Option<Login>,
    /// Take a second scrape after this time.
    pub sample: Option<Duration>,
}

impl Asker {
    /// Asks everything of one endpoint at once.
    pub async fn ask(&self, endpoint: Endpoint) -> Asked {
        if let Some(etcdctl) = &self.etcdctl {
            return by_etcdctl(etcdctl.ask(&endpoint).await, endpoint);
        }
        let (grpc, client_tls, health, readyz, metrics) = tokio::join!(
            self.grpc(&endpoint),
            self.tls(&endpoint),
            self.page(&endpoint, "/health"),
            self.page(&endpoint, "/readyz?verbose"),
            self.metrics(&endpoint),
        );
        let (http_health, clock_offset_seconds) = match health {
            Ok((page, took)) => {
                let offset = health_page::clock_offset(&page);
                let facts = health_page::health(format!("{endpoint}/health"), &page);
                (Probe::answered(facts, took), offset)
            }
            Err(error) => (failed(&error), None),
        };
        let http_readyz = match readyz {
            // 404: before 3.4.29 and 3.5.11 there is none.
            Ok((page, _)) if page.status == 404 => Probe::Skipped {
                reason: "this version has no /readyz".to_owned(),
            },
            Ok((page, took)) => {
                let facts = health_page::readyz(format!("{endpoint}/readyz"), &page);
                Probe::answered(facts, took)
            }
            Err(error) => failed(&error),
        };
        let mut asked = Asked {
            endpoint,
            status: grpc.status,
            linearizable_read: grpc.linearizable_read,
            serializable_read: grpc.serializable_read,
            member_list: grpc.member_list,
            alarms: grpc.alarms,
            http_health,
            http_readyz,
            metrics,
            client_tls,
            clock_offset_seconds,
            client: grpc.client,
        };
        self.name_what_answers(&mut asked).await;
        asked
    }

    /// HashKV of one that has answered, at `revision`.
    pub async fn hash(&self, asked: &Asked, revision: i64) -> Probe<HashKv> {
        match (&self.etcdctl, &asked.client) {
            (Some(etcdctl), _) => etcdctl.hash(&asked.endpoint, revision).await,
            (None, Some(client)) => self.hash_by(client, revision).await,
            (None, None) => Probe::NotTried,
        }
    }

    /// With patience for a member that is a moment behind.
    async fn hash_by(&self, client: &EtcdClient, revision: i64) -> Probe<HashKv> {
        let began = Instant::now();
        for _ in 0..5 {
            match client.hash_kv(revision).await {
                Err(EtcdError::Server { message, .. }) if message.contains("future revision") => {
                    tokio::time::sleep(Duration::from_millis(100)).await;
                }
                Ok(hash) => return Probe::answered(hash, began.elapsed()),
                Err(error) => return failed(&error),
            }
        }
        Probe::failed(
            ProbeErrorKind::Server,
            format!(
                "{} has not reached revision {revision} yet",
                client.endpoint()
            ),
        )
    }

    /// The certificate chain that a port shows.
    pub async fn tls(&self, endpoint: &Endpoint) -> Probe<TlsObservation> {
        if !endpoint.tls {
            return Probe::Skipped {
                reason: "the port is plain HTTP".to_owned(),
            };
        }
        let began = Instant::now();
        match tls_probe(&self.dialer, Arc::clone(&self.verifier), endpoint).await {
            Ok(facts) => Probe::answered(facts, began.elapsed()),
            Err(error) => failed(&error),
        }
    }

    async fn page(
        &self,
        endpoint: &Endpoint,
        path: &str,
    ) -> Result<(HttpPage, Duration), EtcdError> {
        let began = Instant::now();
        let page = http_get(&self.dialer, endpoint, path, self.call_timeout).await?;
        Ok((page, began.elapsed()))
    }

    async fn metrics(&self, endpoint: &Endpoint) -> Probe<Metrics> {
        let first = match self.scrape(endpoint).await {
            Ok(sample) => sample,
            Err(error) => return failed(&error),
        };
        let url = format!("{endpoint}/metrics");
        let Some(pause) = self.sample else {
            return Probe::answered(
                Metrics {
                    url,
                    now: first,
                    before: None,
                },
                Duration::ZERO,
            );
        };
        tokio::time::sleep(pause).await;
        match self.scrape(endpoint).await {
            Ok(now) => Probe::answered(
                Metrics {
                    url,
                    now,
                    before: Some(first),
                },
                Duration::ZERO,
            ),
            Err(error) => failed(&error),
        }
    }

    async fn scrape(&self, endpoint: &Endpoint) -> Result<MetricSample, EtcdError> {
        let (page, _) = self.page(endpoint, "/metrics").await?;
        if page.status != 200 {
            return Err(EtcdError::NotEtcd {
                endpoint: endpoint.to_string(),
                why: format!("/metrics answered {}", page.status),
            });
        }
        let values = parse_metrics(&page.body);
        Ok(MetricSample {
            taken_at: Some(Timestamp::now()),
            process_start_seconds: values
                .get("process_start_time_seconds")
                .copied()
                .unwrap_or(0.0),
            values,
        })
    }

    async fn grpc(&self, endpoint: &Endpoint) -> GrpcAnswers {
        let mut client = match EtcdClient::connect(&self.dialer, endpoint, self.call_timeout).await
        {
            Ok(client) => client,
            Err(error) => return GrpcAnswers::all_failed(&error),
        };
        if let Some(login) = &self.login
            && let Err(error) = client.authenticate(&login.name, &login.password).await
        {
            return GrpcAnswers::all_failed(&error);
        }
        let (mut status, linearizable_read, serializable_read, member_list, alarms) = tokio::join!(
            timed(client.status()),
            self.linearizable_read(&client),
            timed(client.read(true)),
            timed(client.member_list(false)),
            timed(client.alarms()),
        );
        // A confirmed read proves a leader: this status is from before its election.
        if linearizable_read.value().is_some() && status.value().is_some_and(|s| s.leader.0 == 0) {
            status = timed(client.status()).await;
        }
        GrpcAnswers {
            status,
            linearizable_read,
            serializable_read,
            member_list,
            alarms,
            client: Some(client),
        }
    }

    /// A linearizable read, asked again while there is no answer: one that was on its way to a
    /// leader that died is lost, and the next one finds the new leader.
    pub(super) async fn linearizable_read(&self, client: &EtcdClient) -> Probe<ReadProbe> {
        let end = Instant::now() + self.call_timeout;
        loop {
            let began = Instant::now();
            let left = end.saturating_duration_since(began);
            let error = match client
                .with_timeout(left.min(READ_ATTEMPT))
                .read(false)
                .await
            {
                Ok(read) => return Probe::answered(read, began.elapsed()),
                Err(error) => error,
            };
            let again = matches!(
                error.class(),
                ProbeErrorKind::NoAnswer | ProbeErrorKind::NoLeader
            );
            if !again || Instant::now() + READ_PAUSE >= end {
                return failed(&error);
            }
            tokio::time::sleep(READ_PAUSE).await;
        }
    }

    /// Where gRPC got nowhere, finds out what it is that answers: an etcd v2, something else,
    /// or TLS behind an http:// endpoint.
    async fn name_what_answers(&self, asked: &mut Asked) {
        let Some(error) = asked.status.error() else {
            return;
        };
        if !matches!(
            error.kind,
            ProbeErrorKind::Other | ProbeErrorKind::NotEtcd | ProbeErrorKind::PlainHttp
        ) {
            return;
        }
        // The server's TLS alert can lose the race against its closing of the connection.
        if let Some(alert) = asked.http_health.error()
            && alert.kind == ProbeErrorKind::ClientCertificate
        {
            asked.all_failed(&alert.clone());
            return;
        }
        let endpoint = asked.endpoint.clone();
        let name = endpoint.to_string();
        let said_plain = error.kind == ProbeErrorKind::PlainHttp;
        let found = if said_plain {
            None
        } else {
            match self.page(&endpoint, "/version").await {
                Ok((page, _)) => not_etcd_v3(&name, &page),
                Err(_) if !endpoint.tls => {
                    let tls = Endpoint {
                        tls: true,
                        ..endpoint.clone()
                    };
                    let shows = self.tls(&tls).await.value().is_some();
                    shows.then_some(EtcdError::Scheme {
                        endpoint: name,
                        server_is_plain: false,
                    })
                }
                Err(_) => None,
            }
        };
        if let Some(error) = found {
            asked.all_failed(&error.probe());
        }
    }
}

/// What a `/version` page says of a server that does not speak etcd's v3 API.
fn not_etcd_v3(endpoint: &str, page: &HttpPage) -> Option<EtcdError> {
    let json: serde_json::Value = serde_json::from_str(&page.body).unwrap_or_default();
    let why = match json["etcdserver"].as_str() {
        Some(version) if version.starts_with("2.") || version.starts_with("0.") => {
            format!("it is etcd {version}, which has only the v2 API")
        }
        Some(_) => return None,
        None => format!(
            "it answers HTTP ({} on /version), but not as etcd",
            page.status
        ),
    };
    Some(EtcdError::NotEtcd {
        endpoint: endpoint.to_owned(),
        why,
    })
}

/// What etcdctl cannot tell is not asked.
fn by_etcdctl(told: Told, endpoint: Endpoint) -> Asked {
    fn untold<T>() -> Probe<T> {
        Probe::Skipped {
            reason: "etcdctl in the pod does not tell it".to_owned(),
        }
    }
    Asked {
        endpoint,
        status: told.status,
        linearizable_read: told.linearizable_read,
        serializable_read: told.serializable_read,
        member_list: told.member_list,
        alarms: told.alarms,
        http_health: untold(),
        http_readyz: untold(),
        metrics: untold(),
        client_tls: untold(),
        clock_offset_seconds: None,
        client: None,
    }
}

struct GrpcAnswers {
    status: Probe<Status>,
    linearizable_read: Probe<ReadProbe>,
    serializable_read: Probe<ReadProbe>,
    member_list: Probe<(ResponseHeader, Vec<ListedMember>)>,
    alarms: Probe<Vec<Alarm>>,
    client: Option<EtcdClient>,
}

impl GrpcAnswers {
    fn all_failed(error: &EtcdError) -> Self {
        Self {
            status: failed(error),
            linearizable_read: failed(error),
            serializable_read: failed(error),
            member_list: failed(error),
            alarms: failed(error),
            client: None,
        }
    }
}

fn failed<T>(error: &EtcdError) -> Probe<T> {
    Probe::Failed {
        error: error.probe(),
    }
}

async fn timed<T>(call: impl Future<Output = Result<T, EtcdError>>) -> Probe<T> {
    let began = Instant::now();
    match call.await {
        Ok(value) => Probe::answered(value, began.elapsed()),
        Err(error) => failed(&error),
    }
}
