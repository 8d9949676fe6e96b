package dev.flotilla.raft.driver;

import dev.flotilla.raft.core.Input;
import dev.flotilla.raft.message.EntryId;
import dev.flotilla.raft.message.SnapshotMeta;
import dev.flotilla.raft.session.Told;
import java.util.List;

/** Brings what was applied, and what was saved of it, to the group's loop. */
record AppliedListener<R>(GroupLoop<R> group) implements Applier.Listener<R>, SnapshotKeeper.Listener {
    @Override
    public void applied(EntryId last, List<Told<R>> told) {
        Runnable task = () -> group.requests().applied(last, told);
        if (told.isEmpty()) {
            group.onLoopSoon(task); // the core is in no hurry to know
        } else {
            group.onLoop(task);
        }
    }

    @Override
    public void restored(EntryId last) {
        group.onLoop(() -> group.requests().restored(last));
    }

    @Override
    public void taken(SnapshotMeta snapshot) {
        group.view().happened(new GroupEvent.SnapshotTaken(snapshot));
        group.onLoop(() -> group.step(new Input.SnapshotTaken(snapshot)));
    }

    @Override
    public void metDamage() {
        group.damageFound();
    }

    @Override
    public void failed(Throwable cause) {
        group.fail(cause);
    }
}
