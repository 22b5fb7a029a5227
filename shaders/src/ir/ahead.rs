//! Samples that can be taken before a fragment shader runs: those whose coordinates are inputs as they are.
//!
//! ```text
//!   u = Load input 36                                     u = Load input 36              (gone, if nobody else wants it)
//!   v = Load input 37                                     v = Load input 37
//!   t = Texture Sample u v image (0, 2)          →        t = Load input 164 + 4         (residency)
//!   r = TextureResult t 0                                 r = Load input 164 + 0
//! ```
//!
//! Who runs the shader takes the samples, of many packets in one go, and gives them as further inputs. Only what every
//! invocation comes to before it branches, writes memory or ends counts: then nothing is sampled that would not have been.

use std::collections::HashMap;

use smallvec::SmallVec;

use super::{Function, Op, Place, Side, Stmt, Texture, Type, Value};
use crate::abi::heap;
use crate::abi::stage::slot;
use crate::abi::texture::{LodMode, TextureInstruction, TextureOp};
use crate::stage::{SampleAhead, SampleOperand};

/// Most samples that are taken ahead.
const MAX_SAMPLES: usize = 4;

/// Takes the samples out of a fragment shader.
pub fn sample_ahead(function: &mut Function) -> Vec<SampleAhead> {
    let mut body = std::mem::take(&mut function.body);
    let mut ahead = Ahead { function, known: HashMap::new(), slots: HashMap::new(), found: Vec::new() };
    ahead.list(&mut body);
    let found = ahead.found;
    function.body = body;
    if !found.is_empty() {
        super::prune::prune(function);
    }
    found
}

/// What a value is that operands may be.
#[derive(Clone, Copy)]
enum Known {
    Constant(u32),
    /// An input, and the value that numbers its vertex.
    Input(u32, Value),
}

struct Ahead<'a> {
    function: &'a mut Function,
    known: HashMap<Value, Known>,
    /// The first slot of samples that were found, and the number of a vertex.
    slots: HashMap<Value, (u32, Value)>,
    found: Vec<SampleAhead>,
}

impl Ahead<'_> {
    /// Goes through statements that every invocation comes to. Gives whether it comes to the end of them.
    fn list(&mut self, list: &mut Vec<Stmt>) -> bool {
        let old = std::mem::take(list);
        let mut goes_on = true;
        for mut statement in old {
            match &mut statement {
                Stmt::Let(value, op) => {
                    let value = *value;
                    goes_on = goes_on && !ends(op);
                    let replaced =
                        self.result(op).or_else(|| if goes_on { self.sample(value, op) } else { None });
                    if let Some((ty, slot, vertex)) = replaced {
                        self.load(list, value, ty, slot, vertex);
                        continue;
                    }
                    self.learn(value, op);
                }
                Stmt::Set(..) => {}
                // The outputs of the shader and what is its own are no memory that textures see.
                Stmt::Store { place: Place::Interface { .. } | Place::Local { .. }, .. } => {}
                Stmt::Block { body, .. } if goes_on => {
                    // What follows a block is reached by a way that may leave it early.
                    self.list(body);
                    goes_on = false;
                }
                _ => goes_on = false,
            }
            list.push(statement);
        }
        goes_on
    }

    /// Remembers what operands may be.
    fn learn(&mut self, value: Value, op: &Op) {
        let known = match *op {
            Op::Constant(Type::I32 | Type::F32, bits) => Known::Constant(bits as u32),
            Op::Load(Type::F32, Place::Interface { side: Side::Input, vertex, slot }) => {
                match (self.constant(vertex), self.constant(slot)) {
                    (Some(0), Some(slot)) => Known::Input(slot, vertex),
                    _ => return,
                }
            }
            _ => return,
        };
        self.known.insert(value, known);
    }

    fn constant(&self, value: Value) -> Option<u32> {
        match self.known.get(&value) {
            Some(&Known::Constant(bits)) => Some(bits),
            _ => None,
        }
    }

    /// A sample that can be taken ahead: which slot replaces its residency.
    fn sample(&mut self, value: Value, op: &Op) -> Option<(Type, u32, Value)> {
        let Op::Texture(texture) = op else { return None };
        if self.found.len() == MAX_SAMPLES {
            return None;
        }
        let first = slot::COUNT + SampleAhead::SLOTS * self.found.len() as u32;
        let (sample, vertex) = self.described(texture, first)?;
        self.found.push(sample);
        self.slots.insert(value, (first, vertex));
        Some((Type::I32, first + SampleAhead::RESIDENT, vertex))
    }

    /// What whoever takes a sample has to know of it, if it can be taken ahead.
    fn described(&self, texture: &Texture, first: u32) -> Option<(SampleAhead, Value)> {
        let instruction =
            TextureInstruction { uniform_image: true, uniform_sampler: true, ..texture.instruction };
        let takes_level = matches!(instruction.lod, LodMode::Quad | LodMode::Explicit);
        if instruction.op != TextureOp::Sample || !takes_level {
            return None;
        }
        let (set, index) = texture.sampler?;
        if set == heap::SAMPLER_HEAP {
            return None;
        }
        let sampler = (set, self.constant(index)?);
        let image = (texture.image.0, self.constant(texture.image.1)?);
        let mut vertex = None;
        let mut operands = SmallVec::new();
        for &(operand, value) in &texture.operands {
            operands.push((
                operand,
                match *self.known.get(&value)? {
                    Known::Constant(bits) => SampleOperand::Constant(bits),
                    Known::Input(slot, number) => {
                        vertex = Some(number);
                        SampleOperand::Input(slot)
                    }
                },
            ));
        }
        Some((SampleAhead { instruction, image, sampler, operands, slot: first }, vertex?))
    }

    /// A word of the result of a sample that is taken ahead: which slot replaces it.
    fn result(&self, op: &Op) -> Option<(Type, u32, Value)> {
        let Op::TextureResult { of, word, ty } = *op else { return None };
        let &(first, vertex) = self.slots.get(&of)?;
        Some((ty, first + u32::from(word), vertex))
    }

    fn load(&mut self, list: &mut Vec<Stmt>, value: Value, ty: Type, slot: u32, vertex: Value) {
        let number = Value(self.function.values.len() as u32);
        self.function.values.push(Type::I32);
        list.push(Stmt::Let(number, Op::Constant(Type::I32, slot.into())));
        let place = Place::Interface { side: Side::Input, vertex, slot: number };
        list.push(Stmt::Let(value, Op::Load(ty, place)));
    }
}

