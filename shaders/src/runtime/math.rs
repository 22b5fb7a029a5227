//! Functions of numbers that machine code has no instructions for, lane by lane.
//!
//! [`evaluate`] computes any operation as its definition says, the one that the interpreter uses too.

use super::{active, get, set};
use crate::abi::{LANES, LaneFrame};
use crate::ir::{BinaryOp, CompareOp, ConvertOp, MathOp, Type, UnaryOp, eval};

/// An operation that is computed out of line. Machine code holds its address; the kernel owns it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Evaluation {
    /// What to do.
    pub op: ScalarOp,
    /// Type of the first operand.
    pub from: Type,
    /// Type of the second operand.
    pub second: Type,
    /// Type of the result.
    pub to: Type,
    /// Number of operands, at most three.
    pub operands: u8,
}

/// An operation on scalars.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names are those of the IR operations")]
pub enum ScalarOp {
    Unary(UnaryOp),
    Binary(BinaryOp),
    Compare(CompareOp),
    Convert(ConvertOp),
    Math(MathOp),
}

/// Computes `frame.data = op(frame.data, frame.other, frame.third)` in each active lane.
///
/// # Safety
/// Called by machine code with its own frame and an operation that its kernel owns.
pub unsafe extern "C" fn evaluate(frame: *mut LaneFrame, mask: u32, evaluation: *const Evaluation) {
    // SAFETY: the caller's promise.
    let (frame, evaluation) = unsafe { (&mut *frame, &*evaluation) };
    let wide = |ty: Type| ty.bytes() == 8;
    // The result takes the place of the first operand, whose lanes may be narrower: none is written before all are read.
    let mut results = [0; LANES as usize];
    for lane in active(mask) {
        let a = get(&mut frame.data, wide(evaluation.from), lane);
        let b = get(&mut frame.other, wide(evaluation.second), lane);
        let c = get(&mut frame.third, wide(evaluation.from), lane);
        results[lane] = evaluation.apply([a, b, c]);
    }
    for lane in active(mask) {
        set(frame, wide(evaluation.to), lane, results[lane]);
    }
}

impl Evaluation {
    fn apply(&self, [a, b, c]: [u64; 3]) -> u64 {
        match self.op {
            ScalarOp::Unary(op) => eval::unary(op, self.from, a),
            ScalarOp::Binary(op) => eval::binary(op, self.from, a, b),
            ScalarOp::Compare(op) => u64::from(eval::compare(op, self.from, a, b)),
            ScalarOp::Convert(op) => eval::convert(op, self.from, self.to, a),
            ScalarOp::Math(op) => eval::math(op, self.from, &[a, b, c][..usize::from(self.operands.min(3))]),
        }
    }
}
