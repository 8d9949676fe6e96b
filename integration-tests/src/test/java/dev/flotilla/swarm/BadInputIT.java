package dev.flotilla.swarm;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is wrong gets one clear line and an exit code, and loses nothing. */
class BadInputIT {
    @TempDir
    @SuppressWarnings("NullAway.Init") // JUnit sets it
    private Path directory;

    @Test
    void wrongInputGetsOneLineAndLosesNothing() throws Exception {
        try (Swarm swarm = Swarm.of(2, directory)) {
            PeerProcess peer = swarm.peer(0);
            peer.run("set", Swarm.COMMUNITY, "/a", "[1]").succeeded();
            refused(peer, 2, "not-a-pointer", "set", Swarm.COMMUNITY, "not-a-pointer", "1");
            refused(peer, 2, "{oops", "set", Swarm.COMMUNITY, "/b", "{oops");
            refused(peer, 1, "nowhere", "get", "nowhere");
            refused(peer, 2, "not a ticket", "join", "flotilla-nonsense");
            refused(peer, 2, "not-a-peer", "remove", Swarm.COMMUNITY, "not-a-peer");
            refused(peer, 2, "/ip4/1.2.3.4.5/tcp/1", "ping", "/ip4/1.2.3.4.5/tcp/1");
            String failing =
                    "[{\"op\":\"add\",\"path\":\"/b\",\"value\":1},{\"op\":\"test\",\"path\":\"/a\",\"value\":2}]";
            PeerProcess.Result patch = peer.runWithInput(failing, "patch", Swarm.COMMUNITY, "-");
            assertThat(patch.exitCode()).isEqualTo(1);
            assertThat(patch.err()).contains("test").contains("/a");
            assertThat(Swarm.linearizable(peer)).hasToString("{\"a\":[1]}");
        }
    }

    @Test
    void aTicketIsGoodForOnePeerOnceAndForItsCommunity() throws Exception {
        try (Swarm swarm = Swarm.of(2, directory);
                PeerProcess third = new PeerProcess(directory.resolve("third")).start();
                PeerProcess fourth = new PeerProcess(directory.resolve("fourth")).start()) {
            String ticket =
                    swarm.peer(0).run("invite", Swarm.COMMUNITY).succeeded().line();
            char last = ticket.charAt(ticket.length() - 1);
            String forged = ticket.substring(0, ticket.length() - 1) + (last == 'A' ? 'B' : 'A');
            assertThat(third.run("join", forged).exitCode()).isNotZero();
            third.run("join", ticket).succeeded();
            refused(fourth, 1, "used", "join", ticket);
            String expired = swarm.peer(0)
                    .run("invite", Swarm.COMMUNITY, "--expires", "1ms")
                    .succeeded()
                    .line();
            refused(fourth, 1, "expired", "join", expired);
        }
    }

    @Test
    void aDirectoryInUseOrOfAnotherFormatIsRefused() throws Exception {
        try (PeerProcess peer = new PeerProcess(directory.resolve("peer")).start()) {
            PeerProcess.Result second = peer.run("run");
            assertThat(second.exitCode()).isEqualTo(1);
            assertThat(second.err().strip().lines()).hasSize(1);
            assertThat(second.err()).contains(peer.directory().toString());
        }
        PeerProcess file = new PeerProcess(Files.createFile(directory.resolve("file")));
        assertThat(file.run("run").exitCode()).isEqualTo(1);
        PeerProcess silent = new PeerProcess(directory.resolve("silent"));
        silent.run("init").succeeded();
        PeerProcess.Result noDaemon = silent.run("status");
        assertThat(noDaemon.exitCode()).isEqualTo(1);
        assertThat(noDaemon.err()).contains("flotilla run");
    }

    @Test
    void randomBytesOnThePortGetTheConnectionClosed() throws Exception {
        try (PeerProcess peer = new PeerProcess(directory.resolve("peer")).start()) {
            String[] parts = peer.address().split("/", -1);
            Random random = new Random(7);
            for (int i = 0; i < 50; i++) {
                byte[] noise = new byte[1 + random.nextInt(5000)];
                random.nextBytes(noise);
                try (Socket socket = new Socket(InetAddress.getByName(parts[2]), Integer.parseInt(parts[4]))) {
                    socket.setSoTimeout(30_000);
                    OutputStream out = socket.getOutputStream();
                    out.write(noise);
                    out.flush();
                    socket.shutdownOutput();
                    drain(socket);
                }
            }
            peer.run("create", "still-works").succeeded();
            assertThat(peer.lines().stream().filter(line -> line.contains("at dev.flotilla")))
                    .isEmpty();
        }
    }

    private static void drain(Socket socket) throws java.io.IOException {
        byte[] buffer = new byte[4096];
        try {
            while (socket.getInputStream().read(buffer) >= 0) {
                // until the peer closes
            }
        } catch (java.net.SocketException e) {
            assertThat(e).as("a reset is a close too").hasMessageContaining("reset");
        }
    }

    private static void refused(PeerProcess peer, int exitCode, String named, String... arguments) throws Exception {
        PeerProcess.Result result = peer.run(arguments);
        assertThat(result.exitCode())
                .as("exit code of %s: %s", java.util.List.of(arguments), result)
                .isEqualTo(exitCode);
        assertThat(result.err().strip().lines().filter(line -> !line.startsWith("Usage")))
                .as("%s", result)
                .isNotEmpty();
        assertThat(result.err()).contains(named);
        assertThat(result.err()).doesNotContain("Exception");
    }
}
