package dev.flotilla.libp2p.transport;

import dev.flotilla.libp2p.Host;
import dev.flotilla.libp2p.ProtocolId;
import dev.flotilla.libp2p.Stream;
import dev.flotilla.libp2p.StreamHandler;
import dev.flotilla.libp2p.transport.TransportCounters.Event;
import dev.flotilla.transport.ByteStream;
import dev.flotilla.transport.Bytes;
import dev.flotilla.transport.Lane;
import dev.flotilla.transport.PeerId;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import java.io.IOException;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Opens and takes byte streams, each a stream of its own behind the name of its lane. Thread-safe. */
final class ByteStreams implements StreamHandler {
    static final ProtocolId PROTOCOL = new ProtocolId("/flotilla/bytes/1.0.0");

    private static final Logger LOG = LoggerFactory.getLogger(ByteStreams.class);

    private final Host host;
    private final ControlThread control;
    private final TransportCounters counters;
    private final Map<Lane, Consumer<ByteStream>> handlers = new ConcurrentHashMap<>();
    private final Set<Stream> open = ConcurrentHashMap.newKeySet();
    private final Map<Object, CompletableFuture<ByteStream>> opening = new ConcurrentHashMap<>(); // any key
    private volatile boolean closed;

    ByteStreams(Host host, ControlThread control, TransportCounters counters) {
        this.host = host;
        this.control = control;
        this.counters = counters;
    }

    void accept(Lane lane, Consumer<ByteStream> handler) {
        handlers.put(lane, handler);
    }

    CompletableFuture<ByteStream> open(PeerId peer, Lane lane) {
        CompletableFuture<ByteStream> opened = new CompletableFuture<>();
        Object key = new Object();
        opening.put(key, opened);
        host.newStream(peer, PROTOCOL).whenComplete((stream, failure) -> {
            opening.remove(key);
            if (failure != null) {
                opened.completeExceptionally(Failures.cause(failure));
                return;
            }
            stream.write(LaneName.message(lane)).whenComplete((written, refusal) -> {
                if (refusal != null) {
                    stream.reset(); // what follows would be taken for the name
                }
            });
            if (!track(stream) || !opened.complete(new Libp2pByteStream(stream, Bytes.EMPTY))) {
                stream.reset();
                opened.completeExceptionally(closedFailure());
            }
        });
        if (closed) {
            opened.completeExceptionally(closedFailure());
        }
        return opened.copy();
    }

    private static IOException closedFailure() {
        return new IOException("the transport is closed");
    }

    private boolean track(Stream stream) {
        open.add(stream);
        stream.closed().whenComplete((done, failure) -> open.remove(stream));
        return !closed;
    }

    @Override
    public void onStream(Stream stream) {
        if (!track(stream)) {
            stream.reset();
            return;
        }
        ControlThread.Timer timer = control.schedule(LaneName.TIMEOUT, stream::reset);
        readLane(stream, new MessageAssembler(), timer);
    }

    private void readLane(Stream stream, MessageAssembler assembler, ControlThread.Timer timer) {
        stream.read().whenComplete((bytes, failure) -> {
            if (failure != null || bytes == null) {
                timer.cancel();
                stream.reset();
                return;
            }
            try {
                byte[] name = assembler.next(bytes, LaneName.BYTES_MAX);
                if (name == null) {
                    readLane(stream, assembler, timer);
                } else {
                    timer.cancel();
                    onLane(stream, name, rest(bytes));
                }
            } catch (IllegalArgumentException e) {
                timer.cancel();
                onViolation(stream, String.valueOf(e.getMessage()));
            } finally {
                bytes.release();
            }
        });
    }

    private static Bytes rest(ByteBuf bytes) {
        return bytes.isReadable() ? Bytes.wrap(ByteBufUtil.getBytes(bytes)) : Bytes.EMPTY;
    }

    private void onLane(Stream stream, byte[] name, Bytes unread) {
        Optional<Lane> lane = LaneName.parse(name);
        if (lane.isEmpty()) {
            throw new IllegalArgumentException("the first message names no lane: " + Bytes.wrap(name));
        }
        Consumer<ByteStream> handler = handlers.get(lane.get());
        if (handler == null) {
            counters.count(Event.STREAM_REFUSED);
            LOG.debug("refused {}: nobody takes byte streams on lane {}", stream, lane.get());
            stream.reset();
            return;
        }
        try {
            handler.accept(new Libp2pByteStream(stream, unread));
        } catch (RuntimeException e) { // the handler's fault, not the peer's
            LOG.error("the handler of byte streams on lane {} failed", lane.get(), e);
            stream.reset();
        }
    }

    private void onViolation(Stream stream, String reason) {
        counters.count(Event.PROTOCOL_ERROR);
        LOG.info("disconnected peer={}, which broke {}: {}", stream.remotePeerId(), stream.protocolId(), reason);
        stream.reset();
        stream.connection().close();
    }

    void close() {
        closed = true;
        open.forEach(Stream::reset);
        opening.values().forEach(opened -> opened.completeExceptionally(closedFailure()));
    }
}
