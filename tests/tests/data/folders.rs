//! Folders of photos: which files are taken, in which order, as what; and what is told of others.

use crate::{sample, within};
use cnn_runtime::data::{Arrays, Dataset, Folder};
use image::{Rgb, RgbImage};
use std::path::Path;
use tempfile::TempDir;

/// A photo of one colour, in whatever format its name says.
fn write(root: &Path, name: &str, colour: [u8; 3], size: [u32; 2]) {
    let path = root.join(name);
    std::fs::create_dir_all(path.parent().expect("a folder")).unwrap();
    RgbImage::from_pixel(size[1], size[0], Rgb(colour)).save(path).unwrap();
}

#[test]
fn classes_are_sorted_folders_and_photos_sorted_files() {
    let root = TempDir::new().unwrap();
    write(root.path(), "roses/b.png", [10, 20, 30], [4, 6]);
    write(root.path(), "roses/a.PNG", [11, 21, 31], [8, 8]);
    write(root.path(), "daisy/z.jpeg", [0, 0, 0], [16, 16]);
    write(root.path(), "Tulips/t.jpg", [255, 255, 255], [16, 16]);
    write(root.path(), "daisy/deeper/no.png", [9, 9, 9], [4, 4]);
    write(root.path(), ".hidden/no.png", [9, 9, 9], [4, 4]);
    write(root.path(), "daisy/.no.png", [9, 9, 9], [4, 4]);
    std::fs::write(root.path().join("daisy/notes.txt"), "not a photo").unwrap();
    std::fs::write(root.path().join("LICENSE.png"), "not in a class").unwrap();
    let folder = Folder::open(root.path(), [4, 6]).expect("there are classes");
    assert_eq!(folder.names(), ["Tulips", "daisy", "roses"]);
    let files: Vec<_> = folder.photos().map(|(path, class)| (path.to_owned(), class)).collect();
    let wanted = [("Tulips/t.jpg", 0), ("daisy/z.jpeg", 1), ("roses/a.PNG", 2), ("roses/b.png", 2)];
    assert_eq!(files, wanted.map(|(name, class)| (root.path().join(name), class)));
    assert_eq!((folder.len(), folder.sizes(), folder.classes()), (4, [4, 6, 3], 3));
    let loaded: Arrays<'static> = folder.load().expect("they are sound");
    for (index, colour) in
        [[255.0; 3], [0.0; 3], [11.0, 21.0, 31.0], [10.0, 20.0, 30.0]].into_iter().enumerate()
    {
        let (image, target) = sample(&folder, index, None);
        assert_eq!(image.as_chunks::<3>().0, [colour; 24], "photo {index}");
        assert_eq!(target.iter().position(|&x| x == 1.0), Some(wanted[index].1));
        assert_eq!(sample(&loaded, index, None), (image, target));
    }
}

/// Pillow 13: `Image.fromarray(x).resize((2, 2), Image.BILINEAR)` of rows of four pixels, 0, 40, 200,
/// 240, twice: each result takes in three pixels to its side, by 3, 3 and 1 of 7.
#[test]
fn making_smaller_takes_in_all_pixels() {
    let root = TempDir::new().unwrap();
    let row = [0, 40, 200, 240];
    std::fs::create_dir(root.path().join("a")).unwrap();
    let photo = RgbImage::from_fn(4, 4, |x, _| Rgb([row[x as usize]; 3]));
    photo.save(root.path().join("a/x.png")).unwrap();
    let folder = Folder::open(root.path(), [2, 2]).unwrap();
    let (image, _) = sample(&folder, 0, None);
    let wanted = [(3.0 * 0.0 + 3.0 * 40.0 + 200.0) / 7.0, (40.0 + 3.0 * 200.0 + 3.0 * 240.0) / 7.0];
    let wanted = wanted.map(|x: f32| [x.round(); 3]);
    assert_eq!(image.as_chunks::<3>().0, [wanted[0], wanted[1], wanted[0], wanted[1]]);
}

#[test]
fn what_is_no_folder_of_classes_is_told() {
    let root = TempDir::new().unwrap();
    let error = |path: &Path| {
        let error = Folder::open(path, [4, 4]).expect_err("no classes");
        within(root.path().parent().unwrap(), &error.to_string())
    };
    let name = root.path().file_name().unwrap().to_string_lossy().into_owned();
    let expected = "expected `CLASS/*.jpg` or `CLASS/*.png`, a folder a class";
    assert_eq!(error(root.path()), format!("`{name}` has no folders; {expected}"));
    write(root.path(), "a/x.png", [1; 3], [4, 4]);
    std::fs::create_dir(root.path().join("b")).unwrap();
    assert_eq!(error(root.path()), format!("`{name}/b` has no photos; {expected}"));
    let none = error(&root.path().join("none"));
    assert!(none.starts_with(&format!("cannot read `{name}/none`: ")), "{none}");
}

#[test]
fn a_photo_that_cannot_be_decoded_is_told_when_it_is_read() {
    let root = TempDir::new().unwrap();
    write(root.path(), "a/x.png", [1; 3], [4, 4]);
    std::fs::write(root.path().join("a/y.jpg"), "hello").unwrap();
    let folder = Folder::open(root.path(), [4, 4]).unwrap();
    let (mut image, mut target) = ([0.0; 48], [0.0; 1]);
    folder.read(0, None, &mut image, &mut target).expect("the first is sound");
    let error = folder.read(1, None, &mut image, &mut target).unwrap_err().to_string();
    let expected = "cannot read `a/y.jpg`: it is no PNG, JPEG or BMP image";
    assert_eq!(within(root.path(), &error), expected);
    assert_eq!(within(root.path(), &folder.load().unwrap_err().to_string()), expected);
}
