package dev.flotilla.libp2p;

/** Takes the streams that other peers open for one protocol. */
@FunctionalInterface
public interface StreamHandler {
    /**
     * A stream is open and nothing was read from it yet. Called on the stream's event loop; must not block. A handler
     * that throws gets its stream reset.
     */
    void onStream(Stream stream);
}
