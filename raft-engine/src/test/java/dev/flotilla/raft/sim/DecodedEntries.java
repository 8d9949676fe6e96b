package dev.flotilla.raft.sim;

import dev.flotilla.raft.message.Command;
import dev.flotilla.raft.message.Configuration;
import dev.flotilla.raft.message.Entry;
import dev.flotilla.transport.Bytes;
import java.util.IdentityHashMap;

/** What is in entries, decoded once for all peers that share them. */
final class DecodedEntries {
    private final IdentityHashMap<Bytes, Object> decoded =
            new IdentityHashMap<>(); // the very payload, not one that is equal

    Command command(Entry entry) {
        return (Command) decoded.computeIfAbsent(entry.payload(), payload -> Payloads.command(entry));
    }

    Configuration configuration(Entry entry) {
        return (Configuration) decoded.computeIfAbsent(entry.payload(), payload -> Payloads.configuration(entry));
    }
}
