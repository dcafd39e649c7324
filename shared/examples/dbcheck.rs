#![allow(missing_docs, clippy::all, clippy::print_stdout)]
fn main() {
    let path = std::env::args().nth(1).unwrap();
    let at = std::env::args().nth(2).and_then(|a| a.parse().ok());
    let t = std::time::Instant::now();
    let threads = std::env::var("T").ok().and_then(|t| t.parse().ok()).unwrap_or(2);
    let o = shared::db::InspectOptions { check: shared::db::CheckOptions { hash_at: at, threads }, wal_dir: None };
    let r = shared::db::inspect(std::path::Path::new(&path), &o, &|_| ()).unwrap();
    if std::env::var_os("J").is_some() { println!("{}", serde_json::to_string_pretty(&r).unwrap()); } else { println!("{}", shared::db::render(&r)); }
    eprintln!("{:?}", t.elapsed());
    let s = std::fs::read_to_string("/proc/self/status").unwrap();
    eprintln!("{}", s.lines().find(|l| l.starts_with("VmHWM")).unwrap());
}
