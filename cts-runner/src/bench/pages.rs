//! How many pages can be bound at once, none contiguous with its neighbours, and what that costs the host.
//!
//! A page of memory is bound at several places when there are more pages than memory (`sparseResidencyAliased`), as the
//! reported heap, not the machine, would else be the limit. Whether the pages are really bound is then looked at in a
//! thousand of them.

use super::bind::send;
use super::{BATCH, BenchError, Options, PAGE, Reading};
use crate::rng::Rng;
use crate::units::size;
use crate::vk::{self, Bind, BufferCreateFlags, Device, HostBuffer, Memory, SparseBuffer};

/// Different pages of memory at most.
const MEMORY_PAGES: u64 = 16_384;
/// Successive buffer pages are this many memory pages apart: never contiguous, and all memory pages are used.
const STRIDE: u64 = 7919;

/// Tries the pages asked for within the reported limits, and half as many each time that this fails.
pub(super) fn most(device: &Device, options: &Options) -> Result<Vec<Reading>, BenchError> {
    let mut pages = options.pages.min(device.physical.max_sparse_buffer() / PAGE);
    loop {
        match bind_pages(device, pages) {
            Ok(reading) => return Ok(vec![reading]),
            Err(error @ BenchError::Wrong(_)) => return Err(error),
            Err(error) if pages <= 1024 => return Err(error),
            Err(error) => eprintln!("# {pages} pages: {error}; trying half as many"),
        }
        pages /= 2;
    }
}

fn bind_pages(device: &Device, pages: u64) -> Result<Reading, BenchError> {
    let before = resident();
    let mut flags = BufferCreateFlags::SPARSE_RESIDENCY;
    if pages > MEMORY_PAGES {
        flags |= BufferCreateFlags::SPARSE_ALIASED;
    }
    let buffer = SparseBuffer::with_flags(device, pages * PAGE, flags)?;
    let memory_pages = MEMORY_PAGES.min(pages);
    let memory = Memory::host(device, memory_pages * PAGE, buffer.requirements.memory_type_bits)?;
    let step = coprime(pages);
    let mut time = std::time::Duration::ZERO;
    for first in (0..pages).step_by(BATCH) {
        let binds: Vec<_> = (first..pages.min(first + BATCH as u64))
            .map(|i| (u128::from(i) * u128::from(step) % u128::from(pages)) as u64)
            .map(|page| Bind::to(page * PAGE, PAGE, &memory, target(page, memory_pages) * PAGE))
            .collect();
        time += send(device, &buffer, &binds)?;
    }
    let used = resident().saturating_sub(before);
    look(device, &buffer, &memory, pages)?;
    let mut reading = Reading::new("sparse_max_bound_pages", pages as f64, "pages");
    reading.note = format!(
        "{} bound; host memory +{}, {} a page; {} ns a bind",
        size(pages * PAGE),
        size(used),
        size(used / pages),
        time.as_nanos() / u128::from(pages),
    );
    Ok(reading)
}

/// The memory page for a buffer page.
fn target(page: u64, memory_pages: u64) -> u64 {
    page * STRIDE % memory_pages
}

/// A step that visits all of `0..count` in an order that looks random.
fn coprime(count: u64) -> u64 {
    let gcd = |mut a: u64, mut b: u64| {
        while b != 0 {
            (a, b) = (b, a % b);
        }
        a
    };
    let golden = (count as f64 * 0.618_033_988_75) as u64 | 1;
    (golden..).find(|&step| gcd(step, count) == 1).unwrap_or(1)
}

/// Reads a thousand bound pages and compares them with their memory.
fn look(device: &Device, buffer: &SparseBuffer, memory: &Memory, pages: u64) -> Result<(), BenchError> {
    let memory_pages = memory.size / PAGE;
    let mut rng = Rng::new(5);
    let chosen: Vec<u64> = (0..1000).map(|_| rng.below(pages)).collect();
    for &page in &chosen {
        let m = target(page, memory_pages);
        memory.write(m * PAGE, &[m as u32 + 1]);
    }
    let host = HostBuffer::new(device, 4000)?;
    device.queue(vk::QueueFlags::COMPUTE)?.run(device, |r| {
        for (i, page) in (0..).zip(&chosen) {
            r.copy(buffer, page * PAGE, &host, i * 4, 4);
        }
        r.barrier();
    })?;
    for (page, found) in chosen.iter().zip(host.words()) {
        if u64::from(found) != target(*page, memory_pages) + 1 {
            return Err(BenchError::Wrong(format!("page {page} does not show its memory")));
        }
    }
    Ok(())
}

/// Bytes of this process in the machine's memory (driver included), page tables of the kernel too.
fn resident() -> u64 {
    let text = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let kib = |name: &str| {
        let line = text.lines().find(|line| line.starts_with(name))?;
        line.split_whitespace().nth(1)?.parse::<u64>().ok()
    };
    (kib("VmRSS:").unwrap_or(0) + kib("VmPTE:").unwrap_or(0)) << 10
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neighbours_never_get_contiguous_memory_and_every_page_is_bound_once() {
        for pages in [1024, 32_768, 100_000] {
            let step = coprime(pages);
            let mut seen = vec![false; pages as usize];
            (0..pages).for_each(|i| seen[(i * step % pages) as usize] = true);
            assert!(seen.iter().all(|&s| s));
            let memory = MEMORY_PAGES.min(pages);
            assert!((1..pages).all(|p| target(p, memory) != target(p - 1, memory) + 1));
        }
    }
}
