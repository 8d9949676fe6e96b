package dev.flotilla.interop;

import dev.flotilla.libp2p.Multiaddr;
import java.io.IOException;
import java.time.Duration;
import java.util.List;

/**
 * Two processes of one implementation, the one that listens and the one that dials it. What is measured takes about as
 * long whoever is measured: warming up tells how much of it that is.
 */
final class SpeedPair implements AutoCloseable {
    private static final int STREAMS = 16;
    private static final int WARM_UPS_MAX = 50;
    private static final int FIRST_HANDSHAKES = 20;
    private static final long FIRST_BYTES = 16L << 20;
    private static final int FIRST_TRIPS = 1_000;

    private final ForeignPeer server;
    private final ForeignPeer client;
    private final double seconds;
    private int handshakes;
    private long bytes;
    private long bytesPerStream;
    private int trips;

    /** What was used for some bytes. */
    record Upload(double mibPerSecond, double cpuSecondsPerGib) {}

    /** @param seconds how long a measurement takes, about */
    SpeedPair(PeerProgram.Command program, Transport transport, Security security, double seconds)
            throws IOException, InterruptedException {
        List<String> arguments = List.of("--listen", transport.argument(), "--security", security.argument());
        this.server = new ForeignPeer(program, arguments);
        this.client = new ForeignPeer(program, arguments);
        this.seconds = seconds;
    }

    String implementation() {
        return server.implementation();
    }

    /** Does all that is measured until {@code warmUpSeconds} have gone by with each, and the last figure fits. */
    void warmUp(double warmUpSeconds) throws IOException, InterruptedException {
        trips = (int) warmUp(warmUpSeconds, FIRST_TRIPS, count -> count * client.trips(address(), (int) count));
        bytes = warmUp(warmUpSeconds, FIRST_BYTES, count -> upload(count, 1));
        bytesPerStream = warmUp(warmUpSeconds, FIRST_BYTES / STREAMS, count -> upload(count, STREAMS));
        handshakes = (int) warmUp(warmUpSeconds, FIRST_HANDSHAKES, count -> client.handshakes(address(), (int) count));
    }

    /** What takes {@code count} of something, and tells the seconds. */
    private interface Work {
        double run(long count) throws IOException, InterruptedException;
    }

    private long warmUp(double warmUpSeconds, long first, Work work) throws IOException, InterruptedException {
        long count = first;
        double spent = 0;
        for (int i = 0; i < WARM_UPS_MAX && spent < warmUpSeconds; i++) {
            double took = work.run(count);
            spent += took;
            count = Math.max(first, Math.min(4 * count, (long) (count * seconds / took)));
        }
        return count;
    }

    double handshakesPerSecond() throws IOException, InterruptedException {
        return handshakes / client.handshakes(address(), handshakes);
    }

    Upload oneStream() throws IOException, InterruptedException {
        return measured(bytes, 1);
    }

    Upload manyStreams() throws IOException, InterruptedException {
        return measured(bytesPerStream, STREAMS);
    }

    /** The median, in microseconds. */
    double roundTrip() throws IOException, InterruptedException {
        return client.trips(address(), trips) * 1e6;
    }

    private Upload measured(long each, int streams) throws IOException, InterruptedException {
        double mib = each / (double) (1 << 20) * streams;
        Duration before = cpu();
        double took = upload(each, streams);
        double used = cpu().minus(before).toNanos() / 1e9;
        return new Upload(mib / took, used * 1024 / mib);
    }

    /** The seconds that it took, if the server read all. */
    private double upload(long each, int streams) throws IOException, InterruptedException {
        long before = server.received();
        double took = client.upload(address(), each, streams);
        long received = server.received() - before;
        if (received != each * streams) {
            throw new IOException(
                    implementation() + " sent " + streams + " times " + each + " bytes, and received " + received);
        }
        return took;
    }

    private Multiaddr address() {
        return server.addresses().get(0);
    }

    private Duration cpu() {
        return client.cpu().plus(server.cpu());
    }

    @Override
    public void close() throws IOException {
        client.close();
        server.close();
    }
}
