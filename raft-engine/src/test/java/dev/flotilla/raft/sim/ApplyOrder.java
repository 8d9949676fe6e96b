package dev.flotilla.raft.sim;

import dev.flotilla.raft.core.Effect;
import dev.flotilla.raft.core.Input;
import dev.flotilla.raft.message.DamagedEntry;
import java.util.List;

/**
 * Up to where a core has asked for applying: each time further than before, and than what it knows to be applied; but from
 * the damage on again once that was found, since nobody else knows what was left because of it.
 */
final class ApplyOrder {
    private final SimPeer peer;
    private long askedIndex;
    private long appliedIndex; // as the core was told
    private List<Input> appliedInBatch = List.of(); // counts after what the core says to the batch

    ApplyOrder(SimPeer peer, long appliedIndex) {
        this.peer = peer;
        this.askedIndex = appliedIndex;
        this.appliedIndex = appliedIndex;
    }

    /** The core is about to be told. */
    void stepping(Input input) {
        appliedInBatch.forEach(this::take);
        appliedInBatch = List.of();
        if (input instanceof Input.Batch batch) {
            // What it says at the end of a batch it may have decided before it heard what was applied meanwhile.
            appliedInBatch = batch.inputs().stream()
                    .filter(Input.Applied.class::isInstance)
                    .toList();
            batch.inputs().stream()
                    .filter(each -> !(each instanceof Input.Applied))
                    .forEach(this::take);
        } else {
            take(input);
        }
    }

    private void take(Input input) {
        if (input instanceof Input.Applied applied) {
            appliedIndex = Math.max(appliedIndex, applied.index());
            askedIndex = Math.max(askedIndex, appliedIndex); // the damage held up less than was feared
        } else if (input instanceof Input.DamageFound found) {
            for (DamagedEntry entry : found.entries()) {
                askedIndex = Math.max(appliedIndex, Math.min(askedIndex, entry.index() - 1));
            }
        }
    }

    /** The core says. */
    void emitted(Effect effect) {
        if (effect instanceof Effect.Apply apply) {
            Violation.unless(
                    apply.index() > askedIndex,
                    "%s is to apply up to %d after %d",
                    peer.name(),
                    apply.index(),
                    askedIndex);
            askedIndex = apply.index();
        } else if (effect instanceof Effect.InstallSnapshot install) {
            askedIndex = Math.max(askedIndex, install.snapshot().index());
        }
    }
}
