//! The unit's entry: finds views and samplers of the lanes and does what the instruction says.
#![expect(unsafe_code, reason = "reads descriptors and what machine code left in the frame")]

use core::ffi::c_void;

use lacuna_shaders::abi::texture::{LodMode, TextureFrame, TextureInstruction, TextureOp};
use lacuna_shaders::abi::{Descriptor, DispatchContext, LANES, heap};
use lacuna_vm::mutation;

use super::fast;
use super::memory::Memory;
use super::sample::Lane;
use super::sampler::Sampler;
use super::texel_buffer;
use super::view::{Texel, View};
#[cfg(target_arch = "x86_64")]
use super::wide;

const ALL: u32 = (1 << LANES) - 1;

/// The [`TextureUnit`](lacuna_shaders::abi::TextureUnit) of every dispatch and draw.
///
/// The descriptors that active lanes name hold null or the addresses of a [`View`] (`link`) and, for instructions that
/// sample, of a [`Sampler`] (`address`), which live during the call. So does the memory that the view shows.
#[expect(
    clippy::not_unsafe_ptr_arg_deref,
    reason = "its callers are machine code and tests, which keep the contract"
)]
pub extern "C" fn run(context: *const DispatchContext, instruction: *const c_void, frame: *mut c_void) {
    // SAFETY: machine code passes the context of its dispatch, an instruction that lives as long as the code, and a frame
    // of its own.
    let (context, instruction, frame) = unsafe {
        (&*context, &*instruction.cast::<TextureInstruction>(), &mut *frame.cast::<TextureFrame>())
    };
    let active = frame.active & ALL;
    if instruction.uniform_image && instruction.uniform_sampler {
        if active != 0 {
            let found = descriptors(instruction, frame, 0);
            dispatch(context, instruction, frame, active, found);
        }
        return;
    }
    let mut left = active;
    while left != 0 {
        let first = left.trailing_zeros() as usize;
        let found = descriptors(instruction, frame, first);
        let mut together = left;
        for lane in (0..LANES as usize).filter(|lane| left >> lane & 1 != 0) {
            if descriptors(instruction, frame, lane) != found {
                together &= !(1 << lane);
            }
        }
        left &= !together;
        dispatch(context, instruction, frame, together, found);
    }
}

/// View and sampler of an instruction whose descriptors all lanes share, if there are both.
#[cfg(target_arch = "x86_64")]
pub(super) fn found<'a>(
    instruction: &TextureInstruction,
    frame: &TextureFrame,
) -> Option<(&'a View, &'a Sampler)> {
    let (image, sampler) = descriptors(instruction, frame, 0);
    let image = image.filter(|image| image.link != heap::TEXEL_BUFFER)?;
    // SAFETY: descriptors name a view and a sampler that live, or none.
    unsafe { (image.link as *const View).as_ref().zip((sampler as *const Sampler).as_ref()) }
}

/// Does the instruction for lanes that share descriptors.
#[inline]
fn dispatch(
    context: &DispatchContext,
    instruction: &TextureInstruction,
    frame: &mut TextureFrame,
    mask: u32,
    (image, sampler): (Option<&Descriptor>, u64),
) {
    // SAFETY: the descriptor names a sampler that lives, or none.
    let sampler = unsafe { (sampler as *const Sampler).as_ref() };
    match image {
        Some(image) if image.link == heap::TEXEL_BUFFER => texel_buffer::with_view(image, |view| {
            dispatch_view(context, instruction, frame, mask, view, sampler);
        }),
        // SAFETY: the descriptor names a view that lives, or none.
        _ => dispatch_view(
            context,
            instruction,
            frame,
            mask,
            image.and_then(|image| unsafe { (image.link as *const View).as_ref() }),
            sampler,
        ),
    }
}

