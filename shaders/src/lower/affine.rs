//! Accesses whose lanes lie at a constant distance, checked and translated once for all lanes and all members of a batch:
//!
//! ```text
//!        offset + span <= range ?  ----------------------------- no --+
//!                 | yes                                               |
//!        address has SPARSE_TAG ?  -- yes -->  entry VALID,           |
//!                 | no                         span inside the page ? |-- no -->  runtime function:
//!                 |                                  | yes            |           each lane by itself
//!                 +---------------+------------------+                |
//!                                 v                                   |
//!                  vector accesses, or one access per lane            |
//!                                 v                                   v
//!                                done <-------------------------------+
//! ```
//!
//! # Invariants
//! 1. An inline access touches only `base + offset .. + span`, all of it inside the range and, for a sparse address, inside
//!    one page whose entry was `VALID`, and not `READ_ONLY` for stores. Loads may touch the bytes of inactive lanes.
//! 2. An inline store is made only if all lanes are active, or the store is uniform and at least one lane is.
//! 3. No access depends on alignment.

use core::mem::offset_of;

use cranelift_codegen::cursor::{Cursor, CursorPosition, FuncCursor};
use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::{self as clif, BlockArg, InstBuilder, MemFlagsData, types};
use lacuna_vm::mutation;
use lacuna_vm::page_table::pte;
use lacuna_vm::units::{PAGE_SHIFT, PAGE_SIZE};
use smallvec::SmallVec;

use super::Lowering;
use super::batch::{Member, Members, rows_of};
use super::cold_call::Cold;
use super::memory::Region;
use super::value::{self, Operand, Parts, cast, is_wide, part_type, scalar_type};
use crate::abi::{DispatchContext, LANES};
use crate::ir::{Place, Type};
use crate::runtime::batch::{Batch, BatchFrame, Element};

/// Strides up to this many bytes are accessed inline: the displacement of every lane fits into an instruction.
pub(super) const MAX_STRIDE: i64 = 1 << 24;

/// A page that may be accessed.
pub(super) struct Page {
    /// The host address of the access.
    pub(super) host: clif::Value,
    /// Its byte in the page, and how many bytes it could be further and still fit.
    pub(super) low: clif::Value,
    pub(super) distance: clif::Value,
}

/// What a page counts as while its address has the tag on.
const TAG_PAGE: i64 = (pte::SPARSE_TAG >> PAGE_SHIFT) as i64;
/// Bytes of a page table entry, as a power of two.
const ENTRY_SHIFT: i64 = 3;

/// Bytes of a vector of the machine.
const VECTOR: u64 = 16;

/// Addresses that differ from lane to lane by a constant.
pub(super) struct Affine {
    pub(super) region: Region,
    /// Of lane 0 and the lowest member, 64 bits.
    pub(super) offset: clif::Value,
    known_offset: Option<u64>,
    /// Whether offsets have 64 bits before they are extended.
    wide: bool,
    stride: i64,
    /// `at` counts from the lowest member.
    members: Members,
    /// Bytes from the first to the last byte of one lane.
    size: u64,
    /// Whether each lane is accessed as one vector of 32-bit members.
    quads: bool,
}

type Values = SmallVec<[clif::Value; 8]>;

impl Affine {
    /// Bytes from the first to the last byte of the packet.
    fn span(&self) -> u64 {
        self.stride as u64 * u64::from(LANES - 1) + self.size
    }

    fn batch(&self) -> Batch {
        let mut row = 0;
        let elements = self.members.iter().map(|member| {
            let element = Element { delta: member.at as u64, size: member.ty.bytes(), row };
            row += rows_of(member.ty) as u32;
            element
        });
        Batch { wide: self.wide, stride: self.stride as u64, elements: elements.collect() }
    }
}

