package dev.flotilla.raft.message;

import com.google.protobuf.CodedOutputStream;
import dev.flotilla.raft.message.proto.ProtoAddressed;
import dev.flotilla.raft.message.proto.ProtoAppendEntries;
import dev.flotilla.raft.message.proto.ProtoEntry;
import dev.flotilla.transport.Bytes;
import java.io.IOException;
import java.util.List;

/**
 * Writes a {@code ProtoAddressed} that holds AppendEntries, without an object for each entry: those are nearly all that a
 * leader sends, once to each member. {@link ProtoAddressed} reads it as what it would have written itself, which a test holds
 * it to; only the order of the fields differs.
 */
final class AppendEntriesWriter implements AddressedWriter {
    private static final int LENGTH_DELIMITED = 2;

    private final Bytes genesis;
    private final ProtoAppendEntries head; // all but the entries
    private final List<Entry> entries;
    private final int appendSize;

    AppendEntriesWriter(GenesisId genesis, RaftMessage.AppendEntries append) {
        this.genesis = genesis.value();
        this.head = ProtoAppendEntries.newBuilder()
                .setTerm(append.term())
                .setRun(append.run())
                .setPrev(Wire.toProto(append.prev()))
                .setCommitIndex(append.commitIndex())
                .build();
        this.entries = append.entries();
        this.appendSize = head.getSerializedSize() + sizeOf(entries);
    }

    private static int sizeOf(List<Entry> entries) {
        int size = 0;
        for (Entry entry : entries) {
            size += sizeOfField(sizeOf(entry));
        }
        return size;
    }

    private static int sizeOf(Entry entry) {
        int payload = entry.payload().size();
        return sizeOfNumber(entry.term())
                + sizeOfNumber(entry.index())
                + sizeOfNumber(entry.kind().number())
                + (payload == 0 ? 0 : sizeOfField(payload));
    }

    /** With its tag, one byte as all are here; a zero is not written. */
    private static int sizeOfNumber(long value) {
        return value == 0 ? 0 : 1 + CodedOutputStream.computeUInt64SizeNoTag(value);
    }

    static int sizeOfField(int contentSize) {
        return 1 + CodedOutputStream.computeUInt32SizeNoTag(contentSize) + contentSize;
    }

    @Override
    public int size() {
        return sizeOfField(genesis.size()) + sizeOfField(appendSize);
    }

    @Override
    public void writeTo(CodedOutputStream out) throws IOException {
        out.writeByteBuffer(ProtoAddressed.GENESIS_FIELD_NUMBER, genesis.asByteBuffer());
        beginField(ProtoAddressed.APPEND_ENTRIES_FIELD_NUMBER, appendSize, out);
        head.writeTo(out);
        for (Entry entry : entries) {
            beginField(ProtoAppendEntries.ENTRIES_FIELD_NUMBER, sizeOf(entry), out);
            writeNumber(ProtoEntry.TERM_FIELD_NUMBER, entry.term(), out);
            writeNumber(ProtoEntry.INDEX_FIELD_NUMBER, entry.index(), out);
            writeNumber(ProtoEntry.KIND_FIELD_NUMBER, entry.kind().number(), out);
            if (!entry.payload().isEmpty()) {
                out.writeByteBuffer(
                        ProtoEntry.PAYLOAD_FIELD_NUMBER, entry.payload().asByteBuffer());
            }
        }
    }

    /** Tag and length of what is not a number. */
    static void beginField(int field, int contentSize, CodedOutputStream out) throws IOException {
        out.writeTag(field, LENGTH_DELIMITED);
        out.writeUInt32NoTag(contentSize);
    }

    private static void writeNumber(int field, long value, CodedOutputStream out) throws IOException {
        if (value != 0) {
            out.writeUInt64(field, value);
        }
    }
}
