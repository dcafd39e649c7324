// SPDX-License-Identifier: Apache-2.0

//! Engines behind TCP, TLS, ssh and contexts.

use std::net::{TcpListener, TcpStream};
use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::process::{Command, Stdio};

use crate::lab::{Output, command, sid};

/// Carries TCP connections to an engine's socket; returns the port.
fn tcp(socket: &Path) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let socket = socket.to_owned();
    std::thread::spawn(move || {
        for client in listener.incoming().flatten() {
            let Ok(server) = UnixStream::connect(&socket) else {
                continue;
            };
            carry(client, server);
        }
    });
    port
}

fn carry(client: TcpStream, server: UnixStream) {
    let (mut a, mut b) = (client.try_clone().unwrap(), server.try_clone().unwrap());
    let (mut c, mut d) = (client, server);
    std::thread::spawn(move || {
        let _ = std::io::copy(&mut a, &mut b);
        let _ = b.shutdown(std::net::Shutdown::Write);
    });
    std::thread::spawn(move || {
        let _ = std::io::copy(&mut d, &mut c);
        let _ = c.shutdown(std::net::Shutdown::Write);
    });
}

fn run(words: &[&str], env: &[(&str, &Path)]) -> Output {
    let mut command = command();
    command.args(words);
    for (name, value) in env {
        command.env(name, value);
    }
    Output::of(command.output().unwrap())
}

#[test]
fn plain_tcp_and_a_context() {
    let engine = sid();
    let name = format!("{}other", engine.prefix);
    let address = format!("tcp://127.0.0.1:{}", tcp(&engine.socket));
    let direct = run(&["--host", &address, &name], &[]).ok();
    assert!(direct.contains(&format!("--name {name}")), "{direct}");
    // A context made by docker's own client.
    let config = tempfile::tempdir().unwrap();
    let made = Command::new(engine.client_dir.join("docker"))
        .args([
            "context",
            "create",
            "far",
            "--docker",
            &format!("host={address}"),
        ])
        .env("DOCKER_CONFIG", config.path())
        .env_remove("DOCKER_HOST")
        .output()
        .unwrap();
    assert!(
        made.status.success(),
        "{}",
        String::from_utf8_lossy(&made.stderr)
    );
    let env = [("DOCKER_CONFIG", config.path())];
    assert_eq!(run(&["--context", "far", &name], &env).ok(), direct);
    std::fs::write(
        config.path().join("config.json"),
        r#"{"currentContext": "far"}"#,
    )
    .unwrap();
    assert_eq!(run(&[&name], &env).ok(), direct);
    let gone = run(&["--context", "near", &name], &env);
    assert_eq!(gone.code, Some(2));
    assert!(
        gone.stderr.contains("no docker context \"near\""),
        "{}",
        gone.stderr
    );
}

