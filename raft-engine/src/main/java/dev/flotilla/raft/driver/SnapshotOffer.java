package dev.flotilla.raft.driver;

import dev.flotilla.raft.message.RaftMessage;
import dev.flotilla.raft.message.StoreId;
import dev.flotilla.transport.PeerId;

/** A snapshot that somebody offers over a stream that waits for an answer. */
record SnapshotOffer(PeerId from, StoreId storeId, RaftMessage.InstallSnapshot message, StreamReader reader) {
    void refuse() {
        reader.stream().reset();
    }
}