impl Lowering<'_, '_> {
    /// Makes loads that are affine; `None` if they are not, and nothing is done.
    pub(super) fn load_affine(&mut self, place: &Place, members: &Members) -> Option<Vec<Operand>> {
        let access = self.affine(place, members, false)?;
        let machine: Vec<clif::Type> = access
            .members
            .iter()
            .flat_map(|member| {
                let (ty, count) = if access.stride == 0 {
                    (scalar_type(member.ty), 1)
                } else {
                    (part_type(member.ty), value::part_count(member.ty))
                };
                std::iter::repeat_n(ty, count)
            })
            .collect();
        let results = self.checked(&access, false, &machine, |s, pointer| match pointer {
            Some(pointer) => s.load_inline(&access, pointer),
            None => s.load_out_of_line(&access),
        });
        let mut results = results.as_slice();
        let operand = |member: &Member| {
            let count = if access.stride == 0 { 1 } else { value::part_count(member.ty) };
            let (mine, rest) = results.split_at(count);
            results = rest;
            if access.stride == 0 { Operand::uniform(mine[0]) } else { Operand::Vector(Parts::new(mine)) }
        };
        Some(access.members.iter().map(operand).collect())
    }

    /// Makes stores that are affine; false if they are not, and nothing is done.
    pub(super) fn store_affine(&mut self, place: &Place, members: &Members) -> bool {
        let uniform = self.get(members[0].value).as_uniform().is_some();
        let Some(access) = self.affine(place, members, true) else { return false };
        if access.stride == 0 && !uniform {
            return false;
        }
        let operands: Vec<Parts> = members
            .iter()
            .map(|member| match access.stride {
                0 => Parts::new(&[self.get_base(member.value)]),
                _ => self.get_vector(member.value),
            })
            .collect();
        self.checked(&access, true, &[], |s, pointer| {
            match pointer {
                Some(pointer) => s.store_inline(&access, &operands, pointer),
                None => s.store_out_of_line(&access, &operands),
            }
            Values::new()
        });
        true
    }

    /// The access, if its lanes lie at a constant distance that is worth it.
    fn affine(&mut self, place: &Place, members: &Members, write: bool) -> Option<Affine> {
        let value = Self::offset_of(place);
        let Operand::Scalar { base, stride } = self.get(value) else { return None };
        if stride != 0 && !(i64::from(members[0].ty.bytes())..=MAX_STRIDE).contains(&stride) {
            return None;
        }
        let region = self.region(place)?;
        let lowest = members.iter().map(|member| member.at).min().unwrap_or(0);
        let wide = is_wide(self.type_of(value));
        let base = if lowest == 0 { base } else { self.b.ins().iadd_imm_s(base, lowest) };
        let offset = if wide { base } else { self.b.ins().uextend(types::I64, base) };
        let known_offset = self.constant_of(value).map(|offset| offset.wrapping_add_signed(lowest));
        let members: Members =
            members.iter().map(|member| Member { at: member.at - lowest, ..*member }).collect();
        let end = |member: &Member| member.at as u64 + u64::from(member.ty.bytes());
        let mut size = members.iter().map(end).max().unwrap_or(0);
        let words = members.iter().all(|m| matches!(m.ty, Type::I32 | Type::F32) && m.at % 4 == 0);
        let all = members.len() == 4 && (0..4).all(|i| members.iter().any(|m| m.at == i * 4));
        let quads = stride != 0 && words && size <= VECTOR && if write { all } else { members.len() > 2 };
        if quads {
            size = VECTOR;
        }
        Some(Affine { region, offset, known_offset, wide, stride, members, size, quads })
    }

    // --- the two ways -------------------------------------------------------------------------------------------

    fn load_inline(&mut self, access: &Affine, pointer: clif::Value) -> Values {
        if access.quads {
            let lanes = [0, 1, 2, 3, 4, 5, 6, 7i64].map(|lane| {
                let at = (lane * access.stride) as i32;
                self.b.ins().load(types::I32X4, super::access::application(), pointer, at)
            });
            let (low, high) = lanes.split_at(4);
            let (low, high) = (self.transpose(low), self.transpose(high));
            let component = |s: &mut Self, member: &Member| {
                let i = (member.at / 4) as usize;
                [low[i], high[i]].map(|part| cast(&mut s.b, part_type(member.ty), part))
            };
            return access.members.iter().flat_map(|member| component(self, member)).collect();
        }
        let mut values = Values::new();
        for member in &access.members {
            let (ty, at) = (member.ty, member.at as i32);
            match access.stride {
                0 => values.push(self.load_scalar(ty, pointer, at)),
                stride if stride == i64::from(ty.bytes()) => {
                    values.extend_from_slice(&self.load_vector(ty, pointer, at));
                }
                stride => values.extend_from_slice(&self.load_strided(ty, pointer, at, stride)),
            }
        }
        values
    }

