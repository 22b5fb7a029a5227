//! The refresh of displays that do not tell theirs: sixty times a second.
//!
//! Core X11 has no vertical blank, and neither have the virtual servers that this driver mostly meets; a regular beat is what
//! FIFO then can mean. Every picture stays for at least one period, and a picture that comes late waits for the next beat
//! (FIFO) or is shown at once (FIFO relaxed).

use std::time::{Duration, Instant};

use ash::vk;

/// Time between two beats.
pub const PERIOD: Duration = Duration::from_nanos(1_000_000_000 / 60);

/// Says when pictures are due.
#[derive(Debug, Default)]
pub struct Metronome {
    /// The beat at which the last picture was shown.
    last: Option<Instant>,
}

impl Metronome {
    /// When a picture that was queued at `queued` is due; `None` for at once.
    pub fn due(&self, mode: vk::PresentModeKHR, queued: Instant) -> Option<Instant> {
        let last = self.last?;
        match mode {
            vk::PresentModeKHR::FIFO => {
                let beats = queued.saturating_duration_since(last).as_nanos().div_ceil(PERIOD.as_nanos());
                Some(last + PERIOD * u32::try_from(beats).unwrap_or(u32::MAX).max(1))
            }
            vk::PresentModeKHR::FIFO_RELAXED => Some((last + PERIOD).max(queued)),
            _ => None,
        }
    }

    /// A picture that was due then was shown now: the beat goes on from there, without catching up on what was missed.
    pub fn shown(&mut self, due: Option<Instant>, now: Instant) {
        let beat = due.unwrap_or(now);
        let missed = now.saturating_duration_since(beat).as_nanos() / PERIOD.as_nanos();
        self.last = Some(beat + PERIOD * u32::try_from(missed).unwrap_or(0));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FIFO: vk::PresentModeKHR = vk::PresentModeKHR::FIFO;
    const RELAXED: vk::PresentModeKHR = vk::PresentModeKHR::FIFO_RELAXED;

    fn started(start: Instant) -> Metronome {
        let mut metronome = Metronome::default();
        assert_eq!(metronome.due(FIFO, start), None, "the first picture waits for nobody");
        metronome.shown(None, start);
        metronome
    }

    #[test]
    fn pictures_in_time_follow_at_the_next_beat() {
        let start = Instant::now();
        let metronome = started(start);
        for mode in [FIFO, RELAXED] {
            assert_eq!(metronome.due(mode, start), Some(start + PERIOD));
            assert_eq!(metronome.due(mode, start + PERIOD / 2), Some(start + PERIOD));
        }
    }

    #[test]
    fn late_pictures_wait_for_a_beat_or_do_not() {
        let start = Instant::now();
        let (metronome, late) = (started(start), start + PERIOD * 5 / 2);
        assert_eq!(metronome.due(FIFO, late), Some(start + PERIOD * 3));
        assert_eq!(metronome.due(RELAXED, late), Some(late));
    }

    #[test]
    fn missed_beats_are_not_made_up_for() {
        let start = Instant::now();
        let mut metronome = started(start);
        metronome.shown(Some(start + PERIOD), start + PERIOD * 7 / 2);
        assert_eq!(metronome.due(FIFO, start), Some(start + PERIOD * 4));
    }

    #[test]
    fn other_modes_have_no_beat() {
        let start = Instant::now();
        assert_eq!(started(start).due(vk::PresentModeKHR::MAILBOX, start), None);
        assert_eq!(started(start).due(vk::PresentModeKHR::IMMEDIATE, start), None);
    }
}
