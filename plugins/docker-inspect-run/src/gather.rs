// SPDX-License-Identifier: Apache-2.0

use std::io::Read as _;
use std::path::Path;

use serde_json::Value;
use shared::docker::{Engine, Environment, resolve};
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
    if cli.input.all {
        return Ok(engine.all_sources().await?);
    }
    let names = &cli.input.containers;
    if names.is_empty() {
        return Err(ShownError::usage("no container is named")
            .hinted("name one, or all with `--all`; see them with `docker ps --all`"));
    }
    Ok(engine.sources(names).await?)
}

/// Whether the data comes from a file or stdin.
pub fn is_saved(input: &Input) -> bool {
    input.file.is_some() || input.containers == ["-"]
}

/// The container that `--diff OTHER` names: another one of the file, or else one of the engine.
pub async fn other(cli: &Cli, source: &Source, name: &str) -> Result<Source, ShownError> {
    if let Some(file) = cli.input.file.as_deref().filter(|file| !is_stdin(file)) {
        let own = source.container.get("Id");
        let all = from_text(&read(file)?, &quoted(file), &cli.input)?;
        let found = all
            .into_iter()
            .find(|other| other.container.get("Id") != own && is_named(&other.container, name));
        if let Some(found) = found {
            return Ok(found);
        }
    }
    Ok(engine(&cli.engine)?.source(name).await?)
}

fn saved(input: &Input) -> Result<Vec<Source>, ShownError> {
    let file = input.file.as_deref().filter(|file| !is_stdin(file));
    let (text, origin) = match file {
        Some(file) => (read(file)?, quoted(file)),
        None => (read_stdin()?, "stdin".to_owned()),
    };
    let mut sources = from_text(&text, &origin, input)?;
    let names: Vec<&String> = input
        .containers
        .iter()
        .filter(|name| *name != "-")
        .collect();
    for name in &names {
        if !sources.iter().any(|one| is_named(&one.container, name)) {
            return Err(ShownError::unknown(format!(
                "{origin} has no container \"{name}\""
            )));
        }
    }
    if !names.is_empty() {
        sources.retain(|one| names.iter().any(|name| is_named(&one.container, name)));
    }
    if input.image_file.is_some() && sources.iter().all(|source| source.image.is_none()) {
        return Err(ShownError::failed(format!(
            "the image file is of another image than the container's {}",
            sources
                .first()
                .map(|source| text_of(&source.container, "Image"))
                .unwrap_or_default()
        )));
    }
    Ok(sources)
}

/// All containers of a saved text, with the images beside them and in `--image-file`.
fn from_text(text: &str, origin: &str, input: &Input) -> Result<Vec<Source>, ShownError> {
    let (containers, mut images) = parse_containers(text, origin)?;
    if let Some(file) = &input.image_file {
        images.extend(parse_images(&read(file)?, &quoted(file))?);
    }
    // Containers refer to each other by ID.
    let names = containers.iter().map(|container| {
        let name = text_of(container, "Name").trim_start_matches('/');
        (text_of(container, "Id").to_owned(), Value::from(name))
    });
    let names: serde_json::Map<String, Value> = names.collect();
    let sources = containers.into_iter().map(|container| {
        let id = container.get("Image").and_then(Value::as_str);
        let image = images
            .iter()
            .find(|image| image.get("Id").and_then(Value::as_str) == id);
        Source {
            image: image.cloned(),
            engine: EngineFacts::default(),
            container,
            names: names.clone(),
            ..Source::default()
        }
    });
    Ok(sources.collect())
}

fn is_stdin(file: &Path) -> bool {
    file == Path::new("-")
}

fn quoted(file: &Path) -> String {
    format!("\"{}\"", file.display())
}

fn text_of<'a>(object: &'a Value, key: &str) -> &'a str {
    object.get(key).and_then(Value::as_str).unwrap_or_default()
}

fn is_named(container: &Value, name: &str) -> bool {
    text_of(container, "Name").trim_start_matches('/') == name.trim_start_matches('/')
        || (name.len() >= 4 && text_of(container, "Id").starts_with(name))
}

fn read(file: &Path) -> Result<String, ShownError> {
    let bytes = std::fs::read(file).map_err(|error| {
        ShownError::usage(format!("cannot read {}", quoted(file))).caused_by(error)
    })?;
    decode(bytes, &quoted(file))
}

fn read_stdin() -> Result<String, ShownError> {
    let mut bytes = Vec::new();
    std::io::stdin()
        .read_to_end(&mut bytes)
        .map_err(|error| ShownError::failed("cannot read stdin").caused_by(error))?;
    decode(bytes, "stdin")
}

fn decode(bytes: Vec<u8>, origin: &str) -> Result<String, ShownError> {
    let not_text = |_| {
        ShownError::failed(format!("{origin} is not UTF-8 text"))
            .hinted("save it with `docker inspect CONTAINER >FILE` in a shell that changes nothing")
    };
    let text = String::from_utf8(bytes).map_err(not_text)?;
    // Some editors and shells put a mark before it.
    Ok(text.trim_start_matches('\u{feff}').to_owned())
}