    fn store_inline(&mut self, access: &Affine, operands: &[Parts], pointer: clif::Value) {
        if access.quads {
            for half in [0, 1] {
                let mut rows = [operands[0][half]; 4];
                for (member, parts) in access.members.iter().zip(operands) {
                    rows[(member.at / 4) as usize] = parts[half];
                }
                for (lane, row) in (half as i64 * 4..).zip(self.transpose(&rows)) {
                    let at = (lane * access.stride) as i32;
                    self.b.ins().store(super::access::application(), row, pointer, at);
                }
            }
            return;
        }
        for (member, &parts) in access.members.iter().zip(operands) {
            let (ty, at) = (member.ty, member.at as i32);
            match access.stride {
                0 => self.store_scalar(ty, parts[0], pointer, at),
                stride if stride == i64::from(ty.bytes()) => self.store_vector(ty, parts, pointer, at),
                stride => self.store_strided(ty, parts, pointer, at, stride),
            }
        }
    }

    /// Four vectors of four words, rows for columns.
    fn transpose(&mut self, rows: &[clif::Value]) -> [clif::Value; 4] {
        let mut pair = |x, y, words| value::shuffle_words(&mut self.b, x, y, words);
        let (low, high) = ([0, 4, 1, 5], [2, 6, 3, 7]);
        let (a, b) = (pair(rows[0], rows[1], low), pair(rows[2], rows[3], low));
        let (c, d) = (pair(rows[0], rows[1], high), pair(rows[2], rows[3], high));
        let (left, right) = ([0, 1, 4, 5], [2, 3, 6, 7]);
        [pair(a, b, left), pair(a, b, right), pair(c, d, left), pair(c, d, right)]
    }

    fn load_out_of_line(&mut self, access: &Affine) -> Values {
        let frame = self.call_batch(access, Cold::LoadBatch, access.batch());
        let mut values = Values::new();
        let mut row = 0;
        for member in &access.members {
            let at = row_offset(row);
            row += rows_of(member.ty);
            let trusted = MemFlagsData::trusted();
            if access.stride == 0 {
                let word = if member.ty == Type::Bool { types::I32 } else { scalar_type(member.ty) };
                let loaded = self.b.ins().load(word, trusted, frame, at);
                values.push(self.bool_from_lane(member.ty, loaded));
            } else {
                let parts: Values = (0..value::part_count(member.ty) as i32)
                    .map(|i| self.b.ins().load(part_type(member.ty), trusted, frame, at + i * 16))
                    .collect();
                let parts = Parts::new(&parts);
                let parts = if member.ty == Type::Bool { self.mask_from_ints(parts) } else { parts };
                values.extend_from_slice(&parts);
            }
        }
        values
    }

    fn store_out_of_line(&mut self, access: &Affine, operands: &[Parts]) {
        let frame = self.batch_frame();
        let mut row = 0;
        for (member, parts) in access.members.iter().zip(operands) {
            for (i, &part) in (0..).zip(parts.iter()) {
                let narrow_bool = member.ty == Type::Bool && access.stride == 0;
                let part = if narrow_bool { self.b.ins().uextend(types::I32, part) } else { part };
                self.b.ins().store(MemFlagsData::trusted(), part, frame, row_offset(row) + i * 16);
            }
            row += rows_of(member.ty);
        }
        self.call_batch(access, Cold::StoreBatch, access.batch());
    }

    fn call_batch(&mut self, access: &Affine, function: Cold, batch: Batch) -> clif::Value {
        let batch = Box::new(batch);
        let address = self.b.ins().iconst(types::I64, &raw const *batch as i64);
        self.batches.push(batch);
        let frame = self.batch_frame();
        let first = offset_of!(BatchFrame, first) as i32;
        self.b.ins().store(MemFlagsData::trusted(), access.offset, frame, first);
        let bits = if access.stride == 0 { self.b.ins().iconst(types::I32, 1) } else { self.active_bits() };
        let Region { base, range, .. } = access.region;
        let ctx = self.context();
        self.call_cold(function, &[ctx, base, range, frame, bits, address]);
        frame
    }

    // --- checks -------------------------------------------------------------------------------------------------

