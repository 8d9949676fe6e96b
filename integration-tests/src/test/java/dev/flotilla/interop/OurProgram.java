package dev.flotilla.interop;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.flotilla.libp2p.Connection;
import dev.flotilla.libp2p.Multiaddr;
import dev.flotilla.libp2p.Stream;
import dev.flotilla.libp2p.crypto.PrivateKey;
import dev.flotilla.libp2p.perf.Perf;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/** A host of this project as a process of its own, which takes the commands that measure as the other peers do. */
final class OurProgram implements PeerProgram {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int WARM_UP_TRIPS = 2_000;

    private final Path javaHome;

    /** @param javaHome of the Java that runs it */
    OurProgram(Path javaHome) {
        this.javaHome = javaHome;
    }

    @Override
    public Command make() throws IOException {
        Files.createDirectories(BUILT);
        String java = javaHome.resolve("bin").resolve("java").toString();
        String classes = System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
        return new Command(BUILT, List.of(java, "-cp", classes, OurProgram.class.getName()));
    }

    public static void main(String[] arguments) throws IOException {
        List<String> given = Arrays.asList(arguments);
        Transport transport = Arrays.stream(Transport.values())
                .filter(each -> each.argument().equals(valueOf(given, "--listen")))
                .findFirst()
                .orElseThrow();
        Security security = Security.valueOf(valueOf(given, "--security").toUpperCase(Locale.ROOT));
        try (OurSide side = new OurSide(PrivateKey.generate(), transport, security);
                BufferedReader lines = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
            Perf perf = new Perf();
            perf.attach(side.host());
            say(Map.of(
                    "implementation",
                    "flotilla on Java " + Runtime.version().feature(),
                    "peerId",
                    side.peerId(),
                    "addresses",
                    side.addresses().stream().map(Multiaddr::toString).toList()));
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                say(Map.of("ok", run(side, perf, JSON.readTree(line))));
            }
        }
    }

    private static String valueOf(List<String> arguments, String name) {
        return arguments.get(arguments.indexOf(name) + 1);
    }

    private static void say(Map<String, ?> message) throws IOException {
        System.out.println(JSON.writeValueAsString(message));
    }

    private static Map<String, Object> run(OurSide side, Perf perf, JsonNode request) {
        if (request.get("command").asText().equals("received")) {
            return Map.of("count", perf.receivedBytes());
        }
        Multiaddr address = Multiaddr.parse(request.get("address").asText());
        int count = request.path("count").asInt();
        return switch (request.get("command").asText()) {
            case "handshakes" -> Map.of("micros", handshakes(side, address, count));
            case "upload" ->
                Map.of(
                        "micros",
                        upload(side.connection(address), request.get("bytes").asLong(), count));
            case "trips" -> Map.of("micros", trips(side.connection(address), count));
            default -> throw new IllegalArgumentException("unknown command: " + request);
        };
    }

    private static double handshakes(OurSide side, Multiaddr address, int count) {
        long begin = System.nanoTime();
        for (int i = 0; i < count; i++) {
            side.disconnect(address);
            side.connection(address);
        }
        return microsSince(begin);
    }

    private static double upload(Connection connection, long bytes, int streams) {
        long begin = System.nanoTime();
        CompletableFuture<?>[] uploads = new CompletableFuture<?>[streams];
        Arrays.setAll(uploads, i -> Perf.measure(connection, bytes, 0));
        Patience.await(CompletableFuture.allOf(uploads));
        return microsSince(begin);
    }

    private static double trips(Connection connection, int count) {
        Stream stream = Patience.await(connection.newStream(InteropProtocols.ECHO));
        RoundTrips trips = new RoundTrips(stream, WARM_UP_TRIPS, count);
        stream.channel().eventLoop().execute(trips::next);
        double median = Patience.await(trips.median());
        stream.reset();
        return median;
    }

    private static double microsSince(long beginNanos) {
        return (System.nanoTime() - beginNanos) / 1e3;
    }
}
