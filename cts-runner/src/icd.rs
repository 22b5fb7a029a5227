//! Which driver the Vulkan loader opens: a manifest given by the user, or the checkout's own.

use std::path::{Path, PathBuf};
use std::{env, io};

/// Why no driver could be chosen.
#[derive(Debug, thiserror::Error)]
pub enum IcdError {
    /// `--icd` names no file.
    #[error("no ICD manifest at {path}: {source}")]
    Missing {
        /// As given.
        path: PathBuf,
        /// What the file system said.
        source: io::Error,
    },
    /// No `--icd`, and the program does not run in a checkout.
    #[error(
        "no manifest.json found beside or above {from}; name a driver with --icd PATH, \
         for example --icd /usr/share/vulkan/icd.d/lvp_icd.x86_64.json"
    )]
    NoCheckout {
        /// Where the search began.
        from: PathBuf,
    },
    /// The checkout's driver is not built.
    #[error(
        "{manifest} names {library}, which does not exist: build the driver first (cargo build --release)"
    )]
    NotBuilt {
        /// The manifest.
        manifest: PathBuf,
        /// The library that it names.
        library: PathBuf,
    },
}

/// The absolute path of the manifest to use: `chosen`, else the checkout's `manifest.json`.
///
/// # Errors
/// See [`IcdError`].
pub fn resolve(chosen: Option<&Path>) -> Result<PathBuf, IcdError> {
    let manifest = match chosen {
        Some(path) => {
            path.canonicalize().map_err(|source| IcdError::Missing { path: path.to_path_buf(), source })?
        }
        None => checkout_manifest()?,
    };
    match library_of(&manifest) {
        Some(library) if !library.exists() => Err(IcdError::NotBuilt { manifest, library }),
        _ => Ok(manifest),
    }
}

/// `manifest.json` in the current directory or above, else above this program's own file.
fn checkout_manifest() -> Result<PathBuf, IcdError> {
    let from = env::current_dir().unwrap_or_default();
    let program = env::current_exe().unwrap_or_default();
    from.ancestors()
        .chain(program.ancestors())
        .map(|folder| folder.join("manifest.json"))
        .find(|path| path.is_file())
        .ok_or(IcdError::NoCheckout { from })
}

/// The file that a manifest names, when it names one by path; a bare name is the dynamic linker's to find.
fn library_of(manifest: &Path) -> Option<PathBuf> {
    let text = std::fs::read_to_string(manifest).ok()?;
    let (_, rest) = text.split_once("\"library_path\"")?;
    let name = rest.split('"').nth(1)?;
    name.contains('/').then(|| manifest.parent().unwrap_or(Path::new(".")).join(name))
}

/// Makes the loader of this process and its children open only `manifest`.
///
/// Call it first thing in `main`.
pub fn select(manifest: &Path) {
    for variable in ["VK_ICD_FILENAMES", "VK_DRIVER_FILES"] {
        // SAFETY: called at the start of `main`, before any thread exists that could read the environment.
        unsafe { env::set_var(variable, manifest) };
    }
    // SAFETY: as above.
    unsafe { env::remove_var("VK_ADD_DRIVER_FILES") };
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_manifest_whose_library_is_missing_is_refused_with_both_names() {
        let folder = env::temp_dir().join(format!("cts-runner-icd-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let manifest = folder.join("m.json");
        std::fs::write(&manifest, r#"{"ICD": {"library_path": "./absent.so"}}"#).unwrap();
        let error = resolve(Some(&manifest)).unwrap_err().to_string();
        assert!(error.contains("absent.so") && error.contains("m.json"), "{error}");
        std::fs::remove_dir_all(folder).unwrap();
    }

    #[test]
    fn a_missing_manifest_is_named() {
        let error = resolve(Some(Path::new("/nowhere/x.json"))).unwrap_err().to_string();
        assert!(error.contains("/nowhere/x.json"), "{error}");
    }
}
