package dev.flotilla.interop;

import dev.flotilla.libp2p.Multiaddr;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Measures this host and others, each with itself as two processes on loopback, in turn within one run: the ratios mean
 * something on a noisy machine. No test: the profile {@code compare} runs it, as the README of libp2p-transport
 * says. Each figure is the median of {@code -Dcompare.rounds=N} rounds.
 */
@Tag("compare")
class SpeedComparison {
    private static final int ROUNDS = Integer.getInteger("compare.rounds", 3);
    private static final int UPLOAD_MIB = Integer.getInteger("compare.mib", 256);
    private static final int HANDSHAKES = 200;
    private static final int TRIPS = 10_000;
    private static final int STREAMS = 16;
    private static final double MIB = 1 << 20;

    private final Map<String, Map<String, List<Double>>> figures = new LinkedHashMap<>(); // by row and column
    private final List<String> columns = new ArrayList<>();

    /** Two processes of one implementation. */
    private record Pair(ForeignPeer client, ForeignPeer server) implements AutoCloseable {
        static Pair start(PeerProgram.Command program, Transport transport, Security security)
                throws IOException, InterruptedException {
            List<String> arguments = List.of("--listen", transport.argument(), "--security", security.argument());
            ForeignPeer server = new ForeignPeer(program, arguments);
            return new Pair(new ForeignPeer(program, arguments), server);
        }

        Multiaddr address() {
            return server.addresses().get(0);
        }

        Duration cpu() {
            return client.cpu().plus(server.cpu());
        }

        @Override
        public void close() throws IOException {
            client.close();
            server.close();
        }
    }

    @Test
    void compare() throws IOException, InterruptedException, MissingToolchainException {
        Map<String, PeerProgram.Command> programs = new LinkedHashMap<>();
        programs.put("flotilla", new OurProgram().make());
        for (Implementation implementation : Implementation.chosenWithAllCommands()) {
            programs.put(
                    implementation.title(),
                    implementation == Implementation.RUST ? new RustProgram(true).make() : Programs.of(implementation));
        }
        for (Transport transport : List.of(Transport.TCP, Transport.QUIC)) {
            for (Security security : transport.security()) {
                compare(programs, transport, security);
            }
        }
        String text = text();
        System.out.println(text);
        Files.writeString(PeerProgram.BUILT.resolve("speed.md"), text);
    }

    private void compare(Map<String, PeerProgram.Command> programs, Transport transport, Security security)
            throws IOException, InterruptedException {
        String way = transport + (transport.security().size() > 1 ? " × " + security : "");
        Map<String, Pair> pairs = new TreeMap<>();
        try {
            for (Map.Entry<String, PeerProgram.Command> program : programs.entrySet()) {
                Pair pair = Pair.start(program.getValue(), transport, security);
                pairs.put(program.getKey(), pair);
                if (!columns.contains(program.getKey())) {
                    columns.add(program.getKey());
                    System.out.println("measures " + pair.client().implementation());
                }
                pair.client().upload(pair.address(), UPLOAD_MIB / 2 * (int) MIB, 1); // warms up
            }
            for (int round = 0; round < ROUNDS; round++) {
                for (Map.Entry<String, Pair> pair : pairs.entrySet()) {
                    measure(way, pair.getKey(), pair.getValue());
                }
            }
        } finally {
            for (Pair pair : pairs.values()) {
                pair.close();
            }
        }
    }

    private void measure(String way, String column, Pair pair) throws IOException, InterruptedException {
        ForeignPeer client = pair.client();
        Multiaddr address = pair.address();
        add(way + ": handshakes/s", column, HANDSHAKES / client.handshakes(address, HANDSHAKES));
        add(way + ": MiB/s, 1 stream", column, UPLOAD_MIB / client.upload(address, UPLOAD_MIB * (int) MIB, 1));
        Duration before = pair.cpu();
        double seconds = client.upload(address, UPLOAD_MIB / STREAMS * (int) MIB, STREAMS);
        double cpuSeconds = pair.cpu().minus(before).toNanos() / 1e9;
        add(way + ": MiB/s, 16 streams", column, UPLOAD_MIB / seconds);
        add(way + ": CPU seconds/GiB, both sides", column, cpuSeconds * 1024 / UPLOAD_MIB);
        add(way + ": µs, 64-byte round trip", column, client.trips(address, TRIPS) * 1e6);
    }

    private void add(String row, String column, double figure) {
        figures.computeIfAbsent(row, name -> new LinkedHashMap<>())
                .computeIfAbsent(column, name -> new ArrayList<>())
                .add(figure);
    }

    /** The table in Markdown, with our figure over that of each other. */
    private String text() {
        StringBuilder text = new StringBuilder("|");
        columns.forEach(column -> text.append(" | ").append(column));
        columns.stream().skip(1).forEach(column -> text.append(" | ours : ").append(column));
        text.append(" |\n| --- |")
                .append(" ---: |".repeat(2 * columns.size() - 1))
                .append('\n');
        figures.forEach((row, measured) -> {
            text.append("| ").append(row);
            columns.forEach(column -> text.append(
                    String.format(Locale.ROOT, " | %.1f", median(Objects.requireNonNull(measured.get(column))))));
            double ours = median(Objects.requireNonNull(measured.get(columns.get(0))));
            columns.stream()
                    .skip(1)
                    .forEach(column -> text.append(String.format(
                            Locale.ROOT, " | %.2f", ours / median(Objects.requireNonNull(measured.get(column))))));
            text.append(" |\n");
        });
        return text.toString();
    }

    private static double median(List<Double> figures) {
        return figures.stream().sorted().skip(figures.size() / 2).findFirst().orElseThrow();
    }
}
