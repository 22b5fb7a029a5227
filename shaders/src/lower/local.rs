//! Private memory that is indexed dynamically.
//!
//! ```text
//!   word w of a memory, lane l:   block + offset of the memory + w * 32 + l * 4        (bytes)
//! ```
//!
//! Thus the same offset in all lanes is one vector, and 64-bit elements are two words. Elements are aligned to their size;
//! an offset that is not is rounded down. A lane outside of its memory reads zero and stores nothing.

use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::{self as clif, InstBuilder, MemFlagsData, types};

use super::Lowering;
use super::value::{self, Operand, Parts, cast, is_wide, part_type, shuffle_words, vector_constant};
use crate::abi::LANES;
use crate::ir::{Function, LocalMemory, Type, Value};

/// First byte of each memory in a packet's block, and the size of the block.
pub(super) fn layout(function: &Function) -> (Vec<u32>, u32) {
    let mut end = 0u32;
    let offsets = function
        .local_memories
        .iter()
        .map(|bytes| {
            let start = end;
            end = end.saturating_add(bytes.div_ceil(4).saturating_mul(4 * LANES));
            start
        })
        .collect();
    (offsets, end)
}

/// Where the words of an access are.
enum Words {
    /// The same in all lanes: the address of lane 0.
    Together(clif::Value),
    /// Byte offset of each lane's word from the block.
    Apart(Parts),
}

struct Access {
    words: Words,
    /// Lanes inside of the memory; `None`: all.
    inside: Option<Parts>,
    /// For narrow types: how far the element is from the word's lowest bit, in each lane.
    shift: Option<Operand>,
}

impl Lowering<'_, '_> {
    pub(super) fn local_load(&mut self, ty: Type, memory: LocalMemory, offset: Value) -> Operand {
        let access = self.local_access(ty, memory, offset);
        let low = self.load_words(&access.words, 0);
        let loaded = if is_wide(ty) {
            let high = self.load_words(&access.words, 32);
            self.join_words(ty, low, high)
        } else {
            let shifted = match access.shift {
                Some(shift) => self.shift_words(low, shift, false),
                None => low,
            };
            shifted.map(|part| {
                let part = self.normal(ty, part);
                cast(&mut self.b, part_type(ty), part)
            })
        };
        let loaded = if ty == Type::Bool { self.mask_from_ints(loaded) } else { loaded };
        Operand::Vector(match access.inside {
            None => loaded,
            Some(inside) => {
                let zero = value::steps(&mut self.b, ty, 0);
                let zero = zero.map(|part| cast(&mut self.b, part_type(ty), part));
                self.blend(ty, inside, loaded, zero)
            }
        })
    }

    pub(super) fn local_store(&mut self, memory: LocalMemory, offset: Value, value: Value) {
        let ty = self.type_of(value);
        let access = self.local_access(ty, memory, offset);
        let mask = self.store_mask(access.inside);
        let value = self.get_vector(value);
        if is_wide(ty) {
            let (low, high) = self.split_words(value);
            self.store_words(&access.words, 0, low, mask);
            self.store_words(&access.words, 32, high, mask);
            return;
        }
        let mut value = value.map(|part| cast(&mut self.b, types::I32X4, part));
        if let Some(shift) = access.shift {
            let ones = value::steps(&mut self.b, Type::I32, 0).map(|zero| {
                let ones = self.b.ins().bnot(zero);
                self.normal(ty, ones)
            });
            let field = self.shift_words(ones, shift, true);
            let shifted = self.shift_words(value, shift, true);
            let old = self.load_words(&access.words, 0);
            value = self.blend(Type::I32, field, shifted, old);
        }
        self.store_words(&access.words, 0, value, mask);
    }

    fn store_mask(&mut self, inside: Option<Parts>) -> Option<Parts> {
        let exec = (!self.full).then(|| self.exec_mask());
        match (exec, inside) {
            (Some(exec), Some(inside)) => Some(exec.zip(inside, |a, b| self.b.ins().band(a, b))),
            (one, None) | (None, one) => one,
        }
    }

    fn local_access(&mut self, ty: Type, memory: LocalMemory, offset: Value) -> Access {
        let size = ty.bytes();
        let bytes = self.function.local_memories[memory.index()];
        let block = self.local_offsets[memory.index()];
        let known_inside =
            self.constant_of(offset).is_some_and(|at| at.saturating_add(u64::from(size)) <= u64::from(bytes));
        let operand = self.get(offset);
        let narrow = size < 4;
        if let Some(at) = operand.as_uniform() {
            let (at, inside) = if known_inside {
                (at, None)
            } else {
                let inside = self.is_inside(at, size, bytes);
                let zero = self.b.ins().iconst(types::I32, 0);
                (self.b.ins().select(inside, at, zero), Some(value::splat(&mut self.b, Type::Bool, inside)))
            };
            let shift = narrow.then(|| Operand::uniform(self.bit_offset(ty, at)));
            let word = self.word_offset(at);
            let word = self.b.ins().uextend(types::I64, word);
            let base = self.local_block(block);
            return Access { words: Words::Together(self.b.ins().iadd(base, word)), inside, shift };
        }
        let at = self.get_vector(offset);
        let inside = at.map(|at| self.is_inside(at, size, bytes));
        let at = at.zip(inside, |at, inside| self.b.ins().band(at, inside));
        let shift = narrow.then(|| Operand::Vector(at.map(|at| self.bit_offset(ty, at))));
        let words = at.map(|at| self.word_offset(at));
        let lanes = value::steps(&mut self.b, Type::I32, 4);
        let words = words.zip(lanes, |word, lane| self.b.ins().iadd(word, lane));
        let start = self.b.ins().iconst(types::I32, i64::from(block));
        let start = self.b.ins().splat(types::I32X4, start);
        let words = words.map(|word| self.b.ins().iadd(word, start));
        Access { words: Words::Apart(words), inside: Some(inside), shift }
    }

