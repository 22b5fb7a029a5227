//! Screenshots, and golden pictures to compare them with.
//!
//! A golden picture is one of many that a program shows, such as one turn of a cube: a run is right when the window shows it
//! at some time. Comparing tolerates what drivers may do differently: the last bits of colors, pixels at edges.

use std::fs::File;
use std::io::{BufReader, BufWriter};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use super::Failure;

/// Pixels `0xRRGGBB`, row by row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Picture {
    /// Width and height.
    pub size: [u32; 2],
    /// The pixels.
    pub pixels: Vec<u32>,
}

/// By how much a channel may differ, of 255.
const TOLERANCE: u32 = 16;
/// The share of pixels that may differ by more.
const OUTLIERS: f64 = 0.01;
/// How long a golden picture may take to come.
const PATIENCE: Duration = Duration::from_secs(60);

impl Picture {
    /// The share of pixels that differ visibly; all of them when the sizes do.
    #[must_use]
    pub fn difference(&self, other: &Self) -> f64 {
        if self.size != other.size || self.pixels.len() != other.pixels.len() || self.pixels.is_empty() {
            return 1.0;
        }
        let channels = |pixel: u32| [pixel >> 16 & 255, pixel >> 8 & 255, pixel & 255];
        let differs = |(a, b): &(&u32, &u32)| {
            channels(**a).into_iter().zip(channels(**b)).any(|(a, b)| a.abs_diff(b) > TOLERANCE)
        };
        let outliers = self.pixels.iter().zip(&other.pixels).filter(differs).count();
        outliers as f64 / self.pixels.len() as f64
    }

    /// Whether it shows nothing but one color.
    #[must_use]
    pub fn is_blank(&self) -> bool {
        self.pixels.windows(2).all(|pair| pair[0] == pair[1])
    }

    /// Reads a PNG of 8-bit RGB.
    ///
    /// # Errors
    /// [`Failure::Picture`].
    pub fn load(path: &Path) -> Result<Self, Failure> {
        let unreadable =
            |error: &dyn std::fmt::Display| Failure::Picture(format!("{}: {error}", path.display()));
        let file = File::open(path).map_err(|error| unreadable(&error))?;
        let mut reader = png::Decoder::new(BufReader::new(file)).read_info().map_err(|e| unreadable(&e))?;
        let mut bytes = vec![0; reader.output_buffer_size().unwrap_or(0)];
        let info = reader.next_frame(&mut bytes).map_err(|error| unreadable(&error))?;
        if (info.color_type, info.bit_depth) != (png::ColorType::Rgb, png::BitDepth::Eight) {
            return Err(unreadable(&"not 8-bit RGB"));
        }
        let pixel = |p: &[u8]| u32::from_be_bytes([0, p[0], p[1], p[2]]);
        Ok(Self { size: [info.width, info.height], pixels: bytes.chunks_exact(3).map(pixel).collect() })
    }

    /// Writes a PNG.
    ///
    /// # Errors
    /// [`Failure::Picture`].
    pub fn save(&self, path: &Path) -> Result<(), Failure> {
        let unwritable =
            |error: &dyn std::fmt::Display| Failure::Picture(format!("{}: {error}", path.display()));
        let file = File::create(path).map_err(|error| unwritable(&error))?;
        let mut encoder = png::Encoder::new(BufWriter::new(file), self.size[0], self.size[1]);
        encoder.set_color(png::ColorType::Rgb);
        encoder.set_depth(png::BitDepth::Eight);
        let bytes: Vec<u8> = self.pixels.iter().flat_map(|pixel| pixel.to_be_bytes()[1..].to_vec()).collect();
        let mut writer = encoder.write_header().map_err(|error| unwritable(&error))?;
        writer.write_image_data(&bytes).map_err(|error| unwritable(&error))
    }
}

/// A golden picture and where it lies.
#[derive(Clone, Copy, Debug)]
pub struct Golden<'a> {
    /// File name without its ending.
    pub name: &'a str,
    /// Its folder.
    pub folder: &'a Path,
    /// Folder for what was seen instead.
    pub out: &'a Path,
    /// Whether to make it of what is seen.
    pub bless: bool,
}

impl Golden<'_> {
    /// Begins a comparison.
    ///
    /// # Errors
    /// [`Failure::Picture`] without a golden picture.
    pub fn begin(&self) -> Result<Comparison, Failure> {
        let path = self.folder.join(format!("{}.png", self.name));
        let golden = if self.bless { None } else { Some(Picture::load(&path)?) };
        let seen = self.out.join(format!("{}.png", self.name));
        Ok(Comparison { golden, path, seen, best: None, begun: Instant::now(), pictures: 0 })
    }
}

/// The comparison of many pictures with one.
pub struct Comparison {
    /// `None` when it is being made.
    golden: Option<Picture>,
    path: PathBuf,
    seen: PathBuf,
    /// What came closest.
    best: Option<(f64, Picture)>,
    begun: Instant,
    pictures: u32,
}

impl Comparison {
    /// Takes another picture; whether that is enough.
    ///
    /// # Errors
    /// [`Failure::Picture`] when a new golden picture cannot be written.
    pub fn see(&mut self, picture: Picture) -> Result<bool, Failure> {
        if picture.is_blank() {
            return Ok(self.begun.elapsed() > PATIENCE);
        }
        self.pictures += 1;
        let difference = match &self.golden {
            Some(golden) => golden.difference(&picture),
            None => {
                picture.save(&self.path)?;
                0.0
            }
        };
        if self.best.as_ref().is_none_or(|(least, _)| difference < *least) {
            self.best = Some((difference, picture));
        }
        Ok(difference <= OUTLIERS || self.begun.elapsed() > PATIENCE)
    }

    /// What came of it; keeps the picture that came closest.
    ///
    /// # Errors
    /// [`Failure::Picture`].
    pub fn verdict(self) -> Result<String, Failure> {
        let Some((difference, picture)) = self.best else {
            return Err(Failure::Picture("the window stayed blank".into()));
        };
        picture.save(&self.seen)?;
        let percent = difference * 100.0;
        let seen = self.seen.display();
        if difference <= OUTLIERS {
            return Ok(format!("picture differs in {percent:.2} % of the pixels"));
        }
        Err(Failure::Picture(format!(
            "the best of {} pictures, {seen}, differs from {} in {percent:.1} % of the pixels",
            self.pictures,
            self.path.display()
        )))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn picture(pixels: &[u32]) -> Picture {
        Picture { size: [pixels.len() as u32, 1], pixels: pixels.to_vec() }
    }

    #[test]
    fn small_differences_are_tolerated_and_others_counted() {
        let golden = picture(&[0x10_20_30; 4]);
        assert!(golden.difference(&picture(&[0x18_28_38; 4])) < f64::EPSILON);
        let one_wrong = picture(&[0x10_20_30, 0x10_20_30, 0x10_20_30, 0x10_20_60]);
        assert!((golden.difference(&one_wrong) - 0.25).abs() < f64::EPSILON);
        assert!((golden.difference(&picture(&[0x10_20_30; 5])) - 1.0).abs() < f64::EPSILON);
    }

    #[test]
    fn pictures_survive_their_file() {
        let path = std::env::temp_dir().join(format!("cts-runner-picture-{}.png", std::process::id()));
        let written = Picture { size: [2, 2], pixels: vec![0, 0xff_80_01, 0x12_34_56, 0xff_ff_ff] };
        written.save(&path).unwrap();
        assert_eq!(Picture::load(&path).unwrap(), written);
        std::fs::remove_file(path).unwrap();
    }
}
