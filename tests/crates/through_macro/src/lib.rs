//! A model by a third crate's macro, in a crate that does not depend on the runtime.

wrapper::classifier! {
    /// Documented here.
    pub(crate) Digits, 3x3, 1 + 2, relu, 10
}
wrapper::classifier!(Few, 1x1, 1, sigmoid, 2);

#[cfg(test)]
mod tests {
    use super::{Digits, Few};
    use wrapper::Model;

    #[test]
    fn an_expression_keeps_its_precedence() {
        // 2 * (1 + 2) filters of 3x3, then 6x6x6 values to 10 classes.
        assert_eq!(<Digits as Model>::PARAMETERS, 6 * (9 + 1) + 10 * (6 * 6 * 6 + 1));
        assert_eq!(<Few as Model>::PARAMETERS, 2 * (1 + 1) + 2 * (8 * 8 * 2 + 1));
        let _: [f32; 10] = Digits::init(1).predict(&[[[0.5]; 8]; 8]);
    }
}
