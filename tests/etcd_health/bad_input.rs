// SPDX-License-Identifier: Apache-2.0

//! Bad input gets one clear line that names the value and the remedy, and the right exit code.

use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::path::Path;

use crate::support::{Answer, Run, endpoint_flags, lab_to_look_at};

/// One error line, the value in it, a hint, and nothing on stdout.
fn complains(answer: &Answer, code: i32, value: &str, hint: &str) {
    assert_eq!(answer.code, code, "{answer:?}");
    assert_eq!(answer.stdout, "", "{answer:?}");
    let errors = answer
        .stderr
        .lines()
        .filter(|line| line.starts_with("error: "))
        .count();
    assert_eq!(errors, 1, "{answer:?}");
    assert!(
        answer.stderr.contains(value),
        "{value:?} is not named in {answer:?}"
    );
    assert!(
        answer.stderr.contains(hint),
        "{hint:?} is not in {answer:?}"
    );
}

fn write(folder: &Path, name: &str, text: &str) -> String {
    let file = folder.join(name);
    std::fs::write(&file, text).expect("the file is written");
    file.display().to_string()
}

#[test]
fn nothing_that_says_where_etcd_is() {
    complains(
        &Run::new().run(),
        2,
        "nothing says where etcd is",
        "--docker-host",
    );
}

#[test]
fn an_unknown_context() {
    let lab = lab_to_look_at();
    let kubeconfig = lab.kubeconfig().display().to_string();
    let answer = Run::new()
        .args(["--kubeconfig", &kubeconfig, "--context", "nope"])
        .run();
    complains(&answer, 2, "\"nope\"", "choose one with `--context NAME`");
}

#[test]
fn a_kubeconfig_that_is_missing_or_broken() {
    let answer = Run::new()
        .args(["--kubeconfig", "/nonexistent/config"])
        .run();
    complains(&answer, 2, "/nonexistent/config", "--kubeconfig FILE");
    let folder = tempfile::tempdir().expect("a folder");
    let broken = write(folder.path(), "config", "clusters: [\n");
    complains(
        &Run::new().args(["--kubeconfig", &broken]).run(),
        2,
        &broken,
        "--kubeconfig FILE",
    );
}

#[test]
fn endpoints_that_are_none() {
    for (text, named) in [("ftp://a:1", "ftp://a:1"), ("https://", "https://")] {
        let answer = Run::new().args(["--endpoints", text]).run();
        assert_eq!(answer.code, 2, "{answer:?}");
        assert!(answer.stderr.contains(named), "{answer:?}");
    }
}

#[test]
fn certificate_files_that_cannot_be_used() {
    let lab = lab_to_look_at();
    let folder = tempfile::tempdir().expect("a folder");
    let empty = write(folder.path(), "empty.pem", "");
    let garbage = write(
        folder.path(),
        "garbage.pem",
        "-----BEGIN PRIVATE KEY-----\nAAAA\n",
    );
    let (ca, cert) = (
        lab.ca().display().to_string(),
        lab.client_cert().display().to_string(),
    );
    let other_key = lab
        .node(0)
        .host_path(&lab.node(0).certificate("-key"))
        .display()
        .to_string();
    let base = ["--endpoints", "https://10.78.0.1:2379"];
    let cases: [(&[&str], &str); 6] = [
        (&["--cacert", "/nonexistent/ca.pem"], "/nonexistent/ca.pem"),
        (&["--cacert", &empty], &empty),
        (&["--cacert", &ca, "--cert", &cert], "without its key"),
        (
            &[
                "--cacert",
                &ca,
                "--cert",
                &cert,
                "--key",
                "/nonexistent/key.pem",
            ],
            "/nonexistent/key.pem",
        ),
        (
            &["--cacert", &ca, "--cert", &cert, "--key", &garbage],
            "garbage.pem",
        ),
        (
            &["--cacert", &ca, "--cert", &cert, "--key", &other_key],
            "do not belong together",
        ),
    ];
    for (flags, named) in cases {
        let answer = Run::new().args(base).args(flags).run();
        assert_eq!(answer.code, 2, "{flags:?} {answer:?}");
        assert!(answer.stderr.starts_with("error: "), "{answer:?}");
        assert!(
            answer.stderr.contains(named),
            "{named:?} is not named in {answer:?}"
        );
    }
}

#[test]
fn a_user_without_a_password() {
    let answer = Run::new()
        .args(["--endpoints", "https://127.0.0.1:1", "--user", "root"])
        .run();
    complains(&answer, 2, "\"root\"", "ETCDCTL_PASSWORD");
}

#[test]
fn a_bad_duration() {
    let answer = Run::new()
        .args([
            "--endpoints",
            "https://127.0.0.1:1",
            "--dial-timeout",
            "soon",
        ])
        .run();
    assert_eq!(answer.code, 2, "{answer:?}");
    assert!(answer.stderr.contains("soon"), "{answer:?}");
    let answer = Run::new()
        .args(["--endpoints", "https://127.0.0.1:1"])
        .env("ETCDCTL_DIAL_TIMEOUT", "soon")
        .run();
    complains(&answer, 2, "ETCDCTL_DIAL_TIMEOUT", "soon");
}

/// The findings of a run that could tell nothing.
fn could_not_tell(answer: &Answer, id: &str, named: &str) {
    assert_eq!(answer.code, 1, "{answer:?}");
    let report = answer.json();
    assert_eq!(report["verdict"], "unknown");
    assert_eq!(report["findings"][0]["id"], id, "{}", report["findings"]);
    let evidence = report["findings"][0].to_string();
    assert!(evidence.contains(named), "{named:?} is not in {evidence}");
}

