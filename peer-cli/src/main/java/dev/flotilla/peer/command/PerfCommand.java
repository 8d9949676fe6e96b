package dev.flotilla.peer.command;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.flotilla.libp2p.Connection;
import dev.flotilla.libp2p.Multiaddr;
import dev.flotilla.libp2p.perf.Perf;
import dev.flotilla.libp2p.perf.PerfResult;
import dev.flotilla.peer.community.Json;
import dev.flotilla.peer.control.CommandException;
import java.io.IOException;
import java.math.BigDecimal;
import java.math.MathContext;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "perf",
        description = "Measure the throughput to a libp2p peer that answers /perf/1.0.0: first to it, then from it.")
final class PerfCommand extends PeerCommand {
    private static final int STREAMS_MAX = 32; // that a peer answers of another at once

    @Parameters(paramLabel = "MULTIADDR", description = "Where it is and who, /ip4/../tcp/../p2p/PEER_ID.")
    private String address = "";

    @Mixin
    private SwarmKeyOption swarmKey = new SwarmKeyOption();

    @Option(names = "--upload", paramLabel = "BYTES", description = "How much to send, as 10MiB (default: 64MiB).")
    private String upload = "64MiB";

    @Option(names = "--download", paramLabel = "BYTES", description = "How much to receive (default: 64MiB).")
    private String download = "64MiB";

    @Option(names = "--streams", paramLabel = "N", description = "Over how many streams at once (default: 1).")
    private int streams = 1;

    @Override
    void run(Console console) throws CommandException, IOException {
        Multiaddr peer = Inputs.peerAddress(address);
        long uploadBytes = Inputs.bytes(upload);
        long downloadBytes = Inputs.bytes(download);
        if (streams < 1 || streams > STREAMS_MAX) {
            throw CommandException.usage("--streams must be 1 to " + STREAMS_MAX + ", not " + streams);
        }
        try (PeerContact contact = PeerContact.to(peer, swarmKey.preSharedKey(directory()))) {
            Connection connection = contact.connection();
            if (uploadBytes > 0) {
                Duration time = longest(connection, uploadBytes, 0);
                print(console, connection, "upload", uploadBytes, time);
            }
            if (downloadBytes > 0) {
                Duration time = longest(connection, 0, downloadBytes);
                print(console, connection, "download", downloadBytes, time);
            }
        }
    }

    /** Each stream has its part; the one that takes longest tells when all bytes were there. */
    private Duration longest(Connection connection, long uploadBytes, long downloadBytes) throws IOException {
        List<CompletableFuture<PerfResult>> parts = new ArrayList<>();
        for (int i = 0; i < streams; i++) {
            parts.add(Perf.measure(connection, part(uploadBytes, i), part(downloadBytes, i)));
        }
        Duration longest = Duration.ZERO;
        for (CompletableFuture<PerfResult> part : parts) {
            PerfResult result = PeerContact.await(part);
            Duration time = result.uploadTime().plus(result.downloadTime());
            longest = time.compareTo(longest) > 0 ? time : longest;
        }
        return longest;
    }

    private long part(long bytes, int stream) {
        return bytes / streams + (stream < bytes % streams ? 1 : 0);
    }

    private void print(Console console, Connection connection, String direction, long bytes, Duration time) {
        BigDecimal seconds = BigDecimal.valueOf(Math.max(1, time.toNanos() / 1_000), 6);
        BigDecimal rate =
                BigDecimal.valueOf(bytes).divide(seconds.multiply(BigDecimal.valueOf(1 << 20)), new MathContext(4));
        ObjectNode json = Json.object()
                .put("direction", direction)
                .put("bytes", bytes)
                .put("streams", streams)
                .put("seconds", seconds)
                .put("mebibytesPerSecond", rate);
        json.put("transport", connection.state().transport());
        json.put("security", connection.state().security());
        String over = connection.state().transport() + " " + connection.state().security();
        console.result(
                json,
                direction + " " + bytes + " bytes in " + seconds.toPlainString() + " s: " + rate.toPlainString()
                        + " MiB/s over " + over + (streams == 1 ? "" : ", " + streams + " streams"));
    }
}
