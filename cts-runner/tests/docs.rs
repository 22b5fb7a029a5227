//! The documents name files; this proves that they exist.

use std::path::Path;

/// Text between backticks that looks like a path of this repository.
fn paths(text: &str) -> impl Iterator<Item = &str> {
    let is_path = |word: &&str| {
        word.contains('/')
            && word.chars().all(|c| c.is_ascii_alphanumeric() || "/._-".contains(c))
            && !word.starts_with(['/', '.'])
    };
    text.split('`').skip(1).step_by(2).filter(is_path)
}

#[test]
fn every_path_that_the_documents_name_exists() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let mut documents = vec![root.join("README.md"), root.join("CONTRIBUTING.md")];
    let docs = std::fs::read_dir(root.join("docs")).unwrap().map(|entry| entry.unwrap().path());
    documents.extend(docs.filter(|path| path.extension().is_some_and(|extension| extension == "md")));
    let mut named = 0;
    for document in documents {
        let text = std::fs::read_to_string(&document).unwrap();
        for path in paths(&text).filter(|path| !path.starts_with("target/")) {
            named += 1;
            // CONTRIBUTING names files relative to the crate that the sentence is about.
            let found =
                ["", "icd/src", "shaders/src", "vm/src"].iter().any(|at| root.join(at).join(path).exists());
            assert!(found, "{} names {path}, which does not exist", document.display());
        }
    }
    assert!(named > 20, "only {named} paths were found: does this test still read the documents?");
}

#[test]
fn every_deliberate_bug_is_in_the_table_and_names_a_case() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let mut in_sources = Vec::new();
    for part in ["vm", "gpu", "shaders", "icd"] {
        in_sources.extend(cts_runner::mutation::in_sources(&root.join(part).join("src")).unwrap());
    }
    in_sources.sort_unstable();
    in_sources.dedup();
    let table =
        cts_runner::mutation::table(&std::fs::read_to_string(root.join("docs/MUTATIONS.md")).unwrap());
    let names: Vec<_> = table.iter().map(|mutation| mutation.name.clone()).collect();
    assert_eq!(in_sources, names, "the sources, and docs/MUTATIONS.md, which is sorted");
    let cases = cts_runner::native::all();
    for mutation in table {
        assert!(cases.iter().any(|case| case.name == mutation.case), "no case is called {}", mutation.case);
    }
}
