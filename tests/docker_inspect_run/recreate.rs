//! `--recreate`: the service is there at the end, and its data too, whatever happens on the way.

use std::process::{Child, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::lab::{
    Engine, Output, Proxy, When, command, differences, private, sid, system, tool, trixie,
};

/// More changing calls than any run makes.
const MOST_CALLS: usize = 12;

/// A running service with data in an anonymous volume.
fn service(engine: &Engine, name: &str, options: &[&str]) -> String {
    let name = format!("{}{name}", engine.prefix);
    let mut words = vec!["run", "-d", "--name", &name, "--network", "none"];
    words.extend(options);
    let image = engine.image("service");
    words.extend([image.as_str(), "--mode=one"]);
    engine.docker(&words);
    name
}

/// How often the service has been started on its data so far.
fn starts(engine: &Engine, name: &str) -> usize {
    engine
        .docker(&["exec", name, "cat", "/data/starts"])
        .lines()
        .count()
}

fn running(engine: &Engine, name: &str) -> bool {
    engine
        .try_docker(&["inspect", "-f", "{{.State.Running}}", name])
        .as_deref()
        == Ok("true")
}

fn words(container: &Value) -> Vec<&str> {
    container["Config"]["Cmd"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one.as_str().unwrap())
        .collect()
}

/// Names that begin with `name`, sorted.
fn names(engine: &Engine, name: &str) -> Vec<String> {
    let filter = format!("name=^/?{name}");
    let text = engine.docker(&["ps", "-a", "--format", "{{.Names}}", "--filter", &filter]);
    let mut names: Vec<String> = text.lines().map(str::to_owned).collect();
    names.sort();
    names
}

const GO: [&str; 6] = [
    "--recreate",
    "--yes",
    "--stay-up",
    "1",
    "--set-arg",
    "mode=two",
];

fn go(engine: &Engine, name: &str) -> Output {
    tool(engine, &[&GO[..], &[name]].concat())
}

/// The new one runs with the change and the old data, nothing but the kept old one is left.
fn assert_made_anew(engine: &Engine, name: &str, policy: &str, before: usize) {
    let container = engine.inspect(name);
    assert!(running(engine, name));
    assert_eq!(words(&container), ["--mode=two"]);
    assert_eq!(container["HostConfig"]["RestartPolicy"]["Name"], policy);
    assert!(starts(engine, name) > before, "the data is another one");
    let names = names(engine, name);
    assert!(
        names
            .iter()
            .all(|one| one == name || one.contains("-before-")),
        "{names:?}"
    );
    for old in names.iter().filter(|one| *one != name) {
        assert!(old.ends_with('Z'), "{old} is still in flight");
        assert!(!running(engine, old));
        assert_eq!(
            engine.inspect(old)["HostConfig"]["RestartPolicy"]["Name"],
            "no"
        );
        engine.remove(old);
    }
}

/// Everything is as it was before.
fn assert_as_before(engine: &Engine, name: &str, before: &Value) {
    let now = engine.inspect(name);
    assert_eq!(now["Id"], before["Id"]);
    assert_eq!(
        now["HostConfig"]["RestartPolicy"],
        before["HostConfig"]["RestartPolicy"]
    );
    assert_eq!(now["State"]["Running"], before["State"]["Running"]);
    assert_eq!(names(engine, name), [name]);
}

#[test]
fn it_takes_the_old_ones_place_on_every_engine() {
    for engine in [system(), trixie(), sid()] {
        let name = service(engine, "plain", &["--restart", "always", "-e", "A=$x"]);
        let old = engine.inspect(&name);
        let out = go(engine, &name);
        assert_eq!(out.code, Some(0), "{}", out.stderr);
        assert_eq!(out.stdout, format!("container/{name} recreated\n"));
        let new = engine.inspect(&name);
        assert_ne!(new["Id"], old["Id"]);
        // All is the same but the argument and how the volume is named.
        let found = differences(&old, &new);
        let unexpected: Vec<_> = found
            .iter()
            .filter(|line| {
                !["/Config/Cmd", "/Args", "/HostConfig/Binds", "/Mounts"]
                    .iter()
                    .any(|at| line.starts_with(at))
            })
            .collect();
        assert!(unexpected.is_empty(), "{unexpected:?}");
        assert_made_anew(engine, &name, "always", 1);
        engine.remove(&name);
    }
}

#[test]
fn networks_aliases_and_addresses_survive() {
    for engine in [system(), sid()] {
        let (net, other) = (
            format!("{}net", engine.prefix),
            format!("{}netb", engine.prefix),
        );
        let name = format!("{}networks", engine.prefix);
        let ip = format!("{}.99", engine.subnet(&net));
        let image = engine.image("service");
        engine.docker(&[
            "create",
            "--name",
            &name,
            "--network",
            &net,
            "--network-alias",
            "one",
            "--ip",
            &ip,
            &image,
            "--mode=one",
        ]);
        engine.docker(&["network", "connect", "--alias", "Two", &other, &name]);
        engine.docker(&["start", &name]);
        let out = go(engine, &name);
        assert_eq!(out.code, Some(0), "{}", out.stderr);
        let networks = engine.inspect(&name)["NetworkSettings"]["Networks"].clone();
        assert_eq!(networks[&net]["IPAddress"], json!(ip));
        let has = |net: &str, alias: &str| {
            networks[net]["Aliases"]
                .as_array()
                .unwrap()
                .iter()
                .any(|one| one == alias)
        };
        assert!(has(&net, "one") && has(&other, "Two"), "{networks}");
        for one in names(engine, &name) {
            engine.remove(&one);
        }
    }
}

#[test]
fn what_cannot_be_made_leaves_the_running_one_untouched() {
    let engine = sid();
    let name = service(engine, "untouched", &["--restart", "unless-stopped"]);
    let before = engine.inspect(&name);
    let out = tool(
        engine,
        &["--recreate", "--yes", "--image", "no-such-image:1", &name],
    );
    assert_eq!(out.code, Some(1));
    assert!(
        out.stderr.contains("No such image") && out.stderr.contains("as it was before"),
        "{}",
        out.stderr
    );
    assert_as_before(engine, &name, &before);
    // It was not even restarted.
    assert_eq!(
        engine.inspect(&name)["State"]["StartedAt"],
        before["State"]["StartedAt"]
    );

    // Nobody is there to ask.
    let out = tool(engine, &["--recreate", "--set-arg", "mode=two", &name]);
    assert_eq!(out.code, Some(3), "{}", out.stderr);
    let out = tool(
        engine,
        &["--recreate", "--yes", "--set-arg", "none=such", &name],
    );
    assert_eq!(out.code, Some(1), "{}", out.stderr);
    assert_eq!(
        engine.inspect(&name)["State"]["StartedAt"],
        before["State"]["StartedAt"]
    );
    engine.remove(&name);
}

#[test]
fn the_image_may_have_lost_its_name() {
    let engine = trixie();
    let tag = format!("{}moved:1", engine.prefix);
    engine.docker(&["tag", &engine.image("service"), &tag]);
    let name = format!("{}moved", engine.prefix);
    engine.docker(&[
        "run",
        "-d",
        "--network",
        "none",
        "--name",
        &name,
        &tag,
        "--mode=one",
    ]);
    let image = engine.inspect(&name)["Image"].clone();
    engine.docker(&["tag", &engine.image("cmd"), &tag]);
    let out = go(engine, &name);
    assert_eq!(out.code, Some(0), "{}", out.stderr);
    assert!(
        out.stderr
            .contains("is not this container's image any more"),
        "{}",
        out.stderr
    );
    assert_eq!(engine.inspect(&name)["Image"], image);
    assert_made_anew(engine, &name, "no", 1);
    engine.remove(&name);
}

#[test]
fn a_new_one_that_does_not_come_up_gives_way_to_the_old_one() {
    let engine = sid();
    let health = [
        "--health-cmd",
        "test \"$KIND\" != bad",
        "--health-interval",
        "200ms",
        "--health-retries",
        "2",
    ];
    for (case, change, said) in [
        ("crash", ["--set-arg", "mode=fail"], "exit code 7"),
        ("late", ["--set-arg", "mode=slowfail"], "exit code 8"),
        ("sick", ["--set-env", "KIND=bad"], "unhealthy"),
    ] {
        let options: &[&str] = if case == "sick" {
            &health
        } else {
            &["--restart", "always"]
        };
        let name = service(engine, case, options);
        let before = engine.inspect(&name);
        let mut words = vec!["--recreate", "--yes", "--stay-up", "4"];
        words.extend(change);
        words.push(&name);
        let out = tool(engine, &words);
        assert_eq!(out.code, Some(1), "{}", out.stderr);
        assert!(out.stderr.contains(said), "{}", out.stderr);
        assert_as_before(engine, &name, &before);
        assert_eq!(
            starts(engine, &name),
            if case == "sick" { 3 } else { 2 }.max(2)
        );
        engine.remove(&name);
    }
}

#[test]
fn a_taken_port_brings_the_old_one_back() {
    let engine = sid();
    let name = format!("{}port", engine.prefix);
    let thief = format!("{}thief", engine.prefix);
    engine.docker(&[
        "run",
        "-d",
        "--name",
        &name,
        "-p",
        "8099:80",
        &engine.image("service"),
        "--mode=one",
    ]);
    engine.docker(&[
        "create",
        "--name",
        &thief,
        "-p",
        "8099:80",
        &engine.image("cmd"),
    ]);
    let before = engine.inspect(&name);
    // create, rename, stop, rename: the next call starts the new one.
    let client = engine.client_dir.join("docker");
    let host = engine.host();
    let stolen = thief.clone();
    let proxy = Proxy::start(&engine.socket, 4, When::Before, move || {
        let docker = |words: &[&str]| {
            std::process::Command::new(&client)
                .args(["-H", &host])
                .args(words)
                .output()
                .unwrap()
        };
        assert!(docker(&["start", &stolen]).status.success());
        let (client, host, stolen) = (client.clone(), host.clone(), stolen.clone());
        std::thread::spawn(move || {
            std::thread::sleep(Duration::from_secs(3));
            std::process::Command::new(client)
                .args(["-H", &host, "rm", "-f", &stolen])
                .output()
        });
        true
    });
    let out = through(&proxy, &name)
        .wait_with_output()
        .map(Output::of)
        .unwrap();
    assert_eq!(out.code, Some(1), "{}", out.stderr);
    assert!(
        out.stderr.contains("port is already allocated"),
        "{}",
        out.stderr
    );
    assert_as_before(engine, &name, &before);
    engine.remove(&name);
}

/// Starts the tool through a proxy.
fn through(proxy: &Proxy, name: &str) -> Child {
    command()
        .arg("--host")
        .arg(format!("unix://{}", proxy.socket.display()))
        .args(GO)
        .arg(name)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap()
}

/// Runs the tool and sends it a signal at a changing call. `None` when it made fewer calls.
fn signalled(engine: &Engine, name: &str, signal: &str, at: usize, when: When) -> Option<Output> {
    let pid = Arc::new(AtomicU32::new(0));
    let (its, signal) = (Arc::clone(&pid), signal.to_owned());
    let proxy = Proxy::start(&engine.socket, at, when, move || {
        while its.load(Ordering::SeqCst) == 0 {
            std::thread::sleep(Duration::from_millis(1));
        }
        let pid = its.load(Ordering::SeqCst).to_string();
        assert!(
            std::process::Command::new("kill")
                .args([&signal, &pid])
                .status()
                .unwrap()
                .success()
        );
        std::thread::sleep(Duration::from_millis(50));
        // What a dead tool had not sent does not arrive.
        signal != "-KILL"
    });
    let child = through(&proxy, name);
    pid.store(child.id(), Ordering::SeqCst);
    let out = Output::of(child.wait_with_output().unwrap());
    (proxy.calls() > at).then_some(out)
}

/// Every step of a service's life, each in its own thread; returns how many steps there were.
fn at_each_step(act: impl Fn(usize, When) -> bool + Sync) -> usize {
    let steps = std::sync::atomic::AtomicUsize::new(0);
    let next = std::sync::atomic::AtomicUsize::new(0);
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                loop {
                    let turn = next.fetch_add(1, Ordering::SeqCst);
                    let (at, when) = (turn / 2, [When::Before, When::After][turn % 2]);
                    if at >= MOST_CALLS {
                        return;
                    }
                    if act(at, when) {
                        steps.fetch_max(at + 1, Ordering::SeqCst);
                    }
                }
            });
        }
    });
    steps.into_inner()
}

