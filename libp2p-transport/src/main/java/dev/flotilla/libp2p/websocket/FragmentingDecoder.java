package dev.flotilla.libp2p.websocket;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http.websocketx.WebSocket13FrameDecoder;

/**
 * Reads WebSocket frames of any length and holds at most {@link #PIECE_BYTES} of one: a longer data frame is read as the
 * fragments that its sender might have made of it (RFC 6455 §5.4). There is no longest frame: js-libp2p makes one of all
 * that the windows of its streams let it send, if the connection belongs to a private network.
 */
final class FragmentingDecoder extends WebSocket13FrameDecoder {
    /** A multiple of the mask's four bytes, so that each fragment can have the mask of the frame. */
    static final int PIECE_BYTES = 32 << 10;

    private static final int FINAL = 0x80;
    private static final int CONTROL = 0x08;
    private static final int MASKED = 0x80;
    private static final int SHORT = 0x7f; // of the second byte: the length, or how long the field for it is
    private static final int LENGTH_IN_2_BYTES = 126;
    private static final int LENGTH_IN_8_BYTES = 127;
    private static final int HEADER_BYTES_MAX = 14;

    private final ByteBuf header = Unpooled.buffer(HEADER_BYTES_MAX, HEADER_BYTES_MAX); // of the frame that comes
    private long left; // bytes of the frame that have not been announced to the decoder
    private long announced; // bytes that have been, and that have not come yet

    /** @param masked whether frames come from a client */
    FragmentingDecoder(boolean masked) {
        super(masked, false, PIECE_BYTES);
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) throws Exception {
        ByteBuf bytes = (ByteBuf) message;
        try {
            while (bytes.isReadable() && !ctx.isRemoved()) {
                if (announced > 0) {
                    int size = (int) Math.min(announced, bytes.readableBytes());
                    announced -= size;
                    super.channelRead(ctx, bytes.readRetainedSlice(size));
                } else {
                    readHeader(ctx, bytes);
                }
                if (announced == 0 && left > 0) {
                    announceNext(ctx);
                }
            }
        } finally {
            bytes.release();
        }
    }

    private void readHeader(ChannelHandlerContext ctx, ByteBuf bytes) throws Exception {
        header.writeByte(bytes.readByte());
        if (header.writerIndex() < 2 || header.writerIndex() < headerBytes()) {
            return;
        }
        long length = length();
        boolean control = (header.getByte(0) & CONTROL) != 0;
        if (control || length <= PIECE_BYTES) { // the decoder judges control frames that are too long, too
            announced = Math.max(0, length);
            ByteBuf all = header.copy();
            header.clear();
            super.channelRead(ctx, all);
        } else {
            left = length;
        }
    }

    private int headerBytes() {
        int field =
                switch (header.getByte(1) & SHORT) {
                    case LENGTH_IN_2_BYTES -> 2;
                    case LENGTH_IN_8_BYTES -> 8;
                    default -> 0;
                };
        return 2 + field + maskBytes();
    }

    private int maskBytes() {
        return (header.getByte(1) & MASKED) != 0 ? 4 : 0;
    }

    private long length() {
        int told = header.getByte(1) & SHORT;
        return switch (told) {
            case LENGTH_IN_2_BYTES -> header.getUnsignedShort(2);
            case LENGTH_IN_8_BYTES -> header.getLong(2);
            default -> told;
        };
    }

    /** Only the last fragment ends what the frame ends, and those after the first go on with it. */
    private void announceNext(ChannelHandlerContext ctx) throws Exception {
        int size = (int) Math.min(left, PIECE_BYTES);
        left -= size;
        announced = size;
        int first = header.getByte(0);
        int mask = maskBytes();
        ByteBuf fragment = ctx.alloc().buffer(HEADER_BYTES_MAX);
        fragment.writeByte(left > 0 ? first & ~FINAL : first);
        if (size < LENGTH_IN_2_BYTES) {
            fragment.writeByte(size | (header.getByte(1) & MASKED));
        } else {
            fragment.writeByte(LENGTH_IN_2_BYTES | (header.getByte(1) & MASKED)).writeShort(size);
        }
        fragment.writeBytes(header, header.writerIndex() - mask, mask);
        header.setByte(0, first & FINAL);
        if (left == 0) {
            header.clear();
        }
        super.channelRead(ctx, fragment);
    }
}
