package dev.flotilla.raft.sim;

import dev.flotilla.raft.message.Command;
import dev.flotilla.raft.message.Configuration;
import dev.flotilla.raft.message.Entry;
import dev.flotilla.raft.message.EntryCodec;
import dev.flotilla.raft.message.EntryId;
import dev.flotilla.raft.message.MalformedMessageException;

/** What is in entries. */
public final class Payloads {
    private Payloads() {}

    static Command command(Entry entry) {
        try {
            return EntryCodec.decodeCommand(entry.payload());
        } catch (MalformedMessageException e) {
            throw new IllegalArgumentException("entry " + entry.id() + " carries no command", e);
        }
    }

    static Configuration configuration(Entry entry) {
        try {
            return EntryCodec.decodeConfiguration(entry.payload());
        } catch (MalformedMessageException e) {
            throw new IllegalArgumentException("entry " + entry.id() + " carries no configuration", e);
        }
    }

    /** The entry at 1/1 with which a group is created. */
    public static Entry founding(Configuration configuration) {
        return new Entry(new EntryId(1, 1), Entry.Kind.CONFIGURATION, EntryCodec.encodeConfiguration(configuration));
    }
}