#[test]
fn killed_at_any_step_a_second_run_finishes() {
    for (engine, policy) in [(sid(), "always"), (system(), "no")] {
        let steps = at_each_step(|at, when| {
            let name = service(
                engine,
                &format!("killed-{at}-{when:?}"),
                &["--restart", policy],
            );
            let ended = signalled(engine, &name, "-KILL", at, when).is_some();
            if ended {
                let out = go(engine, &name);
                assert_eq!(out.code, Some(0), "at {at} {when:?}: {}", out.stderr);
            }
            assert_made_anew(engine, &name, policy, 1);
            engine.remove(&name);
            ended
        });
        // create, rename, (policy,) stop, rename, start, (policy,) rename
        assert_eq!(steps, if policy == "always" { 8 } else { 6 });
    }
}

#[test]
fn stopped_by_the_user_at_any_step_the_old_one_is_back() {
    let engine = trixie();
    let steps = at_each_step(|at, when| {
        let name = service(
            engine,
            &format!("stopped-{at}-{when:?}"),
            &["--restart", "on-failure:3"],
        );
        let before = engine.inspect(&name);
        let out = signalled(engine, &name, "-INT", at, when);
        match &out {
            // The last step was done already.
            Some(out) if out.code == Some(0) => assert_made_anew(engine, &name, "on-failure", 1),
            Some(out) => {
                assert_eq!(out.code, Some(5), "at {at} {when:?}: {}", out.stderr);
                assert_as_before(engine, &name, &before);
            }
            None => {}
        }
        for one in names(engine, &name) {
            engine.remove(&one);
        }
        out.is_some_and(|out| out.code == Some(5))
    });
    assert!(steps >= 6, "{steps}");
}

