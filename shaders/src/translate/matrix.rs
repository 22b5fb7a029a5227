//! Linear algebra: products of vectors and matrices. A matrix is its columns, one after the other.

use spirv::Op;

use super::Translator;
use super::value::{Scalars, Span};
use crate::CompileError;
use crate::ir::{BinaryOp, Value};
use crate::spirv::parse::Instruction;
use crate::spirv::types::Kind;

impl<'a> Translator<'a> {
    /// The instructions of this family, and by name those of the next.
    pub(super) fn matrix(&mut self, op: Op, instruction: &Instruction<'a>) -> Result<(), CompileError> {
        match op {
            Op::Dot => {
                let (a, b) = (self.operand(instruction, 0)?, self.operand(instruction, 1)?);
                self.check_numbers(instruction, a, b)?;
                if a.len != b.len {
                    return Err(instruction.error("the operands differ in size"));
                }
                let (a, b) =
                    (Scalars::from_slice(self.values.slice(a)), Scalars::from_slice(self.values.slice(b)));
                let dot = self.dot(&a, &b);
                self.define(instruction, &[dot])
            }
            Op::VectorTimesScalar | Op::MatrixTimesScalar => {
                let factor = self.operand(instruction, 1)?;
                let a = self.operand(instruction, 0)?;
                self.check_numbers(instruction, a, factor)?;
                let factor = self.values.scalar(factor, 0);
                self.map(instruction, |this, a| this.multiply(instruction, a, factor))
            }
            Op::MatrixTimesVector | Op::VectorTimesMatrix | Op::MatrixTimesMatrix => {
                self.product(op, instruction)
            }
            Op::OuterProduct => self.outer_product(instruction),
            Op::Transpose => {
                let a = self.operand(instruction, 0)?;
                let rows = self.rows(instruction, instruction.operand(0)?)?;
                let columns = a.len / rows;
                let scalars: Scalars = (0..rows)
                    .flat_map(|row| (0..columns).map(move |column| column * rows + row))
                    .map(|i| self.values.scalar(a, i))
                    .collect();
                self.define(instruction, &scalars)
            }
            _ => self.integer_dot(op, instruction),
        }
    }

    /// The sum of the products.
    pub(super) fn dot(&mut self, a: &[Value], b: &[Value]) -> Value {
        let mut sum = None;
        for (&a, &b) in a.iter().zip(b) {
            let product = self.builder.binary(BinaryOp::FMul, a, b);
            sum = Some(match sum {
                Some(sum) => self.builder.binary(BinaryOp::FAdd, sum, product),
                None => product,
            });
        }
        sum.unwrap_or_else(|| self.builder.int(0))
    }

    /// Refuses operands that are not floats of one type.
    fn check_numbers(&self, instruction: &Instruction<'a>, a: Span, b: Span) -> Result<(), CompileError> {
        let ty = |span| self.builder.type_of(self.values.scalar(span, 0));
        if a.len > 0 && b.len > 0 && ty(a) == ty(b) && ty(a).is_float() {
            Ok(())
        } else {
            Err(instruction.error("the operands are not floats of one type"))
        }
    }

    /// Rows of a matrix, or components of a vector.
    fn rows(&self, instruction: &Instruction<'a>, id: u32) -> Result<u32, CompileError> {
        let ty = self.module.type_of(id).unwrap_or(0);
        match self.types.kind(ty) {
            Kind::Matrix { column, .. } => Ok(self.types.scalars(column) as u32),
            Kind::Vector { count, .. } => Ok(count),
            _ => Err(instruction.error("an operand is no vector or matrix")),
        }
    }

    fn product(&mut self, op: Op, instruction: &Instruction<'a>) -> Result<(), CompileError> {
        let (a, b) = (self.operand(instruction, 0)?, self.operand(instruction, 1)?);
        self.check_numbers(instruction, a, b)?;
        let (a_rows, b_rows) = (
            self.rows(instruction, instruction.operand(0)?)?,
            self.rows(instruction, instruction.operand(1)?)?,
        );
        // A vector on the left is one row.
        let rows = if op == Op::VectorTimesMatrix { 1 } else { a_rows };
        let inner = a.len / rows;
        if inner != b_rows {
            return Err(instruction.error("the operands do not fit together"));
        }
        let mut scalars = Scalars::new();
        for column in 0..b.len / b_rows {
            let b: Scalars = (0..inner).map(|i| self.values.scalar(b, column * b_rows + i)).collect();
            for row in 0..rows {
                let a: Scalars = (0..inner).map(|i| self.values.scalar(a, i * rows + row)).collect();
                scalars.push(self.dot(&a, &b));
            }
        }
        self.define(instruction, &scalars)
    }

    fn outer_product(&mut self, instruction: &Instruction<'a>) -> Result<(), CompileError> {
        let (a, b) = (self.operand(instruction, 0)?, self.operand(instruction, 1)?);
        self.check_numbers(instruction, a, b)?;
        let mut scalars = Scalars::new();
        for column in 0..b.len {
            for row in 0..a.len {
                let (a, b) = (self.values.scalar(a, row), self.values.scalar(b, column));
                scalars.push(self.builder.binary(BinaryOp::FMul, a, b));
            }
        }
        self.define(instruction, &scalars)
    }
}
