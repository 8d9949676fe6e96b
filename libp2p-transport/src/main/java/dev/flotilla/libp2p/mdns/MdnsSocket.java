package dev.flotilla.libp2p.mdns;

import java.io.Closeable;
import java.io.IOException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** What carries packets to and from everybody in the network, oneself included. */
interface MdnsSocket extends Closeable {
    /** From any thread. */
    void send(byte[] packet) throws IOException;

    /** The next packet; null if none of this network comes in time. Fails once the socket is closed. */
    byte @Nullable [] receive(Duration patience) throws IOException;
}