/// Whether nothing behind an operation may be done before it.
fn ends(op: &Op) -> bool {
    match op {
        Op::Atomic { .. } | Op::Print(_) => true,
        Op::Texture(texture) => texture.writes(),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ir::TextureOperand;
    use crate::stage::Stage;

    /// A shader that samples at two inputs, behind what `before` puts there.
    fn shader(before: impl FnOnce(&mut Vec<Stmt>)) -> Function {
        let mut function = Function { stage: Some(Stage::Fragment), ..Function::default() };
        let mut define = |body: &mut Vec<Stmt>, ty: Type, op: Op| {
            let value = Value(function.values.len() as u32);
            function.values.push(ty);
            body.push(Stmt::Let(value, op));
            value
        };
        let mut body = Vec::new();
        let zero = define(&mut body, Type::I32, Op::Constant(Type::I32, 0));
        let at = [36, 37].map(|number| {
            let slot = define(&mut body, Type::I32, Op::Constant(Type::I32, number));
            let place = Place::Interface { side: Side::Input, vertex: zero, slot };
            define(&mut body, Type::F32, Op::Load(Type::F32, place))
        });
        before(&mut body);
        let mut instruction = TextureInstruction::new(TextureOp::Sample);
        instruction.lod = LodMode::Quad;
        let operands = [(TextureOperand::Coordinate(0), at[0]), (TextureOperand::Coordinate(1), at[1])];
        let texture = Texture {
            instruction,
            image: (0, zero),
            sampler: Some((0, zero)),
            operands: operands.into_iter().collect(),
        };
        let of = define(&mut body, Type::I32, Op::Texture(Box::new(texture)));
        let word = define(&mut body, Type::F32, Op::TextureResult { of, word: 2, ty: Type::F32 });
        let slot = define(&mut body, Type::I32, Op::Constant(Type::I32, 36));
        body.push(Stmt::Store {
            place: Place::Interface { side: Side::Output, vertex: zero, slot },
            value: word,
        });
        function.body = body;
        function
    }

    #[test]
    fn a_sample_at_inputs_becomes_an_input() {
        let mut function = shader(|_| ());
        let found = sample_ahead(&mut function);
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].operands[1], (TextureOperand::Coordinate(1), SampleOperand::Input(37)));
        crate::ir::verify::verify(&function).unwrap();
        let loads = function.body.iter().filter(|s| matches!(s, Stmt::Let(_, Op::Load(..)))).count();
        assert_eq!(loads, 1, "{function:?}");
        assert!(!function.body.iter().any(|s| matches!(s, Stmt::Let(_, Op::Texture(_)))));
    }

    #[test]
    fn a_sample_behind_a_barrier_or_a_branch_stays() {
        for statement in [Stmt::Barrier, Stmt::Demote, Stmt::Return] {
            let mut function = shader(|body| body.push(statement));
            let old = function.clone();
            assert!(sample_ahead(&mut function).is_empty());
            assert_eq!(function.body, old.body);
        }
    }
}
