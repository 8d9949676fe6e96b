package dev.flotilla.raft.example;

import dev.flotilla.raft.message.Entry;
import dev.flotilla.raft.message.EntryCodec;
import dev.flotilla.raft.message.EntryId;
import dev.flotilla.raft.message.GenesisId;
import dev.flotilla.raft.message.HardState;
import dev.flotilla.raft.message.MalformedMessageException;
import dev.flotilla.raft.storage.LogStorage;
import dev.flotilla.raft.storage.LogStorage.GroupWrite;
import dev.flotilla.raft.storage.LogStorage.StoredGroup;
import dev.flotilla.transport.Bytes;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/** Rounds of a {@link JournaledLog} in bytes: each write a letter and its parts, each part after its length. */
final class RoundCodec {
    private RoundCodec() {}

    static byte[] encode(List<GroupWrite> round) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        DataOutputStream out = new DataOutputStream(bytes);
        for (GroupWrite write : round) {
            if (write instanceof GroupWrite.Append append) {
                out.writeByte('A');
                put(out, append.genesis().value(), EntryCodec.encode(append.hardState()));
                putEntries(out, append.entries());
            } else if (write instanceof GroupWrite.Rebase rebase) {
                out.writeByte(rebase.keepLog() ? 'K' : 'B');
                put(out, rebase.genesis().value(), EntryCodec.encode(rebase.hardState()));
                putId(out, rebase.base());
            } else if (write instanceof GroupWrite.Compact compact) {
                out.writeByte('C');
                put(out, compact.genesis().value());
                putId(out, compact.base());
            } else if (write instanceof GroupWrite.Repair repair) {
                out.writeByte('R');
                put(out, repair.genesis().value());
                putEntries(out, repair.entries());
            } else if (write instanceof GroupWrite.Delete delete) {
                out.writeByte('D');
                put(out, delete.genesis().value());
            } else if (write instanceof GroupWrite.Put put) {
                Bytes value = put.value();
                out.writeByte(value == null ? 'N' : 'P');
                put(out, Bytes.utf8(put.table()), Bytes.utf8(put.key()), value == null ? Bytes.EMPTY : value);
            } else {
                throw new AssertionError("unhandled write: " + write);
            }
        }
        return bytes.toByteArray();
    }

    private static void put(DataOutputStream out, Bytes... parts) throws IOException {
        for (Bytes part : parts) {
            out.writeInt(part.size());
            out.write(part.toByteArray());
        }
    }

    private static void putId(DataOutputStream out, EntryId id) throws IOException {
        out.writeLong(id.term());
        out.writeLong(id.index());
    }

    private static void putEntries(DataOutputStream out, List<Entry> entries) throws IOException {
        out.writeInt(entries.size());
        for (Entry entry : entries) {
            put(out, EntryCodec.encode(entry));
        }
    }

    /** What {@link #encode} wrote, whose checksum has been checked. */
    static List<GroupWrite> decode(ByteBuffer in) throws IOException {
        List<GroupWrite> round = new ArrayList<>();
        try {
            while (in.hasRemaining()) {
                round.add(decodeWrite(in));
            }
            return round;
        } catch (MalformedMessageException | RuntimeException e) {
            throw new IOException("a round cannot be read: " + e.getMessage(), e);
        }
    }

    private static GroupWrite decodeWrite(ByteBuffer in) throws MalformedMessageException {
        char kind = (char) in.get();
        return switch (kind) {
            case 'A' -> new GroupWrite.Append(genesis(in), hardState(in), entries(in));
            case 'K', 'B' -> new GroupWrite.Rebase(genesis(in), hardState(in), id(in), kind == 'K');
            case 'C' -> new GroupWrite.Compact(genesis(in), id(in));
            case 'R' -> new GroupWrite.Repair(genesis(in), entries(in));
            case 'D' -> new GroupWrite.Delete(genesis(in));
            case 'P', 'N' -> {
                String table = part(in).utf8();
                String key = part(in).utf8();
                Bytes value = part(in);
                yield new GroupWrite.Put(table, key, kind == 'P' ? value : null);
            }
            default -> throw new IllegalArgumentException("there is no write '" + kind + "'");
        };
    }

    private static Bytes part(ByteBuffer in) {
        byte[] part = new byte[in.getInt()];
        in.get(part);
        return Bytes.wrap(part);
    }

    private static GenesisId genesis(ByteBuffer in) {
        return new GenesisId(part(in));
    }

    private static HardState hardState(ByteBuffer in) throws MalformedMessageException {
        return EntryCodec.decodeHardState(part(in));
    }

    private static EntryId id(ByteBuffer in) {
        return new EntryId(in.getLong(), in.getLong());
    }

    private static List<Entry> entries(ByteBuffer in) throws MalformedMessageException {
        List<Entry> entries = new ArrayList<>();
        for (int left = in.getInt(); left > 0; left--) {
            entries.add(EntryCodec.decodeEntry(part(in)));
        }
        return entries;
    }

    /** One round that makes an empty log equal to {@code log}. */
    static List<GroupWrite> whole(LogStorage log) throws IOException {
        List<GroupWrite> round = new ArrayList<>();
        for (GenesisId genesis : log.groups()) {
            StoredGroup group = log.read(genesis).orElseThrow();
            long first = group.base().index() + 1;
            round.add(new GroupWrite.Rebase(genesis, group.hardState(), group.base(), false));
            round.add(new GroupWrite.Append(
                    genesis, group.hardState(), log.entries(genesis, first, Long.MAX_VALUE, Integer.MAX_VALUE)));
        }
        for (String table : log.tables()) {
            for (String key : log.keys(table)) {
                round.add(new GroupWrite.Put(table, key, log.get(table, key)));
            }
        }
        return round;
    }
}