    /// Emits the drawing in the module's header. `access` gets the host address of lane 0, or `None` on the slow path.
    fn checked(
        &mut self,
        affine: &Affine,
        write: bool,
        results: &[clif::Type],
        mut access: impl FnMut(&mut Self, Option<clif::Value>) -> Values,
    ) -> Values {
        let masked = write && affine.stride != 0 && !self.full;
        let in_bounds = matches!((affine.region.known_range, affine.known_offset), (Some(range), Some(offset))
            if offset.checked_add(affine.span()).is_some_and(|end| end <= range));
        if in_bounds && !masked {
            let pointer = self.b.ins().iadd(affine.region.base, affine.offset);
            return access(self, Some(pointer));
        }
        let (slow, done) = (self.b.create_block(), self.b.create_block());
        self.b.set_cold_block(slow);
        let out: Values = results.iter().map(|&ty| self.b.append_block_param(done, ty)).collect();

        let pointer = self.pointer(affine, write, masked, slow);
        let values = access(self, Some(pointer));
        self.jump_with(done, &values);

        self.b.switch_to_block(slow);
        self.b.seal_block(slow);
        let values = access(self, None);
        self.jump_with(done, &values);

        self.b.switch_to_block(done);
        self.b.seal_block(done);
        out
    }

    fn jump_with(&mut self, block: clif::Block, values: &[clif::Value]) {
        let arguments: Vec<BlockArg> = values.iter().map(|&v| v.into()).collect();
        self.b.ins().jump(block, &arguments);
    }

    /// The host address of lane 0; goes to `slow` if the access cannot be made in one go.
    fn pointer(&mut self, affine: &Affine, write: bool, masked: bool, slow: clif::Block) -> clif::Value {
        if masked {
            let exec = self.exec_mask();
            let both = self.b.ins().band(exec[0], exec[1]);
            let all = self.b.ins().vall_true(both);
            self.continue_if(all, slow);
        }
        if self.wants_window(affine) {
            return self.through_window(affine, write, slow);
        }
        let Region { base, sparse, bounded, .. } = affine.region;
        if bounded {
            self.inside(affine, slow);
        } else {
            // No memory is in the first page: what is addressed relative to a null pointer is nowhere.
            let page = PAGE_SIZE as i64;
            let inside = self.b.ins().icmp_imm_s(IntCC::UnsignedGreaterThanOrEqual, affine.offset, page);
            self.continue_if(inside, slow);
        }
        let address = self.b.ins().iadd(base, affine.offset);
        if sparse { self.translate(affine, address, write, slow) } else { address }
    }

    /// Goes on if the access is inside of its range; gives how many offsets are.
    pub(super) fn inside(&mut self, affine: &Affine, slow: clif::Block) -> clif::Value {
        // An offset may be anything up to 2^64: nothing may be added to it before it is known to be small.
        let starts = self.starts(affine);
        let inside = self.b.ins().icmp(IntCC::UnsignedLessThan, affine.offset, starts);
        self.continue_if(inside, slow);
        starts
    }

    /// How many offsets of lane 0 keep all of the access inside of its range.
    fn starts(&mut self, affine: &Affine) -> clif::Value {
        let Region { range, known_range, .. } = affine.region;
        let beyond = affine.span() - 1;
        if let Some(range) = known_range {
            return self.b.ins().iconst(types::I64, range.saturating_sub(beyond) as i64);
        }
        if let Some(&starts) = self.starts.get(&(range, beyond)) {
            return starts;
        }
        // Computed where the range comes from, so that a loop that reads a buffer does not count anew in each turn.
        let mut cursor = self.after(range);
        let fits = cursor.ins().icmp_imm_u(IntCC::UnsignedGreaterThan, range, beyond as i64);
        let count = cursor.ins().iadd_imm_s(range, -(beyond as i64));
        let none = cursor.ins().iconst(types::I64, 0);
        let starts = cursor.ins().select(fits, count, none);
        self.starts.insert((range, beyond), starts);
        starts
    }

