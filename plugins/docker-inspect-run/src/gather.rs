use std::io::Read as _;
use std::path::Path;

use serde_json::Value;
use shared::docker::{Engine, Environment, ListFilter, resolve};
use shared::error::ShownError;
use shared::inspect::{EngineFacts, Source, parse_containers, parse_images};

use crate::args::{Cli, EngineArgs, Input};

/// The engine that the command line and the environment name.
pub fn engine(args: &EngineArgs) -> Result<Engine, ShownError> {
    let found = resolve(&args.options(), &Environment::from_process())?;
    Ok(Engine::new(&found.endpoint)?)
}

/// What is known of the containers that are asked for.
pub async fn sources(cli: &Cli) -> Result<Vec<Source>, ShownError> {
    if is_saved(&cli.input) {
        return saved(&cli.input);
    }
    if cli.input.image_file.is_some() {
        return Err(ShownError::usage("--image-file belongs to --file or -")
            .hinted("an engine is asked for the image by itself"));
    }
    let engine = engine(&cli.engine)?;
    let names = if cli.input.all {
        let filter = ListFilter {
            all: true,
            ..ListFilter::default()
        };
        let list = engine.list_containers(&filter).await?;
        list.iter()
            .filter_map(|container| container.get("Id").and_then(Value::as_str))
            .map(str::to_owned)
            .collect()
    } else {
        cli.input.containers.clone()
    };
    if names.is_empty() && !cli.input.all {
        return Err(ShownError::usage("no container is named")
            .hinted("name one, or all with `--all`; see them with `docker ps --all`"));
    }
    Ok(engine.sources(&names).await?)
}

/// Whether the data comes from a file or stdin.
pub fn is_saved(input: &Input) -> bool {
    input.file.is_some() || input.containers == ["-"]
}

fn saved(input: &Input) -> Result<Vec<Source>, ShownError> {
    let from_stdin = input
        .file
        .as_deref()
        .is_none_or(|file| file == Path::new("-"));
    let (text, origin) = match input.file.as_deref() {
        Some(file) if !from_stdin => (read(file)?, format!("\"{}\"", file.display())),
        _ => (read_stdin()?, "stdin".to_owned()),
    };
    let mut containers = parse_containers(&text, &origin)?;
    let names: Vec<&String> = input
        .containers
        .iter()
        .filter(|name| *name != "-")
        .collect();
    if !names.is_empty() {
        for name in &names {
            if !containers.iter().any(|container| is_named(container, name)) {
                return Err(ShownError::unknown(format!(
                    "{origin} has no container \"{name}\""
                )));
            }
        }
        containers.retain(|container| names.iter().any(|name| is_named(container, name)));
    }
    let images = match &input.image_file {
        None => Vec::new(),
        Some(file) => parse_images(&read(file)?, &format!("\"{}\"", file.display()))?,
    };
    let sources = containers.into_iter().map(|container| {
        let id = container.get("Image").and_then(Value::as_str);
        let image = images
            .iter()
            .find(|image| image.get("Id").and_then(Value::as_str) == id);
        Source {
            image: image.cloned(),
            engine: EngineFacts::default(),
            container,
            ..Source::default()
        }
    });
    let sources: Vec<Source> = sources.collect();
    if input.image_file.is_some() && sources.iter().all(|source| source.image.is_none()) {
        return Err(ShownError::failed(format!(
            "the image file is of another image than the container's {}",
            sources
                .first()
                .and_then(|source| source.container.get("Image"))
                .and_then(Value::as_str)
                .unwrap_or_default()
        )));
    }
    Ok(sources)
}

fn is_named(container: &Value, name: &str) -> bool {
    let text = |key: &str| {
        container
            .get(key)
            .and_then(Value::as_str)
            .unwrap_or_default()
    };
    text("Name").trim_start_matches('/') == name.trim_start_matches('/')
        || (name.len() >= 4 && text("Id").starts_with(name))
}

fn read(file: &Path) -> Result<String, ShownError> {
    let bytes = std::fs::read(file).map_err(|error| {
        ShownError::usage(format!("cannot read \"{}\"", file.display())).caused_by(error)
    })?;
    decode(bytes, &format!("\"{}\"", file.display()))
}

fn read_stdin() -> Result<String, ShownError> {
    let mut bytes = Vec::new();
    std::io::stdin()
        .read_to_end(&mut bytes)
        .map_err(|error| ShownError::failed("cannot read stdin").caused_by(error))?;
    decode(bytes, "stdin")
}

fn decode(bytes: Vec<u8>, origin: &str) -> Result<String, ShownError> {
    String::from_utf8(bytes).map_err(|_| ShownError::failed(format!("{origin} is not UTF-8 text")))
}
