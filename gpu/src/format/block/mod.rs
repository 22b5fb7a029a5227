//! Compressed formats, and others whose texels come several at once: a block of bytes is decoded as a whole.
//!
//! Blocks are only read. Who looks at single texels uses `texel`, which remembers the blocks it decoded last, by their bytes.
#![expect(unsafe_code, reason = "blocks are raw memory")]

mod astc;
mod astc_hdr;
mod astc_integers;
mod bc;
mod etc;
mod packed_422;

use std::cell::RefCell;

use super::codec::Texels;
use super::srgb;

pub(super) use astc::{Astc, AstcHdr};
pub(super) use bc::{Bc1, Bc2, Bc3, Bc4, Bc5, Bc6, Bc7};
pub(super) use etc::{Eac, Etc2, Etc2A1, Etc2A8};
pub(super) use packed_422::Packed422;

/// The most texels of a block.
pub const MAX_TEXELS: usize = 144;
/// The most bytes of a block.
const MAX_BYTES: usize = 16;
/// Blocks that a thread remembers.
const REMEMBERED: usize = 64;

/// Channels of the texels of a block, row by row.
pub type Block = [[u32; 4]; MAX_TEXELS];

/// Decodes a block; the slice has the bytes of an element.
pub type DecodeBlock = fn(&[u8], &mut Block);

/// A format with blocks.
pub(super) trait Decoder {
    const BYTES: usize;
    const EXTENT: [u32; 2] = [4, 4];
    fn decode(bytes: &[u8], block: &mut Block);
}

/// The [`Codec`](super::Codec) of a format with blocks: loads give the first texel of each, stores change nothing.
pub(super) struct FirstTexel<D>(std::marker::PhantomData<D>);

impl<D: Decoder> Texels for FirstTexel<D> {
    const BYTES: usize = D::BYTES;

    unsafe fn load(from: *const u8) -> [u32; 4] {
        let mut block = [[0; 4]; MAX_TEXELS];
        // SAFETY: the caller's promise.
        D::decode(unsafe { std::slice::from_raw_parts(from, D::BYTES) }, &mut block);
        block[0]
    }

    unsafe fn store(_: *mut u8, _: [u32; 4]) {}
}

struct Remembered {
    decode: Option<DecodeBlock>,
    bytes: [u8; MAX_BYTES],
    block: Block,
}

thread_local! {
    static REMEMBER: RefCell<Vec<Remembered>> = const { RefCell::new(Vec::new()) };
}

/// One texel of a block.
pub(crate) fn texel(decode: DecodeBlock, bytes: &[u8], index: usize) -> [u32; 4] {
    let mut key = [0; MAX_BYTES];
    let length = bytes.len().min(MAX_BYTES);
    key[..length].copy_from_slice(&bytes[..length]);
    let words = u128::from_le_bytes(key);
    let hash = ((words as u64 ^ (words >> 64) as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15)) >> 58;
    REMEMBER.with_borrow_mut(|remembered| {
        if remembered.is_empty() {
            remembered.resize_with(REMEMBERED, || Remembered {
                decode: None,
                bytes: [0; MAX_BYTES],
                block: [[0; 4]; MAX_TEXELS],
            });
        }
        let entry = &mut remembered[hash as usize % REMEMBERED];
        let same =
            entry.decode.is_some_and(|known| std::ptr::fn_addr_eq(known, decode)) && entry.bytes == key;
        if !same {
            decode(&key[..length], &mut entry.block);
            (entry.decode, entry.bytes) = (Some(decode), key);
        }
        entry.block[index % MAX_TEXELS]
    })
}

/// Channels of a color of bytes, red, green and blue perhaps in the sRGB transfer function.
fn from_bytes([red, green, blue, alpha]: [u8; 4], is_srgb: bool) -> [u32; 4] {
    let color = |byte: u8| if is_srgb { srgb::decode(byte) } else { f32::from(byte) / 255.0 };
    [color(red), color(green), color(blue), f32::from(alpha) / 255.0].map(f32::to_bits)
}
