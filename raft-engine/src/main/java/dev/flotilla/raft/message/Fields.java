package dev.flotilla.raft.message;

import com.google.protobuf.CodedOutputStream;
import java.io.IOException;

/** Fields of protobuf that are written by hand. Each has a number below 16, and so a tag of one byte. */
final class Fields {
    static final int LENGTH_DELIMITED = 2;

    private Fields() {}

    /** Of a varint; a zero is not written. */
    static int sizeOfNumber(long value) {
        return value == 0 ? 0 : 1 + CodedOutputStream.computeUInt64SizeNoTag(value);
    }

    /** Of what has its length before it, empty or not. */
    static int sizeOf(int contentSize) {
        return 1 + CodedOutputStream.computeUInt32SizeNoTag(contentSize) + contentSize;
    }

    static void writeNumber(int field, long value, CodedOutputStream out) throws IOException {
        if (value != 0) {
            out.writeUInt64(field, value);
        }
    }

    /** The content follows. */
    static void begin(int field, int contentSize, CodedOutputStream out) throws IOException {
        out.writeTag(field, LENGTH_DELIMITED);
        out.writeUInt32NoTag(contentSize);
    }
}
