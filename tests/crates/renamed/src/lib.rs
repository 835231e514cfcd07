//! The runtime under another name, in edition 2021.

nets::cnn! {
    /// Documented.
    pub model Small {
        input 8x8x1;
        conv 3x3, 4, relu;
        flatten;
        dense 10, softmax;
    }

    pub(crate) model Other = Small();
}

nets::include_model!("models.cnn");
nets::include_model!("models.cnn", Second as Third);
nets::include_model!("models.cnn", First as Fourth, classes = 4);

#[cfg(test)]
mod tests {
    use super::{First, Fourth, Other, Small, Third};

    #[test]
    fn every_model_runs() {
        let image = [[[0.5]; 8]; 8];
        let small: [f32; 10] = Small::init(3).predict(&image);
        assert_eq!(small, Other::init(3).predict(&image));
        assert_eq!(small, First::init(3).predict(&image));
        let third: [f32; 3] = Third::init(3).predict(&[[[0.5; 2]; 4]; 4]);
        let fourth: [f32; 4] = Fourth::init(3).predict(&image);
        assert!((third.iter().sum::<f32>() - 1.0).abs() < 1e-5);
        assert!((fourth.iter().sum::<f32>() - 1.0).abs() < 1e-5);
    }
}