#[test]
fn a_refused_endpoint_and_one_that_does_not_answer() {
    let free = TcpListener::bind("127.0.0.1:0")
        .and_then(|l| l.local_addr())
        .expect("a port");
    let answer = Run::new()
        .args(["--endpoints", &format!("http://{free}"), "-o", "json"])
        .run();
    assert_eq!(answer.code, 1, "{answer:?}");
    assert!(
        answer
            .stdout
            .contains(&format!("{free} refused the connection")),
        "{}",
        answer.stdout
    );

    // It accepts and never says a word.
    let silent = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = silent.local_addr().expect("an address");
    let answer = Run::new()
        .args(["--endpoints", &format!("http://{address}"), "-o", "json"])
        .args(["--dial-timeout", "500ms", "--command-timeout", "500ms"])
        .run();
    assert_eq!(answer.code, 1, "{answer:?}");
    assert!(
        answer.stdout.contains("did not answer"),
        "{}",
        answer.stdout
    );
}

#[test]
fn the_wrong_ca_and_no_client_certificate() {
    let lab = lab_to_look_at();
    let endpoint = lab.node(0).client_url();
    let other = tempfile::tempdir().expect("a folder");
    let foreign = lab::foreign_ca(other.path())
        .expect("a CA")
        .display()
        .to_string();
    let answer = Run::new()
        .args(["--endpoints", &endpoint, "--cacert", &foreign, "-o", "json"])
        .run();
    could_not_tell(&answer, "access-ca", "signed by another CA");
    let ca = lab.ca().display().to_string();
    let answer = Run::new()
        .args(["--endpoints", &endpoint, "--cacert", &ca, "-o", "json"])
        .run();
    could_not_tell(&answer, "access-client-certificate", "client certificate");
}

#[test]
fn http_and_https_mixed_up() {
    let lab = lab_to_look_at();
    let plain = lab.node(0).client_url().replace("https://", "http://");
    let answer = Run::new().args(["--endpoints", &plain, "-o", "json"]).run();
    could_not_tell(&answer, "access-plain-http", "speaks TLS, not plain HTTP");

    let server = http_server("{\"etcdserver\":\"3.5.0\"}");
    let tls = format!("https://{server}");
    let mut flags = endpoint_flags(&lab);
    flags[1] = tls;
    let answer = Run::new().args(flags).args(["-o", "json"]).run();
    could_not_tell(&answer, "access-plain-http", "plain HTTP, not TLS");
}

#[test]
fn an_etcd_v2_and_something_that_is_no_etcd() {
    // No etcd 2 can be had from the registries: its /version page is all that is asked of it.
    let v2 = http_server("{\"etcdserver\":\"2.3.8\",\"etcdcluster\":\"2.3.0\"}");
    let answer = Run::new()
        .args(["--endpoints", &format!("http://{v2}"), "-o", "json"])
        .run();
    could_not_tell(
        &answer,
        "access-not-etcd",
        "etcd 2.3.8, which has only the v2 API",
    );

    let lab = lab_to_look_at();
    let api = format!("https://{}:6443", lab.network().host());
    let answer = Run::new()
        .args([
            "--endpoints",
            &api,
            "--insecure-skip-tls-verify",
            "-o",
            "json",
        ])
        .run();
    could_not_tell(&answer, "access-not-etcd", "not as etcd");
}

#[test]
fn engines_that_cannot_be_used() {
    let answer = Run::new()
        .args(["--docker-host", "unix:///nonexistent/docker.sock"])
        .run();
    complains(&answer, 1, "/nonexistent/docker.sock", "docker -H URL ps");
    let server = http_server("{}");
    let answer = Run::new()
        .args(["--docker-host", &format!("tcp://{server}")])
        .run();
    complains(&answer, 1, &server.to_string(), "docker -H URL ps");
    let answer = Run::new().args(["--docker-host", "gopher://x"]).run();
    assert_eq!(answer.code, 2, "{answer:?}");
    let answer = Run::new().args(["--docker-context", "nope"]).run();
    assert_eq!(answer.code, 2, "{answer:?}");
    assert!(answer.stderr.contains("nope"), "{answer:?}");
}

#[test]
fn a_managed_cluster_shows_no_etcd() {
    let lab = lab_to_look_at();
    let kubectl = |args: &[&str]| {
        lab.kubectl()
            .expect("kubectl")
            .args(args)
            .ok()
            .expect("kubectl succeeds");
    };
    // Worker nodes only, as a provider's clusters look from inside.
    kubectl(&[
        "label",
        "nodes",
        "--all",
        "node-role.kubernetes.io/etcd-",
        "node-role.kubernetes.io/controlplane-",
        "node-role.kubernetes.io/control-plane-",
        "node-role.kubernetes.io/master-",
    ]);
    let answer = Run::new()
        .args(["--kubeconfig", &lab.kubeconfig().display().to_string()])
        .run();
    kubectl(&[
        "label",
        "nodes",
        "--all",
        "--overwrite",
        "node-role.kubernetes.io/etcd=true",
        "node-role.kubernetes.io/controlplane=true",
    ]);
    complains(&answer, 1, "shows no etcd", "--endpoints");
    assert!(answer.stderr.contains("managed"), "{answer:?}");
}

/// A small HTTP server that answers every request with one JSON page; it lives as long as the test
/// process.
fn http_server(body: &'static str) -> std::net::SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("an address");
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let Ok(mut stream) = stream else { continue };
            std::thread::spawn(move || {
                let mut request = [0_u8; 4096];
                let _ = stream.read(&mut request);
                let _ = write!(
                    stream,
                    "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
                    body.len()
                );
            });
        }
    });
    address
}