#[test]
fn a_vanishing_container_is_held_and_brought_back() {
    let engine = sid();
    let name = service(engine, "vanishing", &["--rm"]);
    let out = tool(
        engine,
        &[
            "--recreate",
            "--yes",
            "--stay-up",
            "1",
            "--set-arg",
            "mode=fail",
            &name,
        ],
    );
    assert_eq!(out.code, Some(1), "{}", out.stderr);
    assert!(out.stderr.contains("made with --rm"), "{}", out.stderr);
    let back = engine.inspect(&name);
    assert_eq!(back["HostConfig"]["AutoRemove"], true);
    assert_eq!(words(&back), ["--mode=one"]);
    assert_eq!(starts(engine, &name), 2, "its data is gone");
    assert_eq!(names(engine, &name), [name.as_str()]);

    let out = go(engine, &name);
    assert_eq!(out.code, Some(0), "{}", out.stderr);
    assert_eq!(engine.inspect(&name)["HostConfig"]["AutoRemove"], true);
    assert_made_anew(engine, &name, "no", 2);
    engine.remove(&name);
}

#[test]
fn a_vanishing_container_survives_a_kill_at_any_step() {
    let engine = trixie();
    let steps = at_each_step(|at, when| {
        let name = service(engine, &format!("rmkilled-{at}-{when:?}"), &["--rm"]);
        let ended = signalled(engine, &name, "-KILL", at, when).is_some();
        if ended {
            let out = go(engine, &name);
            assert_eq!(out.code, Some(0), "at {at} {when:?}: {}", out.stderr);
        }
        assert_made_anew(engine, &name, "no", 1);
        engine.remove(&name);
        ended
    });
    assert_eq!(steps, 6);
}

