//! Shaders that compute nothing: each output is an input.
//!
//! So are those that only sample, once [`sample_ahead`](super::sample_ahead) has made inputs of their samples. Nobody has to run them.

use std::collections::HashMap;

use super::{Function, Op, Place, Side, Stmt, Type};

/// Slots of outputs, ascending, and of the inputs that they are, if that is all that the shader does.
pub fn moves(function: &Function) -> Option<Vec<(u32, u32)>> {
    let (mut constants, mut inputs, mut found) = (HashMap::new(), HashMap::new(), Vec::new());
    for statement in &function.body {
        match *statement {
            Stmt::Let(value, Op::Constant(Type::I32, bits)) => {
                constants.insert(value, bits as u32);
            }
            Stmt::Let(value, Op::Load(Type::F32 | Type::I32, Place::Interface { side, vertex, slot })) => {
                let is_input = side == Side::Input && constants.get(&vertex) == Some(&0);
                inputs.insert(value, *constants.get(&slot).filter(|_| is_input)?);
            }
            Stmt::Store { place: Place::Interface { side, vertex, slot }, value } => {
                let is_output = side == Side::Output && constants.get(&vertex) == Some(&0);
                found.push((*constants.get(&slot).filter(|_| is_output)?, *inputs.get(&value)?));
            }
            _ => return None,
        }
    }
    found.sort_unstable();
    Some(found)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ir::Value;
    use crate::stage::Stage;

    #[test]
    fn a_shader_that_adds_is_no_move() {
        let (zero, from, to, value, sum) = (Value(0), Value(1), Value(2), Value(3), Value(4));
        let load = Place::Interface { side: Side::Input, vertex: zero, slot: from };
        let store = |value| Stmt::Store {
            place: Place::Interface { side: Side::Output, vertex: zero, slot: to },
            value,
        };
        let mut function = Function { stage: Some(Stage::Fragment), ..Function::default() };
        function.body = vec![
            Stmt::Let(zero, Op::Constant(Type::I32, 0)),
            Stmt::Let(from, Op::Constant(Type::I32, 40)),
            Stmt::Let(to, Op::Constant(Type::I32, 36)),
            Stmt::Let(value, Op::Load(Type::F32, load)),
            store(value),
        ];
        assert_eq!(moves(&function), Some(vec![(36, 40)]));
        function.body[4] = Stmt::Let(sum, Op::Binary(crate::ir::BinaryOp::FAdd, value, value));
        function.body.push(store(sum));
        assert_eq!(moves(&function), None);
    }
}
