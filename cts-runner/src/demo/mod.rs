//! `cts-runner demo`: a sparse buffer bigger than the machine's memory, bound, computed on, rebound and checked.
//!
//! The steps, each followed by a check of every value against a model:
//! 1. bind pages scattered over the whole buffer, in batches;
//! 2. a compute shader writes marks through bound *and* unbound pages; another reads all of them back:
//!    bound pages hold their marks, unbound ones read zero (where the driver promises it: `residencyNonResidentStrict`);
//! 3. rebind: half of the bound pages exchange their memory; the marks must follow the memory;
//! 4. unbind a quarter; its pages read zero again, their memory keeps its marks (seen through the host's mapping).

mod model;
mod picture;
mod touch;

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};
use std::{fs, io};

use crate::rng::Rng;
use crate::units::{duration, size};
use crate::vk::{self, Bind, Device, DeviceOptions, Instance, Memory, SparseBuffer};
use model::Model;
use touch::Toucher;

/// What the user may choose.
#[derive(Clone, Debug)]
pub struct Options {
    /// Size of the buffer in bytes; twice the machine's memory when `None`.
    pub size: Option<u64>,
    /// Number of pages to bind.
    pub pages: usize,
    /// Seed of the random choice of pages.
    pub seed: u64,
    /// Folder for the picture.
    pub out: PathBuf,
}

/// Why the demo stopped.
#[derive(Debug, thiserror::Error)]
pub enum DemoError {
    /// The driver refused something, or does not support it.
    #[error(transparent)]
    Vulkan(#[from] vk::Error),
    /// The default size is beyond the driver's limits.
    #[error(
        "the driver allows sparse buffers of {limit} at most, {wanted} (twice this machine's memory) is wanted; \
         choose a smaller one: --size \"{limit}\"", limit = size(*.limit_bytes), wanted = size(*.wanted)
    )]
    TooSmall {
        /// Reported limit in bytes.
        limit_bytes: u64,
        /// Bytes wanted.
        wanted: u64,
    },
    /// `--pages` asks for more pages than the buffer has room for.
    #[error("{pages} pages do not fit twice into a buffer of {available} pages; choose fewer: --pages")]
    TooManyPages {
        /// Asked for.
        pages: usize,
        /// In the buffer.
        available: u64,
    },
    /// The driver computed a wrong value.
    #[error("WRONG: {0}")]
    Wrong(String),
    /// The picture could not be written.
    #[error("cannot write {path}: {source}")]
    Picture {
        /// Where to.
        path: PathBuf,
        /// What the file system said.
        source: io::Error,
    },
}

/// Binds per `vkQueueBindSparse`.
const BATCH: usize = 1024;

/// Runs the demo and prints what happened.
///
/// # Errors
/// See [`DemoError`]; nothing is swallowed.
pub fn run(options: &Options) -> Result<(), DemoError> {
    let device = Device::new(&Instance::new()?.first()?, DeviceOptions::default())?;
    let ram = physical_memory();
    let buffer = make_buffer(&device, options, ram)?;
    let total = buffer.size / buffer.page;
    if options.pages as u64 * 2 > total {
        return Err(DemoError::TooManyPages { pages: options.pages, available: total });
    }
    println!("driver   {} (Vulkan {})", device.physical.name(), version(&device));
    println!("machine  {} of memory", size(ram));
    println!("buffer   {} sparse, {total} pages of {}", size(buffer.size), size(buffer.page));

    let mut rng = Rng::new(options.seed);
    let chosen = rng.distinct(options.pages * 2, total);
    let (bound, unbound) = chosen.split_at(options.pages);
    let memory = buffer.memory(&device, options.pages as u64)?;
    memory.fill(0);
    let mut model = Model::new(bound, unbound);
    let toucher = Toucher::new(&device, &buffer, &model)?;
    let mut pictures = vec![("bound", model.clone())];
    let binder = Binder { device: &device, buffer: &buffer, memory: &memory };

    binder.apply("bind", &model.binds())?;
    toucher.write()?;
    model.write();
    check(&toucher, &model, &device, "marks written by compute, read back by compute")?;

    let changes = model.rebind(&mut rng);
    pictures.push(("half of them rebound", model.clone()));
    binder.apply("rebind", &changes)?;
    check(&toucher, &model, &device, "marks followed their memory to other pages")?;

    let changes = model.unbind(&mut rng);
    pictures.push(("a quarter unbound", model.clone()));
    binder.apply("unbind", &changes)?;
    check(&toucher, &model, &device, "unbound pages are empty again")?;
    check_memory(&memory, &buffer, &model)?;

    let path = write_picture(&options.out, &buffer, &pictures)?;
    println!("picture  {}", path.display());
    println!("OK: every value is right");
    Ok(())
}

