//! Time to compile real shaders, and the size of what comes out; one line for each.
//!
//! `cargo bench -p lacuna-shaders --bench compile [-- NAME]`. Reads the shaders of `cts-runner`; needs `glslangValidator`.

#![allow(clippy::panic, clippy::expect_used, reason = "a bench that cannot run has nothing to say")]

#[path = "../tests/support/mod.rs"]
mod support;

use std::path::Path;
use std::time::{Duration, Instant};

use lacuna_shaders::compile::{compile_function, compile_stage_function};
use lacuna_shaders::ir::Stmt;
use lacuna_shaders::stage::Stage;
use lacuna_shaders::tier::Tier;
use lacuna_shaders::translate::{translate, translate_stage};
use lacuna_shaders::{Binding, ComputeSource, Layout, StageSource};

const ROUNDS: usize = 9;

/// A fragment shader as many applications have them.
const LIGHTING: &str = "
    layout(set = 0, binding = 0) uniform Scene { mat4 view; vec4 light[4]; vec4 color[4]; vec4 eye; float shine; };
    layout(set = 0, binding = 1) uniform sampler2D albedo;
    layout(set = 0, binding = 2) uniform sampler2D bumps;
    layout(location = 0) in vec3 position;
    layout(location = 1) in vec3 normal;
    layout(location = 2) in vec2 coordinate;
    layout(location = 0) out vec4 result;
    void main() {
        vec3 n = normalize(normal + texture(bumps, coordinate).xyz * 2.0 - 1.0);
        vec3 v = normalize(eye.xyz - position);
        vec4 base = texture(albedo, coordinate);
        vec3 sum = base.rgb * 0.1;
        for (int i = 0; i < 4; i++) {
            vec3 d = light[i].xyz - position;
            vec3 l = normalize(d);
            float diffuse = max(dot(n, l), 0.0);
            float specular = pow(max(dot(n, normalize(l + v)), 0.0), shine);
            sum += (base.rgb * diffuse + specular) * color[i].rgb / (1.0 + dot(d, d));
        }
        result = vec4(sum, base.a);
    }";

fn main() {
    let wanted = std::env::args().skip(1).find(|argument| !argument.starts_with('-')).unwrap_or_default();
    println!("{:16}{:>8} {:>10} {:>10} {:>10}", "shader", "IR", "translate", "generate", "both, us");
    let mut totals = Vec::new();
    let mut show = |name: &str, size: usize, times: [Duration; 2]| {
        let [front, back] = times.map(|time| time.as_secs_f64() * 1e6);
        println!("{name:16}{size:>8} {front:>10.0} {back:>10.0} {:>10.0}", front + back);
        totals.push(front + back);
    };
    for (name, words) in real_shaders().iter().filter(|(name, _)| name.contains(&wanted)) {
        let layout = layout();
        let source = ComputeSource { words, entry_point: "main", specialization: &[], layout: &layout };
        let function = translate(&source).unwrap_or_else(|error| panic!("{name}: {error}"));
        let front = median(|| drop(translate(&source)));
        show(
            name,
            size(&function.body),
            [front, median(|| drop(compile_function(&function, Tier::Optimized)))],
        );
    }
    let words = support::stage::glsl(Stage::Fragment, LIGHTING);
    let layout = layout();
    let source = StageSource {
        stage: Stage::Fragment,
        words: &words,
        entry_point: "main",
        specialization: &[],
        layout: &layout,
    };
    let (function, interface) = translate_stage(&source).unwrap_or_else(|error| panic!("lighting: {error}"));
    let front = median(|| drop(translate_stage(&source)));
    let back = median(|| drop(compile_stage_function(&function, Stage::Fragment, interface.clone())));
    show("lighting.frag", size(&function.body), [front, back]);
    totals.sort_by(f64::total_cmp);
    println!("median {:.0} us, total {:.0} us", totals[totals.len() / 2], totals.iter().sum::<f64>());
    if std::env::var_os("LACUNA_SHOW").is_some() {
        println!("{function}");
    }
}

/// Name and SPIR-V of all variants of the shaders that `cts-runner bench` measures.
fn real_shaders() -> Vec<(String, Vec<u32>)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../cts-runner/shaders/real");
    let mut paths: Vec<_> = std::fs::read_dir(&folder)
        .expect("the shaders of cts-runner are there")
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| path.extension().is_some_and(|extension| extension == "comp"))
        .collect();
    paths.sort();
    let interface = std::fs::read_to_string(folder.join("interface.glsl")).expect("as above");
    paths
        .iter()
        .flat_map(|path| {
            let text = std::fs::read_to_string(path).expect("as above");
            let name = path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
            let interface = &interface;
            [0, 7].map(|variant| {
                let text = text.replace("#include \"interface.glsl\"", interface).replacen(
                    "#version 450",
                    &format!("#version 450\n#define VARIANT {variant}"),
                    1,
                );
                (format!("{name} {variant}"), support::glsl(&text))
            })
        })
        .collect()
}

fn layout() -> Layout {
    let binding = |slot: u32| ((0, slot), Binding { slot, count: 1 });
    Layout { bindings: [0, 1, 2].map(binding).into(), ..Layout::default() }
}

/// Statements, those inside others included.
fn size(list: &[Stmt]) -> usize {
    list.iter()
        .map(|stmt| match stmt {
            Stmt::If { then, otherwise, .. } => 1 + size(then) + size(otherwise),
            Stmt::Block { body, .. } | Stmt::Loop { body, .. } => 1 + size(body),
            _ => 1,
        })
        .sum()
}

fn median(mut run: impl FnMut()) -> Duration {
    let mut times: Vec<Duration> = (0..ROUNDS)
        .map(|_| {
            let start = Instant::now();
            run();
            start.elapsed()
        })
        .collect();
    times.sort_unstable();
    times[ROUNDS / 2]
}