/// Does the instruction for lanes that share view and sampler.
#[inline]
fn dispatch_view(
    context: &DispatchContext,
    instruction: &TextureInstruction,
    frame: &mut TextureFrame,
    mask: u32,
    view: Option<&View>,
    sampler: Option<&Sampler>,
) {
    let memory = Memory::new(context);
    #[cfg(target_arch = "x86_64")]
    if let (Some(view), Some(sampler)) = (view, sampler)
        && (wide::Request { memory, instruction, mask, view, sampler }).run(frame)
    {
        return;
    }
    execute(memory, instruction, frame, mask, view, sampler);
}

/// The descriptor of the image and the address of the sampler of a lane.
#[inline]
fn descriptors<'a>(
    instruction: &TextureInstruction,
    frame: &TextureFrame,
    lane: usize,
) -> (Option<&'a Descriptor>, u64) {
    let slot = |slots: &[u32; 8], uniform: bool| slots[if uniform { 0 } else { lane }] as usize;
    let image = slot(&frame.image_slot, instruction.uniform_image);
    // SAFETY: the slot of an active lane is one of the set's, if the set is bound.
    let image = (!frame.image_set.is_null()).then(|| unsafe { &*frame.image_set.add(image) });
    let samples = matches!(instruction.op, TextureOp::Sample | TextureOp::Gather | TextureOp::QueryLod);
    if !samples || instruction.embedded_sampler != 0 || frame.sampler_set.is_null() {
        return (image, instruction.embedded_sampler);
    }
    let slot = slot(&frame.sampler_slot, instruction.uniform_sampler);
    let bytes = if instruction.sampler_heap { heap::SAMPLER_BYTES as usize } else { size_of::<Descriptor>() };
    // SAFETY: as above; descriptors begin with the address, also those of the sampler heap, which end before a `Descriptor` does.
    let sampler = unsafe { frame.sampler_set.cast::<u64>().byte_add(slot * bytes).read() };
    (image, sampler)
}

/// Does what nothing else does, for lanes that share view and sampler. Without a view results are zero and writes vanish.
#[inline(never)]
fn execute(
    memory: Memory<'_>,
    instruction: &TextureInstruction,
    frame: &mut TextureFrame,
    mask: u32,
    view: Option<&View>,
    sampler: Option<&Sampler>,
) {
    if let (Some(view), Some(sampler)) = (view, sampler)
        && fast::sample(memory, instruction, frame, mask, view, sampler)
    {
        return;
    }
    for lane in (0..LANES as usize).filter(|lane| mask >> lane & 1 != 0) {
        let operands = Lane { instruction, frame, lane };
        let zero = Texel { channels: [0; 4], resident: false };
        let of = |channels: [u32; 4]| Texel { channels, resident: true };
        let result = match (instruction.op, view, sampler) {
            (TextureOp::Sample, Some(view), Some(sampler)) => operands.sample(memory, view, sampler),
            (TextureOp::Gather, Some(view), Some(sampler)) => operands.gather(memory, view, sampler),
            (TextureOp::QueryLod, Some(view), Some(sampler)) => {
                let [level, lod] = operands.query_lod(view, sampler).map(f32::to_bits);
                of([level, lod, 0, 0])
            }
            (TextureOp::Fetch | TextureOp::Read, Some(view), _) => operands.fetch(memory, view),
            (TextureOp::Write, Some(view), _) => {
                operands.write(memory, view);
                continue;
            }
            (TextureOp::QuerySize, Some(view), _) => {
                let explicit = instruction.lod == LodMode::Explicit;
                of(view.size(if explicit { frame.lod[lane] } else { 0 }))
            }
            (TextureOp::QueryLevels, Some(view), _) => of([view.mips.len() as u32, view.samples, 0, 0]),
            (TextureOp::Write, None, _) => continue,
            _ => zero,
        };
        for (lanes, channel) in frame.texel.iter_mut().zip(result.channels) {
            lanes[lane] = channel;
        }
        frame.resident[lane] = (result.resident || mutation::is("residency_is_always_one")).into();
    }
}
