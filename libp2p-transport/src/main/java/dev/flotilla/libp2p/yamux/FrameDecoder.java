package dev.flotilla.libp2p.yamux;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import org.jspecify.annotations.Nullable;

/** Finds the frames in the bytes of a connection, however they are cut. Payload is passed on as it comes. */
final class FrameDecoder {
    private final Sink sink;
    private final ByteBuf header = Unpooled.buffer(Frame.HEADER_BYTES, Frame.HEADER_BYTES);
    private @Nullable Frame data; // the data frame whose payload is being read
    private long payloadLeft; // 0 <= payloadLeft <= data.length

    FrameDecoder(Sink sink) {
        this.sink = sink;
    }

    /** Reads all of {@code in}; the caller keeps its reference. */
    void decode(ByteBuf in) throws YamuxException {
        while (in.isReadable()) {
            if (data != null) {
                readPayload(in, data);
            } else {
                in.readBytes(header, Math.min(header.writableBytes(), in.readableBytes()));
                if (!header.isWritable()) {
                    Frame frame = Frame.readFrom(header);
                    header.clear();
                    onHeader(frame);
                }
            }
        }
    }

    private void onHeader(Frame frame) throws YamuxException {
        sink.begin(frame);
        if (frame.type() == Frame.DATA && frame.length() > 0) {
            data = frame;
            payloadLeft = frame.length();
        } else {
            sink.end(frame);
        }
    }

    private void readPayload(ByteBuf in, Frame frame) throws YamuxException {
        int size = (int) Math.min(payloadLeft, in.readableBytes());
        payloadLeft -= size;
        sink.payload(frame, in.readRetainedSlice(size));
        if (payloadLeft == 0) {
            data = null;
            sink.end(frame);
        }
    }

    /** Takes what was found. */
    interface Sink {
        /** A header was read. */
        void begin(Frame frame) throws YamuxException;

        /** Some of the payload of a data frame; the receiver releases it. */
        void payload(Frame frame, ByteBuf piece) throws YamuxException;

        /** All of the frame was passed on. */
        void end(Frame frame) throws YamuxException;
    }
}
