// SPDX-License-Identifier: Apache-2.0

use std::time::Duration;

use crate::access::container::certificate_paths;
use crate::kubernetes::pods::{Execution, exec};
use crate::kubernetes::{EtcdPod, KubeError, KubeTarget};
use crate::net::{Pem, TlsMaterial};

/// Prints files with nothing but what every shell has built in: the images have no `cat`.
const SCRIPT: &str = "for f; do while IFS= read -r l || [ -n \"$l\" ]; do printf '%s\\n' \"$l\"; \
                      done <\"$f\"; printf '%s\\n' end-of-file; done";
const END: &str = "end-of-file\n";

/// Why the certificates did not come out of a pod.
#[derive(Debug)]
pub enum Unread {
    /// There is no shell in the image, so nothing can be read.
    NoShell,
    /// A shell, but no complete set of files.
    NoFiles,
    /// The API server or the kubelet refused.
    Refused(KubeError),
}

/// Where a pod keeps what a client needs, best first.
pub fn paths(pod: &EtcdPod) -> Vec<[String; 3]> {
    certificate_paths(
        |name| pod.environment.get(name).cloned(),
        &pod.process.config,
    )
}

/// Reads client certificates into memory through a shell of the pod's own image.
///
/// # Errors
/// [`Unread`].
pub async fn read(
    target: &KubeTarget,
    pod: &EtcdPod,
    deadline: Duration,
) -> Result<TlsMaterial, Unread> {
    let at = Execution {
        namespace: &pod.namespace,
        pod: &pod.name,
        container: &pod.container,
    };
    let mut has_shell = false;
    for files in paths(pod) {
        let mut words = vec!["sh", "-c", SCRIPT, "sh"];
        words.extend(files.iter().map(String::as_str));
        let output = exec(target, &at, &words, None, deadline)
            .await
            .map_err(Unread::Refused)?;
        if output.code.is_none() || matches!(output.code, Some(126 | 127)) {
            return Err(Unread::NoShell);
        }
        has_shell = true;
        if let Some(tls) = material(&output.stdout, &files, pod) {
            return Ok(tls);
        }
    }
    Err(if has_shell {
        Unread::NoFiles
    } else {
        Unread::NoShell
    })
}

/// The three files of the script's output; nothing where one is missing or is no PEM.
fn material(stdout: &[u8], files: &[String; 3], pod: &EtcdPod) -> Option<TlsMaterial> {
    let text = std::str::from_utf8(stdout).ok()?;
    let parts: Vec<&str> = text.split(END).collect();
    let [ca, cert, key, ""] = parts[..] else {
        return None;
    };
    let pem = |text: &str, path: &str| {
        text.contains("-----BEGIN ").then(|| Pem {
            origin: format!("{path} in pod {}/{}", pod.namespace, pod.name),
            text: text.as_bytes().to_vec(),
        })
    };
    Some(TlsMaterial {
        ca: Some(pem(ca, &files[0])?),
        cert: Some(pem(cert, &files[1])?),
        key: Some(pem(key, &files[2])?),
        insecure: false,
    })
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use super::*;

    #[test]
    fn the_script_prints_files_in_any_shell_without_any_program() {
        let folder = tempfile::tempdir().unwrap();
        let file = |name: &str, text: &str| {
            let path = folder.path().join(name);
            std::fs::write(&path, text).unwrap();
            path
        };
        let first = file(
            "a",
            "-----BEGIN A-----\n back\\slash  two\n-----END A-----\n",
        );
        let second = file("b", "no newline at the end");
        let output = Command::new("/bin/sh")
            .args(["-c", SCRIPT, "sh"])
            .args([&first, &second])
            .env_clear()
            .env("PATH", "/nonexistent")
            .output()
            .unwrap();
        let text = String::from_utf8(output.stdout).unwrap();
        assert_eq!(
            text,
            "-----BEGIN A-----\n back\\slash  two\n-----END A-----\nend-of-file\n\
             no newline at the end\nend-of-file\n"
        );
    }
}
