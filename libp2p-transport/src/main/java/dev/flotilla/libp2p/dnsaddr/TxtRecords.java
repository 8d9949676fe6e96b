package dev.flotilla.libp2p.dnsaddr;

import java.io.IOException;
import java.util.List;

/** The TXT records of a name. Asking may block for seconds. Thread-safe. */
public interface TxtRecords {
    /**
     * Each record as one text, its strings joined; empty if there is no such name or it has none.
     *
     * @throws IOException if no server answers; the message says so
     */
    List<String> of(String name) throws IOException;

    /** Those that the system's name servers know, over TCP where an answer is too long for a datagram. */
    static TxtRecords ofSystem() {
        return new JndiTxtRecords("dns:");
    }
}
