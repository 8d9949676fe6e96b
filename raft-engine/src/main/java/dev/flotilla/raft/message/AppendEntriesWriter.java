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
            size += Fields.sizeOf(sizeOf(entry));
        }
        return size;
    }

    private static int sizeOf(Entry entry) {
        int payload = entry.payload().size();
        return Fields.sizeOfNumber(entry.term())
                + Fields.sizeOfNumber(entry.index())
                + Fields.sizeOfNumber(entry.kind().number())
                + (payload == 0 ? 0 : Fields.sizeOf(payload));
    }

    @Override
    public int size() {
        return Fields.sizeOf(genesis.size()) + Fields.sizeOf(appendSize);
    }

    @Override
    public void writeTo(CodedOutputStream out) throws IOException {
        out.writeByteBuffer(ProtoAddressed.GENESIS_FIELD_NUMBER, genesis.asByteBuffer());
        Fields.begin(ProtoAddressed.APPEND_ENTRIES_FIELD_NUMBER, appendSize, out);
        head.writeTo(out);
        for (Entry entry : entries) {
            Fields.begin(ProtoAppendEntries.ENTRIES_FIELD_NUMBER, sizeOf(entry), out);
            Fields.writeNumber(ProtoEntry.TERM_FIELD_NUMBER, entry.term(), out);
            Fields.writeNumber(ProtoEntry.INDEX_FIELD_NUMBER, entry.index(), out);
            Fields.writeNumber(ProtoEntry.KIND_FIELD_NUMBER, entry.kind().number(), out);
            if (!entry.payload().isEmpty()) {
                out.writeByteBuffer(
                        ProtoEntry.PAYLOAD_FIELD_NUMBER, entry.payload().asByteBuffer());
            }
        }
    }
}
