//! What a fragment shader needs, and one run of it for a packet.
#![expect(unsafe_code, reason = "runs machine code, which calls back")]

use std::sync::Arc;

use lacuna_shaders::Scratch;
use lacuna_shaders::abi::StageFrame;
use lacuna_shaders::abi::stage::{InterpolateAt, Lanes, StageBuiltin, slot};
use lacuna_shaders::stage::Interface;
use lacuna_shaders::stage::{self, DepthMode, FragmentModes, InputSlot, SampleAhead, Sampling};
use smallvec::SmallVec;

use super::ahead::{self, Ahead, Copied};
use super::batch::BATCH;
use super::figure::Figure;
use super::interpolate::{Interpolation, Positions, Smooth};
use super::lanes::{COLUMN, N, ROW, to_bits};
use super::primitive::Planes;
use super::program::{Program, empty_frame};
use super::sample::Samples;
use super::shading::Shading;
use super::state::DrawState;
use super::vertices::Row;

/// What a fragment shader needs, in the form that the loops want it.
#[derive(Clone, Debug)]
pub(super) struct Needs {
    /// Slots of inputs that are the same in a whole primitive.
    pub(super) flat: Vec<u32>,
    /// Other inputs.
    pub(super) smooth: Vec<InputSlot>,
    /// Samples that are inputs.
    pub(super) samples_ahead: Arc<[SampleAhead]>,
    /// Colors that are samples, if the shader does nothing else.
    pub(super) copied: SmallVec<[Copied; 2]>,
    /// Some input is smooth with perspective, or 1 / w is read.
    pub(super) perspective: bool,
    /// Some input is linear in the window.
    pub(super) linear: bool,
    has_centroids: bool,
    pub(super) modes: FragmentModes,
    builtins: Vec<StageBuiltin>,
    /// Rows of inputs, and of the outputs of a packet.
    pub(super) input_rows: usize,
    pub(super) output_rows: usize,
    /// Locations of colors that are written, as bits.
    pub(super) colors: u32,
}

impl Needs {
    pub(super) fn new(interface: &Interface) -> Self {
        use StageBuiltin as B;
        const ALL: [StageBuiltin; 11] = [
            B::FragCoordX,
            B::FragCoordY,
            B::FragCoordZ,
            B::FragCoordW,
            B::FrontFacing,
            B::PointCoordX,
            B::PointCoordY,
            B::SampleId,
            B::SamplePositionX,
            B::SamplePositionY,
            B::SampleMaskIn,
        ];
        let inputs: Vec<_> =
            interface.inputs.iter().copied().filter(|input| input.slot < slot::COUNT).collect();
        let (flat, smooth): (Vec<_>, Vec<_>) = inputs.iter().copied().partition(|input| {
            input.interpolation == stage::Interpolation::Flat
                || [slot::PRIMITIVE_ID, slot::LAYER, slot::VIEWPORT_INDEX].contains(&input.slot)
        });
        let any = |test: fn(&InputSlot) -> bool| inputs.iter().any(test);
        let writes = |location: u32| {
            let first = slot::location(location, 0);
            interface.outputs.iter().any(|output| (first..first + 4).contains(output))
        };
        let highest = |slots: &mut dyn Iterator<Item = u32>| slots.max().map_or(0, |slot| slot as usize + 1);
        Self {
            perspective: any(|input| input.interpolation == stage::Interpolation::Smooth)
                || interface.builtins.contains(B::FragCoordW),
            linear: any(|input| input.interpolation == stage::Interpolation::NoPerspective),
            has_centroids: any(|input| input.sampling == Sampling::Centroid),
            modes: FragmentModes {
                per_sample: interface.fragment.per_sample
                    || any(|input| input.sampling == Sampling::Sample)
                    || [B::SampleId, B::SamplePositionX, B::SamplePositionY]
                        .iter()
                        .any(|&builtin| interface.builtins.contains(builtin)),
                ..interface.fragment
            },
            builtins: ALL.into_iter().filter(|&builtin| interface.builtins.contains(builtin)).collect(),
            input_rows: highest(
                &mut inputs
                    .iter()
                    .map(|input| input.slot)
                    .chain(interface.samples_ahead.iter().map(|sample| sample.slot + SampleAhead::SLOTS - 1)),
            )
            .max(slot::COUNT as usize),
            samples_ahead: Arc::clone(&interface.samples_ahead),
            copied: ahead::copied(interface),
            // Colors have four components, whether they are written or not.
            output_rows: highest(
                &mut (0..16)
                    .filter(|&location| writes(location))
                    .map(|location| slot::location(location, 3))
                    .chain(interface.outputs.iter().copied()),
            ),
            colors: (0..16).filter(|&location| writes(location)).fold(0, |set, n| set | 1 << n),
            flat: flat.into_iter().map(|input| input.slot).collect(),
            smooth,
        }
    }

