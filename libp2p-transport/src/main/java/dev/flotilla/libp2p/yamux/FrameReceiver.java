package dev.flotilla.libp2p.yamux;

import dev.flotilla.libp2p.muxer.ErrorCode;
import io.netty.buffer.ByteBuf;

/**
 * What each frame of the peer means (libp2p spec, yamux), whatever flags come together on it: SYN, then ACK, then credit
 * or payload, then FIN or RST. Frames of streams that are gone or never were are dropped with their payload as it comes:
 * the peer may not know yet. An error is only what no correct peer does.
 */
final class FrameReceiver implements FrameDecoder.Sink {
    private final YamuxSession session;
    private final StreamTable streams;
    private final long dataBytesMax; // no window is larger

    FrameReceiver(YamuxSession session, YamuxConfig config) {
        this.session = session;
        this.streams = session.streams();
        this.dataBytesMax = config.windowBytesMax();
    }

    @Override
    public void begin(Frame frame) throws YamuxException {
        if (session.isOver()) {
            return;
        }
        switch (frame.type()) {
            case Frame.PING -> onPing(frame);
            case Frame.GO_AWAY -> session.onGoAway(frame.length());
            default -> onStreamFrame(frame);
        }
    }

    private void onPing(Frame frame) throws YamuxException {
        if (frame.has(Frame.SYN)) {
            session.writer().control(new Frame(Frame.PING, Frame.ACK, 0, frame.length()));
        } else if (frame.has(Frame.ACK)) {
            session.roundTrip().onAnswer(frame.length());
        } else {
            throw new YamuxException(GoAwayCode.PROTOCOL_ERROR, "a ping that is neither question nor answer");
        }
    }

    private void onStreamFrame(Frame frame) throws YamuxException {
        if (frame.streamId() == 0) {
            throw violation(frame, "is the session itself");
        }
        if (frame.type() == Frame.DATA && frame.length() > dataBytesMax) {
            throw violation(
                    frame, "sent a frame of " + frame.length() + " bytes; no window has more than " + dataBytesMax);
        }
        if (frame.has(Frame.SYN)) {
            onSyn(frame);
        }
        YamuxStreamChannel stream = streams.get(frame.streamId());
        if (stream == null) {
            return;
        }
        if (frame.has(Frame.ACK)) {
            session.opener().acknowledged(stream);
        }
        if (frame.type() == Frame.DATA) {
            onDataHeader(frame, stream.input());
        } else if (!frame.has(Frame.RST)) { // with RST the length is a code
            stream.output().onWindowUpdate(frame.length());
        }
    }

    private void onSyn(Frame frame) throws YamuxException {
        if (streams.isOwn(frame.streamId())) {
            throw violation(frame, "is not the peer's to open");
        }
        if (streams.get(frame.streamId()) != null) {
            throw violation(frame, "is open already");
        }
        session.opener().accept(frame.streamId());
    }

    /** The length alone decides: nothing is kept for a frame that must not come. */
    private static void onDataHeader(Frame frame, StreamInput input) throws YamuxException {
        if (frame.length() > 0 && input.hasReceivedFin()) {
            throw violation(frame, "sent data after its end");
        }
        if (!input.takeFromWindow(frame.length())) {
            throw violation(frame, "exceeded its window by a frame of " + frame.length() + " bytes");
        }
    }

    @Override
    public void payload(Frame frame, ByteBuf piece) {
        YamuxStreamChannel stream = session.isOver() ? null : streams.get(frame.streamId());
        if (stream == null) {
            piece.release();
        } else {
            stream.input().onData(piece);
        }
    }

    @Override
    public void end(Frame frame) {
        boolean ofStream = frame.type() == Frame.DATA || frame.type() == Frame.WINDOW_UPDATE;
        YamuxStreamChannel stream = session.isOver() || !ofStream ? null : streams.get(frame.streamId());
        if (stream == null) {
            return;
        }
        if (frame.has(Frame.RST)) {
            session.streamEnded(stream);
            stream.onReset("reset by the peer" + reasonOf(frame));
        } else if (frame.has(Frame.FIN) && !stream.input().hasReceivedFin()) {
            stream.input().onFin();
            if (!stream.isOpen()) {
                session.streamEnded(stream);
            }
        }
    }

    private static String reasonOf(Frame reset) {
        return reset.type() == Frame.WINDOW_UPDATE && reset.length() != 0
                ? ": " + ErrorCode.describeStream(reset.length())
                : "";
    }

    private static YamuxException violation(Frame frame, String what) {
        return new YamuxException(
                GoAwayCode.PROTOCOL_ERROR, "stream " + Integer.toUnsignedString(frame.streamId()) + " " + what);
    }
}
