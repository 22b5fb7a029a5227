//! Measures a driver: one line for each metric, and two drivers beside each other in one run.
//!
//! Machines differ and are noisy: a figure means something beside another one of the same run, which is what
//! [`compare`] is for. Metrics are functions from a device to a [`Reading`]; each does its own preparation, checks what
//! it computed, and times only what its name says.

mod alu;
mod bind;
pub mod compare;
mod cost;
mod groups;
mod image;
mod mix;
mod pages;
mod paging;
mod raster;
mod read;
mod rebind;
mod sample;
mod sampling;
mod setup;
mod submit;
mod triangles;
mod work;

use std::path::PathBuf;
use std::time::{Duration, Instant};

use crate::vk::{Device, DeviceOptions, Error, Instance};

/// What to measure.
#[derive(Clone, Debug)]
pub struct Options {
    /// Only metrics whose name contains one of these; all when empty.
    pub filters: Vec<String>,
    /// Pages that `sparse_max_bound_pages` tries.
    pub pages: u64,
    /// This program, for metrics that need a process of their own.
    pub program: PathBuf,
    /// The manifest of the driver, for such processes.
    pub driver: PathBuf,
}

/// One measured value.
#[derive(Clone, Debug)]
pub struct Reading {
    /// Name of the metric.
    pub name: &'static str,
    /// The value, in `unit`.
    pub value: f64,
    /// Unit of the value.
    pub unit: &'static str,
    /// More about it, in words.
    pub note: String,
}

/// A metric or a family of metrics that share their preparation.
struct Metric {
    names: &'static [&'static str],
    measure: fn(&Device, &Options) -> Result<Vec<Reading>, BenchError>,
}

/// Why there is no value.
#[derive(Debug, thiserror::Error)]
pub enum BenchError {
    /// The driver refused something, or does not support it.
    #[error(transparent)]
    Vulkan(#[from] Error),
    /// The driver computed something wrong, so that its speed means nothing.
    #[error("wrong result: {0}")]
    Wrong(String),
}

const METRICS: &[Metric] = &[
    Metric { names: &["sparse_bind_buffer_random", "sparse_unbind_buffer_random"], measure: bind::random },
    Metric { names: &["sparse_bind_latency"], measure: bind::latency },
    Metric {
        names: &["sparse_rebind_touched_bind", "sparse_rebind_touched_total", "sparse_rebind_touched_steady"],
        measure: rebind::touched,
    },
    Metric { names: &["sparse_max_bound_pages"], measure: pages::most },
    Metric {
        names: &["sparse_buffer_read_gbs", "scattered_buffer_read_gbs", "linear_buffer_read_gbs"],
        measure: read::sums,
    },
    Metric { names: &["submit_latency_us"], measure: submit::latency },
    Metric { names: &["sparse_bind_tiles_random"], measure: image::tiles },
    Metric { names: &["clear_color_image_gbs"], measure: image::clear },
    Metric { names: &["copy_buffer_gbs"], measure: image::copy },
    Metric { names: paging::NAMES, measure: paging::throughput },
    Metric { names: &["sample_bilinear_mtexels", "sparse_sample_bilinear_mtexels"], measure: sample::both },
    Metric { names: &["memcpy_gbs"], measure: read::memcpy },
    Metric { names: &["pipeline_compile_graphics_ms"], measure: setup::graphics },
    Metric {
        names: &["pipeline_compile_compute_ms", "pipeline_compile_compute_total_ms"],
        measure: setup::pipelines,
    },
    Metric { names: &["alu_gflops"], measure: alu::separate },
    Metric { names: &["alu_fma_gflops"], measure: alu::fused },
    Metric { names: &["alu_transcendental_gops"], measure: alu::transcendental },
    Metric { names: &["compute_divergent"], measure: alu::divergent },
    Metric { names: &["shared_barrier"], measure: groups::reduction },
    Metric { names: &["atomics_mops"], measure: groups::atomics },
    Metric { names: &["one_invocation_groups_ms"], measure: groups::single },
    Metric { names: &["device_create_us"], measure: setup::devices },
    Metric { names: &["ci_mix_ms", "ci_mix_warm_ms"], measure: mix::both },
    Metric { names: &["fill_mpix", "fill_layers_mpix", "blend_mpix", "depth_mpix"], measure: raster::fills },
    Metric { names: &["tri_mtris"], measure: triangles::small },
    Metric { names: &["sparse_tex_sample_mtexels", "linear_tex_sample_mtexels"], measure: sampling::both },
];

/// Measures and prints one line a metric: name, value, unit, and a note in parentheses. A metric that the driver cannot
/// do has the value `no`.
///
/// # Errors
/// When there is no driver. Metrics that fail are printed as such and make the result false.
pub fn run(options: &Options) -> Result<bool, Error> {
    let physical = Instance::new()?.first()?;
    println!("# {}", physical.name());
    let mut good = true;
    for metric in METRICS.iter().filter(|m| chosen(m, options)) {
        let device = Device::new(&physical, DeviceOptions::default())?;
        match (metric.measure)(&device, options) {
            Ok(readings) => readings.iter().for_each(|r| println!("{}", line(r))),
            Err(BenchError::Vulkan(Error::NotSupported(what))) => {
                metric
                    .names
                    .iter()
                    .for_each(|name| println!("{name:32} {:>14} (not supported: {what})", "no"));
            }
            Err(error) => {
                good = false;
                metric.names.iter().for_each(|name| println!("{name:32} {:>14} (FAILED: {error})", "no"));
            }
        }
    }
    Ok(good)
}

fn chosen(metric: &Metric, options: &Options) -> bool {
    let wanted = |name: &&str| options.filters.iter().any(|filter| name.contains(filter.as_str()));
    options.filters.is_empty() || metric.names.iter().any(wanted)
}

fn line(reading: &Reading) -> String {
    let Reading { name, value, unit, note } = reading;
    let note = if note.is_empty() { String::new() } else { format!(" ({note})") };
    format!("{name:32} {:>14} {unit}{note}", compare::number(*value))
}

impl Reading {
    fn new(name: &'static str, value: f64, unit: &'static str) -> Self {
        Self { name, value, unit, note: String::new() }
    }
}

/// The median time of `count` runs.
fn median(
    count: usize,
    mut run: impl FnMut(usize) -> Result<Duration, BenchError>,
) -> Result<f64, BenchError> {
    let mut times = (0..count).map(&mut run).collect::<Result<Vec<_>, _>>()?;
    times.sort_unstable();
    Ok(times[count / 2].as_secs_f64())
}

/// How long `work` takes.
fn timed(work: impl FnOnce() -> Result<(), Error>) -> Result<Duration, BenchError> {
    let start = Instant::now();
    work()?;
    Ok(start.elapsed())
}

/// Bytes of a page in all metrics; a driver's own pages may be smaller.
const PAGE: u64 = 64 << 10;
/// Binds in one `vkQueueBindSparse`.
const BATCH: usize = 1024;
