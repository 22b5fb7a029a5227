//! Any words: a module is compiled or refused, and what it is translated to is sound.
#![no_main]

#[path = "../../tests/support/hostile.rs"]
mod hostile;

use hostile::Random;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| hostile::compile(&words(bytes)));

// The fuzzer's own mutations move bytes, after which nothing is a module any more: one in eight is enough.
libfuzzer_sys::fuzz_mutator!(|bytes: &mut [u8], size: usize, max_size: usize, seed: u32| {
    let mut random = Random(u64::from(seed) << 8 | 1);
    let old = words(&bytes[..size]);
    if old.is_empty() || random.next(8) == 0 {
        return libfuzzer_sys::fuzzer_mutate(bytes, size, max_size);
    }
    let mut new = old;
    if random.next(3) == 0 {
        hostile::move_instruction(&mut new, &mut random);
    } else {
        new = hostile::mutate(&new, &mut random);
    }
    new.truncate(max_size / 4);
    for (bytes, word) in bytes.as_chunks_mut::<4>().0.iter_mut().zip(&new) {
        *bytes = word.to_le_bytes();
    }
    new.len() * 4
});

fn words(bytes: &[u8]) -> Vec<u32> {
    bytes.as_chunks::<4>().0.iter().map(|&word| u32::from_le_bytes(word)).collect()
}