    /// Whether nothing but its inputs, and memory that it does not change, decides what it gives.
    pub(super) fn is_function_of_inputs(&self) -> bool {
        let modes = &self.modes;
        self.builtins.is_empty()
            && !(modes.discards || modes.side_effects || modes.subgroups)
            && !(modes.writes_sample_mask || modes.writes_stencil)
            && modes.depth == DepthMode::None
    }

    /// Whether the tests may go before the shader without anybody noticing.
    pub(super) fn permits_early_tests(&self, alpha_to_coverage: bool) -> bool {
        let modes = &self.modes;
        modes.early_tests
            || !(modes.discards
                || modes.side_effects
                || modes.writes_sample_mask
                || modes.writes_stencil
                || modes.depth != DepthMode::None
                || alpha_to_coverage)
    }
}

/// The fragment shader of a draw.
#[derive(Clone)]
pub(super) struct FragmentShader {
    pub(super) program: Arc<dyn Program>,
    pub(super) needs: Needs,
    /// Runs for each sample.
    pub(super) per_sample: bool,
}

impl FragmentShader {
    pub(super) fn new(state: &DrawState) -> Option<Self> {
        let program = Arc::clone(state.stages.fragment.as_ref()?);
        let needs = Needs::new(program.interface());
        let asked = state.multisample.sample_shading.unwrap_or(0.0) * state.multisample.samples as f32;
        let per_sample = state.multisample.samples > 1 && (needs.modes.per_sample || asked > 1.0);
        Some(Self { program, needs, per_sample })
    }
}

/// Which fragments run.
#[derive(Clone, Copy, Debug)]
pub(super) struct Packet<'a> {
    pub(super) figure: &'a Figure<'a>,
    pub(super) x: i32,
    pub(super) y: i32,
    /// By sample, as rasterized.
    pub(super) covered: &'a [u32],
    pub(super) active: u32,
    pub(super) live: u32,
    /// The sample that it runs for, if it runs for each.
    pub(super) sample: Option<usize>,
    pub(super) samples: &'a Samples,
}

/// Memory of runs on one thread.
#[derive(Debug)]
pub(super) struct Stage {
    pub(super) frame: Box<StageFrame>,
    pub(super) inputs: Vec<Row>,
    /// Packet by packet, where there are several.
    pub(super) outputs: Vec<Row>,
    pub(super) smooth: Vec<Smooth>,
    pub(super) values: Box<Interpolation>,
    pub(super) ahead: Box<Ahead>,
    pub(super) scratch: Scratch,
}

// SAFETY: the frame's pointers are set before each run and not used otherwise.
unsafe impl Send for Stage {}

impl Default for Stage {
    fn default() -> Self {
        Self {
            frame: Box::new(empty_frame()),
            inputs: Vec::new(),
            outputs: Vec::new(),
            smooth: Vec::new(),
            values: Box::default(),
            ahead: Box::default(),
            scratch: Scratch::default(),
        }
    }
}

/// What the callback of `InterpolateAt*` needs.
struct Caller<'a> {
    packet: &'a Packet<'a>,
    smooth: &'a [Smooth],
    inputs: &'a [Row],
}

impl Stage {
    /// Makes room for a shader's inputs and outputs.
    pub(super) fn reserve(&mut self, needs: &Needs) {
        let grow = |rows: &mut Vec<Row>, count: usize| {
            if rows.len() < count {
                rows.resize(count, Row::default());
            }
        };
        grow(&mut self.inputs, needs.input_rows);
        grow(&mut self.outputs, (needs.output_rows * BATCH).max(slot::COUNT as usize));
    }

