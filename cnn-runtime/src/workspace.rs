//! Memory that a prediction works in.

use std::mem::size_of;

/// Alignment of arenas and weights in `f32`s: one cache line.
const LINE: usize = 64 / size_of::<f32>();

/// A slice of `f32`s that begins at a cache line.
#[derive(Debug)]
pub(crate) struct Aligned {
    memory: Memory,
    start: usize,
    len: usize,
}

/// Where the numbers are.
#[derive(Debug)]
enum Memory {
    Heap(Box<[f32]>),
    /// Pages of 2 MB each, where Linux lets a program ask for them.
    #[cfg(all(feature = "train", target_os = "linux"))]
    Pages(memmap2::MmapMut),
}

impl Aligned {
    /// So many noughts.
    pub(crate) fn zeros(len: usize) -> Self {
        let memory = vec![0.0f32; len + LINE].into_boxed_slice();
        let start = memory.as_ptr().align_offset(LINE * size_of::<f32>()).min(LINE);
        Self { memory: Memory::Heap(memory), start, len }
    }

    /// As [`Aligned::zeros`], for what is passed over from one end to the other and is larger than the
    /// caches: with large pages it comes from memory faster, by more than half where that was measured
    /// (docs/performance.md).
    #[cfg(all(feature = "train", target_os = "linux"))]
    pub(crate) fn pages(len: usize) -> Self {
        /// `f32`s below which a processor finds small pages as fast: 4 MB.
        const LARGE: usize = 1 << 20;
        let mapped = (len >= LARGE).then(|| memmap2::MmapMut::map_anon(len * size_of::<f32>()));
        let Some(Ok(memory)) = mapped else { return Self::zeros(len) };
        // A system without large pages says no, and nothing else is different.
        let _ = memory.advise(memmap2::Advice::HugePage);
        Self { memory: Memory::Pages(memory), start: 0, len }
    }

    /// As [`Aligned::zeros`].
    #[cfg(all(feature = "train", not(target_os = "linux")))]
    pub(crate) fn pages(len: usize) -> Self {
        Self::zeros(len)
    }

    /// A copy.
    pub(crate) fn of(values: &[f32]) -> Self {
        let mut aligned = Self::zeros(values.len());
        aligned.get_mut().copy_from_slice(values);
        aligned
    }

    pub(crate) fn get(&self) -> &[f32] {
        let memory = match &self.memory {
            Memory::Heap(memory) => memory,
            #[cfg(all(feature = "train", target_os = "linux"))]
            Memory::Pages(memory) => bytemuck::cast_slice(memory),
        };
        &memory[self.start..self.start + self.len]
    }

    pub(crate) fn get_mut(&mut self) -> &mut [f32] {
        let memory = match &mut self.memory {
            Memory::Heap(memory) => memory,
            #[cfg(all(feature = "train", target_os = "linux"))]
            Memory::Pages(memory) => bytemuck::cast_slice_mut(memory),
        };
        &mut memory[self.start..self.start + self.len]
    }
}

/// The memory of one running prediction: the values between the layers.
///
/// Each concurrent caller of `predict_into` needs one of its own, from `MODEL::workspace()`. It
/// carries nothing from one prediction to the next, and may serve several models in turn: one that
/// needs more than it has makes it grow.
///
/// ```
/// cnn_runtime::cnn! { model Small { input 4x4x1; conv 3x3, 2, relu; flatten; dense 2; } }
///
/// let net = Small::init(1);
/// let (mut workspace, mut output) = (Small::workspace(), [0.0; 2]);
/// for brightness in [0.0, 0.5, 1.0] {
///     net.predict_into(&mut workspace, &[[[brightness]; 4]; 4], &mut output);     // allocates nothing
/// }
/// assert_eq!(output, net.predict(&[[[1.0]; 4]; 4]));
/// ```
#[derive(Debug)]
pub struct Workspace {
    arena: Aligned,
}

impl Workspace {
    /// A workspace of so many `f32`s.
    pub(crate) fn new(len: usize) -> Self {
        Self { arena: Aligned::zeros(len) }
    }

    /// The first `len` `f32`s of the arena.
    pub(crate) fn arena(&mut self, len: usize) -> &mut [f32] {
        if self.arena.len < len {
            self.arena = Aligned::zeros(len);
        }
        &mut self.arena.get_mut()[..len]
    }
}

#[cfg(test)]
mod tests {
    use super::{Aligned, Workspace};

    #[test]
    fn memory_begins_at_a_cache_line() {
        for len in [0, 1, 15, 16, 17, 1000] {
            let aligned = Aligned::zeros(len);
            assert_eq!(aligned.get().len(), len);
            assert_eq!(aligned.get().as_ptr().addr() % 64, 0);
        }
    }

    #[cfg(feature = "train")]
    #[test]
    fn large_pages_hold_noughts_from_a_cache_line_on() {
        for len in [0, 17, (1 << 20) - 1, 1 << 20, (3 << 20) + 5] {
            let mut aligned = Aligned::pages(len);
            assert_eq!(aligned.get().len(), len);
            assert_eq!(aligned.get().as_ptr().addr() % 64, 0);
            assert!(aligned.get().iter().all(|number| *number == 0.0));
            aligned.get_mut().fill(1.5);
            assert!(aligned.get().iter().all(|number| *number == 1.5));
        }
    }

    #[test]
    fn a_workspace_grows_for_a_larger_model() {
        let mut workspace = Workspace::new(4);
        assert_eq!(workspace.arena(4).len(), 4);
        assert_eq!(workspace.arena(100).len(), 100);
        assert_eq!(workspace.arena(4).len(), 4);
    }
}
