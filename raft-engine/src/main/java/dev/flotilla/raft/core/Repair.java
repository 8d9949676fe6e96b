package dev.flotilla.raft.core;

import dev.flotilla.raft.message.DamagedEntry;
import dev.flotilla.raft.message.Entry;
import java.util.List;

/** How entries become known as damaged, and come back; {@link Damage} has the rules. */
final class Repair {
    private final Group group;

    private boolean snapshotAsked; // since damage was found last, or no leader was heard of

    Repair(Group group) {
        this.group = group;
    }

    /** What was found when this peer started is told of. */
    void start() {
        if (!group.damage.isNone()) {
            group.trace.damaged(group.damage.lost());
            group.dropDamageInSnapshot();
        }
    }

    /** These entries were found to be damaged. Says whether any is, of those that the log still has and needs. */
    boolean onFound(List<DamagedEntry> found) {
        List<DamagedEntry> here = found.stream().filter(this::isNews).toList();
        if (here.isEmpty()) {
            return false;
        }
        here.forEach(group.damage::found);
        group.trace.damaged(here);
        group.dropDamageInSnapshot();
        group.commitment.damageFound();
        snapshotAsked = false;
        askForSnapshot();
        return !group.damage.isNone();
    }

    void onApplied() {
        askForSnapshot();
    }

    /** No leader was heard of for an election time-out, who would send what is damaged. */
    void onLeaderMissed() {
        snapshotAsked = false;
        askForSnapshot();
    }

    /**
     * What was applied is in the state, intact and agreed on, so that a snapshot of it replaces what is damaged of the log
     * that led there.
     */
    private void askForSnapshot() {
        if (!snapshotAsked && group.damage.wholeIndex() < group.commitment.appliedIndex()) {
            snapshotAsked = true;
            group.emit(new Effect.TakeSnapshot());
        }
    }

    /**
     * Not what the log has no more, or has in another term; nor what is being written: the same entry may have been cut off
     * and come again, or have been put back, and what was read is what lies there until that is durable.
     */
    private boolean isNews(DamagedEntry entry) {
        return entry.index() > group.log.base().index()
                && group.log.contains(entry.id())
                && entry.index() <= group.durableIndex()
                && !group.damage.isKnown(entry.index());
    }

    /** An entry of the log that is damaged here came again. */
    void putBack(Entry entry) {
        group.log.putBack(entry);
        group.damage.putBack(entry.index(), group.durability.putBack(entry));
        if (entry.isHollow()) {
            group.cameHollow(entry);
        } else if (entry.kind() == Entry.Kind.CONFIGURATION) {
            group.traceConfiguration();
            group.configured();
        }
    }
}
