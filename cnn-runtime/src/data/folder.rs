//! Folders of photos, one a class: `root/daisy/*.jpg`, `root/roses/*.png`.
//!
//! In: the folder of these and the size that photos get. Out: [`Folder`], which decodes a photo
//! whenever it is read, or [`Arrays`] of all of them. Deliberately absent: folders in the classes'
//! folders, and files of other endings; neither is looked at.

use std::fs::{DirEntry, FileType};
use std::path::{Path, PathBuf};

use image::RgbImage;
use image::imageops::{FilterType, resize};
use ndarray::Array4;

use super::arrays::Arrays;
use super::error::DataError;
use super::photo::photo;
use super::{Dataset, Draw, check_read};

/// Photos in a folder a class, decoded when they are read.
///
/// The classes are the names of the folders in the order of their bytes, as Keras and PyTorch have
/// them; within a class photos are in the order of their names. What ends in `.jpg`, `.jpeg` or `.png`
/// (or capitals) is a photo; what begins with a dot is not looked at. A photo is squashed to the size,
/// whatever its own proportions, by the filter `Triangle` of the crate `image`: a linear interpolation
/// that takes in all pixels where it makes smaller, as Pillow's `BILINEAR` does. Pixels are RGB, 0 to
/// 255.
///
/// Photos of one class lie one behind the other: [`Dataset::fold`] gives each class its share of what
/// validates. The last part of all, as `validation_split` takes it, would be the last class.
///
/// ```no_run
/// use cnn_runtime::data::{Dataset, Folder};
///
/// let flowers = Folder::open("flowers", [128, 128])?;
/// println!("{} photos of {}", flowers.len(), flowers.names().join(", "));
/// // A photo takes milliseconds to decode: where there is room, once for all epochs.
/// let flowers = flowers.load()?;
/// # Ok::<(), cnn_runtime::data::DataError>(())
/// ```
#[derive(Debug, Clone)]
pub struct Folder {
    names: Vec<String>,
    /// Each with its class.
    photos: Vec<(PathBuf, usize)>,
    size: [u32; 2],
}

impl Folder {
    /// Finds the photos; none is read yet. `size` is height and width.
    ///
    /// # Errors
    /// When a folder cannot be read, there is no class, or one without a photo.
    pub fn open(root: impl AsRef<Path>, size: [u32; 2]) -> Result<Self, DataError> {
        let root = root.as_ref();
        let (mut names, mut photos) = (Vec::new(), Vec::new());
        for folder in entries(root, FileType::is_dir)? {
            let of_class = entries(&folder, |kind| !kind.is_dir())?;
            let before = photos.len();
            let class = names.len();
            photos.extend(of_class.into_iter().filter(|path| is_photo(path)).map(|x| (x, class)));
            if photos.len() == before {
                return Err(DataError::Empty { path: folder, what: "photos" });
            }
            let name = folder.file_name().unwrap_or_default();
            names.push(name.to_string_lossy().into_owned());
        }
        if names.is_empty() {
            return Err(DataError::Empty { path: root.to_owned(), what: "folders" });
        }
        Ok(Self { names, photos, size })
    }

    /// The names of the classes.
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// The files and their classes.
    pub fn photos(&self) -> impl Iterator<Item = (&Path, usize)> {
        self.photos.iter().map(|(path, class)| (path.as_path(), *class))
    }

    /// Decodes all photos into memory: three bytes a pixel.
    ///
    /// # Errors
    /// When one cannot be decoded.
    pub fn load(&self) -> Result<Arrays<'static>, DataError> {
        let mut bytes = Vec::new();
        for index in 0..self.photos.len() {
            bytes.extend_from_slice(self.decode(index)?.as_raw());
        }
        let [h, w, c] = self.sizes();
        let Ok(images) = Array4::from_shape_vec((self.len(), h, w, c), bytes) else {
            unreachable!("every photo has these sizes")
        };
        let labels: Vec<usize> = self.photos.iter().map(|&(_, class)| class).collect();
        Arrays::new(images, labels, self.names.len())
    }

    fn decode(&self, index: usize) -> Result<RgbImage, DataError> {
        let [h, w] = self.size;
        let photo = photo(&self.photos[index].0)?;
        Ok(if photo.dimensions() == (w, h) {
            photo
        } else {
            resize(&photo, w, h, FilterType::Triangle)
        })
    }
}

impl Dataset for Folder {
    fn len(&self) -> usize {
        self.photos.len()
    }

    fn sizes(&self) -> [usize; 3] {
        [self.size[0] as usize, self.size[1] as usize, 3]
    }

    fn classes(&self) -> usize {
        self.names.len()
    }

    fn read(
        &self,
        index: usize,
        _: Option<Draw>,
        image: &mut [f32],
        target: &mut [f32],
    ) -> Result<(), DataError> {
        check_read(self, index, image, target)?;
        let photo = self.decode(index)?;
        image.iter_mut().zip(photo.as_raw()).for_each(|(to, &from)| *to = f32::from(from));
        target.fill(0.0);
        target[self.photos[index].1] = 1.0;
        Ok(())
    }
}

/// What a folder holds of a kind, by name; a link counts as what it leads to.
fn entries(folder: &Path, kind: fn(&FileType) -> bool) -> Result<Vec<PathBuf>, DataError> {
    let io = |source| DataError::Io { path: folder.to_owned(), source };
    let mut paths = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(io)? {
        let entry: DirEntry = entry.map_err(io)?;
        let hidden = entry.file_name().as_encoded_bytes().starts_with(b".");
        let leads_to = entry.path().metadata().map(|about| about.file_type());
        let leads_to = leads_to.or_else(|_| entry.file_type()).map_err(io)?;
        if !hidden && kind(&leads_to) {
            paths.push(entry.path());
        }
    }
    paths.sort();
    Ok(paths)
}

fn is_photo(path: &Path) -> bool {
    let ending = path.extension().unwrap_or_default().to_ascii_lowercase();
    ["jpg", "jpeg", "png"].iter().any(|known| ending == *known)
}
