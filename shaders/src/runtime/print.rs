//! What shaders print (`debugPrintfEXT`): goes to the log, target `lacuna::printf`, a message for each invocation.

use super::active;
use crate::abi::LANES;
use crate::ir::{Type, half};

/// A format string, taken apart. Each [`Piece::Number`] takes the next value.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Format {
    /// Its pieces, in order.
    pub pieces: Vec<Piece>,
}

/// A part of a format string.
#[derive(Clone, Debug, PartialEq)]
pub enum Piece {
    /// As it is.
    Text(String),
    /// A value.
    Number(Number),
}

/// How a value is written.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Number {
    /// `d`, `u`, `o`, `x`, `X`, `f`, `e`...
    pub conversion: char,
    /// Least number of characters.
    pub width: usize,
    /// Digits behind the point.
    pub precision: Option<usize>,
    /// Zeros in front instead of blanks.
    pub zeros: bool,
    /// Blanks behind instead of in front.
    pub left: bool,
    /// A sign also in front of positive numbers.
    pub plus: bool,
}

/// Longest padding that is written, whatever the shader asks for.
const MAX_WIDTH: usize = 64;

impl Format {
    /// Takes a string apart: C's specifiers, and `%v3f` for vectors.
    pub fn parse(text: &str) -> Self {
        let (mut pieces, mut plain) = (Vec::new(), String::new());
        let mut rest = text;
        while let Some(at) = rest.find('%') {
            plain += &rest[..at];
            rest = &rest[at + 1..];
            if let Some(behind) = rest.strip_prefix('%') {
                plain.push('%');
                rest = behind;
                continue;
            }
            let Some((number, components, behind)) = specifier(rest) else {
                plain.push('%');
                continue;
            };
            pieces.push(Piece::Text(std::mem::take(&mut plain)));
            for component in 0..components {
                if component > 0 {
                    pieces.push(Piece::Text(", ".into()));
                }
                pieces.push(Piece::Number(number));
            }
            rest = behind;
        }
        plain += rest;
        pieces.push(Piece::Text(plain));
        Self { pieces }
    }

    /// How many values it takes.
    pub fn values(&self) -> usize {
        self.pieces.iter().filter(|piece| matches!(piece, Piece::Number(_))).count()
    }

    /// The message for values given by type and bits.
    pub fn message(&self, values: impl IntoIterator<Item = (Type, u64)>) -> String {
        let (mut message, mut values) = (String::new(), values.into_iter());
        for piece in &self.pieces {
            match piece {
                Piece::Text(text) => message += text,
                Piece::Number(number) => match values.next() {
                    Some((ty, bits)) => number.write(&mut message, ty, bits),
                    None => message.push('?'),
                },
            }
        }
        message
    }
}

/// What follows a `%`: how, how many components, and the text behind.
fn specifier(text: &str) -> Option<(Number, usize, &str)> {
    let mut number =
        Number { conversion: 'd', width: 0, precision: None, zeros: false, left: false, plus: false };
    let mut rest = text;
    while let Some(flag) = rest.chars().next().filter(|flag| "0-+ #".contains(*flag)) {
        number.zeros |= flag == '0';
        number.left |= flag == '-';
        number.plus |= flag == '+';
        rest = &rest[1..];
    }
    number.width = digits(&mut rest).unwrap_or(0).min(MAX_WIDTH);
    if let Some(behind) = rest.strip_prefix('.') {
        rest = behind;
        number.precision = Some(digits(&mut rest).unwrap_or(0).min(MAX_WIDTH));
    }
    let mut components = 1;
    if let Some(behind) = rest.strip_prefix('v') {
        components = behind.chars().next()?.to_digit(10).filter(|n| (2..=4).contains(n))? as usize;
        rest = behind.get(1..)?;
    }
    rest = rest.trim_start_matches(['l', 'h']);
    number.conversion = rest.chars().next().filter(|c| "diuoxXaAeEfFgGcp".contains(*c))?;
    Some((number, components, &rest[1..]))
}

fn digits(rest: &mut &str) -> Option<usize> {
    let end = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
    let (digits, behind) = rest.split_at(end);
    *rest = behind;
    digits.parse().ok()
}

