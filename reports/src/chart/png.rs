//! Scene → PNG. Plotters paints shapes into a buffer; texts are set here from the bundled font; only a finished drawing
//! is encoded.

use ab_glyph::{Font, Glyph, PxScale, point};
use plotters::backend::BitMapBackend;
use plotters::prelude::{DrawingBackend, IntoDrawingArea};
use plotters_backend::text_anchor::HPos;
use plotters_backend::{BackendColor, BackendCoord, BackendStyle, BackendTextStyle, DrawingErrorKind, FontStyle};

use super::draw::{Brush, DottedBy, FONT_FACTOR, paint};
use super::{Chart, Resolution};
use crate::font::{Faces, NARROW_NO_BREAK_SPACE, Weight};
use crate::theme::{Role, Theme};
use crate::{Error, Result};

/// Each pixel is the mean of this many by this many painted ones, which smooths lines and circles.
const OVERSAMPLING: u32 = 2;
/// Longest side of an image, in pixels.
const LONGEST_SIDE: u64 = 30_000;
/// Red, green, blue.
const CHANNELS: usize = 3;

/// The chart as a PNG file with its title and description inside.
pub(super) fn encode(chart: &Chart, theme: &Theme, resolution: Resolution) -> Result<Vec<u8>> {
    let factor = resolution.pixels_per_unit();
    let (width, height) = (side(chart.scene().width, factor), side(chart.scene().height, factor));
    if width > LONGEST_SIDE || height > LONGEST_SIDE {
        return Err(Error::TooLarge { width, height, max: LONGEST_SIDE });
    }
    #[expect(clippy::cast_possible_truncation, reason = "both sides were just checked")]
    let (width, height) = (width as u32, height as u32);
    let pixels = paint_all(chart, theme, (width, height), factor)?;
    let mut file = Vec::new();
    let encoding = |error: png::EncodingError| Error::Encoding(error.to_string());
    let mut encoder = png::Encoder::new(&mut file, width, height);
    encoder.set_color(png::ColorType::Rgb);
    encoder.set_depth(png::BitDepth::Eight);
    encoder.add_itxt_chunk("Title".to_owned(), chart.title().to_owned()).map_err(encoding)?;
    encoder.add_itxt_chunk("Description".to_owned(), chart.description().to_owned()).map_err(encoding)?;
    let mut writer = encoder.write_header().map_err(encoding)?;
    writer.write_image_data(&pixels).map_err(encoding)?;
    writer.finish().map_err(encoding)?;
    Ok(file)
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "`as` saturates, and the result is checked"
)]
fn side(length: f64, factor: u32) -> u64 {
    (length * f64::from(factor)).ceil().max(1.0) as u64
}

fn paint_all(chart: &Chart, theme: &Theme, size: (u32, u32), factor: u32) -> Result<Vec<u8>> {
    let (wide, high) = (size.0 * OVERSAMPLING, size.1 * OVERSAMPLING);
    let ground = theme.color(Role::Ground);
    let mut canvas = [ground.0, ground.1, ground.2].repeat(wide as usize * high as usize);
    {
        let backend =
            PixelBackend { shapes: BitMapBackend::with_buffer(&mut canvas, (wide, high)), faces: Faces::load()? };
        let area = backend.into_drawing_area();
        let brush = Brush { theme, scale: f64::from(factor * OVERSAMPLING), dotted: DottedBy::Drawing };
        chart.scene().marks.iter().try_for_each(|mark| paint(&area, mark, brush))?;
        area.present().map_err(|error| Error::Drawing(error.to_string()))?;
    }
    Ok(reduce(&canvas, wide as usize))
}

/// Averages squares of pixels.
fn reduce(canvas: &[u8], wide: usize) -> Vec<u8> {
    let step = OVERSAMPLING as usize;
    let row_length = wide * CHANNELS;
    let mut pixels = Vec::with_capacity(canvas.len() / (step * step));
    for rows in canvas.chunks_exact(row_length * step) {
        for left in (0..row_length).step_by(CHANNELS * step) {
            for channel in 0..CHANNELS {
                let inside =
                    |row: usize, column: usize| rows.get(row * row_length + left + column * CHANNELS + channel);
                let places = (0..step).flat_map(|row| (0..step).map(move |column| (row, column)));
                let sum: u32 =
                    places.filter_map(|(row, column)| inside(row, column)).map(|value| u32::from(*value)).sum();
                let count = OVERSAMPLING * OVERSAMPLING;
                pixels.push(u8::try_from((sum + count / 2) / count).unwrap_or(u8::MAX));
            }
        }
    }
    pixels
}

