package dev.flotilla.libp2p.yamux;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.util.concurrent.Future;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Makes the channels of one connection's streams, within its limits, and sees them off. Event loop only. */
final class StreamOpener {
    private static final int WAITING_MAX = 4096;

    private final Channel parent;
    private final YamuxHandler connection;
    private final StreamTable streams;
    private final YamuxConfig config;
    private final WindowBudget budget;
    private final ArrayDeque<Waiting> waiting = new ArrayDeque<>();
    private final Set<YamuxStreamChannel> unacknowledged = new HashSet<>();
    private final Map<YamuxStreamChannel, Future<?>> lingering = new HashMap<>(); // with the timers
    private @Nullable String closedBecause;

    StreamOpener(
            Channel parent, YamuxHandler connection, StreamTable streams, YamuxConfig config, WindowBudget budget) {
        this.parent = parent;
        this.connection = connection;
        this.streams = streams;
        this.config = config;
        this.budget = budget;
    }

    private record Waiting(ChannelHandler handler, CompletableFuture<YamuxStreamChannel> opened) {}

    void open(ChannelHandler handler, CompletableFuture<YamuxStreamChannel> opened) {
        if (closedBecause != null) {
            opened.completeExceptionally(new StreamResetException("no stream: " + closedBecause));
        } else if (waiting.size() >= WAITING_MAX) {
            opened.completeExceptionally(
                    new StreamResetException("no stream: " + waiting.size() + " wait to be opened already"));
        } else {
            waiting.add(new Waiting(handler, opened));
            openWaiting();
        }
    }

    private void openWaiting() {
        while (closedBecause == null
                && unacknowledged.size() < config.unacknowledgedStreamsMax()
                && streams.ownCount() < config.outboundStreamsMax()) {
            Waiting next = waiting.poll();
            if (next == null) {
                return;
            }
            if (!next.opened().isDone()) { // who asked may have given up
                openNow(next);
            }
        }
    }

    private void openNow(Waiting next) {
        Integer id = streams.nextId();
        if (id == null) {
            next.opened().completeExceptionally(new StreamResetException("no stream: the connection ran out of ids"));
            return;
        }
        connection.writer().control(new Frame(Frame.WINDOW_UPDATE, Frame.SYN, id, 0));
        YamuxStreamChannel stream = newStream(id);
        unacknowledged.add(stream);
        register(stream, next.handler());
        if (!next.opened().complete(stream)) {
            stream.reset();
        }
    }

    /** Makes the channel of a stream that the peer opened. */
    void accept(int streamId, ChannelHandler handler) {
        register(newStream(streamId), handler);
    }

    private YamuxStreamChannel newStream(int streamId) {
        YamuxStreamChannel stream = new YamuxStreamChannel(
                parent, connection, streamId, new ReceiveWindow(budget, config.windowBytesMax()));
        streams.add(stream);
        return stream;
    }

    private void register(YamuxStreamChannel stream, ChannelHandler handler) {
        stream.pipeline().addLast(handler);
        parent.eventLoop().register(stream).addListener(registered -> {
            if (!registered.isSuccess()) {
                stream.unsafe().closeForcibly();
            }
        });
    }

    void acknowledged(YamuxStreamChannel stream) {
        if (unacknowledged.remove(stream)) {
            openWaiting();
        }
    }

    void ended(YamuxStreamChannel stream) {
        unacknowledged.remove(stream);
        Future<?> timer = lingering.remove(stream);
        if (timer != null) {
            timer.cancel(false); // it would hold on to the stream
        }
        openWaiting();
    }

    /** Resets {@code stream} unless the peer ends it in time. */
    void linger(YamuxStreamChannel stream) {
        lingering.put(
                stream,
                parent.eventLoop()
                        .schedule(
                                () -> resetLingering(stream),
                                config.lingerTimeout().toNanos(),
                                TimeUnit.NANOSECONDS));
    }

    private void resetLingering(YamuxStreamChannel stream) {
        connection.writer().control(new Frame(Frame.WINDOW_UPDATE, Frame.RST, stream.streamId(), 0));
        connection.streamEnded(stream);
    }

    /** There are no more streams. */
    void fail(String reason) {
        closedBecause = reason;
        lingering.values().forEach(timer -> timer.cancel(false));
        lingering.clear();
        for (Waiting next = waiting.poll(); next != null; next = waiting.poll()) {
            next.opened().completeExceptionally(new StreamResetException("no stream: " + reason));
        }
    }
}
