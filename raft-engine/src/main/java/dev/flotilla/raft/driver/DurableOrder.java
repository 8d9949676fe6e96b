package dev.flotilla.raft.driver;

import dev.flotilla.raft.core.Effect;
import java.util.ArrayDeque;

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
    private final ArrayDeque<Effect> held = new ArrayDeque<>(1); // the first is a Persist or InstallSnapshot
    private final ArrayDeque<Effect> unwritten = new ArrayDeque<>(1); // the first, if any, is the install under way

    DurableOrder(Actions actions) {
        this.actions = actions;
    }

    void emit(Effect effect) {
        if (effect instanceof Effect.Persist || effect instanceof Effect.InstallSnapshot) {
            held.add(effect);
            boolean waits = !unwritten.isEmpty();
            if (waits || effect instanceof Effect.InstallSnapshot) {
                unwritten.add(effect);
            }
            if (!waits) {
                write(effect);
            }
        } else if (held.isEmpty() || effect instanceof Effect.SendEarly) {
            actions.perform(effect);
        } else {
            held.add(effect);
        }
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
        if (unwritten.poll() instanceof Effect.InstallSnapshot install) {
            actions.rebase(install);
        }
        while (!unwritten.isEmpty()) {
            Effect next = unwritten.getFirst();
            write(next);
            if (next instanceof Effect.InstallSnapshot) {
                return; // which stays the first until its file is in place
            }
            unwritten.removeFirst();
        }
    }

    /** Everything up to {@code number} is durable: lets pass what waited for it. */
    void durable(long number) {
        while (!held.isEmpty() && number(held.getFirst()) <= number) {
            Effect next = held.removeFirst();
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
        held.clear();
        unwritten.clear();
    }
}
