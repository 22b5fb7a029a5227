//! What failed: the case, what was said, the text and the images of its log.
//!
//! The log of a failed case of `deqp-vk` lies beside the results as `<case>.qpa`: a line `#beginTestCaseResult`, XML, a line
//! `#endTestCaseResult`. Images in it are PNG in base64.

use std::fs;
use std::path::Path;

use maud::{Markup, html};

use super::class;
use crate::entry::{Entry, Results};

/// Failures that are shown; the others are in `failures.csv`.
const SHOWN: usize = 200;
/// Failures whose logs are shown.
const SHOWN_LOGS: usize = 50;
/// Characters of a log that are shown.
const SHOWN_TEXT: usize = 4000;

/// A fold-out entry for each case that did not end well.
pub(super) fn list(folder: &Path, results: &Results) -> Markup {
    let bad: Vec<_> = results.values().filter(|entry| !entry.status.is_good()).collect();
    html! {
        @for (number, entry) in bad.iter().take(SHOWN).enumerate() {
            (failure(entry, (number < SHOWN_LOGS).then(|| Log::of(folder, &entry.case)).flatten()))
        }
        @if bad.len() > SHOWN { p { "and " (bad.len() - SHOWN) " more, see failures.csv" } }
    }
}

fn failure(entry: &Entry, log: Option<Log>) -> Markup {
    html! {
        details.failure {
            summary { span class=(class(entry.status)) { (entry.status.word()) } " " code { (entry.case) } }
            p { (entry.reason) }
            @if let Some(log) = log {
                pre { (log.text) }
                @for image in &log.images { img src=(format!("data:image/png;base64,{image}")) alt="image of the log"; }
            }
        }
    }
}

/// Text and images of the log of one case.
#[derive(Debug, Default, PartialEq)]
struct Log {
    text: String,
    /// PNG in base64.
    images: Vec<String>,
}

impl Log {
    fn of(folder: &Path, case: &str) -> Option<Self> {
        Self::parse(&fs::read_to_string(folder.join(format!("{case}.qpa"))).ok()?)
    }

    fn parse(qpa: &str) -> Option<Self> {
        let xml = qpa.split_once("#beginTestCaseResult")?.1.split_once('\n')?.1;
        let xml = xml.split("#endTestCaseResult").next()?;
        let document = roxmltree::Document::parse(xml.trim()).ok()?;
        let mut log = Self::default();
        for node in document.descendants() {
            let content = node.text().unwrap_or("").trim();
            match node.tag_name().name() {
                "Text" | "Result" if log.text.len() < SHOWN_TEXT => {
                    log.text.push_str(content);
                    log.text.push('\n');
                }
                "Image" => log.images.push(content.split_whitespace().collect()),
                _ => {}
            }
        }
        Some(log)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_and_images_are_taken_out_of_a_log() {
        let qpa = "#beginSession\n#beginTestCaseResult dEQP-VK.a\n<?xml version=\"1.0\"?>\n<TestCaseResult>\
                   <Text>at (1, 2)</Text><ImageSet><Image CompressionMode=\"PNG\">iVBO\nRw==</Image></ImageSet>\
                   <Result StatusCode=\"Fail\">wrong</Result></TestCaseResult>\n#endTestCaseResult\n";
        let log = Log::parse(qpa).unwrap();
        assert_eq!(log, Log { text: "at (1, 2)\nwrong\n".into(), images: vec!["iVBORw==".into()] });
        assert_eq!(Log::parse("#beginTestCaseResult a\n<broken"), None);
    }
}
