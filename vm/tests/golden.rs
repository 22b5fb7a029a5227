//! The files in `tests/ops`: requests, then the operations of the last one and the space afterwards.
//!
//! `LACUNA_BLESS=1 cargo test -p lacuna-vm --test golden` writes what comes out into the files.

use std::path::Path;

use lacuna_vm::RecordingPageTable;
use lacuna_vm::text::replay;

#[test]
fn files_say_what_happens() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/ops");
    let mut seen = 0;
    for file in std::fs::read_dir(folder).unwrap() {
        let path = file.unwrap().path();
        let expected = std::fs::read_to_string(&path).unwrap();
        let found = replay(&expected, &mut RecordingPageTable::new()).unwrap();
        if std::env::var_os("LACUNA_BLESS").is_some() {
            std::fs::write(&path, &found).unwrap();
        } else {
            assert_eq!(found, expected, "{} (LACUNA_BLESS=1 rewrites it)", path.display());
        }
        seen += 1;
    }
    assert!(seen > 0);
}
