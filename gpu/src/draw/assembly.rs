//! From the stream of vertices to primitives: which vertices a range of primitives has, each once.

use core::ops::Range;

use super::front::Front;
use super::input_assembly::Segment;
use super::reuse::Reuse;
use super::setup::Assembly;
use super::topology::MAX_VERTICES;
use super::vertex_fetch::VertexKey;

/// Primitives on their way through the stages.
#[derive(Debug, Default)]
pub(super) struct Assemblies {
    pub(super) list: Vec<Assembly>,
    /// Vertices of each, where they have neighbours or are patches.
    pub(super) vertices: Vec<u32>,
}

/// Memory of one thread.
#[derive(Debug, Default)]
pub(super) struct AssemblyMemory {
    reuse: Reuse,
    /// Of the vertices of a run.
    indices: Vec<u32>,
    /// The vertices that are to be shaded.
    pub(super) keys: Vec<VertexKey>,
    pub(super) assemblies: Assemblies,
}

/// Primitives that come one after the other in one instance and one segment.
struct Run {
    /// `InstanceIndex`.
    instance: u32,
    segment: Segment,
    /// Numbers in the segment.
    primitives: Range<u32>,
}

impl AssemblyMemory {
    /// The number of a vertex among those that are to be shaded.
    #[inline(always)]
    fn number(&mut self, vertex: u32, instance: u32) -> u32 {
        self.reuse.number(vertex, || self.keys.push(VertexKey { vertex, instance }))
    }
}

impl Front<'_> {
    /// Finds out which vertices the primitives have, each once.
    pub(super) fn assemble(&self, range: Range<u64>, memory: &mut AssemblyMemory) {
        memory.keys.clear();
        memory.assemblies.list.clear();
        memory.assemblies.vertices.clear();
        memory.reuse.begin();
        let stream = self.stream;
        let primitives = u64::from(stream.primitives.max(1));
        let mut start = range.start;
        while start < range.end {
            let (instance, primitive) = ((start / primitives) as u32, (start % primitives) as u32);
            if primitive == 0 {
                memory.reuse.forget();
            }
            let segment = stream.segment(primitive);
            let first = primitive - segment.primitives_before;
            let left = self.cut.primitives(segment.vertices).saturating_sub(first).max(1);
            let count = u64::from(left).min(range.end - start) as u32;
            let instance = stream.first_instance.wrapping_add(instance);
            self.assemble_run(&Run { instance, segment, primitives: first..first + count }, memory);
            start += u64::from(count);
        }
    }

    fn assemble_run(&self, run: &Run, memory: &mut AssemblyMemory) {
        let has_lists = self.cut.size > 3 || self.tessellation.is_some() || self.geometry.is_some();
        match self.cut.size {
            _ if self.tessellation.is_some() => self.assemble_patches(run, memory),
            _ if has_lists || !self.cut.is_list() => self.assemble_any(run, has_lists, memory),
            1 => self.assemble_list::<1>(run, memory),
            2 => self.assemble_list::<2>(run, memory),
            _ => self.assemble_list::<3>(run, memory),
        }
    }

    /// Points, lines or triangles that have vertices of their own, `K` each.
    fn assemble_list<const K: usize>(&self, run: &Run, memory: &mut AssemblyMemory) {
        let Run { instance, ref segment, ref primitives } = *run;
        let (first, end) = (primitives.start * K as u32, primitives.end * K as u32);
        let mut indices = core::mem::take(&mut memory.indices);
        self.stream.read(segment.first + first..segment.first + end, &mut indices);
        let mode = self.state.rasterization.provoking_vertex;
        let provoking = self.cut.assemble(0, segment.vertices, mode).provoking;
        let (corners, _) = indices.as_chunks::<K>();
        for (corners, number) in corners.iter().zip(primitives.clone()) {
            let mut vertices = [0; 3];
            for (vertex, &corner) in vertices.iter_mut().zip(corners) {
                *vertex = memory.number(corner, instance);
            }
            for n in K..3 {
                vertices[n] = vertices[0];
            }
            let id = segment.primitives_before + number;
            memory.assemblies.list.push(Assembly { vertices, provoking, id, continues: false });
        }
        memory.indices = indices;
    }

    fn assemble_patches(&self, run: &Run, memory: &mut AssemblyMemory) {
        for number in run.primitives.clone() {
            for n in 0..self.cut.size {
                let vertex = self.stream.vertex(run.segment.first + number * self.cut.size + n);
                let local = memory.number(vertex, run.instance);
                memory.assemblies.vertices.push(local);
            }
            let id = run.segment.primitives_before + number;
            memory.assemblies.list.push(Assembly { vertices: [0; 3], provoking: 0, id, continues: false });
        }
    }

    /// Primitives of any topology but patches. With lists, who comes next wants to know all of their vertices.
    fn assemble_any(&self, run: &Run, has_lists: bool, memory: &mut AssemblyMemory) {
        let Run { instance, ref segment, ref primitives } = *run;
        let (size, corners) = ((self.cut.size as usize).min(MAX_VERTICES), self.cut.corners());
        let mode = self.state.rasterization.provoking_vertex;
        for number in primitives.clone() {
            let assembled = self.cut.assemble(number, segment.vertices, mode);
            let mut vertices = [0; MAX_VERTICES];
            for (local, &position) in vertices.iter_mut().zip(&assembled.vertices[..size]) {
                *local = memory.number(self.stream.vertex(segment.first + position), instance);
            }
            if has_lists {
                memory.assemblies.vertices.extend_from_slice(&vertices[..size]);
            }
            memory.assemblies.list.push(Assembly {
                vertices: core::array::from_fn(|n| vertices[corners.get(n).copied().unwrap_or(corners[0])]),
                provoking: assembled.provoking,
                id: segment.primitives_before + number,
                continues: number > 0 && !self.cut.is_list(),
            });
        }
    }
}
