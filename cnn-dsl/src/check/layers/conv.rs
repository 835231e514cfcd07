//! `conv RxS, OUT` and `conv RxSxINxOUT`.

use crate::check::layers::WindowError;
use crate::check::layers::error::Read;
use crate::check::layers::reader::Reader;
use crate::check::layers::window::Window;
use crate::ir::Op;
use crate::ir::layers::conv::Conv;
use crate::source::Span;

pub(super) fn build(r: &mut Reader<'_, '_>) -> Option<Op> {
    let filter = r.filters();
    let stride = r.pair("stride", 1, 1);
    let dilation = r.pair("dilation", 1, 1);
    let padding = r.padding();
    let groups = r.groups();
    let bias = r.bias();
    let image = r.image();
    if let (Some((_, filters, at)), Some(groups)) = (&filter, groups) {
        r.groups_divide_filters(groups, *filters, *at)?;
    }
    let (input, _) = image?;
    r.groups_divide_channels(groups?, filter.map(|(_, filters, _)| filters), input)?;
    let (filter, filters, _) = filter?;
    r.filter_channels(filter, input, groups?)?;
    let (kernel, stride, dilation) = (filter.kernel, stride?, dilation?);
    let window = Window { kernel, at: filter.at, stride, dilation, padding: padding? };
    let pads = r.fitted(window, input)?;
    Some(Op::Conv(Conv { kernel, filters, stride, dilation, pads, groups: groups?, bias }))
}

impl Reader<'_, '_> {
    /// `groups`, 1 by default.
    pub(super) fn groups(&mut self) -> Option<usize> {
        match self.args.named("groups") {
            Some(given) => self.integer(&given.value, given.place(), "`groups`", 1),
            None => Some(1),
        }
    }

    /// Where `groups` stands with its value; the layer's name where it is not said.
    fn groups_span(&self) -> Span {
        let named = self.args.named.iter().find(|(name, _, _)| *name == "groups");
        named.map_or(self.args.layer_span, |(_, span, given)| {
            if span.file == given.span.file { span.to(given.span) } else { given.span }
        })
    }

    /// Whether every group reads equally many channels. The filters, where known, are for the advice.
    pub(super) fn groups_divide_channels(
        &mut self,
        groups: usize,
        filters: Option<usize>,
        input: Read,
    ) -> Option<()> {
        if input.shape.channels().is_multiple_of(groups) {
            return Some(());
        }
        let at = self.groups_span();
        self.fail(WindowError::GroupsChannels { at, groups, filters, input })
    }

    /// Whether every group gives equally many channels.
    pub(super) fn groups_divide_filters(
        &mut self,
        groups: usize,
        filters: usize,
        filters_at: Span,
    ) -> Option<()> {
        if filters.is_multiple_of(groups) {
            return Some(());
        }
        let at = self.groups_span();
        self.fail(WindowError::GroupsFilters { at, groups, filters, filters_at })
    }
}
