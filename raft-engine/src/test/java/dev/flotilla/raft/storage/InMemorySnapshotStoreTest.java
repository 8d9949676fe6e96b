package dev.flotilla.raft.storage;

class InMemorySnapshotStoreTest extends SnapshotStoreContract {
    @Override
    protected SnapshotStore open() {
        return new InMemorySnapshotStore();
    }

    @Override
    protected boolean isDurable() {
        return false;
    }
}
