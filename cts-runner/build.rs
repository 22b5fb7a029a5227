//! Compiles `shaders/*` to SPIR-V 1.0 with `glslangValidator` and writes them as `u32` constants to
//! `$OUT_DIR/shaders.rs`: `shaders/probe.comp` becomes `PROBE`, `shaders/screen.vert` becomes `SCREEN_VERT`,
//! `shaders/bench/one.comp` becomes `BENCH_ONE`. All variants of `shaders/real/*` become the list `REAL`.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::{env, fs, io};

fn main() -> ExitCode {
    println!("cargo:rerun-if-changed=shaders");
    match compile_all() {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("cts-runner: {message}");
            ExitCode::FAILURE
        }
    }
}

fn compile_all() -> Result<(), String> {
    let out = PathBuf::from(env::var_os("OUT_DIR").ok_or("OUT_DIR is not set")?);
    let target = out.join("shader.spv");
    let mut text = String::new();
    for source in sources("shaders")? {
        let words = compile(&source, &target, &[])?;
        constant(&mut text, "", &source, &words)?;
    }
    for source in sources("shaders/bench")? {
        let words = compile(&source, &target, &[])?;
        constant(&mut text, "BENCH_", &source, &words)?;
    }
    let fused = compile(Path::new("shaders/bench/alu.comp"), &target, &["-DFUSED"])?;
    constant(&mut text, "BENCH_", Path::new("shaders/bench/alu_fused.comp"), &fused)?;
    real(&mut text, &target)?;
    fs::write(out.join("shaders.rs"), text).map_err(|e| format!("cannot write shaders.rs: {e}"))
}

/// The shaders in a directory, by name.
fn sources(directory: &str) -> Result<Vec<PathBuf>, String> {
    let mut sources: Vec<PathBuf> = fs::read_dir(directory)
        .and_then(|entries| entries.map(|e| e.map(|e| e.path())).collect::<io::Result<_>>())
        .map_err(|e| format!("cannot list {directory}: {e}"))?;
    let stages = ["comp", "vert", "tesc", "tese", "geom", "frag"];
    sources.retain(|path| path.extension().and_then(|e| e.to_str()).is_some_and(|e| stages.contains(&e)));
    sources.sort();
    Ok(sources)
}

fn constant(text: &mut String, prefix: &str, source: &Path, words: &[u32]) -> Result<(), String> {
    let file = source.file_name().and_then(|s| s.to_str()).ok_or("a shader's name is not UTF-8")?;
    let name = file.trim_end_matches(".comp").replace('.', "_").to_uppercase();
    writeln!(text, "/// SPIR-V of `{}`.", source.display()).map_err(|e| e.to_string())?;
    writeln!(text, "pub const {prefix}{name}: &[u32] = &{words:?};").map_err(|e| e.to_string())
}

/// `shaders/real/*`, each in eight variants.
fn real(text: &mut String, target: &Path) -> Result<(), String> {
    let mut list = String::from(
        "/// Name and SPIR-V of all variants of `shaders/real/*`.\npub const REAL: &[(&str, &[u32])] = &[\n",
    );
    for source in sources("shaders/real")? {
        let name = source.file_stem().and_then(|s| s.to_str()).ok_or("a shader's name is not UTF-8")?;
        for variant in 0..8 {
            let words = compile(&source, target, &[&format!("-DVARIANT={variant}")])?;
            writeln!(list, "    (\"{name} {variant}\", &{words:?}),").map_err(|e| e.to_string())?;
        }
    }
    writeln!(text, "{list}];").map_err(|e| e.to_string())
}

/// The SPIR-V words of one GLSL file.
fn compile(source: &Path, target: &Path, options: &[&str]) -> Result<Vec<u32>, String> {
    let output = Command::new("glslangValidator")
        .args(["-V", "--target-env", "vulkan1.0"])
        .args(options)
        .arg("-o")
        .arg(target)
        .arg(source)
        .output()
        .map_err(|e| {
            format!("cannot run glslangValidator ({e}); install it: apt-get install glslang-tools")
        })?;
    if !output.status.success() {
        return Err(format!("{}: {}", source.display(), String::from_utf8_lossy(&output.stdout)));
    }
    let bytes = fs::read(target).map_err(|e| format!("cannot read {}: {e}", target.display()))?;
    let (words, _) = bytes.as_chunks::<4>();
    Ok(words.iter().map(|w| u32::from_le_bytes(*w)).collect())
}
