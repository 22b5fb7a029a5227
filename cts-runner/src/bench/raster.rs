//! How fast pixels are filled: screen-filling triangles on 1024 x 1024 pixels.

use super::cost::{Cost, cost};
use super::{BenchError, Options, Reading, timed};
use crate::vk::{self, Commands, Device, HostBuffer, Painter, PainterOptions, Recorder};

const SIZE: u32 = 1024;
/// Triangles over each other.
const DEEP: usize = 32;
/// Passes, each to its own image.
const PASSES: usize = 16;
const ROUNDS: usize = 9;

fn shape(depth: Option<vk::Format>) -> vk::CanvasShape {
    vk::CanvasShape { depth, ..vk::CanvasShape::flat(SIZE, SIZE) }
}

/// The color of a triangle; the last one's is what is left where nothing is blended.
fn color(n: usize) -> [f32; 4] {
    [n as f32 / 255.0, 0.0, 1.0, 0.5]
}

/// Runs what `record` records, compares all pixels of a canvas with `expected` or with each other, then measures it.
fn measure(
    device: &Device,
    canvas: &vk::Canvas,
    expected: Option<u32>,
    record: impl FnOnce(&Recorder<'_>),
) -> Result<Cost, BenchError> {
    let queue = device.queue(vk::QueueFlags::GRAPHICS)?;
    let draws = Commands::record(device, queue.family, record)?;
    queue.run_recorded(device, &[&draws])?;
    let host = HostBuffer::new(device, canvas.color.texels() * 4)?;
    queue.run(device, |r| {
        r.copy_from_attachment(&canvas.color, &host);
        r.barrier();
    })?;
    let words = host.words();
    let expected = expected.unwrap_or(words[0]);
    if expected == 0 || words.iter().any(|&word| word != expected) {
        return Err(BenchError::Wrong(format!("a pixel is not {expected:08x}")));
    }
    cost(ROUNDS, |_| timed(|| queue.run_recorded(device, &[&draws])))
}

const PIXELS: f64 = SIZE as f64 * SIZE as f64;

/// Triangles over each other in one pass, drawn by what `change` makes of the pipeline.
fn over(
    device: &Device,
    depth: Option<vk::Format>,
    expected: Option<u32>,
    change: impl FnOnce(&mut PainterOptions<'_>),
) -> Result<Cost, BenchError> {
    let canvas = vk::Canvas::new(device, shape(depth))?;
    let mut options =
        PainterOptions::colored(vk::SCREEN_VERT, vk::COLOR_FRAG, canvas.pass, canvas.shape.extent);
    change(&mut options);
    let painter = Painter::new(device, &options)?;
    measure(device, &canvas, expected, |r| {
        canvas.begin(r, [0.0; 4], vk::SubpassContents::INLINE);
        r.paint(&painter);
        for n in 0..DEEP {
            r.push_color(&painter, color(n), 1.0 - (n + 1) as f32 / 64.0);
            r.draw(3);
        }
        r.end_pass();
    })
}

/// Color as [`color`] of the last triangle.
const LAST: u32 = 0x80ff_0000 | (DEEP as u32 - 1);

/// All kinds of fills.
pub(super) fn fills(device: &Device, _: &Options) -> Result<Vec<Reading>, BenchError> {
    let (unit, pixels) = ("Mpixel/s", PIXELS * DEEP as f64);
    let plain = over(device, None, Some(LAST), |_| ())?;
    let layers = layers(device)?;
    let blended = over(device, None, None, |options| {
        options.blend = options
            .blend
            .blend_enable(true)
            .src_color_blend_factor(vk::BlendFactor::SRC_ALPHA)
            .dst_color_blend_factor(vk::BlendFactor::ONE_MINUS_SRC_ALPHA)
            .src_alpha_blend_factor(vk::BlendFactor::ONE)
            .dst_alpha_blend_factor(vk::BlendFactor::ONE_MINUS_SRC_ALPHA);
    })?;
    let tested = over(device, Some(vk::Format::D32_SFLOAT), Some(LAST), |options| {
        options.depth = options
            .depth
            .depth_test_enable(true)
            .depth_write_enable(true)
            .depth_compare_op(vk::CompareOp::LESS);
    })?;
    Ok(vec![
        plain.rate("fill_mpix", pixels, unit),
        layers.rate("fill_layers_mpix", PIXELS * PASSES as f64, unit),
        blended.rate("blend_mpix", pixels, unit),
        tested.rate("depth_mpix", pixels, unit),
    ])
}

/// A clear, a triangle and a pass each, to images of their own, so that nothing is hidden.
fn layers(device: &Device) -> Result<Cost, BenchError> {
    let canvases =
        (0..PASSES).map(|_| vk::Canvas::new(device, shape(None))).collect::<vk::Result<Vec<_>>>()?;
    let last = &canvases[PASSES - 1];
    let options = PainterOptions::colored(vk::SCREEN_VERT, vk::COLOR_FRAG, last.pass, last.shape.extent);
    let painter = Painter::new(device, &options)?;
    measure(device, last, Some(LAST), |r| {
        r.paint(&painter);
        r.push_color(&painter, color(DEEP - 1), 0.5);
        for canvas in &canvases {
            canvas.begin(r, [0.0; 4], vk::SubpassContents::INLINE);
            r.draw(3);
            r.end_pass();
        }
    })
}
