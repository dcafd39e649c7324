// SPDX-License-Identifier: Apache-2.0

//! The texts of the catalogue are literals with typed gaps where the Go source has a verb, so an
//! ordered-literals matcher does all that a regular expression would: it compiles nothing at
//! start-up, adds a few kilobytes to the binary, and cannot be made to run for long by a line.

use std::str::FromStr;

use thiserror::Error;

use crate::logs::line::prefix;

/// The farthest the next literal may be behind an open gap, in bytes.
const GAP_BYTES: usize = 16 * 1024;

/// What a gap may hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Gap {
    /// `%d`.
    Int,
    /// `%x`, and ids printed by `%s`.
    Hex,
    /// Text without white space.
    Word,
    /// `%q`; captured without its quotes.
    Quoted,
    /// A Go duration such as `1.5s`.
    Duration,
    /// `%v`, `%s`: anything, as little as possible.
    Any,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Piece {
    Literal(String),
    Gap {
        name: String,
        gap: Gap,
    },
    /// A literal that is captured too: `{reason=checksum error}`.
    Named {
        name: String,
        literal: String,
    },
}

/// A text with typed gaps: `page {page:int}: multiple references`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pattern {
    pieces: Vec<Piece>,
}

/// What the gaps of a pattern held, by name.
pub(crate) type Captures = Vec<(String, String)>;

/// A mistake in a text of the catalogue.
#[derive(Debug, Error, PartialEq, Eq)]
pub enum PatternError {
    /// A brace without its partner.
    #[error("\"{0}\" has an unclosed brace")]
    Unclosed(String),
    /// An unknown type of gap.
    #[error("\"{0}\" is no kind of gap")]
    UnknownGap(String),
    /// Two gaps with nothing between them, or no literal long enough to search for.
    #[error("\"{0}\" cannot be searched for")]
    Unsearchable(String),
}

impl FromStr for Pattern {
    type Err = PatternError;

    fn from_str(text: &str) -> Result<Self, PatternError> {
        let mut pieces = Vec::new();
        let mut rest = text;
        while let Some((literal, after)) = rest.split_once('{') {
            if !literal.is_empty() {
                pieces.push(Piece::Literal(literal.to_owned()));
            }
            let (inside, after) = after
                .split_once('}')
                .ok_or_else(|| PatternError::Unclosed(text.to_owned()))?;
            pieces.push(piece(inside)?);
            rest = after;
        }
        if !rest.is_empty() {
            pieces.push(Piece::Literal(rest.to_owned()));
        }
        // An open gap ends at the literal behind it; a typed one knows its own end.
        let open = |piece: &Piece| {
            matches!(
                piece,
                Piece::Gap {
                    gap: Gap::Any | Gap::Word,
                    ..
                }
            )
        };
        let adjacent = pieces
            .windows(2)
            .any(|pair| matches!(pair, [first, Piece::Gap { .. }] if open(first)));
        let pattern = Self { pieces };
        if adjacent || pattern.key().len() < 4 {
            return Err(PatternError::Unsearchable(text.to_owned()));
        }
        Ok(pattern)
    }
}

fn piece(inside: &str) -> Result<Piece, PatternError> {
    if let Some((name, literal)) = inside.split_once('=') {
        return Ok(Piece::Named {
            name: name.to_owned(),
            literal: literal.to_owned(),
        });
    }
    let (name, kind) = inside.split_once(':').unwrap_or((inside, "any"));
    let gap = match kind {
        "int" => Gap::Int,
        "hex" => Gap::Hex,
        "word" => Gap::Word,
        "quoted" => Gap::Quoted,
        "duration" => Gap::Duration,
        "any" => Gap::Any,
        _ => return Err(PatternError::UnknownGap(kind.to_owned())),
    };
    Ok(Piece::Gap {
        name: name.to_owned(),
        gap,
    })
}

impl Pattern {
    /// The longest piece of text that stands in every match in the same bytes whether or not the
    /// line is inside JSON, whose writer escapes quotes, backslashes and `<>&`.
    pub(crate) fn key(&self) -> &str {
        self.literals()
            .flat_map(|literal| literal.split(['"', '\\', '<', '>', '&', '\t', '\n']))
            .max_by_key(|run| run.len())
            .unwrap_or_default()
    }

    /// The names of the gaps.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.pieces.iter().filter_map(|piece| match piece {
            Piece::Literal(_) => None,
            Piece::Gap { name, .. } | Piece::Named { name, .. } => Some(name.as_str()),
        })
    }

    /// The text as people read it: gaps in angle brackets.
    pub fn readable(&self) -> String {
        self.pieces
            .iter()
            .map(|piece| match piece {
                Piece::Literal(literal) | Piece::Named { literal, .. } => literal.clone(),
                Piece::Gap { name, .. } => format!("<{name}>"),
            })
            .collect()
    }

    /// The gaps of the first match anywhere in `text`.
    pub(crate) fn find(&self, text: &str) -> Option<Captures> {
        self.starts(text)
            .find_map(|start| self.match_at(text, start).map(|(captures, _)| captures))
    }

    /// The gaps if the pattern is all of `text`.
    pub(crate) fn find_whole(&self, text: &str) -> Option<Captures> {
        let (captures, end) = self.match_at(text, 0)?;
        (end == text.len()).then_some(captures)
    }

    fn literals(&self) -> impl Iterator<Item = &str> {
        self.pieces.iter().filter_map(|piece| match piece {
            Piece::Literal(literal) | Piece::Named { literal, .. } => Some(literal.as_str()),
            Piece::Gap { .. } => None,
        })
    }

    /// Where a match can begin.
    fn starts<'t>(&'t self, text: &'t str) -> impl Iterator<Item = usize> + 't {
        let first = self.literals().next().unwrap_or_default();
        let leading = match self.pieces.first() {
            Some(Piece::Gap { gap, .. }) => Some(*gap),
            _ => None,
        };
        text.match_indices(first).map(move |(at, _)| match leading {
            // A gap in front of the first literal reaches back as far as it can.
            Some(gap) => {
                let before = text.get(..at).unwrap_or_default();
                before
                    .char_indices()
                    .rev()
                    .take_while(|(_, c)| gap.may_hold(*c))
                    .last()
                    .map_or(at, |(start, _)| start)
            }
            None => at,
        })
    }

    fn match_at(&self, text: &str, start: usize) -> Option<(Captures, usize)> {
        let mut captures = Vec::new();
        let end = follow(&self.pieces, text, start, &mut captures)?;
        Some((captures, end))
    }
}

