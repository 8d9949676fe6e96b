package dev.flotilla.raft.driver;

import dev.flotilla.raft.message.SnapshotMeta;

/** Hears of snapshots and does nothing about it; a failure fails the task that met it. */
final class NoSnapshotHeard implements SnapshotKeeper.Listener {
    @Override
    public void taken(SnapshotMeta snapshot) {}

    @Override
    public void failed(Throwable cause) {
        throw new AssertionError(cause);
    }
}