    /// Code right behind that which makes a value: once, if that is before all loops.
    pub(super) fn after(&mut self, value: clif::Value) -> FuncCursor<'_> {
        let definition = self.b.func.dfg.value_def(value).inst();
        let mut cursor = FuncCursor::new(self.b.func);
        let Some(definition) = definition else { unreachable!("what descriptors say is loaded") };
        cursor.set_position(CursorPosition::At(definition));
        cursor.next_inst();
        cursor
    }

    fn continue_if(&mut self, condition: clif::Value, otherwise: clif::Block) {
        let next = self.b.create_block();
        self.b.ins().brif(condition, next, &[], otherwise, &[]);
        self.enter(next);
    }

    /// Device address to host address, for as many bytes as the span.
    fn translate(
        &mut self,
        affine: &Affine,
        address: clif::Value,
        write: bool,
        slow: clif::Block,
    ) -> clif::Value {
        let (sparse, done) = (self.b.create_block(), self.b.create_block());
        let host = self.b.append_block_param(done, types::I64);
        let tag = self.b.ins().iconst(types::I64, pte::SPARSE_TAG as i64);
        let tagged = self.b.ins().band(address, tag);
        self.b.ins().brif(tagged, sparse, &[], done, &[address.into()]);

        self.enter(sparse);
        let page = self.resident(affine, address, write, slow);
        self.b.ins().jump(done, &[page.host.into()]);

        self.enter(done);
        host
    }

    /// The page of a sparse address, if as many bytes as the span are in it and may be accessed.
    pub(super) fn resident(
        &mut self,
        affine: &Affine,
        address: clif::Value,
        write: bool,
        slow: clif::Block,
    ) -> Page {
        const { assert!(PAGE_SHIFT == u16::BITS) };
        let low = self.b.ins().ireduce(types::I16, address);
        let low = self.b.ins().uextend(types::I64, low);
        // A span that is longer than a page never fits.
        let last = PAGE_SIZE as i64 - affine.span() as i64;
        let last = if mutation::is("vectors_run_over_pages") { PAGE_SIZE as i64 } else { last.max(-1) };
        let last = self.b.ins().iconst(types::I64, last);
        let entry = self.entry_of(affine, address, slow);
        // No bit is left of what forbids the access: a distance to the last byte below zero, an entry that is not valid.
        // One that is has no other flag, but perhaps the one that only stores mind.
        let distance = self.b.ins().isub(last, low);
        let beyond = self.b.ins().sshr_imm_s(distance, 63);
        let relevant = pte::VALID | if write { pte::READ_ONLY } else { 0 };
        let flags = self.b.ins().band_imm_s(entry, relevant as i64);
        let unusable = self.b.ins().bxor_imm_s(flags, pte::VALID as i64);
        let wrong = match write {
            false if mutation::is("unbound_reads_take_the_fast_way") => beyond,
            _ => self.b.ins().bor(beyond, unusable),
        };
        let next = self.b.create_block();
        self.b.ins().brif(wrong, slow, &[], next, &[]);
        self.enter(next);
        let start = self.b.ins().band_imm_s(entry, pte::ADDRESS_MASK as i64);
        Page { host: self.b.ins().bor(start, low), low, distance }
    }

    /// The page table entry of a sparse address.
    fn entry_of(&mut self, affine: &Affine, address: clif::Value, slow: clif::Block) -> clif::Value {
        let constant = MemFlagsData::trusted().with_readonly().with_can_move();
        let ctx = self.context();
        // Pages count from the tag, and the table begins as much earlier: nothing has to take the tag off.
        let page = self.b.ins().ushr_imm_s(address, i64::from(PAGE_SHIFT));
        if !affine.region.bounded {
            // What a descriptor describes is inside of the address space; a pointer may be anything.
            let at = offset_of!(DispatchContext, page_count) as i32;
            let count = self.b.ins().load(types::I64, constant, ctx, at);
            let end = self.b.ins().iadd_imm_s(count, TAG_PAGE);
            let known = self.b.ins().icmp(IntCC::UnsignedLessThan, page, end);
            self.continue_if(known, slow);
        }
        let at = offset_of!(DispatchContext, page_table) as i32;
        let table = self.b.ins().load(types::I64, constant, ctx, at);
        let table = self.b.ins().iadd_imm_s(table, -(TAG_PAGE << ENTRY_SHIFT));
        let index = self.b.ins().ishl_imm_s(page, ENTRY_SHIFT);
        let place = self.b.ins().iadd(table, index);
        self.b.ins().load(types::I64, MemFlagsData::trusted(), place, 0)
    }
}

/// Byte of a frame where a row begins.
fn row_offset(row: usize) -> i32 {
    (offset_of!(BatchFrame, rows) + row * size_of::<[u32; LANES as usize]>()) as i32
}