    /// Runs the shader for a packet; gives the lanes that are left. The inputs are prepared.
    ///
    /// # Safety
    /// As [`Program::run`].
    #[inline(always)]
    pub(super) unsafe fn run(
        &mut self,
        shader: &FragmentShader,
        shading: &Shading<'_>,
        packet: &Packet<'_>,
    ) -> u32 {
        let needs = &shader.needs;
        let Packet { figure, x, y, samples, .. } = *packet;
        if !(self.smooth.is_empty() && needs.builtins.is_empty()) {
            // Where a pixel has one sample, that sample is where things are.
            let at_samples = packet.sample.is_some() || samples.count == 1;
            let sample = packet.sample.unwrap_or(0);
            let planes = figure.planes();
            let positions = match (at_samples, samples.is_uniform) {
                (true, true) => Positions::new(planes, x, y, samples.offset(x, y, sample)),
                (true, false) => Positions::each(planes, x, y, |lane| {
                    samples.offset(x + COLUMN[lane], y + ROW[lane], sample)
                }),
                (false, _) => Positions::new(planes, x, y, [0.5; 2]),
            };
            self.interpolate(needs, packet, &positions);
            set_builtins(&mut self.frame, needs, packet, &positions);
        }
        if !needs.samples_ahead.is_empty() {
            // SAFETY: the caller's promise.
            unsafe { self.sample(needs, shading.context, packet.active) };
        }
        // SAFETY: the caller's promise.
        unsafe { self.call(shader, shading, packet, 0) }
    }

    /// Interpolates the smooth inputs of packets for [`run_of_batch`](Self::run_of_batch).
    #[inline(always)]
    pub(super) fn prepare_batch(
        &mut self,
        needs: &Needs,
        shading: &Shading<'_>,
        figure: &Figure<'_>,
        at: &[[i32; 2]],
    ) {
        if !self.smooth.is_empty() {
            let offset = shading.samples.offset(0, 0, 0);
            self.values.run(shading.processor, needs, figure.planes(), offset, at, &self.smooth);
        }
    }

    /// [`run`](Self::run) for one of the packets that were prepared; outputs go to its place.
    ///
    /// # Safety
    /// As [`Program::run`].
    #[inline(always)]
    pub(super) unsafe fn run_of_batch(
        &mut self,
        shader: &FragmentShader,
        shading: &Shading<'_>,
        packet: &Packet<'_>,
        place: usize,
    ) -> u32 {
        for (input, row) in self.smooth.iter().zip(self.values.of(place)) {
            self.inputs[input.slot as usize] = *row;
        }
        if !shader.needs.builtins.is_empty() {
            let offset = shading.samples.offset(0, 0, 0);
            let positions = Positions::new(packet.figure.planes(), packet.x, packet.y, offset);
            set_builtins(&mut self.frame, &shader.needs, packet, &positions);
        }
        if !shader.needs.samples_ahead.is_empty() {
            // SAFETY: the caller's promise.
            unsafe { self.sample_of_batch(&shader.needs, shading.context, packet.active, place) };
        }
        // SAFETY: the caller's promise.
        unsafe { self.call(shader, shading, packet, place) }
    }

    /// # Safety
    /// As [`Program::run`].
    #[inline(always)]
    unsafe fn call(
        &mut self,
        shader: &FragmentShader,
        shading: &Shading<'_>,
        packet: &Packet<'_>,
        place: usize,
    ) -> u32 {
        let outputs = &mut self.outputs[place * shader.needs.output_rows..];
        let frame = &mut *self.frame;
        let caller = Caller { packet, smooth: &self.smooth, inputs: &self.inputs };
        // Both were stored as they are: not to be made one load, which would wait until they are in the cache.
        // SAFETY: fields of the frame.
        unsafe {
            (&raw mut frame.active).write_volatile(packet.active);
            (&raw mut frame.live).write_volatile(packet.live);
        }
        frame.inputs = self.inputs.as_ptr().cast();
        frame.outputs = outputs.as_mut_ptr().cast();
        frame.interpolate = Some(interpolate_at);
        frame.user = core::ptr::from_ref(&caller).cast_mut().cast();
        // SAFETY: the caller's promise; the rows are as many as the interface asks for.
        unsafe { shader.program.run(shading.context, frame, &mut self.scratch) };
        frame.live & packet.live
    }

    /// Inputs where samples are anywhere in their pixels.
    #[inline(never)]
    fn interpolate(&mut self, needs: &Needs, packet: &Packet<'_>, positions: &Positions) {
        let planes = packet.figure.planes();
        let perspective = if needs.perspective { positions.perspective(planes) } else { [[0.0; N]; 2] };
        let linear = if needs.linear { positions.linear(planes) } else { [[0.0; N]; 2] };
        let moves_centroids = needs.has_centroids && packet.samples.count > 1 && packet.sample.is_none();
        for input in &self.smooth {
            if moves_centroids && input.sampling == Sampling::Centroid {
                self.inputs[input.slot as usize] = Row(to_bits(at_centroid(input, packet)));
                continue;
            }
            let weights = if input.is_linear { &linear } else { &perspective };
            self.inputs[input.slot as usize] = Row(to_bits(input.at(weights)));
        }
    }
}

