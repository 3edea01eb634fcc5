//! Working memory for faer: grows to the largest problem seen, never shrinks.

use std::mem::MaybeUninit;

use faer::dyn_stack::{MemStack, StackReq};

#[derive(Clone, Default)]
pub(super) struct Memory(Vec<MaybeUninit<u8>>);

impl Memory {
    /// A stack with room for `needed`.
    pub(super) fn stack(&mut self, needed: StackReq) -> &mut MemStack {
        let bytes = needed.unaligned_bytes_required();
        if self.0.len() < bytes {
            self.0.resize(bytes, MaybeUninit::uninit());
        }
        MemStack::new(&mut self.0)
    }
}

impl std::fmt::Debug for Memory {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} bytes", self.0.len())
    }
}