/// Plotters' bitmap backend, with texts set here: plotters 0.3.7 drops the side bearings of glyphs and rounds each to a
/// whole pixel, which makes small type uneven, and it places texts differently from its SVG backend.
struct PixelBackend<'a> {
    shapes: BitMapBackend<'a>,
    faces: Faces,
}

type Shape<'a> = BitMapBackend<'a>;
type Drawn<'a> = std::result::Result<(), DrawingErrorKind<<Shape<'a> as DrawingBackend>::ErrorType>>;

impl<'a> DrawingBackend for PixelBackend<'a> {
    type ErrorType = <BitMapBackend<'a> as DrawingBackend>::ErrorType;

    fn get_size(&self) -> (u32, u32) {
        self.shapes.get_size()
    }

    fn ensure_prepared(&mut self) -> Drawn<'a> {
        self.shapes.ensure_prepared()
    }

    fn present(&mut self) -> Drawn<'a> {
        self.shapes.present()
    }

    fn draw_pixel(&mut self, at: BackendCoord, color: BackendColor) -> Drawn<'a> {
        self.shapes.draw_pixel(at, color)
    }

    fn draw_line<S: BackendStyle>(&mut self, from: BackendCoord, to: BackendCoord, style: &S) -> Drawn<'a> {
        self.shapes.draw_line(from, to, style)
    }

    fn draw_rect<S: BackendStyle>(&mut self, one: BackendCoord, two: BackendCoord, style: &S, fill: bool) -> Drawn<'a> {
        self.shapes.draw_rect(one, two, style, fill)
    }

    fn draw_path<S: BackendStyle, I: IntoIterator<Item = BackendCoord>>(&mut self, path: I, style: &S) -> Drawn<'a> {
        self.shapes.draw_path(path, style)
    }

    fn draw_circle<S: BackendStyle>(&mut self, center: BackendCoord, radius: u32, style: &S, fill: bool) -> Drawn<'a> {
        self.shapes.draw_circle(center, radius, style, fill)
    }

    fn fill_polygon<S: BackendStyle, I: IntoIterator<Item = BackendCoord>>(
        &mut self,
        corners: I,
        style: &S,
    ) -> Drawn<'a> {
        self.shapes.fill_polygon(corners, style)
    }

    fn draw_text<S: BackendTextStyle>(&mut self, text: &str, style: &S, at: BackendCoord) -> Drawn<'a> {
        let weight = if matches!(style.style(), FontStyle::Bold) { Weight::Bold } else { Weight::Regular };
        let em = style.size() / FONT_FACTOR;
        let width = self.faces.width(text, em, weight);
        let mut pen = f64::from(at.0)
            - match style.anchor().h_pos {
                HPos::Left => 0.0,
                HPos::Center => width / 2.0,
                HPos::Right => width,
            };
        let color = style.color();
        let face = self.faces.face(weight).clone();
        for character in text.chars() {
            if character != NARROW_NO_BREAK_SPACE {
                self.set_glyph(&face, character, (pen, f64::from(at.1)), em, color)?;
            }
            pen += self.faces.advance(character, em, weight);
        }
        Ok(())
    }
}

impl<'a> PixelBackend<'a> {
    #[expect(clippy::cast_possible_truncation, reason = "places on the canvas fit f32 and i32, and `as` saturates")]
    fn set_glyph(
        &mut self,
        face: &impl Font,
        character: char,
        pen: (f64, f64),
        em: f64,
        color: BackendColor,
    ) -> Drawn<'a> {
        let per_em = face.units_per_em().unwrap_or(1000.0);
        let scale = PxScale::from(em as f32 * face.height_unscaled() / per_em);
        let glyph = Glyph { id: face.glyph_id(character), scale, position: point(pen.0 as f32, pen.1 as f32) };
        let Some(outline) = face.outline_glyph(glyph) else { return Ok(()) };
        let corner = outline.px_bounds().min;
        let mut drawn = Ok(());
        outline.draw(|x, y, coverage| {
            if drawn.is_ok() && coverage > 0.0 {
                let at = (corner.x as i32 + x.cast_signed(), corner.y as i32 + y.cast_signed());
                let alpha = color.alpha * f64::from(coverage.min(1.0));
                drawn = self.shapes.draw_pixel(at, BackendColor { alpha, ..color });
            }
        });
        drawn
    }
}