fn weigh(input: &Smooth, planes: &Planes, positions: &Positions) -> super::lanes::Floats {
    input.at(&if input.is_linear { positions.linear(planes) } else { positions.perspective(planes) })
}

/// At the center of pixels that are wholly covered, else at the first sample that is. Where each sample is a fragment of its own,
/// at the sample.
fn at_centroid(input: &Smooth, packet: &Packet<'_>) -> super::lanes::Floats {
    let samples = packet.samples;
    let offsets = |lane: usize| {
        if let Some(sample) = packet.sample {
            return samples.offset(packet.x + COLUMN[lane], packet.y + ROW[lane], sample);
        }
        let is_covered = |sample: &usize| packet.covered[*sample] >> lane & 1 != 0;
        if (0..samples.count).all(|sample| is_covered(&sample)) {
            return [0.5; 2];
        }
        match (0..samples.count).find(is_covered) {
            Some(sample) => samples.offset(packet.x + COLUMN[lane], packet.y + ROW[lane], sample),
            None => [0.5; 2],
        }
    };
    let planes = packet.figure.planes();
    weigh(input, planes, &Positions::each(planes, packet.x, packet.y, offsets))
}

fn set_builtins(frame: &mut StageFrame, needs: &Needs, packet: &Packet<'_>, positions: &Positions) {
    use StageBuiltin as B;
    let Packet { figure, x, y, samples, .. } = *packet;
    let planes = figure.planes();
    let sample = packet.sample.unwrap_or(0);
    let position_in_pixel = |axis: usize| -> Lanes {
        core::array::from_fn(|lane| {
            let offset = if packet.sample.is_none() && samples.count > 1 {
                [0.5; 2]
            } else {
                samples.offset(x + COLUMN[lane], y + ROW[lane], sample)
            };
            offset[axis].to_bits()
        })
    };
    let point = |distance: f32| (0.5 + distance / figure.point_size()).to_bits();
    for &builtin in &needs.builtins {
        let origin = planes.origin;
        frame.builtins[builtin as usize] = match builtin {
            B::FragCoordX => positions.x.map(|x| (x + origin[0]).to_bits()),
            B::FragCoordY => positions.y.map(|y| (y + origin[1]).to_bits()),
            B::FragCoordZ => to_bits(positions.plane(&planes.depth)),
            B::FragCoordW => to_bits(positions.plane(&planes.inverse_w)),
            B::FrontFacing => [if figure.primitive.is_front { u32::MAX } else { 0 }; N],
            B::PointCoordX => positions.x.map(point),
            B::PointCoordY => positions.y.map(point),
            B::SampleId => [sample as u32; N],
            B::SamplePositionX => position_in_pixel(0),
            B::SamplePositionY => position_in_pixel(1),
            B::SampleMaskIn => core::array::from_fn(|lane| match packet.sample {
                Some(sample) => (packet.covered[sample] >> lane & 1) << sample,
                None => (0..samples.count).fold(0, |mask, n| mask | (packet.covered[n] >> lane & 1) << n),
            }),
            _ => continue,
        };
    }
}

extern "C" fn interpolate_at(
    frame: *mut StageFrame,
    slot: u32,
    place: InterpolateAt,
    x: *const Lanes,
    y: *const Lanes,
    result: *mut Lanes,
) {
    // SAFETY: `run` made the frame and its user pointer for the time of the call; the shader's arguments are what the
    // contract of `Interpolate` says.
    let (caller, x, y, result) = unsafe { (&*(*frame).user.cast::<Caller<'_>>(), &*x, &*y, &mut *result) };
    let packet = caller.packet;
    let planes = packet.figure.planes();
    let Some(input) = caller.smooth.iter().find(|input| input.slot == slot) else {
        *result = caller.inputs.get(slot as usize).copied().unwrap_or_default().0;
        return;
    };
    let (px, py) = (packet.x, packet.y);
    let values = match place {
        InterpolateAt::Centroid => at_centroid(input, packet),
        InterpolateAt::Sample => {
            let offset = |lane: usize| {
                let sample = (x[lane] as usize).min(packet.samples.count - 1);
                packet.samples.offset(px + COLUMN[lane], py + ROW[lane], sample)
            };
            weigh(input, planes, &Positions::each(planes, px, py, offset))
        }
        InterpolateAt::Offset => {
            let offset = |lane: usize| [x[lane], y[lane]].map(|bits| 0.5 + f32::from_bits(bits));
            weigh(input, planes, &Positions::each(planes, px, py, offset))
        }
    };
    *result = to_bits(values);
}
