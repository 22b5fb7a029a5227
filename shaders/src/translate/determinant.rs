//! Determinant and inverse of square matrices, by cofactors.

use super::Translator;
use super::value::Scalars;
use crate::CompileError;
use crate::ir::{BinaryOp, UnaryOp, Value};
use crate::spirv::parse::Instruction;

impl<'a> Translator<'a> {
    /// `Determinant`.
    pub(super) fn determinant(&mut self, instruction: &Instruction<'a>) -> Result<(), CompileError> {
        let (matrix, size) = self.square(instruction)?;
        let all: Vec<usize> = (0..size).collect();
        let determinant = self.minor(&matrix, size, &all, &all);
        self.define(instruction, &[determinant])
    }

    /// `MatrixInverse`: the transposed cofactors, divided by the determinant.
    pub(super) fn inverse(&mut self, instruction: &Instruction<'a>) -> Result<(), CompileError> {
        let (matrix, size) = self.square(instruction)?;
        let without = |left: usize| (0..size).filter(|&i| i != left).collect::<Vec<usize>>();
        // cofactors[column * size + row]
        let mut cofactors = Scalars::new();
        for column in 0..size {
            for row in 0..size {
                let minor = self.minor(&matrix, size, &without(column), &without(row));
                let odd = (column + row) % 2 == 1;
                cofactors.push(if odd { self.builder.unary(UnaryOp::FNeg, minor) } else { minor });
            }
        }
        let determinant = self.dot(&matrix[..size], &cofactors[..size]);
        let one = self.float_like(determinant, 1.0);
        let factor = self.builder.binary(BinaryOp::FDiv, one, determinant);
        let mut scalars = Scalars::new();
        for column in 0..size {
            for row in 0..size {
                scalars.push(self.builder.binary(BinaryOp::FMul, cofactors[row * size + column], factor));
            }
        }
        self.define(instruction, &scalars)
    }

    fn square(&mut self, instruction: &Instruction<'a>) -> Result<(Scalars, usize), CompileError> {
        let matrix = self.floats(instruction, 0)?;
        let size = (2..=4).find(|size| size * size == matrix.len());
        let size = size.ok_or_else(|| instruction.error("the matrix is not square"))?;
        Ok((matrix, size))
    }

    /// The determinant of the chosen columns and rows, along the first column. The builder shares equal parts.
    fn minor(&mut self, matrix: &[Value], size: usize, columns: &[usize], rows: &[usize]) -> Value {
        let (first, rest) = match columns {
            [] => return self.builder.int(0),
            [column] => return matrix[column * size + rows[0]],
            [first, rest @ ..] => (*first, rest),
        };
        let mut sum = None;
        for (i, &row) in rows.iter().enumerate() {
            let others: Vec<usize> = rows.iter().copied().filter(|&other| other != row).collect();
            let minor = self.minor(matrix, size, rest, &others);
            let product = self.builder.binary(BinaryOp::FMul, matrix[first * size + row], minor);
            sum = Some(match sum {
                None => product,
                Some(sum) if i % 2 == 1 => self.builder.binary(BinaryOp::FSub, sum, product),
                Some(sum) => self.builder.binary(BinaryOp::FAdd, sum, product),
            });
        }
        sum.unwrap_or_else(|| self.builder.int(0))
    }
}
