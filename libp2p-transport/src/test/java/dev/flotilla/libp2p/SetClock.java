package dev.flotilla.libp2p;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;

/** A clock that stands still unless it is set. For one thread. */
public final class SetClock extends Clock {
    public static final Instant START = Instant.parse("2026-05-01T00:00:00Z");

    private Instant now = START;

    /** Sets it to so long after {@link #START}, or before it. */
    public void set(Duration sinceStart) {
        now = START.plus(sinceStart);
    }

    @Override
    public Instant instant() {
        return now;
    }

    @Override
    public ZoneId getZone() {
        return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(ZoneId zone) {
        return this;
    }
}
