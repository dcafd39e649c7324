// SPDX-License-Identifier: Apache-2.0

use std::io::Write as _;
use std::process::{Command, Stdio};

use super::Engine;

/// Images with and without each default, all of the one static busybox.
const IMAGES: &[(&str, &[&str])] = &[
    ("plain", &[]),
    (
        "full",
        &[
            "ENV PATH=/bin:/usr/bin",
            "ENV GIVEN=\"by the image\"",
            "ENV PRICE=5\\$",
            "ENTRYPOINT [\"/bin/busybox\"]",
            "CMD [\"sleep\",\"1000\"]",
            "USER 0:0",
            "WORKDIR /bin",
            "EXPOSE 7070/tcp",
            "EXPOSE 7071/udp",
            "VOLUME /given",
            "LABEL given=by-image both=image",
            "STOPSIGNAL SIGINT",
            "HEALTHCHECK --interval=1m --timeout=3s --retries=4 CMD true",
        ],
    ),
    ("cmd", &["CMD [\"/bin/sleep\",\"1000\"]", "ENV PATH=/bin"]),
    (
        "entry",
        &["ENTRYPOINT [\"/bin/sh\",\"-c\"]", "CMD [\"sleep 1000\"]"],
    ),
    (
        "none",
        &["HEALTHCHECK NONE", "CMD [\"/bin/sleep\",\"1000\"]"],
    ),
    // Runs until it is told to end, and dies of a bad word.
    (
        "service",
        &[
            "ENV PATH=/bin",
            "ENTRYPOINT [\"/bin/sh\",\"/bin/service\"]",
            "VOLUME /data",
        ],
    ),
];

/// `--fail` ends it at once; it counts its starts in /data and may serve a port.
const SERVICE: &str = r#"#!/bin/sh
for word in "$@"; do
  case $word in
  --mode=fail) exit 7 ;;
  --mode=slowfail) sleep 2; exit 8 ;;
  esac
done
echo start >>/data/starts
trap 'exit 0' TERM INT
while :; do sleep 0.1; done
"#;

pub fn make(engine: &Engine) {
    let busybox = lab::setup::debian_packages("bookworm", &["busybox-static"]).unwrap();
    let root = engine.files.dir.join("rootfs");
    for folder in ["bin", "data", "etc", "tmp"] {
        std::fs::create_dir_all(root.join(folder)).unwrap();
    }
    std::fs::copy(busybox.join("bin/busybox"), root.join("bin/busybox")).unwrap();
    std::fs::write(root.join("bin/service"), SERVICE).unwrap();
    for name in ["sh", "sleep", "cat", "true", "false", "nc", "hostname"] {
        let link = root.join("bin").join(name);
        if !link.exists() {
            std::os::unix::fs::symlink("busybox", link).unwrap();
        }
    }
    let tar = engine.files.dir.join("rootfs.tar");
    let packed = Command::new("tar")
        .arg("-C")
        .arg(&root)
        .arg("-cf")
        .arg(&tar)
        .arg(".")
        .status();
    assert!(packed.unwrap().success());
    let mut import = engine.command();
    import.arg("import").arg(&tar).arg(engine.image("plain"));
    succeeds("plain", import, "");
    for (name, lines) in IMAGES.iter().filter(|(_, lines)| !lines.is_empty()) {
        let mut build = engine.command();
        // The engine's own builder: no further program is needed.
        build.env("DOCKER_BUILDKIT", "0");
        build.args(["build", "--quiet", "--tag", &engine.image(name), "-"]);
        succeeds(
            name,
            build,
            &format!("FROM {}\n{}\n", engine.image("plain"), lines.join("\n")),
        );
    }
}

fn succeeds(name: &str, mut command: Command, input: &str) {
    command
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    child
        .stdin
        .take()
        .unwrap()
        .write_all(input.as_bytes())
        .unwrap();
    let done = child.wait_with_output().unwrap();
    assert!(
        done.status.success(),
        "{name}: {}",
        String::from_utf8_lossy(&done.stderr)
    );
}
