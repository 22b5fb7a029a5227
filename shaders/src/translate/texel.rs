//! Texel formats of storage images: how a component in memory and a value in the shader belong together.
//!
//! A texel is its components one after the other, each as wide as the others; packed formats are not here. What the driver
//! offers for `VK_FORMAT_FEATURE_STORAGE_IMAGE_BIT` is the same list (`lacuna_gpu::format`).
//! Conversions follow "Fixed-Point Data Conversion" of the Vulkan specification.

use spirv::ImageFormat;

use super::Translator;
use crate::ir::{BinaryOp, ConvertOp, MathOp, Type, UnaryOp, Value};

/// What the bits of a component mean.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Encoding {
    Float,
    Unorm,
    Snorm,
    Uint,
    Sint,
}

/// A format.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct TexelFormat {
    pub(super) encoding: Encoding,
    /// Components of a texel.
    pub(super) components: u32,
    /// Bytes of a component.
    pub(super) bytes: u32,
}

impl TexelFormat {
    /// The format of that name; `None` for `Unknown` and packed formats.
    pub(super) fn of(format: ImageFormat) -> Option<Self> {
        use Encoding::{Float, Sint, Snorm, Uint, Unorm};
        let (encoding, components, bytes) = match format {
            ImageFormat::R32f => (Float, 1, 4),
            ImageFormat::Rg32f => (Float, 2, 4),
            ImageFormat::Rgba32f => (Float, 4, 4),
            ImageFormat::R16f => (Float, 1, 2),
            ImageFormat::Rg16f => (Float, 2, 2),
            ImageFormat::Rgba16f => (Float, 4, 2),
            ImageFormat::R16 => (Unorm, 1, 2),
            ImageFormat::Rg16 => (Unorm, 2, 2),
            ImageFormat::Rgba16 => (Unorm, 4, 2),
            ImageFormat::R8 => (Unorm, 1, 1),
            ImageFormat::Rg8 => (Unorm, 2, 1),
            ImageFormat::Rgba8 => (Unorm, 4, 1),
            ImageFormat::R16Snorm => (Snorm, 1, 2),
            ImageFormat::Rg16Snorm => (Snorm, 2, 2),
            ImageFormat::Rgba16Snorm => (Snorm, 4, 2),
            ImageFormat::R8Snorm => (Snorm, 1, 1),
            ImageFormat::Rg8Snorm => (Snorm, 2, 1),
            ImageFormat::Rgba8Snorm => (Snorm, 4, 1),
            ImageFormat::R32ui => (Uint, 1, 4),
            ImageFormat::Rg32ui => (Uint, 2, 4),
            ImageFormat::Rgba32ui => (Uint, 4, 4),
            ImageFormat::R16ui => (Uint, 1, 2),
            ImageFormat::Rg16ui => (Uint, 2, 2),
            ImageFormat::Rgba16ui => (Uint, 4, 2),
            ImageFormat::R8ui => (Uint, 1, 1),
            ImageFormat::Rg8ui => (Uint, 2, 1),
            ImageFormat::Rgba8ui => (Uint, 4, 1),
            ImageFormat::R32i => (Sint, 1, 4),
            ImageFormat::Rg32i => (Sint, 2, 4),
            ImageFormat::Rgba32i => (Sint, 4, 4),
            ImageFormat::R16i => (Sint, 1, 2),
            ImageFormat::Rg16i => (Sint, 2, 2),
            ImageFormat::Rgba16i => (Sint, 4, 2),
            ImageFormat::R8i => (Sint, 1, 1),
            ImageFormat::Rg8i => (Sint, 2, 1),
            ImageFormat::Rgba8i => (Sint, 4, 1),
            ImageFormat::R64ui => (Uint, 1, 8),
            ImageFormat::R64i => (Sint, 1, 8),
            _ => return None,
        };
        Some(Self { encoding, components, bytes })
    }

    /// Bytes of a texel.
    pub(super) fn texel_bytes(self) -> u32 {
        self.components * self.bytes
    }

