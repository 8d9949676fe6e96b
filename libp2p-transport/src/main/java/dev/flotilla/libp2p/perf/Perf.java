package dev.flotilla.libp2p.perf;

import dev.flotilla.libp2p.Connection;
import dev.flotilla.libp2p.Host;
import dev.flotilla.libp2p.HostService;
import dev.flotilla.libp2p.ProtocolId;
import dev.flotilla.libp2p.Stream;
import dev.flotilla.libp2p.muxer.ErrorCode;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;

/** The perf protocol of one host: attached to it, it answers; {@link #measure} asks. */
public final class Perf implements HostService {
    public static final ProtocolId PROTOCOL = new ProtocolId("/perf/1.0.0");

    /** How many streams are answered at once; one more is reset. */
    static final int STREAMS_MAX = 64;

    private final PerfLimits limits;
    private final AtomicInteger streams = new AtomicInteger();
    private final LongAdder received = new LongAdder();

    /** Answers without limits but that of streams. */
    public Perf() {
        this(PerfLimits.none());
    }

    public Perf(PerfLimits limits) {
        this.limits = limits;
    }

    @Override
    public void attach(Host host) {
        host.handle(PROTOCOL, this::answer);
    }

    private void answer(Stream stream) {
        stream.closed().whenComplete((done, failure) -> streams.decrementAndGet());
        if (streams.incrementAndGet() > STREAMS_MAX) {
            stream.reset(ErrorCode.RESOURCE_LIMIT_EXCEEDED);
        } else {
            new PerfResponder(stream, limits, received).start();
        }
    }

    /** How many bytes others have uploaded to where this is attached, the eight of each request not counted. */
    public long receivedBytes() {
        return received.sum();
    }

    /**
     * Sends {@code uploadBytes} over a new stream, then receives {@code downloadBytes}, and tells how long each took. Fails
     * with an {@link java.io.IOException} if the peer does not speak the protocol, the stream dies, or the peer sends
     * another number of bytes.
     *
     * @throws IllegalArgumentException if a number is negative
     */
    public static CompletableFuture<PerfResult> measure(Connection connection, long uploadBytes, long downloadBytes) {
        if (uploadBytes < 0 || downloadBytes < 0) {
            throw new IllegalArgumentException(
                    "cannot send " + uploadBytes + " bytes and receive " + downloadBytes + ": a number is negative");
        }
        return connection.newStream(PROTOCOL).thenCompose(stream -> {
            CompletableFuture<PerfResult> measured = new PerfRequest(stream, uploadBytes, downloadBytes).run();
            return measured.whenComplete((result, failure) -> {
                if (failure == null) {
                    stream.close();
                } else {
                    stream.reset();
                }
            });
        });
    }
}
