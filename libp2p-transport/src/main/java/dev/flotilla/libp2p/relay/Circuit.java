package dev.flotilla.libp2p.relay;

import dev.flotilla.libp2p.Stream;
import dev.flotilla.libp2p.relay.RelayCounters.Event;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Two streams joined by their relay. It holds what each stream has to send, up to its channel's high water mark, and what
 * the streams' windows let in; who does not read stops who writes.
 */
final class Circuit {
    private static final Logger LOG = LoggerFactory.getLogger(Circuit.class);

    private final Stream source;
    private final Stream target;
    private final @Nullable CircuitLimit limit;
    private final RelayCounters counters;
    private final CircuitEnd sourceEnd;
    private final CircuitEnd targetEnd;

    Circuit(Stream source, Stream target, @Nullable CircuitLimit limit, RelayCounters counters) {
        this.source = source;
        this.target = target;
        this.limit = limit;
        this.counters = counters;
        long bytesMax = limit == null ? Long.MAX_VALUE : limit.dataBytes();
        this.sourceEnd = new CircuitEnd(this, target, bytesMax);
        this.targetEnd = new CircuitEnd(this, source, bytesMax);
    }

    /** Begins to pass on what comes, once both streams have their handlers. The future completes when both have ended. */
    CompletableFuture<Void> start() {
        counters.count(Event.CIRCUIT_OPENED);
        CompletableFuture<Void> closed = CompletableFuture.allOf(source.closed(), target.closed());
        closed.whenComplete((done, failure) -> counters.count(Event.CIRCUIT_CLOSED));
        onLoopOf(target, () -> {
            target.handOver(false, targetEnd);
            onLoopOf(source, () -> {
                source.handOver(false, sourceEnd);
                limitTime(closed);
                source.channel().config().setAutoRead(true);
                target.channel().config().setAutoRead(true);
            });
        });
        return closed;
    }

    private void onLoopOf(Stream stream, Runnable action) {
        try {
            stream.channel().eventLoop().execute(() -> {
                if (stream.isOpen()) {
                    action.run();
                } else {
                    reset();
                }
            });
        } catch (RejectedExecutionException e) {
            reset(); // the host is closed
        }
    }

    private void limitTime(CompletableFuture<Void> closed) {
        if (limit != null) {
            var timer = source.channel()
                    .eventLoop()
                    .schedule(() -> cut("its time"), limit.duration().toSeconds(), TimeUnit.SECONDS);
            closed.whenComplete((done, failure) -> timer.cancel(false));
        }
    }

    void relayed(int bytes) {
        counters.count(Event.BYTE_RELAYED, bytes);
    }

    /** @param what is used up */
    void cut(String what) {
        counters.count(Event.CIRCUIT_CUT);
        LOG.debug("cut the circuit of {} and {}: {} are used up", source.remotePeerId(), target.remotePeerId(), what);
        reset();
    }

    void reset() {
        source.reset();
        target.reset();
    }

    /** One of the streams has ended: in order if both sides have sent all. */
    void ended() {
        if (!sourceEnd.isInputEnded() || !targetEnd.isInputEnded()) {
            reset();
        }
    }
}
