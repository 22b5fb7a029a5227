//! Compiles GLSL and SPIR-V assembly with the installed tools, and runs the translation on the interpreter.
//!
//! Needs `glslangValidator` and `spirv-as` (Debian: `glslang-tools`, `spirv-tools`).

#![allow(dead_code, reason = "each test program uses a part of it")]
#![allow(clippy::expect_used, clippy::panic, reason = "a test that cannot run its tools fails")]

pub(crate) mod hostile;
pub(crate) mod machine;
pub(crate) mod stage;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::Command;
use std::sync::atomic::{AtomicU32, Ordering};

use lacuna_shaders::abi::{Descriptor, heap};
use lacuna_shaders::ir::{self, interp};
use lacuna_shaders::mapping::Mapping;
use lacuna_shaders::{Binding, CompileError, ComputeSource, Layout, translate};

/// SPIR-V of a GLSL compute shader, for Vulkan 1.0.
pub(crate) fn glsl(source: &str) -> Vec<u32> {
    glsl_for("vulkan1.0", source)
}

/// SPIR-V of a GLSL compute shader for a version of Vulkan.
pub(crate) fn glsl_for(target: &str, source: &str) -> Vec<u32> {
    assemble("glslangValidator", &["-V", "--quiet", "--target-env", target, "-S", "comp"], "comp", source)
}

/// SPIR-V of assembly.
pub(crate) fn spvasm(source: &str) -> Vec<u32> {
    assemble("spirv-as", &["--target-env", "spv1.6"], "spvasm", source)
}

/// The same module after `spirv-opt -O`: phis instead of variables.
pub(crate) fn optimized(words: &[u32]) -> Vec<u32> {
    let bytes: Vec<u8> = words.iter().flat_map(|word| word.to_le_bytes()).collect();
    run_tool("spirv-opt", &["-O"], "spv", &bytes)
}

fn assemble(tool: &str, arguments: &[&str], extension: &str, source: &str) -> Vec<u32> {
    run_tool(tool, arguments, extension, source.as_bytes())
}

