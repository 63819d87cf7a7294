//! Pascal VOC segmentation: masks of classes and of objects with VOC's palette.

use std::io::Write;

use super::archive::{Archive, stored_options, text_options};
use super::coco_more::{TOO_LARGE, segments};
use super::flat_png::{self, Colors};
use super::pictures::{Classes, Sized, each};
use super::spool::Text;
use super::{Context, ExportError, Exporter, Report, Source};

pub(super) struct VocMasks;

impl Exporter for VocMasks {
    about! {
        "VOC_MASKS", "Pascal VOC masks", "zip", pictures, ["image segmentation"],
        "SegmentationClass and SegmentationObject: a PNG with VOC's palette for each picture, labelmap.txt, and the list of pictures."
    }

    fn export(
        &self,
        context: &Context<'_>,
        source: &mut Source<'_>,
        out: &mut dyn Write,
    ) -> Result<Report, ExportError> {
        let mut archive = Archive::new(out, context)?;
        let mut report = Report::default();
        let mut classes = Classes::of(context.config, false);
        let mut list = Text::new()?;
        let palette: Vec<u8> = (0..256).flat_map(color).collect();
        each(
            context,
            source,
            &mut archive,
            &mut report,
            Sized::Needed,
            &mut |labelled, archive, report| {
                if u64::from(labelled.size.0) * u64::from(labelled.size.1) > crate::brush::MAX_PIXELS {
                    return Ok(Some(TOO_LARGE));
                }
                let segments = segments(labelled, &mut classes, report);
                // A byte for each pixel: numbers beyond 254 have none (255 is VOC's "void").
                let beyond = segments.classes.len().saturating_sub(254);
                report.lost("an object beyond the 254th of a picture", beyond as u64);
                let byte = |number: usize| u8::try_from(number).ok().filter(|byte| *byte < 255).unwrap_or(0);
                let class = |id: &u32| match *id as usize {
                    0 => 0,
                    id => byte(segments.classes[id - 1] + 1),
                };
                for (folder, pixels) in [
                    ("SegmentationClass", segments.ids.iter().map(class).collect::<Vec<u8>>()),
                    (
                        "SegmentationObject",
                        segments.ids.iter().map(|id| byte(*id as usize)).collect(),
                    ),
                ] {
                    archive.start_file(format!("{folder}/{}.png", labelled.stem), stored_options())?;
                    flat_png::write(archive, labelled.size, &Colors::Palette(&palette), &pixels)?;
                }
                list.push(&format!("{}\n", labelled.stem))?;
                Ok(None)
            },
        )?;
        archive.start_file("ImageSets/Segmentation/default.txt", text_options())?;
        list.copy_to(&mut archive)?;
        archive.start_file("labelmap.txt", text_options())?;
        archive.write_all(b"# label:color_rgb:parts:actions\nbackground:0,0,0::\n")?;
        for (number, name) in (1..).zip(&classes.names) {
            let [red, green, blue] = color(number);
            let name = name.replace([':', '\n', '\r'], " ");
            writeln!(archive, "{name}:{red},{green},{blue}::")?;
        }
        archive.finish(&report)?;
        Ok(report)
    }
}

/// The colour of a number in VOC's palette: its bits, three by three, from the highest of each channel down.
fn color(mut number: usize) -> [u8; 3] {
    let mut color = [0; 3];
    for bit in (0..8).rev() {
        for (channel, value) in color.iter_mut().enumerate() {
            *value |= (((number >> channel) & 1) as u8) << bit;
        }
        number >>= 3;
    }
    color
}

#[cfg(test)]
mod tests {
    use super::color;

    #[test]
    fn the_palette_is_that_of_voc() {
        assert_eq!(
            [0, 1, 2, 3, 4, 8, 15, 20].map(color),
            [
                [0, 0, 0],
                [128, 0, 0],
                [0, 128, 0],
                [128, 128, 0],
                [0, 0, 128],
                [64, 0, 0],
                [192, 128, 128],
                [0, 64, 128]
            ]
        );
    }
}
