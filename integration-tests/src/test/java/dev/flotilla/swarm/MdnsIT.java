package dev.flotilla.swarm;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Daemons in one local network that are told of no address. */
class MdnsIT {
    @TempDir
    @SuppressWarnings("NullAway.Init") // JUnit sets it
    private Path directory;

    @Test
    void membersThatAllHaveNewPortsFindEachOther() throws Exception {
        try (CutNetwork network = CutNetwork.of(2);
                Swarm swarm = Swarm.of(2, number -> network.peer(number, directory.resolve("peer" + number)))) {
            swarm.peers().forEach(PeerProcess::kill);
            for (PeerProcess peer : swarm.peers()) {
                Files.delete(peer.directory().resolve("listen.json")); // else it would listen where it did before
                peer.start("--mdns");
            }
            PeerProcess second = swarm.peer(1); // both must agree
            Eventually.holds(
                    "a write",
                    PeerProcess.PATIENCE,
                    () -> second.run("set", Swarm.COMMUNITY, "/motto", "\"all aboard\"")
                                    .exitCode()
                            == 0);
        }
    }
}
