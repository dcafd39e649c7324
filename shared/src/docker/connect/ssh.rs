// SPDX-License-Identifier: Apache-2.0

//! ssh: docker's own way, `docker system dial-stdio` on the other host, over one ssh session
//! that all connections to an engine share.

#[cfg(not(unix))]
pub(super) use elsewhere::Ssh;
#[cfg(unix)]
pub(super) use on_unix::Ssh;

#[cfg(unix)]
mod on_unix {
    use std::io;
    use std::num::NonZeroUsize;
    use std::pin::Pin;
    use std::sync::Arc;
    use std::task::{Context, Poll};
    use std::time::Duration;

    use openssh::{
        Child, ChildStdin, ChildStdout, ControlPersist, KnownHosts, Session, SessionBuilder, Stdio,
    };
    use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, ReadBuf};
    use tokio::sync::Mutex;

    use crate::docker::EngineError;
    use crate::docker::connect::stream::Stream;

    /// A master that its program left behind (kill -9) ends by itself after this.
    const MASTER_IDLE_SECONDS: usize = 600;
    const CONNECT_TIMEOUT: Duration = Duration::from_secs(20);

    pub(in crate::docker::connect) struct Ssh {
        user: Option<String>,
        host: String,
        port: Option<u16>,
        path: Option<String>,
        session: Mutex<Option<Arc<Session>>>,
    }

    impl Ssh {
        pub(in crate::docker::connect) fn new(
            user: Option<&str>,
            host: &str,
            port: Option<u16>,
            path: Option<&str>,
        ) -> Self {
            Self {
                user: user.map(str::to_owned),
                host: host.to_owned(),
                port,
                path: path.map(str::to_owned),
                session: Mutex::new(None),
            }
        }

        pub(in crate::docker::connect) async fn connect(
            &self,
            name: &str,
        ) -> Result<Stream, EngineError> {
            let session = self.session(name).await?;
            let mut command = session.arc_command("docker");
            if let Some(path) = &self.path {
                command.arg("--host").arg(format!("unix://{path}"));
            }
            command.args(["system", "dial-stdio"]);
            command
                .stdin(Stdio::piped())
                .stdout(Stdio::piped())
                .stderr(Stdio::piped());
            let mut child = command
                .spawn()
                .await
                .map_err(|error| failed(name, &error))?;
            let (Some(stdin), Some(stdout), Some(stderr)) = (
                child.stdin().take(),
                child.stdout().take(),
                child.stderr().take(),
            ) else {
                return Err(EngineError::Ssh {
                    host: name.to_owned(),
                    stderr: "ssh gave no pipes".to_owned(),
                });
            };
            let complaint = tokio::spawn(async move {
                let mut text = String::new();
                let _ = stderr.take(4096).read_to_string(&mut text).await;
                text
            });
            Ok(Stream::new(DialStdio {
                name: name.to_owned(),
                stdin,
                stdout,
                complaint: Some(complaint),
                answered: false,
                _child: child,
            }))
        }

        async fn session(&self, name: &str) -> Result<Arc<Session>, EngineError> {
            let mut slot = self.session.lock().await;
            if let Some(session) = slot.as_ref()
                && session.check().await.is_ok()
            {
                return Ok(Arc::clone(session));
            }
            let mut builder = SessionBuilder::default();
            // A host that nobody accepted yet is for a person to accept, as docker has it.
            builder
                .known_hosts_check(KnownHosts::Strict)
                .connect_timeout(CONNECT_TIMEOUT);
            if let Some(idle) = NonZeroUsize::new(MASTER_IDLE_SECONDS) {
                builder.control_persist(ControlPersist::IdleFor(idle));
            }
            if let Some(user) = &self.user {
                builder.user(user.clone());
            }
            if let Some(port) = self.port {
                builder.port(port);
            }
            let folder = builder
                .launch_master(&self.host)
                .await
                .map_err(|error| failed(name, &error))?;
            let session = Arc::new(Session::new_process_mux(folder));
            *slot = Some(Arc::clone(&session));
            Ok(session)
        }
    }

    fn failed(name: &str, error: &openssh::Error) -> EngineError {
        use std::error::Error as _;
        let text = error
            .source()
            .map_or_else(|| error.to_string(), ToString::to_string);
        EngineError::Ssh {
            host: name.to_owned(),
            stderr: one_line(&text),
        }
    }

    /// ssh's and docker's complaints in one line, without carriage returns.
    fn one_line(text: &str) -> String {
        let lines: Vec<&str> = text
            .lines()
            .map(str::trim)
            .filter(|line| !line.is_empty())
            .collect();
        if lines.is_empty() {
            "ssh failed without a word".to_owned()
        } else {
            lines.join("; ")
        }
    }

    /// The far end's stdin and stdout as one stream. When it ends before a first byte came,
    /// the error is what it said on stderr.
    struct DialStdio {
        name: String,
        stdin: ChildStdin,
        stdout: ChildStdout,
        complaint: Option<tokio::task::JoinHandle<String>>,
        answered: bool,
        _child: Child<Arc<Session>>,
    }

    impl AsyncRead for DialStdio {
        fn poll_read(
            mut self: Pin<&mut Self>,
            cx: &mut Context<'_>,
            buf: &mut ReadBuf<'_>,
        ) -> Poll<io::Result<()>> {
            let before = buf.filled().len();
            std::task::ready!(Pin::new(&mut self.stdout).poll_read(cx, buf))?;
            if buf.filled().len() > before {
                self.answered = true;
                return Poll::Ready(Ok(()));
            }
            if self.answered {
                return Poll::Ready(Ok(()));
            }
            let Some(complaint) = self.complaint.as_mut() else {
                return Poll::Ready(Ok(()));
            };
            let text = std::task::ready!(Pin::new(complaint).poll(cx)).unwrap_or_default();
            self.complaint = None;
            let host = self.name.clone();
            let fault = super::super::Fault(EngineError::Ssh {
                host,
                stderr: one_line(&text),
            });
            Poll::Ready(Err(io::Error::other(fault)))
        }
    }

    impl AsyncWrite for DialStdio {
        fn poll_write(
            mut self: Pin<&mut Self>,
            cx: &mut Context<'_>,
            buf: &[u8],
        ) -> Poll<io::Result<usize>> {
            Pin::new(&mut self.stdin).poll_write(cx, buf)
        }

        fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
            Pin::new(&mut self.stdin).poll_flush(cx)
        }

        fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
            Pin::new(&mut self.stdin).poll_shutdown(cx)
        }
    }
}

#[cfg(not(unix))]
mod elsewhere {
    use crate::docker::EngineError;
    use crate::docker::connect::stream::Stream;

    pub(in crate::docker::connect) struct Ssh;

    impl Ssh {
        pub(in crate::docker::connect) fn new(
            _user: Option<&str>,
            _host: &str,
            _port: Option<u16>,
            _path: Option<&str>,
        ) -> Self {
            Self
        }

        pub(in crate::docker::connect) async fn connect(
            &self,
            name: &str,
        ) -> Result<Stream, EngineError> {
            Err(EngineError::Unsupported {
                host: name.to_owned(),
                why: "ssh connections need a unix system; use tcp with TLS",
            })
        }
    }
}
