package dev.flotilla.libp2p.yamux;

import io.netty.buffer.ByteBuf;

/**
 * The 12 bytes before each frame: version, type, flags, stream id, length (libp2p spec, yamux, framing).
 *
 * @param streamId unsigned
 * @param length unsigned; bytes that follow for data, credit, ping value or reason for the others
 */
record Frame(int type, int flags, int streamId, long length) {
    static final int HEADER_BYTES = 12;

    static final int DATA = 0;
    static final int WINDOW_UPDATE = 1;
    static final int PING = 2;
    static final int GO_AWAY = 3;

    static final int SYN = 1;
    static final int ACK = 2;
    static final int FIN = 4;
    static final int RST = 8;

    private static final int VERSION = 0;

    static Frame readFrom(ByteBuf header) throws YamuxException {
        int version = header.readUnsignedByte();
        int type = header.readUnsignedByte();
        if (version != VERSION || type > GO_AWAY) {
            throw new YamuxException(
                    GoAwayCode.PROTOCOL_ERROR, "no yamux frame: version " + version + ", type " + type);
        }
        return new Frame(type, header.readUnsignedShort(), header.readInt(), header.readUnsignedInt());
    }

    void writeTo(ByteBuf target) {
        target.writeByte(VERSION)
                .writeByte(type)
                .writeShort(flags)
                .writeInt(streamId)
                .writeInt((int) length);
    }

    boolean has(int flag) {
        return (flags & flag) != 0;
    }
}
