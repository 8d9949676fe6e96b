package dev.flotilla.raft.example;

import dev.flotilla.raft.example.QueueMessage.Kind;
import dev.flotilla.transport.ByteStream;
import dev.flotilla.transport.Bytes;
import dev.flotilla.transport.Frame;
import dev.flotilla.transport.Lane;
import dev.flotilla.transport.PeerId;
import java.io.IOException;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What a {@link QueueTransport} knows of one other peer; guarded by the transport. */
final class QueueLink {
    private record StreamId(boolean openedHere, int number) {}

    private final QueueTransport transport;
    private final PeerId peer;
    private final Map<Lane, QueueOutbound> outbounds = new EnumMap<>(Lane.class);
    private final Map<StreamId, QueueStream> streams = new LinkedHashMap<>();
    private long sequenceSent;
    private long incarnationSeen;
    private long sequenceSeen;
    private boolean said; // hello, since the other side started or took its leave
    private boolean heard; // its hello
    private int lastStream;

    QueueLink(QueueTransport transport, PeerId peer) {
        this.transport = transport;
        this.peer = peer;
    }

    boolean isConnected() {
        return said && heard;
    }

    /** Says hello unless that was said; false if nobody hears it. */
    boolean hello() {
        said = said || send(Kind.HELLO, Lane.CONTROL, false, 0, Bytes.EMPTY, () -> {});
        return said;
    }

    boolean send(Kind kind, Lane lane, boolean byOpener, int stream, Bytes body, Runnable delivered) {
        QueueMessage message =
                new QueueMessage(transport.incarnation(), ++sequenceSent, kind, lane, byOpener, stream, body);
        return transport.publish(peer, message, delivered);
    }

    /** It has started; what a former life of it said is no longer true. */
    void present(long incarnation) {
        if (incarnation > incarnationSeen) {
            lost(false);
            incarnationSeen = incarnation;
            sequenceSeen = 0;
        }
    }

    /** At least once becomes at most once: what came before, or is of a former life of the sender, is dropped. */
    void received(QueueMessage message) {
        present(message.incarnation());
        if (message.incarnation() < incarnationSeen || message.sequence() <= sequenceSeen) {
            return;
        }
        sequenceSeen = message.sequence();
        if (message.kind() == Kind.HELLO) {
            connected();
        } else if (message.kind() == Kind.BYE) {
            lost(true);
        } else if (isConnected() && message.kind() == Kind.FRAME) {
            transport.callbacks().received(message.lane(), new Frame(peer, message.body()));
        } else if (isConnected()) {
            receivedOfStream(message);
        }
    }

    private void connected() {
        boolean before = isConnected();
        heard = true;
        if (hello() && !before) {
            transport.callbacks().tell(told -> told.connected(peer));
            outbounds.values().forEach(QueueOutbound::wake);
        }
    }

    private void lost(boolean closedByPeer) {
        boolean before = isConnected();
        said = false;
        heard = false;
        List.copyOf(streams.values()).forEach(stream -> stream.end(new IOException("the connection is lost")));
        if (before) {
            transport.callbacks().tell(told -> told.lost(peer, closedByPeer));
        }
    }

    private void receivedOfStream(QueueMessage message) {
        StreamId id = new StreamId(!message.byOpener(), message.stream());
        QueueStream stream = streams.get(id);
        if (message.kind() == Kind.OPEN) {
            QueueStream opened = new QueueStream(transport, this, peer, false, message.stream());
            streams.put(id, opened);
            if (!transport.callbacks().opened(message.lane(), opened)) {
                opened.reset();
            }
        } else if (stream != null) {
            stream.received(message);
        }
    }

    QueueOutbound outbound(Lane lane) {
        return outbounds.computeIfAbsent(lane, made -> new QueueOutbound(transport, this, lane));
    }

    void forget(QueueOutbound outbound) {
        outbounds.values().remove(outbound);
    }

    @Nullable
    ByteStream open(Lane lane) {
        int number = ++lastStream;
        if (!isConnected() || !send(Kind.OPEN, lane, true, number, Bytes.EMPTY, () -> {})) {
            return null;
        }
        QueueStream opened = new QueueStream(transport, this, peer, true, number);
        streams.put(new StreamId(true, number), opened);
        return opened;
    }

    void forget(boolean openedHere, int number) {
        streams.remove(new StreamId(openedHere, number));
    }

    void close() {
        if (said) {
            send(Kind.BYE, Lane.CONTROL, false, 0, Bytes.EMPTY, () -> {});
        }
        lost(false);
    }
}