fn make_buffer(device: &Device, options: &Options, ram: u64) -> Result<SparseBuffer, DemoError> {
    let wanted = options.size.unwrap_or((2 * ram).next_multiple_of(1 << 30));
    let limit_bytes = device.physical.max_sparse_buffer();
    if options.size.is_none() && wanted > limit_bytes {
        return Err(DemoError::TooSmall { limit_bytes, wanted });
    }
    Ok(SparseBuffer::new(device, wanted)?)
}

/// Sends changes to the driver and prints how long it took.
struct Binder<'a> {
    device: &'a Device,
    buffer: &'a SparseBuffer,
    memory: &'a Memory,
}

impl Binder<'_> {
    fn apply(&self, what: &str, changes: &[(u64, Option<u64>)]) -> Result<(), DemoError> {
        let binds: Vec<Bind> = changes
            .iter()
            .map(|&(page, target)| match target {
                Some(memory_page) => self.buffer.map(page, 1, self.memory, memory_page),
                None => self.buffer.unmap(page, 1),
            })
            .collect();
        let queue = self.device.sparse()?;
        let start = Instant::now();
        for batch in binds.chunks(BATCH) {
            queue.bind(self.device, self.buffer, batch)?;
        }
        let elapsed = start.elapsed();
        let each = elapsed.checked_div(binds.len() as u32).unwrap_or(Duration::ZERO);
        println!(
            "{what:8} {} pages, one bind each, in {} calls of vkQueueBindSparse: {} ({} a page)",
            binds.len(),
            binds.len().div_ceil(BATCH),
            duration(elapsed),
            duration(each),
        );
        Ok(())
    }
}

/// Compares every probed word with the model.
fn check(toucher: &Toucher<'_>, model: &Model, device: &Device, what: &str) -> Result<(), DemoError> {
    let start = Instant::now();
    let words = toucher.read()?;
    let elapsed = start.elapsed();
    let strict = device.physical.strict();
    let mut checked = 0;
    for (i, found) in words.iter().enumerate() {
        let (page, word) = (i / touch::WORDS, i % touch::WORDS);
        let expected = model.expected(page, word);
        if expected.is_none() && !strict {
            continue;
        }
        let expected = expected.unwrap_or(0);
        if *found != expected {
            let number = model.pages[page].number;
            return Err(DemoError::Wrong(format!(
                "page {number}, word {word}: found {found:#010x}, expected {expected:#010x}"
            )));
        }
        checked += 1;
    }
    let skipped = if strict { "" } else { "; unbound pages left out: residencyNonResidentStrict is false" };
    println!("compute  {checked} words checked ({}): {what}{skipped}", duration(elapsed));
    Ok(())
}

/// Looks at the memory itself: marks must be in the memory pages, whatever is bound where.
fn check_memory(memory: &Memory, buffer: &SparseBuffer, model: &Model) -> Result<(), DemoError> {
    for (number, mark) in model.memory.iter().enumerate() {
        for word in 0..touch::WORDS {
            let at = number as u64 * buffer.page + touch::byte_of(word, buffer.page);
            let found = memory.read::<u32>(at, 1)[0];
            let expected = mark.map_or(0, |mark| touch::mark(mark, word));
            if found != expected {
                return Err(DemoError::Wrong(format!(
                    "memory page {number}, word {word}: found {found:#010x}, expected {expected:#010x}"
                )));
            }
        }
    }
    println!("host     {} memory pages hold what was written through the buffer", model.memory.len());
    Ok(())
}

fn write_picture(
    folder: &Path,
    buffer: &SparseBuffer,
    pictures: &[(&str, Model)],
) -> Result<PathBuf, DemoError> {
    let path = folder.join("demo.svg");
    let failed = |source| DemoError::Picture { path: path.clone(), source };
    fs::create_dir_all(folder).map_err(failed)?;
    fs::write(&path, picture::svg(buffer.size, buffer.page, pictures)).map_err(failed)?;
    Ok(path)
}

fn version(device: &Device) -> String {
    let version = device.physical.properties.api_version;
    format!(
        "{}.{}.{}",
        vk::api_version_major(version),
        vk::api_version_minor(version),
        vk::api_version_patch(version)
    )
}

/// The machine's memory in bytes (`MemTotal` of `/proc/meminfo`); 16 GiB where that cannot be read.
fn physical_memory() -> u64 {
    let kib = fs::read_to_string("/proc/meminfo").ok().and_then(|text| {
        let line = text.lines().find(|line| line.starts_with("MemTotal:"))?.to_owned();
        line.split_whitespace().nth(1)?.parse::<u64>().ok()
    });
    kib.map_or(16 << 30, |kib| kib << 10)
}
