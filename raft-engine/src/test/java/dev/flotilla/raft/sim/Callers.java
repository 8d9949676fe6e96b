package dev.flotilla.raft.sim;

import dev.flotilla.consensus.Consistency;
import dev.flotilla.consensus.Outcome;
import dev.flotilla.consensus.ReadResult;
import dev.flotilla.consensus.UnavailableException;
import dev.flotilla.raft.message.Command;
import dev.flotilla.raft.session.Told;
import dev.flotilla.transport.Bytes;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Those who use a group as applications do, by outcomes and at every level of reading, at any peer. All they are told
 * goes to a {@link History}. Their keys begin with {@code k}, which nobody else writes.
 */
final class Callers {
    private static final int KEYS = 3;
    private static final int AGE_MILLIS_MAX = 3_000;

    private final SimGroup group;
    private final RandomGenerator random;
    private final Tally tally;
    private final History history = new History(SimSettings.CLOCK_SLOWNESS_MAX);
    private final List<Unknown> unknown = new ArrayList<>(); // writes that may be retried
    private long values;
    private long bookmark; // of the last write that was done

    Callers(SimGroup group) {
        this.group = group;
        this.random = group.environment().random();
        this.tally = group.environment().tally();
    }

    private long now() {
        return group.nowNanos();
    }

    void write(SimPeer peer) {
        if (!unknown.isEmpty() && random.nextInt(3) == 0) {
            retry(peer, unknown.get(random.nextInt(unknown.size())));
            return;
        }
        String value = "w" + ++values;
        history.write(value, now());
        Bytes data = Bytes.utf8("k" + random.nextInt(KEYS) + "=" + value);
        var unused = group.requests(peer)
                .propose(data)
                .thenAccept(outcome -> judge(() -> written(peer, value, data, outcome)));
    }

    /** The fate of a write is asked for at any peer, also when it was told meanwhile. */
    private void retry(SimPeer peer, Unknown write) {
        tally.count(Occurrence.WRITE_RETRIED);
        var unused = group.requests(peer)
                .retry(write.token, write.data)
                .thenAccept(outcome -> judge(() -> written(peer, write.value, write.data, outcome)));
    }

    /** What callers are told is held against one order of all that is applied, as long as there must be one. */
    private void judge(Runnable check) {
        if (!group.invariants().isBroken()) {
            group.environment().judge(check);
        }
    }

    private record Unknown(String value, Bytes data, Outcome.RetryToken token) {}

    private void written(SimPeer peer, String value, Bytes data, Outcome<?> outcome) {
        group.note(() -> "the writer of " + value + " at " + peer.name() + " is told: " + outcome);
        if (outcome instanceof Outcome.Applied<?> applied) {
            tally.count(Occurrence.OUTCOME_APPLIED);
            history.done(value, applied.index(), now());
            bookmark = Math.max(bookmark, applied.index());
        } else if (outcome instanceof Outcome.Rejected<?>) {
            tally.count(Occurrence.OUTCOME_REJECTED);
            history.rejected(value);
        } else if (outcome instanceof Outcome.Unknown<?> left) {
            tally.count(left.token() == null ? Occurrence.OUTCOME_UNKNOWN_FOR_GOOD : Occurrence.OUTCOME_UNKNOWN);
            if (left.token() != null) {
                unknown.add(new Unknown(value, data, left.token()));
            }
        }
    }

    void read(SimPeer peer) {
        Consistency level = level();
        if (peer.machine().isHollow()) {
            return; // a witness has nothing to read
        }
        String key = "k" + random.nextInt(KEYS);
        History.Operation read = history.read(now());
        Registers registers = (Registers) peer.machine().application();
        var unused = group.requests(peer)
                .read(level, () -> seen(peer, registers, key))
                .whenComplete((answer, failure) -> judge(() -> answered(read, level, key, answer, failure)));
    }

    private record Seen(@Nullable String value) {}

    private static Seen seen(SimPeer peer, Registers registers, String key) {
        if (peer.machine().isHollow()) {
            throw new UnavailableException("a witness has no state"); // it became one while the read waited
        }
        return new Seen(registers.value(key));
    }

    private Consistency level() {
        return switch (random.nextInt(7)) {
            case 0 -> Consistency.local();
            case 1 -> Consistency.atLeast(bookmark);
            case 2 -> Consistency.lease();
            case 3, 4 -> Consistency.atMost(Duration.ofMillis(random.nextInt(AGE_MILLIS_MAX)));
            default -> Consistency.linearizable();
        };
    }

    private void answered(
            History.Operation read,
            Consistency level,
            String key,
            @Nullable ReadResult<Seen> answer,
            @Nullable Throwable failure) {
        if (answer == null) {
            Violation.unless(failure instanceof UnavailableException, "a read fails: %s", failure);
            tally.count(Occurrence.READ_UNAVAILABLE);
            return;
        }
        group.note(() -> "a read of " + key + ", " + level + ", is answered: " + answer);
        tally.count(occurrence(level));
        history.answered(
                read, level, answer.index(), answer.age(), key, answer.state().value(), now());
    }

    private static Occurrence occurrence(Consistency level) {
        if (level instanceof Consistency.Lease) {
            return Occurrence.READ_LEASE;
        } else if (level instanceof Consistency.AtMost) {
            return Occurrence.READ_AT_MOST;
        } else if (level instanceof Consistency.AtLeast) {
            return Occurrence.READ_AT_LEAST;
        }
        return level instanceof Consistency.Local ? Occurrence.READ_LOCAL : Occurrence.READ_LINEARIZABLE;
    }

    /** What came of a command when some peer applied its entry. */
    void applied(Told<Object> told) {
        if (told.fate() instanceof Told.Fate.Refused) {
            tally.count(Occurrence.COMMAND_REFUSED_BY_SESSION);
        } else if (told.fate() instanceof Told.Fate.Applied<Object> applied) {
            if (applied.index() < told.index()) {
                tally.count(Occurrence.DUPLICATE_HIDDEN);
            } else {
                applied(told.index(), told.command());
            }
        }
    }

    private void applied(long index, Command command) {
        if (values > 0 && command.data().at(0) == 'k' && !group.invariants().isBroken()) {
            String assignment = command.data().utf8();
            int equals = assignment.indexOf('=');
            history.applied(index, assignment.substring(0, equals), assignment.substring(equals + 1));
        }
    }

    History history() {
        return history;
    }
}
