//! Texels of 64 bits. There is one channel, and the texture unit gives its two words where it gives channels of other formats.

use super::Translator;
use crate::ir::{Texture, Type, Value};

impl Translator<'_> {
    /// A texel. Its alpha is what the unit says: one, but zero of a null descriptor.
    pub(super) fn wide_texel(&mut self, words: &[Value]) -> [Value; 4] {
        let value = self.joined_words(Type::I64, &words[..2]);
        let zero = self.small(Type::I64, 0);
        let alpha = self.resize_unsigned(words[3], Type::I64);
        [value, zero, zero, alpha]
    }

    /// One channel of four texels. The unit, which takes a texel's words for channels, has given the low ones of the
    /// first channel and is asked again for the others.
    pub(super) fn wide_gather(&mut self, mut gather: Texture, low: &[Value]) -> [Value; 4] {
        let component = gather.instruction.component;
        if component != 0 {
            return [self.small(Type::I64, (component == 3).into()); 4];
        }
        gather.instruction.component = 1;
        let (_, high) = self.builder.texture(gather, &[Type::I32; 4]);
        std::array::from_fn(|texel| self.joined_words(Type::I64, &[low[texel], high[texel]]))
    }
}
