package dev.flotilla.libp2p.yamux;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.util.HashMap;
import java.util.Map;

/**
 * A listening session as the spec tells it, slow and obvious: what frames of the peer and acts of the application mean,
 * and what may be sent. Streams are read at once; what is written is counted.
 */
final class SessionModel {
    final Map<Integer, Model> streams = new HashMap<>();
    private final int inboundStreamsMax;
    boolean over;
    boolean violated;
    int pongs; // that the peer must still get

    SessionModel(int inboundStreamsMax) {
        this.inboundStreamsMax = inboundStreamsMax;
    }

    /** One stream of the peer. */
    static final class Model {
        final ByteArrayOutputStream received = new ByteArrayOutputStream();
        long mayReceive = YamuxConfig.INITIAL_WINDOW_BYTES;
        long maySend = YamuxConfig.INITIAL_WINDOW_BYTES;
        long credited;
        long written; // by the application
        boolean finReceived;
        boolean outputShut;
        boolean closed; // by the application: nothing is received any more
        boolean acknowledged;
        long sent;
        boolean finSent;
    }

    /** What a frame with its payload does. */
    void onFrame(Frame frame, byte[] payload) {
        if (over) {
            return;
        }
        switch (frame.type()) {
            case Frame.PING -> {
                if (frame.has(Frame.SYN)) {
                    pongs++;
                } else if (!frame.has(Frame.ACK)) {
                    violate();
                }
            }
            case Frame.GO_AWAY -> end();
            default -> onStreamFrame(frame, payload);
        }
    }

    private void onStreamFrame(Frame frame, byte[] payload) {
        int id = frame.streamId();
        boolean data = frame.type() == Frame.DATA;
        if (id == 0 || (data && frame.length() > 16 << 20)) {
            violate();
            return;
        }
        if (frame.has(Frame.SYN)) {
            if (id % 2 == 0 || streams.containsKey(id)) {
                violate();
                return;
            }
            if (streams.size() < inboundStreamsMax) {
                streams.put(id, new Model());
            }
        }
        Model stream = streams.get(id);
        if (stream == null) {
            return;
        }
        if (data && (frame.length() > stream.mayReceive || (frame.length() > 0 && stream.finReceived))) {
            violate();
            return;
        }
        if (data) {
            stream.mayReceive -= payload.length;
            if (!stream.closed) {
                stream.received.writeBytes(payload);
            }
        } else if (!frame.has(Frame.RST)) {
            stream.maySend += frame.length();
        }
        if (frame.has(Frame.RST)) {
            streams.remove(id);
        } else if (frame.has(Frame.FIN)) {
            stream.finReceived = true;
        }
    }

    private void violate() {
        violated = true;
        end();
    }

    private void end() {
        over = true;
        streams.clear();
    }

    /** What this side sent must be allowed, and is taken note of. */
    void onSent(Frame frame) {
        if (frame.type() == Frame.PING) {
            if (frame.has(Frame.ACK)) {
                assertThat(--pongs).as("answers").isNotNegative();
            }
            return;
        }
        if (frame.type() == Frame.GO_AWAY) {
            assertThat(violated && frame.length() == 1).isTrue();
            return;
        }
        Model stream = streams.get(frame.streamId());
        if (stream == null) {
            return; // its last frames, in the same step
        }
        assertThat(frame.has(Frame.SYN)).isFalse();
        assertThat(frame.has(Frame.ACK)).as("acknowledged once").isEqualTo(!stream.acknowledged);
        stream.acknowledged = true;
        if (frame.type() == Frame.DATA) {
            assertThat(stream.finSent).as("nothing after our end").isFalse();
            stream.maySend -= frame.length();
            stream.sent += frame.length();
            assertThat(stream.maySend).as("within the peer's credit").isNotNegative();
            assertThat(stream.sent).as("what was written").isLessThanOrEqualTo(stream.written);
        } else {
            stream.mayReceive += frame.length();
            stream.credited += frame.length();
            assertThat(stream.credited).as("credit is for what was read").isLessThanOrEqualTo(stream.received.size());
        }
        stream.finSent |= frame.has(Frame.FIN);
    }

    /** Forgets the streams that both sides have ended. */
    void settle() {
        streams.values().forEach(stream -> {
            if (stream.maySend > 0) {
                assertThat(stream.sent).as("nothing waits without cause").isEqualTo(stream.written);
            }
            assertThat(stream.finSent)
                    .as("our end follows the last byte")
                    .isEqualTo(stream.outputShut && stream.sent == stream.written);
        });
        streams.values().removeIf(stream -> stream.finReceived && stream.finSent);
    }
}