#[test]
fn an_engine_that_restarts_halfway_does_not_lose_the_service() {
    let engine = Arc::new(private("sid", "restart"));
    for at in 0..8 {
        let name = service(&engine, &format!("restart-{at}"), &["--restart", "always"]);
        let restarted = Arc::clone(&engine);
        let proxy = Proxy::start(&engine.socket, at, When::Before, move || {
            restarted.daemon.as_ref().unwrap().restart();
            true
        });
        let out = through(&proxy, &name)
            .wait_with_output()
            .map(Output::of)
            .unwrap();
        engine.wait();
        let start = Instant::now();
        while !running(&engine, &name) {
            assert!(
                start.elapsed() < Duration::from_secs(30),
                "at {at}: {:?} {}",
                names(&engine, &name),
                out.stderr
            );
            std::thread::sleep(Duration::from_millis(100));
        }
        if out.code != Some(0) {
            // The old one is back, or another run brings it back first.
            assert_eq!(
                words(&engine.inspect(&name)),
                ["--mode=one"],
                "at {at}: {}",
                out.stderr
            );
            let again = go(&engine, &name);
            assert_eq!(
                again.code,
                Some(0),
                "at {at}: {}\n{}",
                out.stderr,
                again.stderr
            );
        }
        assert_made_anew(&engine, &name, "always", 1);
        engine.remove(&name);
    }
}

