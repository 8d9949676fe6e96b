package dev.flotilla.raft.driver;

import dev.flotilla.raft.message.Certificate;
import dev.flotilla.raft.message.Entry;
import dev.flotilla.raft.message.RaftMessage;
import dev.flotilla.raft.message.Request;
import dev.flotilla.transport.Lane;
import java.util.List;

/** On which lane a message travels, and about how large it is there. */
final class Lanes {
    /** What a frame with one message holds beside that message's entries. */
    static final int OVERHEAD_BYTES = 4096;

    private static final int SMALL_BYTES = 256;
    private static final int CERTIFICATE_BYTES = 512;
    private static final int CONFIGURATION_BYTES = 16 << 10;

    private Lanes() {}

    /** What carries application data goes on the replication lane, so that it does not delay what is small and urgent. */
    static Lane of(RaftMessage message) {
        boolean bulky = message instanceof RaftMessage.AppendEntries
                || message instanceof RaftMessage.EntriesFetched
                || (message instanceof RaftMessage.Forward forward && forward.request() instanceof Request.Propose);
        return bulky ? Lane.REPLICATION : Lane.CONTROL;
    }

    /** An estimate from above for all but the strangest messages. */
    static int sizeBytes(RaftMessage message) {
        if (message instanceof RaftMessage.AppendEntries append) {
            return sizeOf(append.entries());
        }
        if (message instanceof RaftMessage.EntriesFetched fetched) {
            return sizeOf(fetched.entries());
        }
        if (message instanceof RaftMessage.Forward forward && forward.request() instanceof Request.Propose propose) {
            return SMALL_BYTES + propose.command().data().size();
        }
        if (message instanceof RaftMessage.Introduction introduction) {
            return sizeBytes(introduction.chain());
        }
        if (message instanceof RaftMessage.CertificateIssued issued) {
            return sizeBytes(issued.chain());
        }
        return message instanceof RaftMessage.Forward
                        || message instanceof RaftMessage.JoinRequest
                        || message instanceof RaftMessage.InstallSnapshot
                ? CONFIGURATION_BYTES
                : SMALL_BYTES;
    }

    private static int sizeOf(List<Entry> entries) {
        int size = SMALL_BYTES;
        for (Entry entry : entries) {
            size += entry.sizeBytes();
        }
        return size;
    }

    private static int sizeBytes(List<Certificate> chain) {
        return SMALL_BYTES + chain.size() * CERTIFICATE_BYTES;
    }
}