impl Number {
    fn write(&self, message: &mut String, ty: Type, bits: u64) {
        let text = if ty.is_float() { self.float(ty, bits) } else { self.integer(ty, bits) };
        let sign = if self.plus && !text.starts_with('-') { "+" } else { "" };
        let missing = self.width.saturating_sub(text.chars().count() + sign.len());
        let (minus, digits) = text.strip_prefix('-').map_or(("", text.as_str()), |digits| ("-", digits));
        let (blanks, zeros, behind) = match (self.left, self.zeros) {
            (true, _) => (0, 0, missing),
            (false, true) => (0, missing, 0),
            (false, false) => (missing, 0, 0),
        };
        message.extend(std::iter::repeat_n(' ', blanks));
        *message += sign;
        *message += minus;
        message.extend(std::iter::repeat_n('0', zeros));
        *message += digits;
        message.extend(std::iter::repeat_n(' ', behind));
    }

    fn float(&self, ty: Type, bits: u64) -> String {
        let value = match ty {
            Type::F16 => half::to_f64(bits as u16),
            Type::F32 => f64::from(f32::from_bits(bits as u32)),
            _ => f64::from_bits(bits),
        };
        let digits = self.precision.unwrap_or(6);
        match self.conversion {
            'e' | 'E' => format!("{value:.digits$e}"),
            'g' | 'G' => value.to_string(),
            _ => format!("{value:.digits$}"),
        }
    }

    fn integer(&self, ty: Type, bits: u64) -> String {
        let signed = match ty {
            Type::I8 => i64::from(bits as i8),
            Type::I16 => i64::from(bits as i16),
            Type::I64 => bits as i64,
            _ => i64::from(bits as u32 as i32),
        };
        match self.conversion {
            'd' | 'i' => signed.to_string(),
            'o' => format!("{bits:o}"),
            'x' | 'p' => format!("{bits:x}"),
            'X' => format!("{bits:X}"),
            _ => bits.to_string(),
        }
    }
}

/// An instruction that prints.
#[derive(Clone, Debug, PartialEq)]
pub struct PrintInstruction {
    /// What.
    pub format: Format,
    /// The types of the values.
    pub types: Vec<Type>,
}

/// One value in all lanes.
pub type Row = [u64; LANES as usize];

impl PrintInstruction {
    /// Prints for one invocation.
    pub fn print(&self, values: impl IntoIterator<Item = u64>) {
        let message = self.format.message(self.types.iter().copied().zip(values));
        log::info!(target: "lacuna::printf", "{message}");
    }
}

/// Prints for the lanes of the mask. Values narrower than 64 bits are eight words at the start of their row.
///
/// # Safety
/// As many rows as the instruction has values.
pub unsafe extern "C" fn print(instruction: *const PrintInstruction, rows: *const Row, mask: u32) {
    if !log::log_enabled!(target: "lacuna::printf", log::Level::Info) {
        return;
    }
    // SAFETY: machine code passes its own instruction and frame.
    let instruction = unsafe { &*instruction };
    // SAFETY: the caller's promise.
    let rows = unsafe { std::slice::from_raw_parts(rows, instruction.types.len()) };
    for lane in active(mask) {
        instruction.print(rows.iter().zip(&instruction.types).map(|(row, ty)| {
            if ty.bytes() == 8 { row[lane] } else { row[lane / 2] >> (lane % 2 * 32) & 0xffff_ffff }
        }));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn float(x: f32) -> (Type, u64) {
        (Type::F32, u64::from(x.to_bits()))
    }

    #[test]
    fn formats_are_those_of_c_and_vectors() {
        let format = Format::parse("100%% of %d: %v2f and %#x|%5u|%-5u|%05d|%+.1f%");
        assert_eq!(format.values(), 8);
        let values = [
            (Type::I32, 0xffff_ffff),
            float(1.5),
            float(-2.0),
            (Type::I32, 255),
            (Type::I32, 7),
            (Type::I32, 7),
            (Type::I32, 0xffff_fff9),
            float(0.25),
        ];
        let expected = "100% of -1: 1.500000, -2.000000 and ff|    7|7    |-0007|+0.2%";
        assert_eq!(format.message(values), expected);
    }

    #[test]
    fn nonsense_is_text() {
        for text in ["%", "%q", "%v9f", "%v", "%.", "%999999999999999999999d"] {
            let format = Format::parse(text);
            assert!(format.message([float(1.0)]).len() < 100, "{text}");
        }
        assert_eq!(Format::parse("%v9f").message([]), "%v9f");
        assert_eq!(Format::parse("%d").message([]), "?");
    }
}