    /// The type of a component in memory.
    pub(super) fn stored(self) -> Type {
        match (self.encoding, self.bytes) {
            (Encoding::Float, 2) => Type::F16,
            (Encoding::Float, _) => Type::F32,
            (_, 1) => Type::I8,
            (_, 2) => Type::I16,
            (_, 8) => Type::I64,
            _ => Type::I32,
        }
    }

    /// The type of a component in the shader.
    pub(super) fn shown(self) -> Type {
        match (self.encoding, self.bytes) {
            (Encoding::Uint | Encoding::Sint, 8) => Type::I64,
            (Encoding::Uint | Encoding::Sint, _) => Type::I32,
            _ => Type::F32,
        }
    }

    /// What one is, of a normalized format.
    fn unit(self) -> f64 {
        let bits = self.bytes * 8 - u32::from(self.encoding == Encoding::Snorm);
        ((1u64 << bits) - 1) as f64
    }
}

impl Translator<'_> {
    /// A component from memory.
    pub(super) fn decode(&mut self, format: TexelFormat, stored: Value) -> Value {
        match format.encoding {
            Encoding::Float if format.stored() == Type::F32 => stored,
            Encoding::Float => self.builder.convert(ConvertOp::FloatToFloat, stored, Type::F32),
            Encoding::Uint => self.resize_unsigned(stored, format.shown()),
            Encoding::Sint => self.resize_signed(stored, format.shown()),
            Encoding::Unorm => {
                let wide = self.resize_unsigned(stored, Type::I32);
                let float = self.builder.convert(ConvertOp::UnsignedToFloat, wide, Type::F32);
                let unit = self.builder.float(Type::F32, format.unit());
                self.builder.binary(BinaryOp::FDiv, float, unit)
            }
            Encoding::Snorm => {
                let wide = self.resize_signed(stored, Type::I32);
                let float = self.builder.convert(ConvertOp::SignedToFloat, wide, Type::F32);
                let unit = self.builder.float(Type::F32, format.unit());
                let scaled = self.builder.binary(BinaryOp::FDiv, float, unit);
                // Two bit patterns mean minus one.
                let least = self.builder.float(Type::F32, -1.0);
                self.builder.binary(BinaryOp::FMax, scaled, least)
            }
        }
    }

    /// A component for memory. Integers that do not fit lose their high bits.
    pub(super) fn encode(&mut self, format: TexelFormat, shown: Value) -> Value {
        match format.encoding {
            Encoding::Float if format.stored() == Type::F32 => shown,
            Encoding::Float => self.builder.convert(ConvertOp::FloatToFloat, shown, Type::F16),
            Encoding::Uint | Encoding::Sint => self.resize_unsigned(shown, format.stored()),
            Encoding::Unorm => self.quantized(format, shown, 0.0, ConvertOp::FloatToUnsigned),
            Encoding::Snorm => self.quantized(format, shown, -1.0, ConvertOp::FloatToSigned),
        }
    }

    /// The nearest step of a normalized format. Not a number counts as zero.
    fn quantized(&mut self, format: TexelFormat, shown: Value, least: f64, convert: ConvertOp) -> Value {
        let float = |this: &mut Self, value| this.builder.float(Type::F32, value);
        let (zero, least, most) = (float(self, 0.0), float(self, least), float(self, 1.0));
        let nan = self.builder.unary(UnaryOp::IsNan, shown);
        let number = self.builder.select(nan, zero, shown);
        let number = self.builder.binary(BinaryOp::FMax, number, least);
        let number = self.builder.binary(BinaryOp::FMin, number, most);
        let unit = float(self, format.unit());
        let scaled = self.builder.binary(BinaryOp::FMul, number, unit);
        let rounded = self.builder.math(MathOp::RoundEven, &[scaled]);
        let integer = self.builder.convert(convert, rounded, Type::I32);
        self.resize_unsigned(integer, format.stored())
    }
}
