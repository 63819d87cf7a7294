//! CoNLL with a choice of tags: a word and its tag on each line, or the ten columns of CoNLL-U.

use std::fmt::Write as _;
use std::io::Write;

use super::texts::{Marked, each, words};
use super::{Context, ExportError, Exporter, Report, Source};

/// One of them.
pub(super) struct Tagged {
    scheme: Scheme,
    layout: Layout,
}

/// How a span's words are told from those of the next.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Scheme {
    /// B, I, O.
    Iob2,
    /// B, I, E, S, O.
    Iobes,
}

/// What a line holds.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Layout {
    /// Word and tag, with a tab between.
    Pairs,
    /// The ten columns of CoNLL-U; the tag is `ner` in the last.
    Universal,
}

impl Tagged {
    pub(super) const IOB: Tagged = Tagged {
        scheme: Scheme::Iob2,
        layout: Layout::Pairs,
    };
    pub(super) const IOBES: Tagged = Tagged {
        scheme: Scheme::Iobes,
        layout: Layout::Pairs,
    };
    pub(super) const UNIVERSAL: Tagged = Tagged {
        scheme: Scheme::Iob2,
        layout: Layout::Universal,
    };
    pub(super) const UNIVERSAL_IOBES: Tagged = Tagged {
        scheme: Scheme::Iobes,
        layout: Layout::Universal,
    };
}

impl Exporter for Tagged {
    fn name(&self) -> &'static str {
        match (self.layout, self.scheme) {
            (Layout::Pairs, Scheme::Iob2) => "CONLL_IOB",
            (Layout::Pairs, Scheme::Iobes) => "CONLL_IOBES",
            (Layout::Universal, Scheme::Iob2) => "CONLL_U",
            (Layout::Universal, Scheme::Iobes) => "CONLL_U_IOBES",
        }
    }

    fn title(&self) -> &'static str {
        match (self.layout, self.scheme) {
            (Layout::Pairs, Scheme::Iob2) => "CoNLL, IOB2 tags",
            (Layout::Pairs, Scheme::Iobes) => "CoNLL, IOBES tags",
            (Layout::Universal, Scheme::Iob2) => "CoNLL-U, IOB2 tags",
            (Layout::Universal, Scheme::Iobes) => "CoNLL-U, IOBES tags",
        }
    }

    fn description(&self) -> &'static str {
        match (self.layout, self.scheme) {
            (Layout::Pairs, Scheme::Iob2) => {
                "A word and its tag on each line, with a tab between: B- begins a span, I- goes on, O is outside."
            }
            (Layout::Pairs, Scheme::Iobes) => {
                "The same with E- for the last word of a span and S- for a span of one word."
            }
            (Layout::Universal, Scheme::Iob2) => {
                "The ten columns of CoNLL-U with the text as a comment; the tag (B-, I-, O) is `ner` in the last column, as Stanza has it."
            }
            (Layout::Universal, Scheme::Iobes) => {
                "The same with E- for the last word of a span and S- for a span of one word."
            }
        }
    }

    fn tags(&self) -> &'static [&'static str] {
        &["sequence labeling", "named entity recognition"]
    }

    fn extension(&self) -> &'static str {
        match self.layout {
            Layout::Pairs => "conll",
            Layout::Universal => "conllu",
        }
    }

    fn supports(&self, config: &labelkeep_labeling::Config) -> bool {
        super::catalog::Fit::of(config).any_spans()
    }

    fn export(
        &self,
        context: &Context<'_>,
        source: &mut Source<'_>,
        out: &mut dyn Write,
    ) -> Result<Report, ExportError> {
        let mut report = Report::default();
        each(context, source, &mut report, false, &mut |marked, report| {
            let words = words(marked.letters);
            let text = match self.layout {
                Layout::Pairs => pairs(marked, &words, &self.tags_of(marked, &words, report)),
                // A sentence of CoNLL-U has a word at least.
                Layout::Universal if words.is_empty() => return Ok(Some("a text without words")),
                Layout::Universal => universal(marked, &words, &self.tags_of(marked, &words, report)),
            };
            out.write_all(text.as_bytes())?;
            Ok(None)
        })?;
        out.flush()?;
        Ok(report)
    }
}

/// Places of the first letter of a word, and of the one behind its last.
type Word = (usize, usize);

impl Tagged {
    fn tags_of(&self, marked: &Marked<'_>, words: &[Word], report: &mut Report) -> Vec<String> {
        let choices = marked.choices.iter().map(|(_, names)| names.len()).sum::<usize>();
        report.lost("a choice about the text", choices as u64);
        let mut tags: Vec<String> = vec!["O".to_owned(); words.len()];
        for span in &marked.spans {
            let Some(label) = span.labels.first() else {
                report.lost("a span without label", 1);
                continue;
            };
            report.lost("a second label of a span", span.labels.len() as u64 - 1);
            let touched: Vec<usize> = (0..words.len())
                .filter(|index| words[*index].0 < span.end && span.begin < words[*index].1)
                .collect();
            if touched.is_empty() || touched.iter().any(|index| tags[*index] != "O") {
                report.lost("a span without words, or over an earlier one", 1);
                continue;
            }
            // A tag is the rest of a line, or one of several parts between strokes: a label must not make more of it.
            let apart = |letter: char| letter.is_whitespace() || self.layout == Layout::Universal && letter == '|';
            let label = label.replace(apart, "_");
            for (place, index) in touched.iter().enumerate() {
                let last = place + 1 == touched.len();
                let prefix = match (self.scheme, place, last) {
                    (Scheme::Iobes, 0, true) => 'S',
                    (Scheme::Iobes, 1.., true) => 'E',
                    (_, 0, _) => 'B',
                    _ => 'I',
                };
                tags[*index] = format!("{prefix}-{label}");
            }
        }
        tags
    }
}

fn pairs(marked: &Marked<'_>, words: &[Word], tags: &[String]) -> String {
    let mut text = String::new();
    for ((begin, end), tag) in words.iter().zip(tags) {
        text.extend(&marked.letters[*begin..*end]);
        text.push('\t');
        text.push_str(tag);
        text.push('\n');
    }
    text.push('\n');
    text
}

/// A sentence: its number, its text in one line, and ten columns for each word.
fn universal(marked: &Marked<'_>, words: &[Word], tags: &[String]) -> String {
    let mut text = format!("# sent_id = task-{}", marked.item.task.id);
    if let Some(annotation) = marked.item.annotation {
        let _ = write!(text, "-annotation-{}", annotation.id);
    }
    text.push_str("\n# text = ");
    text.extend(marked.letters.iter().map(|letter| {
        if letter.is_control() || matches!(letter, '\u{2028}' | '\u{2029}') {
            ' '
        } else {
            *letter
        }
    }));
    text.push('\n');
    for (number, ((begin, end), tag)) in (1..).zip(words.iter().zip(tags)) {
        let _ = write!(text, "{number}\t");
        text.extend(&marked.letters[*begin..*end]);
        let _ = write!(
            text,
            "\t_\t_\t_\t_\t_\t_\t_\tstart_char={begin}|end_char={end}|ner={tag}"
        );
        let blank = marked.letters.get(*end).is_none_or(|letter| letter.is_whitespace());
        text.push_str(if blank { "\n" } else { "|SpaceAfter=No\n" });
    }
    text.push('\n');
    text
}
