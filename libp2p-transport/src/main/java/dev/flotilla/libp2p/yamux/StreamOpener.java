package dev.flotilla.libp2p.yamux;

import dev.flotilla.libp2p.muxer.ErrorCode;
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

/**
 * Makes the channels of one connection's streams, within its limits, and sees them off (libp2p spec, yamux, opening and
 * closing streams). Event loop only.
 */
final class StreamOpener {
    private static final int WAITING_MAX = 4096;
    private static final int UNSENT_ACKS_MAX = 256; // as many streams as go and rust have without an acknowledgement

    private final Channel parent;
    private final YamuxSession session;
    private final StreamTable streams;
    private final YamuxConfig config;
    private final ChannelHandler inboundStreams;
    private final WindowBudget budget;
    private final ArrayDeque<Waiting> waiting = new ArrayDeque<>();
    private final Set<YamuxStreamChannel> unacknowledged = new HashSet<>();
    private final Map<YamuxStreamChannel, Future<?>> lingering = new HashMap<>(); // with the timers
    private int unsentAcks; // streams accepted that the peer cannot know of yet
    private @Nullable String closedBecause;

    StreamOpener(Channel parent, YamuxSession session, YamuxConfig config, ChannelHandler inboundStreams) {
        this.parent = parent;
        this.session = session;
        this.streams = session.streams();
        this.config = config;
        this.inboundStreams = inboundStreams;
        this.budget = new WindowBudget(config.receiveBytesMax() / 2);
    }

    WindowBudget budget() {
        return budget;
    }

    // ---- streams of this side

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
        session.writer()
                .together(
                        () -> { // with what is first written to it
                            session.writer().control(new Frame(Frame.WINDOW_UPDATE, Frame.SYN, id, 0));
                            YamuxStreamChannel stream = newStream(id);
                            unacknowledged.add(stream);
                            register(stream, next.handler());
                            if (!next.opened().complete(stream)) {
                                stream.reset();
                            }
                        });
    }

    void acknowledged(YamuxStreamChannel stream) {
        if (unacknowledged.remove(stream)) {
            openWaiting();
        }
    }

    // ---- streams of the peer

    /**
     * Acknowledges a stream that the peer opens, or resets it if it is one too many. A peer that opens streams and takes
     * no acknowledgement is one that does not read.
     */
    void accept(int streamId) {
        if (unsentAcks >= UNSENT_ACKS_MAX) {
            session.writer().flushNow(); // amid a batch of reads nothing was flushed yet
        }
        if (unsentAcks >= UNSENT_ACKS_MAX || streams.peerCount() >= config.inboundStreamsMax()) {
            sendReset(streamId, ErrorCode.RESOURCE_LIMIT_EXCEEDED);
            return;
        }
        unsentAcks++;
        session.writer()
                .control(new Frame(Frame.WINDOW_UPDATE, Frame.ACK, streamId, 0))
                .addListener(sent -> unsentAcks--);
        register(newStream(streamId), inboundStreams);
    }

    private void sendReset(int streamId, ErrorCode why) {
        session.writer().control(new Frame(Frame.WINDOW_UPDATE, Frame.RST, streamId, why.ofStream()));
    }

    // ---- streams of both

    private YamuxStreamChannel newStream(int streamId) {
        ReceiveWindow window = new ReceiveWindow(budget, session.roundTrip(), config.windowBytesMax());
        YamuxStreamChannel stream = new YamuxStreamChannel(parent, session, streamId, window);
        streams.add(stream);
        return stream;
    }

    private void register(YamuxStreamChannel stream, ChannelHandler handler) {
        stream.pipeline().addLast(handler);
        parent.eventLoop().register(stream).addListener(registered -> {
            if (!registered.isSuccess()) {
                stream.unsafe().closeForcibly();
            } else if (session.writer().isFilledUp()) {
                stream.output().connectionFull(true);
            }
        });
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
        sendReset(stream.streamId(), ErrorCode.NO_ERROR);
        session.streamEnded(stream);
    }

    /** There are no more streams. */
    void end(String reason) {
        closedBecause = reason;
        lingering.values().forEach(timer -> timer.cancel(false));
        lingering.clear();
        for (Waiting next = waiting.poll(); next != null; next = waiting.poll()) {
            next.opened().completeExceptionally(new StreamResetException("no stream: " + reason));
        }
    }
}
