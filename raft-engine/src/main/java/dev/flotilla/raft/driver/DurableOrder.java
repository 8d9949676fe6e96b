package dev.flotilla.raft.driver;

import dev.flotilla.raft.core.Effect;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/**
 * Holds back the effects of one group until everything persisted before them is durable: the rule of
 * {@link Effect}. A snapshot is installed in two steps, first its file, then the log; what is to be written after it
 * waits for the first, so that the disk never sees another order. Belongs to the group's loop.
 */
final class DurableOrder {
    /** Carries out what this lets pass. */
    interface Actions {
        /** Writes at the end of this round; {@link #durable} follows. */
        void write(Effect.Persist persist);

        /** Makes the received snapshot the newest; {@link #installed} follows. */
        void installFile(Effect.InstallSnapshot install);

        /** Rebases the log at the end of this round; {@link #durable} follows. */
        void rebase(Effect.InstallSnapshot install);

        /** Everything that was persisted before {@code effect} is durable; so is an InstallSnapshot itself. */
        void perform(Effect effect);
    }

    private final Actions actions;
    // Null while nothing waits: there may be many groups, most of them idle.
    private @Nullable ArrayDeque<Effect> held; // the first is a Persist or InstallSnapshot
    private @Nullable ArrayDeque<Effect> unwritten; // the first is the install under way

    DurableOrder(Actions actions) {
        this.actions = actions;
    }

    void emit(Effect effect) {
        if (effect instanceof Effect.Persist || effect instanceof Effect.InstallSnapshot) {
            held = with(held, effect);
            boolean waits = unwritten != null;
            if (waits || effect instanceof Effect.InstallSnapshot) {
                unwritten = with(unwritten, effect);
            }
            if (!waits) {
                write(effect);
            }
        } else if (held == null || effect instanceof Effect.SendEarly) {
            actions.perform(effect);
        } else {
            held = with(held, effect);
        }
    }

    private static ArrayDeque<Effect> with(@Nullable ArrayDeque<Effect> queue, Effect last) {
        ArrayDeque<Effect> longer = queue == null ? new ArrayDeque<>(1) : queue;
        longer.addLast(last);
        return longer;
    }

    private static @Nullable ArrayDeque<Effect> withoutFirst(ArrayDeque<Effect> queue) {
        queue.removeFirst();
        return queue.isEmpty() ? null : queue;
    }

    private void write(Effect effect) {
        if (effect instanceof Effect.Persist persist) {
            actions.write(persist);
        } else if (effect instanceof Effect.InstallSnapshot install) {
            actions.installFile(install);
        }
    }

    /** The file of the install under way is in place. */
    void installed() {
        if (unwritten == null) {
            return;
        }
        Effect ended = unwritten.getFirst();
        unwritten = withoutFirst(unwritten);
        if (ended instanceof Effect.InstallSnapshot install) {
            actions.rebase(install);
        }
        while (unwritten != null) {
            Effect next = unwritten.getFirst();
            write(next);
            if (next instanceof Effect.InstallSnapshot) {
                return; // which stays the first until its file is in place
            }
            unwritten = withoutFirst(unwritten);
        }
    }

    /** Everything up to {@code number} is durable: lets pass what waited for it. */
    void durable(long number) {
        while (held != null && number(held.getFirst()) <= number) {
            Effect next = held.getFirst();
            held = withoutFirst(held);
            if (!(next instanceof Effect.Persist)) {
                actions.perform(next);
            }
        }
    }

    /** What must be durable for {@code effect} to pass when it is the first. */
    private static long number(Effect effect) {
        if (effect instanceof Effect.Persist persist) {
            return persist.number();
        }
        return effect instanceof Effect.InstallSnapshot install ? install.number() : 0;
    }

    void clear() {
        held = null;
        unwritten = null;
    }
}
