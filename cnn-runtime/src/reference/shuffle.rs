//! `shuffle`: channel `g * n + i` goes to `i * groups + g`, `n` being the channels of a group.

use cnn_dsl::ir::layers::shuffle::Shuffle;

use super::value::Value;

pub(super) fn run(op: &Shuffle, x: &Value) -> Value {
    let n = x.shape.channels() / op.groups;
    Value::from_fn(x.shape, |h, w, c| {
        let (i, g) = (c / op.groups, c % op.groups);
        x.at(h, w, g * n + i)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reference::pytorch;

    #[test]
    fn is_pytorchs_channel_shuffle() {
        run(&Shuffle { groups: 3 }, &Value::pattern(1, 2, 6)).assert_is(&pytorch::SHUFFLE);
    }
}
