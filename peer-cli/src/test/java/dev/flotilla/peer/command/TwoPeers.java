package dev.flotilla.peer.command;

import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** Tests of commands that take two peers: {@link #peer} has made a community {@code club}, {@link #other} knows nothing. */
abstract class TwoPeers {
    final Path parent;

    CommandHarness peer;

    CommandHarness other;

    TwoPeers(Path parent) {
        this.parent = parent;
    }

    @BeforeEach
    final void start() throws Exception {
        peer = CommandHarness.start(parent.resolve("peer"));
        other = CommandHarness.start(parent.resolve("other"));
        peer.done("create", "club");
    }

    @AfterEach
    final void close() {
        peer.close();
        other.close();
    }

    final void restartPeer() throws Exception {
        peer.close();
        peer = CommandHarness.start(parent.resolve("peer"));
    }
}
