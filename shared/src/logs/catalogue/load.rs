// SPDX-License-Identifier: Apache-2.0

use std::sync::OnceLock;

use thiserror::Error;

use crate::error::{Explain, Kind};

use super::{EVENTS, Event, GROUPS, Group, Signature};
use crate::logs::matching::Prefilter;

/// All signatures and events, ready to be searched for.
#[derive(Debug)]
pub struct Catalogue {
    groups: Vec<(String, Group)>,
    signatures: Vec<Signature>,
    events: Vec<Event>,
    searched: Vec<Searched>,
    prefilter: Prefilter,
}

/// Which text a key of the prefilter stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Searched {
    /// A text of a signature: their numbers.
    Signature(usize, usize),
    /// A text of an event: their numbers.
    Event(usize, usize),
    /// A word that only says that the line has to be looked at.
    Word,
}

/// A mistake in a data file; a test reads them all, so no user sees one.
#[derive(Debug, Error)]
#[error("the signature file \"{file}\" is wrong: {reason}")]
pub struct CatalogueError {
    file: String,
    reason: String,
}

impl Explain for CatalogueError {
    fn kind(&self) -> Kind {
        Kind::Failed
    }
}

/// Words of lines after which the process cannot live on, and of Go crashes.
const WORDS: &[&str] = &["fatal", "panic", " C | ", "[signal "];

/// The catalogue, read when it is first asked for: no other command pays for it.
///
/// # Errors
/// A mistake in one of the data files, which cannot happen in a tested build.
pub fn catalogue() -> Result<&'static Catalogue, &'static CatalogueError> {
    static CATALOGUE: OnceLock<Result<Catalogue, CatalogueError>> = OnceLock::new();
    CATALOGUE.get_or_init(Catalogue::read).as_ref()
}

/// By way of JSON's values: a reader of YAML for every type of the catalogue would be a tenth of a
/// megabyte in each program.
fn from_yaml<T: serde::de::DeserializeOwned>(text: &str) -> Result<T, String> {
    let value: serde_json::Value = serde_saphyr::from_str(text).map_err(|e| e.to_string())?;
    serde_json::from_value(value).map_err(|e| e.to_string())
}

impl Catalogue {
    fn read() -> Result<Self, CatalogueError> {
        let wrong = |file: &str, reason: String| CatalogueError {
            file: file.to_owned(),
            reason,
        };
        let mut groups = Vec::new();
        for (file, text) in GROUPS {
            let mut group: Group = from_yaml(text).map_err(|reason| wrong(file, reason))?;
            for signature in &mut group.signatures {
                signature.group = group.letter;
            }
            groups.push(((*file).to_owned(), group));
        }
        let events: Vec<Event> = from_yaml(EVENTS).map_err(|reason| wrong("events", reason))?;
        let signatures: Vec<Signature> = groups
            .iter()
            .flat_map(|(_, group)| group.signatures.clone())
            .collect();
        for signature in &signatures {
            let known = |id: &&String| !signatures.iter().any(|other| other.id == **id);
            if let Some(unknown) = signature.explained_by.iter().find(known) {
                return Err(wrong(
                    &signature.id,
                    format!("no signature is called \"{unknown}\""),
                ));
            }
        }

        let mut searched = Vec::new();
        let mut keys = Vec::new();
        for (s, signature) in signatures.iter().enumerate() {
            for (t, text) in signature.texts.iter().enumerate() {
                searched.push(Searched::Signature(s, t));
                keys.push(text.pattern.key());
            }
        }
        for (e, event) in events.iter().enumerate() {
            for (t, text) in event.texts.iter().enumerate() {
                searched.push(Searched::Event(e, t));
                keys.push(text.pattern.key());
            }
        }
        for word in WORDS {
            searched.push(Searched::Word);
            keys.push(word);
        }
        let prefilter = Prefilter::new(keys.into_iter().enumerate());
        Ok(Self {
            groups,
            signatures,
            events,
            searched,
            prefilter,
        })
    }

    /// The groups with the names of their data files.
    pub fn groups(&self) -> impl Iterator<Item = (&str, &Group)> {
        self.groups
            .iter()
            .map(|(file, group)| (file.as_str(), group))
    }

    /// All signatures, in the order of the groups.
    pub fn signatures(&self) -> &[Signature] {
        &self.signatures
    }

    /// The signature called `id`.
    pub fn get(&self, id: &str) -> Option<&Signature> {
        self.signatures.iter().find(|signature| signature.id == id)
    }

    /// The signatures, events and words whose keys are in `line`.
    pub(crate) fn candidates<'c>(
        &'c self,
        line: &[u8],
        buffer: &'c mut Vec<usize>,
    ) -> impl Iterator<Item = Searched> + 'c {
        self.prefilter.candidates(line, buffer);
        buffer
            .iter()
            .filter_map(|id| self.searched.get(*id).copied())
    }

    /// The event with this number.
    pub(crate) fn event(&self, number: usize) -> Option<&Event> {
        self.events.get(number)
    }
}
