package dev.flotilla.interop;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Measures this host and others, each with itself as two processes on loopback, in turn within one run: the ratios mean
 * something on a noisy machine. No test: the profile {@code compare} runs it, as the README of libp2p-transport
 * says. Each figure is the median of {@code -Dcompare.rounds=N} rounds, in each of which it is measured for about {@code
 * -Dcompare.millis=N}, after {@code -Dcompare.warmup=N} milliseconds of the same. Our host runs on each Java whose home
 * {@code -Dcompare.javas=HOME,...} names; by default on the one that runs this.
 */
@Tag("compare")
class SpeedComparison {
    private static final int ROUNDS = Integer.getInteger("compare.rounds", 3);
    private static final double SECONDS = Integer.getInteger("compare.millis", 1_500) / 1e3;
    private static final double WARM_UP_SECONDS = Integer.getInteger("compare.warmup", 5_000) / 1e3;

    private final Map<String, PeerProgram.Command> programs = new LinkedHashMap<>(); // by what they are called

    @Test
    void compare() throws IOException, InterruptedException, MissingToolchainException {
        List<String> javas = Arrays.asList(System.getProperty("compare.javas", System.getProperty("java.home"))
                .split(",", -1));
        for (String java : javas) {
            Path home = Path.of(java);
            programs.put("ours, Java " + feature(home), new OurProgram(home).make());
        }
        for (Implementation implementation : Implementation.chosenWithAllCommands()) {
            programs.put(
                    implementation.title(),
                    implementation == Implementation.RUST ? new RustProgram(true).make() : Programs.of(implementation));
        }
        SpeedTable table = new SpeedTable(javas.size());
        for (Transport transport : List.of(Transport.TCP, Transport.QUIC)) {
            for (Security security : transport.security()) {
                compare(table, transport, security);
            }
        }
        System.out.println(table.text());
        Files.writeString(PeerProgram.BUILT.resolve("speed.md"), table.text());
    }

    /** As the file {@code release} of every Java has it. */
    private static String feature(Path javaHome) throws IOException {
        return Files.readAllLines(javaHome.resolve("release")).stream()
                .filter(line -> line.startsWith("JAVA_VERSION="))
                .map(line -> line.replaceAll("[^0-9.]", "").split("\\.", -1)[0])
                .findFirst()
                .orElseThrow(() -> new IOException(javaHome + " is no home of a Java"));
    }

    private void compare(SpeedTable table, Transport transport, Security security)
            throws IOException, InterruptedException {
        String way = transport + (transport.security().size() > 1 ? " × " + security : "");
        Map<String, SpeedPair> pairs = new LinkedHashMap<>();
        try {
            for (Map.Entry<String, PeerProgram.Command> program : programs.entrySet()) {
                SpeedPair pair = new SpeedPair(program.getValue(), transport, security, SECONDS);
                pairs.put(program.getKey(), pair);
                pair.warmUp(WARM_UP_SECONDS);
                System.out.println(way + ": " + pair.implementation() + " is warm");
            }
            for (int round = 0; round < ROUNDS; round++) {
                for (Map.Entry<String, SpeedPair> pair : pairs.entrySet()) {
                    measure(table, way, pair.getKey(), pair.getValue());
                }
            }
        } finally {
            for (SpeedPair pair : pairs.values()) {
                pair.close();
            }
        }
    }

    private static void measure(SpeedTable table, String way, String column, SpeedPair pair)
            throws IOException, InterruptedException {
        table.add(way + ": handshakes/s", column, pair.handshakesPerSecond());
        SpeedPair.Upload one = pair.oneStream();
        SpeedPair.Upload many = pair.manyStreams();
        table.add(way + ": MiB/s, 1 stream", column, one.mibPerSecond());
        table.add(way + ": MiB/s, 16 streams", column, many.mibPerSecond());
        table.add(way + ": CPU s/GiB, 1 stream", column, one.cpuSecondsPerGib());
        table.add(way + ": CPU s/GiB, 16 streams", column, many.cpuSecondsPerGib());
        table.add(way + ": µs, 64-byte round trip", column, pair.roundTrip());
    }
}
