package dev.flotilla.interop;

import dev.flotilla.libp2p.Multiaddr;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One of the two peers of an interoperation test, ours or theirs, so that one test serves both directions. The one that
 * dials does all this; what it connects to stays connected. All methods wait for the result and fail with an
 * {@link IOException} that says what went wrong.
 */
interface Side extends AutoCloseable {
    /** Name and version. */
    String implementation();

    String peerId();

    /** Where it listens, with its peer id. */
    List<Multiaddr> addresses();

    /** Connects, unless it is connected; gives the peer id that the other side proved. */
    String connect(Multiaddr address) throws IOException, InterruptedException;

    /** What the other side said of itself. */
    Identity identify(Multiaddr address) throws IOException, InterruptedException;

    /** One round trip of the ping protocol. */
    void ping(Multiaddr address) throws IOException, InterruptedException;

    /** Sends {@code bytes} random ones to the echo protocol and takes them back at the same time. */
    Digests echo(Multiaddr address, int bytes) throws IOException, InterruptedException;

    /** {@code count} streams, each with 64 bytes echoed, one after another or all open before the first says anything. */
    void streams(Multiaddr address, int count, boolean parallel) throws IOException, InterruptedException;

    /** Opens a stream to the echo protocol and resets it in the midst; the other side counts it. */
    void reset(Multiaddr address) throws IOException, InterruptedException;

    /** Whether it sees that the other side resets a stream. */
    boolean beReset(Multiaddr address) throws IOException, InterruptedException;

    /** Sends {@code bytes} random ones and ends its direction; the other side answers with their SHA-256 only then. */
    Digests halfClose(Multiaddr address, int bytes) throws IOException, InterruptedException;

    /** Ends the connection. */
    void disconnect(Multiaddr address) throws IOException, InterruptedException;

    /** How many streams to its echo protocol were reset. */
    int resets() throws IOException, InterruptedException;

    @Override
    void close() throws IOException;

    /** SHA-256 of what went out and what was told or came back, in hexadecimal, and how many bytes came. */
    record Digests(String sent, String received, long bytes) {}

    /** What identify tells. */
    record Identity(
            String peerId,
            String agentVersion,
            List<String> protocols,
            List<String> listenAddresses,
            @Nullable String observedAddress) {
        public Identity {
            protocols = List.copyOf(protocols);
            listenAddresses = List.copyOf(listenAddresses);
        }
    }
}