#[test]
fn tls_with_both_certificates() {
    let engine = sid();
    let name = format!("{}other", engine.prefix);
    let dir = tempfile::tempdir().unwrap();
    let script = r#"set -e
openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=ca -keyout ca-key.pem -out ca.pem -addext basicConstraints=critical,CA:TRUE
for who in server client; do
  openssl req -newkey rsa:2048 -nodes -subj /CN=$who -keyout $who-key.pem -out $who.csr
  printf 'subjectAltName=IP:127.0.0.1\nextendedKeyUsage=serverAuth,clientAuth\n' >$who.ext
  openssl x509 -req -in $who.csr -CA ca.pem -CAkey ca-key.pem -CAcreateserial -days 2 -extfile $who.ext -out $who.pem
done
cp client.pem cert.pem; cp client-key.pem key.pem"#;
    let made = Command::new("sh")
        .args(["-c", script])
        .current_dir(dir.path())
        .output()
        .unwrap();
    assert!(
        made.status.success(),
        "{}",
        String::from_utf8_lossy(&made.stderr)
    );
    let port = TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
        .port();
    let mut relay = Command::new("socat")
        .arg(format!("OPENSSL-LISTEN:{port},bind=127.0.0.1,fork,reuseaddr,cert=server.pem,key=server-key.pem,cafile=ca.pem,verify=1"))
        .arg(format!("UNIX-CONNECT:{}", engine.socket.display()))
        .current_dir(dir.path())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    while TcpStream::connect(("127.0.0.1", port)).is_err() {
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    let address = format!("tcp://127.0.0.1:{port}");
    let env = [("DOCKER_CERT_PATH", dir.path())];
    let good = run(&["--host", &address, "--tlsverify", &name], &env);
    let plain = run(&["--host", &address, &name], &env);
    let at = |file: &str| dir.path().join(file).display().to_string();
    let nobody = run(
        &[
            "--host",
            &address,
            "--tlsverify",
            "--tlscacert",
            &at("ca.pem"),
            &name,
        ],
        &[],
    );
    std::fs::write(dir.path().join("key.pem"), "no key").unwrap();
    let broken = run(&["--host", &address, "--tlsverify", &name], &env);
    relay.kill().unwrap();
    relay.wait().unwrap();
    assert!(good.ok().contains(&format!("--name {name}")));
    for (out, what) in [
        (plain, "is not a docker engine"),
        (nobody, "TLS"),
        (broken, "key.pem"),
    ] {
        assert!(matches!(out.code, Some(1 | 2)), "{}", out.stderr);
        assert!(
            out.stderr.contains(what) || out.stderr.contains("connection"),
            "{what}: {}",
            out.stderr
        );
    }
}

#[test]
fn ssh_with_one_session() {
    let engine = sid();
    let name = format!("{}other", engine.prefix);
    let dir = tempfile::tempdir().unwrap();
    let at = |file: &str| dir.path().join(file).display().to_string();
    let port = TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
        .port();
    for key in ["host", "user"] {
        let made = Command::new("ssh-keygen")
            .args(["-q", "-t", "ed25519", "-N", "", "-f", &at(key)])
            .status();
        assert!(made.unwrap().success());
    }
    std::fs::copy(at("user.pub"), at("authorized")).unwrap();
    let known = format!(
        "[127.0.0.1]:{port} {}",
        std::fs::read_to_string(at("host.pub")).unwrap()
    );
    std::fs::write(at("known"), known).unwrap();
    let path = format!("{}:/usr/bin:/bin", engine.client_dir.display());
    let config = format!(
        "Port {port}\nListenAddress 127.0.0.1\nHostKey {}\nAuthorizedKeysFile {}\nPidFile none\nStrictModes no\nUsePAM no\nSetEnv PATH={path} DOCKER_HOST={}\nPermitRootLogin yes\n",
        at("host"),
        at("authorized"),
        engine.host()
    );
    std::fs::write(at("sshd_config"), config).unwrap();
    std::fs::create_dir_all("/run/sshd").unwrap();
    let mut sshd = Command::new("/usr/sbin/sshd")
        .args(["-D", "-f", &at("sshd_config")])
        .spawn()
        .unwrap();
    while TcpStream::connect(("127.0.0.1", port)).is_err() {
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    // ssh as its user has configured it.
    let bin = dir.path().join("bin");
    std::fs::create_dir(&bin).unwrap();
    let wrapper = format!(
        "#!/bin/sh\necho x >>{}\nexec /usr/bin/ssh -F none -o UserKnownHostsFile={} -i {} \"$@\"\n",
        at("calls"),
        at("known"),
        at("user")
    );
    std::fs::write(bin.join("ssh"), wrapper).unwrap();
    std::fs::set_permissions(bin.join("ssh"), std::fs::Permissions::from_mode(0o755)).unwrap();
    let path = format!("{}:{}", bin.display(), std::env::var("PATH").unwrap());
    let env = [("PATH", Path::new(&path))];
    let address = format!("ssh://root@127.0.0.1:{port}");
    let good = run(&["--host", &address, &name], &env);
    std::fs::write(at("known"), "").unwrap();
    let unknown = run(&["--host", &address, &name], &env);
    sshd.kill().unwrap();
    sshd.wait().unwrap();
    assert_eq!(good.code, Some(0), "{}", good.stderr);
    assert!(
        good.stdout.contains(&format!("--name {name}")),
        "{}",
        good.stdout
    );
    assert_eq!(unknown.code, Some(1));
    assert!(
        unknown.stderr.contains("Host key verification failed"),
        "{}",
        unknown.stderr
    );
}
