//! Walks two lists of spans at once, cut so that each step has one size.

use crate::memory::span::Span;

/// Pairs of equally long spans, up to the end of the shorter list.
pub(super) fn lockstep(
    mut left: impl Iterator<Item = Span>,
    mut right: impl Iterator<Item = Span>,
) -> impl Iterator<Item = (Span, Span)> {
    let (mut a, mut b) = (None, None);
    core::iter::from_fn(move || {
        let (whole_a, whole_b) = (a.take().or_else(|| left.next())?, b.take().or_else(|| right.next())?);
        let size = whole_a.size.min(whole_b.size);
        let (head_a, head_b);
        (head_a, a) = cut(whole_a, size);
        (head_b, b) = cut(whole_b, size);
        Some((head_a, head_b))
    })
}

/// The first `size` bytes of a span, and what is left of it.
fn cut(span: Span, size: u64) -> (Span, Option<Span>) {
    let left = (span.size > size).then(|| Span {
        host: span.host.map(|host| host.map_addr(|start| start.saturating_add(size as usize))),
        size: span.size - size,
    });
    (Span { size, ..span }, left)
}

#[cfg(test)]
mod tests {
    use core::ptr::NonNull;

    use super::*;

    fn span(host: usize, size: u64) -> Span {
        Span { host: NonNull::new(host as *mut u8), size }
    }

    #[test]
    fn steps_end_where_either_list_has_a_border() {
        let left = [span(1000, 10), span(0, 10), span(3000, 5)];
        let right = [span(0, 4), span(7000, 21)];
        let steps: Vec<_> = lockstep(left.into_iter(), right.into_iter()).collect();
        assert_eq!(
            steps,
            [
                (span(1000, 4), span(0, 4)),
                (span(1004, 6), span(7000, 6)),
                (span(0, 10), span(7006, 10)),
                (span(3000, 5), span(7016, 5)),
            ]
        );
    }
}