impl Gap {
    fn may_hold(self, c: char) -> bool {
        match self {
            Self::Int => c.is_ascii_digit() || c == '-',
            Self::Hex => c.is_ascii_hexdigit() || c == 'x',
            Self::Word => !c.is_whitespace(),
            Self::Duration => c.is_ascii_digit() || ".-hmsnuµ".contains(c),
            Self::Quoted | Self::Any => true,
        }
    }

    /// The end of a gap that needs no look at what follows.
    fn end(self, rest: &str) -> Option<usize> {
        if self == Self::Quoted {
            let inner = rest.strip_prefix('"')?;
            let mut escaped = false;
            let close = inner.find(|c| {
                let closes = c == '"' && !escaped;
                escaped = c == '\\' && !escaped;
                closes
            })?;
            return Some(close + 2);
        }
        let end = rest.find(|c| !self.may_hold(c)).unwrap_or(rest.len());
        (end > 0).then_some(end)
    }
}

/// Matches `pieces` at `at` and gives the end. Open gaps try the nearest literal first.
fn follow(pieces: &[Piece], text: &str, at: usize, captures: &mut Captures) -> Option<usize> {
    let Some((piece, later)) = pieces.split_first() else {
        return Some(at);
    };
    let rest = text.get(at..)?;
    match piece {
        Piece::Literal(literal) => {
            rest.starts_with(literal.as_str()).then_some(())?;
            follow(later, text, at + literal.len(), captures)
        }
        Piece::Named { name, literal } => {
            rest.starts_with(literal.as_str()).then_some(())?;
            captures.push((name.clone(), literal.clone()));
            follow(later, text, at + literal.len(), captures)
        }
        Piece::Gap {
            name,
            gap: gap @ (Gap::Any | Gap::Word),
        } => {
            let limit = match gap {
                Gap::Word => gap.end(rest)?,
                _ => prefix(rest, GAP_BYTES).len(),
            };
            let Some(Piece::Literal(next)) = later.first() else {
                captures.push((name.clone(), rest.get(..limit)?.to_owned()));
                return follow(later, text, at + limit, captures);
            };
            let searched = prefix(rest, limit + next.len());
            for (length, _) in searched.match_indices(next.as_str()) {
                let known = captures.len();
                captures.push((name.clone(), rest.get(..length)?.to_owned()));
                if let Some(end) = follow(later, text, at + length, captures) {
                    return Some(end);
                }
                captures.truncate(known);
            }
            None
        }
        Piece::Gap { name, gap } => {
            let length = gap.end(rest)?;
            let held = rest.get(..length)?;
            let held = if *gap == Gap::Quoted {
                held.trim_matches('"')
            } else {
                held
            };
            captures.push((name.clone(), held.to_owned()));
            follow(later, text, at + length, captures)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(pattern: &str, text: &str) -> Option<Vec<(String, String)>> {
        pattern.parse::<Pattern>().unwrap().find(text)
    }

    fn pairs(pairs: &[(&str, &str)]) -> Option<Captures> {
        Some(
            pairs
                .iter()
                .map(|(a, b)| ((*a).to_owned(), (*b).to_owned()))
                .collect(),
        )
    }

    #[test]
    fn gaps_hold_what_their_type_says() {
        assert_eq!(
            found("page {p:int}: multiple", "x (page 63: multiple references)"),
            pairs(&[("p", "63")])
        );
        assert_eq!(found("page {p:int}: multiple", "page abc: multiple"), None);
        assert_eq!(
            found("name {n:quoted} in the", r#"local name "m\"9" in the x"#),
            pairs(&[("n", r#"m\"9"#)])
        );
        assert_eq!(
            found("took {d:duration}, ", "sync took 1.204532ms, expected"),
            pairs(&[("d", "1.204532ms")])
        );
        assert_eq!(
            found("{m:hex} is starting", "raft 50a7f is starting an"),
            pairs(&[("m", "50a7f")])
        );
        assert_eq!(found("{m:hex} is starting", " is starting an"), None);
        assert_eq!(
            found("opened {path:any} ({why:any})", "opened /a (b)/db (bad)"),
            pairs(&[("path", "/a"), ("why", "b")])
        );
    }

    #[test]
    fn open_gaps_go_on_when_the_nearest_literal_does_not_fit() {
        assert_eq!(
            found(
                "file ({p:any} index {i:int}) ends",
                "file (/x index y index 7) ends"
            ),
            pairs(&[("p", "/x index y"), ("i", "7")])
        );
    }

    #[test]
    fn mistakes_are_named() {
        assert_eq!(
            "a {b".parse::<Pattern>(),
            Err(PatternError::Unclosed("a {b".into()))
        );
        assert_eq!(
            "abcd {b:num}".parse::<Pattern>(),
            Err(PatternError::UnknownGap("num".into()))
        );
        assert!("{a}{b} long literal".parse::<Pattern>().is_err());
        assert!("{a:int}".parse::<Pattern>().is_err());
    }
}
