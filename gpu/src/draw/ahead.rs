//! Samples whose results are inputs of the fragment shader: taken before it runs.
#![expect(unsafe_code, reason = "names descriptors and calls the texture unit")]

use lacuna_shaders::abi::DispatchContext;
use lacuna_shaders::abi::stage::slot;
use lacuna_shaders::abi::texture::TextureFrame;
use lacuna_shaders::ir::TextureOperand;
use lacuna_shaders::stage::{Interface, SampleAhead, SampleOperand};
use smallvec::SmallVec;

use super::batch::BATCH;
use super::fragment::{Needs, Stage};
use super::interpolate::Smooth;
use super::lanes::{N, whole_quads};
use super::vertices::Row;
use crate::texture::{PACKETS, Packets, Places, Sampled, run_packets};

const _: () = assert!(BATCH == PACKETS);

/// Inputs that a sample is.
const ROWS: usize = SampleAhead::SLOTS as usize;
const RESIDENT: usize = SampleAhead::RESIDENT as usize;

/// Memory of samples.
#[derive(Debug)]
pub(super) struct Ahead {
    frame: TextureFrame,
    places: Places,
    /// Sample by sample, of all packets of a batch.
    sampled: Vec<Sampled>,
    /// They are those of the batch that is drawn.
    is_sampled: bool,
}

impl Default for Ahead {
    fn default() -> Self {
        Self {
            frame: TextureFrame::zeroed(),
            places: Places::default(),
            sampled: Vec::new(),
            is_sampled: false,
        }
    }
}

/// Names the descriptors of a sample, and gives all operands that are the same in all packets.
fn fill(frame: &mut TextureFrame, context: &DispatchContext, sample: &SampleAhead, inputs: &[Row]) {
    let set = |number: u32| context.sets.get(number as usize).copied().unwrap_or(core::ptr::null());
    (frame.image_set, frame.image_slot[0]) = (set(sample.image.0), sample.image.1);
    (frame.sampler_set, frame.sampler_slot[0]) = (set(sample.sampler.0), sample.sampler.1);
    for &(operand, source) in &sample.operands {
        *frame.operand_mut(operand) = match source {
            SampleOperand::Constant(bits) => [bits; N],
            SampleOperand::Input(slot) => inputs.get(slot as usize).copied().unwrap_or_default().0,
        };
    }
}

/// Which of the smooth inputs x and y are, if no other operand is one.
fn coordinates(sample: &SampleAhead, smooth: &[Smooth]) -> Option<[usize; 2]> {
    let mut found = [None; 2];
    for &(operand, source) in &sample.operands {
        let SampleOperand::Input(slot) = source else { continue };
        let place = smooth.iter().position(|input| input.slot == slot)?;
        match operand {
            TextureOperand::Coordinate(axis @ 0..2) => found[usize::from(axis)] = Some(place),
            _ => return None,
        }
    }
    Some([found[0]?, found[1]?])
}

/// Colors of a shader that nobody has to run.
#[derive(Clone, Copy, Debug)]
pub(super) struct Copied {
    location: u32,
    /// Number of the sample that it is.
    sample: usize,
}

/// All colors, if the shader does nothing but give samples as they are.
pub(super) fn copied(interface: &Interface) -> SmallVec<[Copied; 2]> {
    let color = |moves: &[(u32, u32)]| {
        let sample = interface.samples_ahead.iter().position(|sample| sample.slot == moves[0].1)?;
        let location = moves[0].0.checked_sub(slot::FIRST_LOCATION)? / 4;
        let is_whole = (0..).zip(moves).all(|(n, &(output, input))| {
            output == slot::location(location, n) && input == interface.samples_ahead[sample].slot + n
        });
        (location < 8 && is_whole && moves.len() == 4).then_some(Copied { location, sample })
    };
    interface.moves.chunks(4).map(color).collect::<Option<_>>().unwrap_or_default()
}

impl Stage {
    /// Takes the samples of one packet, whose other inputs are prepared.
    ///
    /// # Safety
    /// As [`Program::run`](super::program::Program::run): what the context's descriptors name lives.
    #[inline(never)]
    pub(super) unsafe fn sample(&mut self, needs: &Needs, context: &DispatchContext, active: u32) {
        for sample in needs.samples_ahead.iter() {
            let frame = &mut self.ahead.frame;
            fill(frame, context, sample, &self.inputs);
            frame.active = active;
            let instruction = core::ptr::from_ref(&sample.instruction).cast();
            (context.texture_unit)(context, instruction, core::ptr::from_mut(frame).cast());
            let rows = &mut self.inputs[sample.slot as usize..][..ROWS];
            for (row, lanes) in rows.iter_mut().zip(frame.texel.iter().chain([&frame.resident])) {
                *row = Row(*lanes);
            }
        }
    }

    /// Takes the samples of all packets of a batch, whose other inputs are prepared, if all of them want smooth inputs.
    ///
    /// # Safety
    /// As [`sample`](Self::sample).
    #[inline(never)]
    pub(super) unsafe fn sample_batch(&mut self, needs: &Needs, context: &DispatchContext, sets: &[u32]) {
        let Ahead { frame, places, sampled, is_sampled } = &mut *self.ahead;
        *is_sampled = false;
        sampled.resize(needs.samples_ahead.len() * BATCH, Sampled::default());
        for (sample, sampled) in needs.samples_ahead.iter().zip(sampled.chunks_exact_mut(BATCH)) {
            let Some(axes) = coordinates(sample, &self.smooth) else { return };
            let rows = axes.map(|axis| self.values.rows.get(axis * BATCH..).and_then(<[Row]>::first_chunk));
            let ([Some(x), Some(y)], Ok(results)) = (rows, sampled.try_into()) else { return };
            fill(frame, context, sample, &self.inputs);
            let (mut active, count) = ([0; BATCH], sets.len().min(BATCH));
            for (active, &set) in active.iter_mut().zip(sets) {
                *active = whole_quads(set);
            }
            let packets = Packets { coordinates: [x, y], active, count, results };
            run_packets(context, &sample.instruction, frame, places, packets);
        }
        *is_sampled = true;
    }

    /// Whether the colors of the batch are samples, so that no packet has to run.
    #[inline(always)]
    pub(super) fn is_copied(&self, needs: &Needs) -> bool {
        self.ahead.is_sampled && !needs.copied.is_empty()
    }

    /// The samples that a color is, of all packets of a batch.
    #[inline(always)]
    pub(super) fn copied(&self, needs: &Needs, location: u32) -> &[Sampled] {
        let copied = needs.copied.iter().find(|copied| copied.location == location);
        copied
            .and_then(|copied| self.ahead.sampled.chunks_exact(BATCH).nth(copied.sample))
            .unwrap_or_default()
    }

    /// Makes the samples of one of the packets of a batch its inputs.
    ///
    /// # Safety
    /// As [`sample`](Self::sample).
    #[inline(never)]
    pub(super) unsafe fn sample_of_batch(
        &mut self,
        needs: &Needs,
        context: &DispatchContext,
        active: u32,
        place: usize,
    ) {
        if !self.ahead.is_sampled {
            // SAFETY: the caller's promise.
            return unsafe { self.sample(needs, context, active) };
        }
        for (sample, sampled) in needs.samples_ahead.iter().zip(self.ahead.sampled.chunks_exact(BATCH)) {
            let Sampled { texel, resident } = &sampled[place];
            let rows = &mut self.inputs[sample.slot as usize..][..ROWS];
            rows[..RESIDENT].copy_from_slice(texel);
            rows[RESIDENT] = *resident;
        }
    }
}