fn run_tool(tool: &str, arguments: &[&str], extension: &str, input: &[u8]) -> Vec<u32> {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let name = format!("lacuna-{}-{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
    let base: PathBuf = std::env::temp_dir().join(name);
    let (source, target) = (base.with_extension(extension), base.with_extension("out.spv"));
    std::fs::write(&source, input).expect("a temporary file can be written");
    let output = Command::new(tool).args(arguments).arg("-o").arg(&target).arg(&source).output();
    let output = output
        .unwrap_or_else(|error| panic!("{tool} cannot be run ({error}): install glslang-tools, spirv-tools"));
    let messages =
        String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{tool}: {messages}");
    let bytes = std::fs::read(&target).expect("the tool wrote its output");
    for file in [source, target] {
        let _ = std::fs::remove_file(file);
    }
    bytes.chunks_exact(4).map(|word| u32::from_le_bytes([word[0], word[1], word[2], word[3]])).collect()
}

/// One dispatch: a shader with what it reads and writes. Binding b of set 0 is the descriptor of slot b.
#[derive(Clone, Default)]
pub(crate) struct Dispatch {
    words: Vec<u32>,
    specialization: Vec<(u32, u64)>,
    counts: BTreeMap<(u32, u32), u32>,
    mappings: Option<Vec<Mapping>>,
    pub(crate) memory: interp::Memory,
}

impl Dispatch {
    /// A dispatch of one workgroup.
    pub(crate) fn new(words: Vec<u32>) -> Self {
        let memory = interp::Memory { group_count: [1; 3], ..Default::default() };
        Self { words, specialization: Vec::new(), counts: BTreeMap::new(), mappings: None, memory }
    }

    /// A dispatch of one workgroup of a GLSL shader.
    pub(crate) fn glsl(source: &str) -> Self {
        Self::new(glsl(source))
    }

    pub(crate) fn groups(mut self, x: u32, y: u32, z: u32) -> Self {
        self.memory.group_count = [x, y, z];
        self
    }

    pub(crate) fn spec(mut self, id: u32, bits: u64) -> Self {
        self.specialization.push((id, bits));
        self
    }

    pub(crate) fn push_constants(mut self, words: &[u32]) -> Self {
        self.memory.push_constants = bytes(words);
        self
    }

    /// Binds a buffer to set 0.
    pub(crate) fn buffer(self, binding: u32, words: &[u32]) -> Self {
        self.buffers(0, binding, &[words])
    }

    pub(crate) fn floats(self, binding: u32, floats: &[f32]) -> Self {
        let words: Vec<u32> = floats.iter().map(|float| float.to_bits()).collect();
        self.buffer(binding, &words)
    }

    /// Binds an array of buffers. The slots of binding b start at 16 b.
    pub(crate) fn buffers(mut self, set: u32, binding: u32, contents: &[&[u32]]) -> Self {
        self.counts.insert((set, binding), contents.len() as u32);
        for (i, words) in contents.iter().enumerate() {
            self.memory.buffers.insert((set, binding * 16 + i as u32), bytes(words));
        }
        self
    }

    /// Finds resources in heaps.
    pub(crate) fn mapped(mut self, mappings: &[Mapping]) -> Self {
        self.mappings = Some(mappings.to_vec());
        self
    }

    /// Puts the descriptor of a buffer into the resource heap.
    pub(crate) fn in_heap(mut self, slot: u32, words: &[u32]) -> Self {
        self.memory.buffers.insert((heap::RESOURCE_HEAP, slot), bytes(words));
        self
    }

    /// Binds a storage image whose rows and slices have no gaps.
    pub(crate) fn image(self, binding: u32, words: &[u32], extent: [u32; 3], texel_bytes: u32) -> Self {
        let row_pitch = extent[0] * texel_bytes;
        let block_slice_pitch = u64::from(row_pitch * extent[1]);
        let shape = Descriptor {
            extent,
            row_pitch,
            block_slice_pitch,
            block_log2: [31, 31, 0],
            ..Descriptor::default()
        };
        let mut this = self.buffer(binding, words);
        this.memory.descriptors.insert((0, binding * 16), shape);
        this
    }

    fn layout(&self) -> Layout {
        let place = |(&(set, binding), &count): (&(u32, u32), &u32)| {
            ((set, binding), Binding { slot: binding * 16, count })
        };
        Layout { bindings: self.counts.iter().map(place).collect(), mappings: self.mappings.clone() }
    }

    pub(crate) fn translate(&self) -> Result<ir::Function, CompileError> {
        let layout = self.layout();
        translate::translate(&ComputeSource {
            words: &self.words,
            entry_point: "main",
            specialization: &self.specialization,
            layout: &layout,
        })
    }

    /// Translates and runs; gives the memory afterwards. Machine code has to do the same as the interpreter.
    pub(crate) fn run(mut self) -> Results {
        let function = self.translate().unwrap_or_else(|error| panic!("{error}"));
        let before = self.memory.clone();
        let outcome = interp::run(&function, &mut self.memory, 50_000_000);
        outcome.unwrap_or_else(|error| panic!("{error}"));
        if self.memory.regions.is_empty() {
            for placement in [machine::Placement::Plain, machine::Placement::Sparse] {
                let mut memory = before.clone();
                machine::run(&function, &mut memory, placement);
                machine::assert_same(&function, &self.memory, &memory, &format!("{placement:?}"));
            }
        }
        Results { memory: self.memory, function }
    }
}

/// What a dispatch has left.
pub(crate) struct Results {
    pub(crate) memory: interp::Memory,
    pub(crate) function: ir::Function,
}

impl Results {
    /// A buffer of set 0, as words.
    pub(crate) fn words(&self, binding: u32) -> Vec<u32> {
        self.words_of((0, binding * 16))
    }

    /// The buffer of a set and a slot, as words.
    pub(crate) fn words_of(&self, place: (u32, u32)) -> Vec<u32> {
        let buffer = &self.memory.buffers[&place];
        buffer.chunks_exact(4).map(|word| u32::from_le_bytes([word[0], word[1], word[2], word[3]])).collect()
    }

    pub(crate) fn floats(&self, binding: u32) -> Vec<f32> {
        self.words(binding).into_iter().map(f32::from_bits).collect()
    }
}

fn bytes(words: &[u32]) -> Vec<u8> {
    words.iter().flat_map(|word| word.to_le_bytes()).collect()
}

/// Runs the body of a `main` with `uint o[]` at binding 0 (64 words), `uint i[]` at binding 1, and compares the first words of
/// `o`; as the front end made it and after `spirv-opt`.
pub(crate) fn check(declarations: &str, body: &str, input: &[u32], expected: &[u32]) {
    let source = format!(
        "#version 450\n{declarations}\n\
         layout(binding = 0) buffer O {{ uint o[]; }};\nlayout(binding = 1) buffer I {{ uint i[]; }};\n\
         void main() {{ {body} }}\n"
    );
    let words = glsl(&source);
    for words in [optimized(&words), words] {
        let results = Dispatch::new(words).buffer(0, &[0; 64]).buffer(1, input).run();
        assert_eq!(&results.words(0)[..expected.len()], expected, "{source}",);
    }
}

/// As [`check`], with floats.
pub(crate) fn check_floats(declarations: &str, body: &str, input: &[f32], expected: &[f32]) {
    let source = format!(
        "#version 450\n{declarations}\n\
         layout(binding = 0) buffer O {{ float o[]; }};\nlayout(binding = 1) buffer I {{ float i[]; }};\n\
         void main() {{ {body} }}\n"
    );
    let words = glsl(&source);
    for words in [optimized(&words), words] {
        let results = Dispatch::new(words).floats(0, &[0.0; 64]).floats(1, input).run();
        for (at, (&found, &wanted)) in results.floats(0).iter().zip(expected).enumerate() {
            let close = (found - wanted).abs() <= 1e-5 * wanted.abs().max(1.0);
            let same = close || found == wanted || found.is_nan() && wanted.is_nan();
            assert!(same, "o[{at}] is {found}, not {wanted}\n{source}");
        }
    }
}