    /// Whether an element at that offset is inside, for scalars and vectors.
    fn is_inside(&mut self, at: clif::Value, size: u32, bytes: u32) -> clif::Value {
        let last = self.int_like(at, i64::from(bytes) - i64::from(size));
        if bytes < size {
            let least = self.int_like(at, 0);
            return self.b.ins().icmp(IntCC::UnsignedLessThan, at, least);
        }
        self.b.ins().icmp(IntCC::UnsignedLessThanOrEqual, at, last)
    }

    /// A constant of the type of another 32-bit value.
    fn int_like(&mut self, like: clif::Value, constant: i64) -> clif::Value {
        let scalar = self.b.ins().iconst(types::I32, constant & 0xffff_ffff);
        let ty = self.b.func.dfg.value_type(like);
        if ty.is_vector() { self.b.ins().splat(ty, scalar) } else { scalar }
    }

    /// `offset / 4 * 32`.
    fn word_offset(&mut self, at: clif::Value) -> clif::Value {
        let whole = self.int_like(at, !3);
        let whole = self.b.ins().band(at, whole);
        self.b.ins().ishl_imm_s(whole, 3)
    }

    /// Bits below a narrow element in its word.
    fn bit_offset(&mut self, ty: Type, at: clif::Value) -> clif::Value {
        let inside = self.int_like(at, if ty.bytes() == 1 { 3 } else { 2 });
        let byte = self.b.ins().band(at, inside);
        self.b.ins().ishl_imm_s(byte, 3)
    }

    fn shift_words(&mut self, words: Parts, shift: Operand, left: bool) -> Parts {
        let apply = |s: &mut Self, x, amount| {
            if left { s.b.ins().ishl(x, amount) } else { s.b.ins().ushr(x, amount) }
        };
        match shift {
            Operand::Vector(amounts) => {
                self.lanewise(Type::I32, &[words, amounts], |s, lanes| apply(s, lanes[0], lanes[1]))
            }
            Operand::Scalar { base, .. } => words.map(|word| apply(self, word, base)),
        }
    }

    fn load_words(&mut self, words: &Words, displacement: i32) -> Parts {
        match *words {
            Words::Together(address) => {
                let mut load = |at| self.b.ins().load(types::I32X4, MemFlagsData::trusted(), address, at);
                Parts::new(&[load(displacement), load(displacement + 16)])
            }
            Words::Apart(offsets) => {
                let block = self.local_block(0);
                self.lanewise(Type::I32, &[offsets], |s, lanes| {
                    let offset = s.b.ins().uextend(types::I64, lanes[0]);
                    let address = s.b.ins().iadd(block, offset);
                    s.b.ins().load(types::I32, MemFlagsData::trusted(), address, displacement)
                })
            }
        }
    }

    /// Stores to the lanes of the mask. The others get what they had: nobody else sees this memory.
    fn store_words(&mut self, words: &Words, displacement: i32, value: Parts, mask: Option<Parts>) {
        let value = match mask {
            None => value,
            Some(mask) => {
                let old = self.load_words(words, displacement);
                self.blend(Type::I32, mask, value, old)
            }
        };
        match *words {
            Words::Together(address) => {
                for (i, &part) in (0..).zip(value.iter()) {
                    self.b.ins().store(MemFlagsData::trusted(), part, address, displacement + i * 16);
                }
            }
            Words::Apart(offsets) => {
                let block = self.local_block(0);
                for lane in 0..LANES as u8 {
                    let offset = value::lane(&mut self.b, offsets, lane);
                    let offset = self.b.ins().uextend(types::I64, offset);
                    let address = self.b.ins().iadd(block, offset);
                    let element = value::lane(&mut self.b, value, lane);
                    self.b.ins().store(MemFlagsData::trusted(), element, address, displacement);
                }
            }
        }
    }

    /// 64-bit lanes from their low and high words.
    fn join_words(&mut self, ty: Type, low: Parts, high: Parts) -> Parts {
        let halves = [0, 1].map(|i| {
            [[0, 4, 1, 5], [2, 6, 3, 7]].map(|words| {
                let joined = shuffle_words(&mut self.b, low[i], high[i], words);
                cast(&mut self.b, part_type(ty), joined)
            })
        });
        Parts::new(halves.as_flattened())
    }

    fn split_words(&mut self, value: Parts) -> (Parts, Parts) {
        let mut pick = |words| {
            let parts = [(0, 1), (2, 3)].map(|(i, j)| shuffle_words(&mut self.b, value[i], value[j], words));
            Parts::new(&parts)
        };
        (pick([0, 2, 4, 6]), pick([1, 3, 5, 7]))
    }

    /// Zeroes the packet's block.
    pub(super) fn zero_locals(&mut self) {
        if self.local_bytes == 0 {
            return;
        }
        let block = self.local_block(0);
        if self.local_bytes <= 512 {
            let zero = vector_constant(&mut self.b, types::I32X4, [0; 16]);
            for at in (0..self.local_bytes as i32).step_by(16) {
                self.b.ins().store(MemFlagsData::trusted(), zero, block, at);
            }
            return;
        }
        let bytes = self.b.ins().iconst(types::I64, i64::from(self.local_bytes));
        self.call(crate::runtime::memory::zero as *const (), &[block, bytes]);
    }
}
