package dev.flotilla.raft.storage;

class InMemoryLogStorageTest extends LogStorageContract {
    @Override
    protected LogStorage open() {
        return new InMemoryLogStorage();
    }

    @Override
    protected boolean isDurable() {
        return false;
    }
}