#[test]
fn containers_that_refer_to_it_are_named_and_refused() {
    let engine = sid();
    let name = service(engine, "referred", &[]);
    let user = format!("{}user", engine.prefix);
    engine.docker(&[
        "create",
        "--name",
        &user,
        "--network",
        &format!("container:{name}"),
        &engine.image("cmd"),
    ]);
    let before = engine.inspect(&name);
    let out = go(engine, &name);
    assert_eq!(out.code, Some(3), "{}", out.stderr);
    assert!(
        out.stderr.contains(&format!("{user} (network)")),
        "{}",
        out.stderr
    );
    assert_as_before(engine, &name, &before);
    let out = tool(engine, &[&GO[..], &["--allow-references", &name]].concat());
    assert_eq!(out.code, Some(0), "{}", out.stderr);
    assert_made_anew(engine, &name, "no", 1);
    engine.remove(&user);
    engine.remove(&name);
}

#[test]
fn the_old_one_goes_when_asked() {
    let engine = trixie();
    let name = service(engine, "cleaned", &[]);
    let out = tool(engine, &[&GO[..], &["--remove-old", &name]].concat());
    assert_eq!(out.code, Some(0), "{}", out.stderr);
    assert_eq!(names(engine, &name), [name.as_str()]);
    assert_eq!(starts(engine, &name), 2);
    let out = tool(engine, &["--recreate", "--yes", "--stay-up", "1", &name]);
    assert_eq!(out.code, Some(0), "{}", out.stderr);
    assert_eq!(names(engine, &name).len(), 2);
    let out = tool(engine, &["--remove-old", "--yes", &name]);
    assert_eq!(out.code, Some(0), "{}", out.stderr);
    assert_eq!(names(engine, &name), [name.as_str()]);
    assert_eq!(starts(engine, &name), 3);
    engine.remove(&name);
}
