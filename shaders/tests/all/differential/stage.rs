//! Random functions of graphics stages.

use lacuna_shaders::abi::stage::{InterpolateAt, STAGE_BUILTINS, StageBuiltin, slot};
use lacuna_shaders::ir::{Builtin, Function, GroupOp, Op, Place, Side, Stmt, Type, Value};
use lacuna_shaders::stage::Stage;

use super::generator::{Generator, Random};
use crate::support::stage::{Packet, VERTEX};

const STAGES: [Stage; 5] = [
    Stage::Vertex,
    Stage::TessellationControl,
    Stage::TessellationEvaluation,
    Stage::Geometry,
    Stage::Fragment,
];
/// Slots that are used.
const SLOTS: u64 = 64;

const BUILTINS: [StageBuiltin; 4] =
    [StageBuiltin::VertexIndex, StageBuiltin::ViewIndex, StageBuiltin::PrimitiveId, StageBuiltin::TessCoordY];

impl Generator {
    /// A generator of functions of some stage.
    pub(crate) fn of_stage(seed: u64) -> Self {
        let mut generator = Self::new(seed);
        let stage = generator.random.pick(&STAGES);
        let invocations = match stage {
            Stage::TessellationControl => generator.random.pick(&[1, 3, 8, 11, 17]),
            _ => 8,
        };
        let function = &mut generator.function;
        (function.stage, function.workgroup_size) = (Some(stage), [invocations, 1, 1]);
        (function.shared_bytes, function.zero_shared) = (0, false);
        generator
    }

    fn is(&self, stage: Stage) -> bool {
        self.function.stage == Some(stage)
    }

    /// A number below a power of two, constant or not.
    fn number(&mut self, below: u64) -> Value {
        if self.random.one_in(2) {
            let number = self.random.next() % below;
            return self.int(number);
        }
        let (any, mask) = (self.value(Type::I32), self.int(below - 1));
        self.binary(lacuna_shaders::ir::BinaryOp::And, any, mask)
    }

    /// Where invocations of tessellation control do not get into each other's way; else anywhere.
    fn own_vertex(&mut self, side: Side) -> Value {
        match side {
            Side::Patch => self.zero,
            Side::Output if self.is(Stage::TessellationControl) => {
                self.define(Type::I32, Op::Builtin(Builtin::LocalInvocationIndex))
            }
            _ => self.number(2),
        }
    }

    pub(crate) fn stage_statement(&mut self) {
        match self.random.below(8) {
            0 | 1 => self.load_slot(),
            2 | 3 => self.store_slot(),
            4 => {
                let builtin = self.random.pick(&BUILTINS);
                self.define(Type::I32, Op::Builtin(Builtin::Stage(builtin)));
            }
            5 if self.together => {
                let ty = self.random.pick(&[Type::I32, Type::F32, Type::I64, Type::I16, Type::Bool]);
                let value = self.value(ty);
                let lanes = self.random.pick(&[[1, 1, 3, 3], [0, 0, 2, 2], [2, 3, 2, 3], [3, 2, 1, 0]]);
                self.define(ty, Op::Group(GroupOp::Quad(lanes), [value].into_iter().collect()));
            }
            _ if self.is(Stage::Geometry) => {
                let stream = self.random.below(2) as u32;
                let end = self.random.one_in(3);
                self.emit(Stmt::Emit { stream, end });
            }
            6 if self.is(Stage::Fragment) => {
                self.define(Type::Bool, Op::Helper);
            }
            7 if self.is(Stage::Fragment) => self.fragment_statement(),
            _ => self.load_slot(),
        }
    }

    fn fragment_statement(&mut self) {
        if self.random.one_in(2) {
            let condition = self.value(Type::Bool);
            self.emit(Stmt::If { condition, then: vec![Stmt::Demote], otherwise: Vec::new() });
            return;
        }
        let (slot, ty) =
            (self.random.below(SLOTS as usize) as u32, self.random.pick(&[Type::I32, Type::F32]));
        let at = if ty == Type::I32 { InterpolateAt::Sample } else { InterpolateAt::Offset };
        let (x, y) = (self.value(ty), self.value(ty));
        self.define(Type::F32, Op::Interpolate { slot, at, x, y });
    }

    fn load_slot(&mut self) {
        let ty = self.random.pick(&[Type::I32, Type::F32]);
        let side = self.side(Side::Input);
        let (vertex, slot) = (self.own_vertex(side), self.number(SLOTS));
        self.define(ty, Op::Load(ty, Place::Interface { side, vertex, slot }));
    }

    fn store_slot(&mut self) {
        // At the top, lanes that are gone may be written too.
        if self.depth() == 0 && !self.together {
            return;
        }
        let ty = self.random.pick(&[Type::I32, Type::F32]);
        let (side, value) = (self.side(Side::Output), self.value(ty));
        let side = if side.is_read_only(self.function.stage) { Side::Output } else { side };
        let (vertex, slot) = (self.own_vertex(side), self.number(SLOTS));
        self.emit(Stmt::Store { place: Place::Interface { side, vertex, slot }, value });
    }

    fn side(&mut self, most: Side) -> Side {
        let alone = self.function.workgroup_size[0] <= 8;
        match self.random.below(4) {
            0 => Side::Output,
            1 if alone => Side::Patch,
            _ => most,
        }
    }
}

fn packet(seed: u64, function: &Function, buffers: lacuna_shaders::ir::interp::Memory) -> Packet {
    let Some(stage) = function.stage else { panic!("the function is of a stage") };
    let mut packet = Packet::new(stage, Vec::new(), 2);
    let mut random = Random(seed | 1);
    let own = &mut packet.dispatch.memory;
    (own.buffers, own.push_constants) = (buffers.buffers, buffers.push_constants);
    let stage_memory = &mut own.stage;
    for words in [&mut stage_memory.inputs, &mut stage_memory.outputs, &mut stage_memory.patch] {
        for word in words {
            let float = (random.next() % 64) as f32 - 9.5;
            *word = if random.one_in(2) { float.to_bits() } else { random.next() as u32 & 0x7f };
        }
    }
    if stage == Stage::TessellationControl {
        stage_memory.output_vertex_stride = slot::COUNT * 4;
        stage_memory.outputs.resize(VERTEX * 3, 1);
    }
    for i in 0..STAGE_BUILTINS {
        stage_memory.builtins[i] = std::array::from_fn(|_| random.next() as u32 & 0xff);
        // Tessellation has all lanes in one patch.
        if i == StageBuiltin::PrimitiveId as usize {
            stage_memory.builtins[i] = [stage_memory.builtins[i][0]; 8];
        }
    }
    stage_memory.live = random.next() as u32 & 0xff;
    packet
}

/// Runs a function as the interpreter does and as machine code.
pub(crate) fn compare(seed: u64, function: &Function, buffers: lacuna_shaders::ir::interp::Memory) {
    packet(seed, function, buffers).compare(function, &format!("seed {seed}"));
}
