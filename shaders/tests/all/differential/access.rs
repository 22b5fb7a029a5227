//! Random accesses to memory.

use lacuna_shaders::ir::{AtomicOp, BinaryOp, ConvertOp, LocalMemory, Op, Place, Stmt, Type, Value};

use super::generator::{Generator, TYPES};

impl Generator {
    /// Offsets: the invocation's own element, with all strides, anything, or one for all.
    fn offset(&mut self) -> Value {
        let source = self.value(Type::I32);
        let factor = self.random.pick(&[1, 2, 4, 8, 12, 16, 64]);
        let factor = self.int(factor);
        match self.random.below(4) {
            0 => source,
            1 => {
                let mask = self.int(0x3fc);
                self.binary(BinaryOp::And, source, mask)
            }
            2 => {
                let constant = self.random.next() % 300;
                self.int(constant)
            }
            _ => {
                let affine = self.scope[1 + self.random.below(4)];
                let scaled = self.binary(BinaryOp::IMul, affine, factor);
                let start = self.random.pick(&[0u64, 4, 8, 100, 0xffff_fffc]);
                let start = self.int(start);
                self.binary(BinaryOp::IAdd, scaled, start)
            }
        }
    }

    pub(crate) fn load(&mut self) {
        let ty = self.random.pick(&[Type::I32, Type::I32, Type::I64, Type::I16, Type::I8]);
        let offset = self.offset();
        let slot = self.random.pick(&[1, 2, 3]);
        let slot = if self.random.one_in(6) {
            let (any, mask) = (self.value(Type::I32), self.int(1));
            let low = self.binary(BinaryOp::And, any, mask);
            let one = self.int(2);
            self.binary(BinaryOp::IAdd, low, one)
        } else {
            self.int(slot)
        };
        if self.random.one_in(8) {
            self.define(Type::I32, Op::BufferSize { set: 0, slot });
        }
        if self.random.one_in(6) {
            let masked = self.int(0xfc);
            let offset = self.binary(BinaryOp::And, offset, masked);
            self.define(ty, Op::Load(ty, Place::PushConstant { offset }));
        } else if self.random.one_in(3) {
            let loaded = self.define(Type::F32, Op::Load(Type::F32, Place::Buffer { set: 0, slot, offset }));
            self.scope.push(loaded);
        } else {
            self.define(ty, Op::Load(ty, Place::Buffer { set: 0, slot, offset }));
            if self.random.one_in(2) {
                self.load_neighbours(slot, offset);
            }
        }
    }

    /// What lies around an element, as the components of a vector do.
    fn load_neighbours(&mut self, slot: Value, offset: Value) {
        let any = self.random.pick(&[Type::I32, Type::F32, Type::I64, Type::I16, Type::I8]);
        let ty = if self.random.one_in(3) { any } else { Type::I32 };
        for _ in 0..1 + self.random.below(4) {
            let distance = self.random.pick(&[4u64, 8, 12, 4, 8, 12, 0xffff_fffc, 100, 300]);
            let distance = self.int(distance);
            let offset = self.binary(BinaryOp::IAdd, offset, distance);
            let loaded = self.define(ty, Op::Load(ty, Place::Buffer { set: 0, slot, offset }));
            self.scope.push(loaded);
        }
    }

    /// Neighbours in the invocation's own part, in any order, some of them the same in all lanes.
    fn store_neighbours(&mut self) {
        let start = self.random.pick(&[24u64, 28, 40, 48]);
        for _ in 0..2 + self.random.below(4) {
            let ty = self.random.pick(&[Type::I32, Type::I32, Type::F32]);
            let value = self.value(ty);
            let value = self.storable(value);
            let at = start + self.random.next() % 4 * 4;
            let at = self.int(at);
            let offset = self.binary(BinaryOp::IAdd, self.own, at);
            self.emit(Stmt::Store { place: Place::Buffer { set: 0, slot: self.zero, offset }, value });
        }
    }

    pub(crate) fn store_somewhere(&mut self) {
        if self.random.one_in(3) {
            return self.store_neighbours();
        }
        let ty = self.random.pick(&TYPES);
        let value = self.value(ty);
        let value = self.storable(value);
        let offset = if self.random.one_in(2) {
            let at = 24 + self.random.next() % 10 * 4;
            self.int(at)
        } else {
            let (any, mask) = (self.value(Type::I32), self.int(0x1c));
            let masked = self.binary(BinaryOp::And, any, mask);
            let start = self.int(24);
            self.binary(BinaryOp::IAdd, masked, start)
        };
        let offset = self.binary(BinaryOp::IAdd, self.own, offset);
        match self.random.below(4) {
            0 if self.ty(value) == Type::I32 => {
                let narrow = self.random.pick(&[Type::I8, Type::I16]);
                let value = self.define(narrow, Op::Convert(ConvertOp::Truncate, value, narrow));
                self.emit(Stmt::Store { place: Place::Buffer { set: 0, slot: self.zero, offset }, value });
            }
            1 if self.ty(value) == Type::I32 => {
                let value = self.define(Type::I64, Op::Convert(ConvertOp::ZeroExtend, value, Type::I64));
                let mask = self.int(!7 & 0xffff_ffff);
                let offset = self.binary(BinaryOp::And, offset, mask);
                self.emit(Stmt::Store { place: Place::Buffer { set: 0, slot: self.zero, offset }, value });
            }
            _ => self.emit(Stmt::Store { place: Place::Buffer { set: 0, slot: self.zero, offset }, value }),
        }
    }

    pub(crate) fn atomic(&mut self) {
        let (op, at) = self.random.pick(&[
            (AtomicOp::IAdd, 0),
            (AtomicOp::UMax, 8),
            (AtomicOp::Xor, 16),
            (AtomicOp::SMin, 24),
        ]);
        let slot = self.int(4);
        let offset = self.int(at);
        let ty = if at == 8 { Type::I64 } else { Type::I32 };
        let value = self.value(ty);
        let out = Value(self.function.values.len() as u32);
        self.function.values.push(ty);
        let place = Place::Buffer { set: 0, slot, offset };
        self.emit(Stmt::Let(out, Op::Atomic { op, ty, place, value, comparator: None }));
    }

    pub(crate) fn local(&mut self) {
        let memory = LocalMemory(self.random.below(2) as u32);
        let ty = self.random.pick(&[Type::I32, Type::F32, Type::I64, Type::I16, Type::I8]);
        let mask = self.int(0x3f & !(u64::from(ty.bytes()) - 1));
        let any = self.value(Type::I32);
        let offset = self.binary(BinaryOp::And, any, mask);
        let place = Place::Local { memory, offset };
        if self.random.one_in(2) && ty != Type::F32 {
            let value = self.value(ty);
            self.emit(Stmt::Store { place, value });
        } else if ty != Type::F32 {
            self.define(ty, Op::Load(ty, place));
        }
    }

    /// Every invocation stores to its own part; behind a barrier anybody's may be read.
    pub(crate) fn shared(&mut self) {
        if !self.together {
            return;
        }
        let value = self.value(Type::I32);
        let offset = self.own_shared;
        self.emit(Stmt::Store { place: Place::Shared { offset }, value });
        self.emit(Stmt::Barrier);
        for _ in 0..2 {
            let offset = self.offset();
            self.define(Type::I32, Op::Load(Type::I32, Place::Shared { offset }));
        }
        self.emit(Stmt::Barrier);
    }
}
