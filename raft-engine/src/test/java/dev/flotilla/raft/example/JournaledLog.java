package dev.flotilla.raft.example;

import dev.flotilla.raft.message.Entry;
import dev.flotilla.raft.message.GenesisId;
import dev.flotilla.raft.storage.DurableFiles;
import dev.flotilla.raft.storage.InMemoryLogStorage;
import dev.flotilla.raft.storage.LogStorage;
import dev.flotilla.raft.storage.RoundPlan;
import dev.flotilla.transport.Bytes;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * A log that is held in memory and written to a journal: one record a round, forced before it is acknowledged. Small
 * enough to read: opening it writes the journal anew, without what is no longer in the log.
 *
 * <p>A record is its length and that length's CRC-32C (4 bytes each), the round's CRC-32C (4 bytes) and the round. A record
 * that the file ends in was never acknowledged and is cut; anything else that is wrong is damage, and refused.
 */
final class JournaledLog implements LogStorage {
    private static final int HEAD_BYTES = 3 * Integer.BYTES;

    private final InMemoryLogStorage memory;
    private final FileChannel journal;
    private boolean broken; // what the disk has is not known any more; guarded by this

    private JournaledLog(InMemoryLogStorage memory, FileChannel journal) {
        this.memory = memory;
        this.journal = journal;
    }

    /** @throws IOException if it cannot be read; the message names file and offset if it is damaged */
    static JournaledLog open(Path path) throws IOException {
        InMemoryLogStorage memory = new InMemoryLogStorage();
        if (Files.exists(path)) {
            replay(path, memory);
        }
        DurableFiles.replace(path, record(RoundCodec.whole(memory)));
        FileChannel journal = FileChannel.open(path, StandardOpenOption.WRITE);
        journal.position(journal.size());
        return new JournaledLog(memory, journal);
    }

    private static void replay(Path path, InMemoryLogStorage memory) throws IOException {
        ByteBuffer in = ByteBuffer.wrap(Files.readAllBytes(path));
        while (in.remaining() >= HEAD_BYTES) {
            int at = in.position();
            int length = in.getInt();
            if (in.getInt() != crc(ByteBuffer.allocate(Integer.BYTES).putInt(0, length))) {
                if (isZero(in.slice(at, in.limit() - at))) {
                    return; // torn: the file grew, and what it grew for did not arrive
                }
                throw new IOException(path + " is damaged at offset " + at + ": the head of a record");
            }
            int crc = in.getInt();
            if (length > in.remaining()) {
                return; // torn
            }
            ByteBuffer round = in.slice(in.position(), length);
            in.position(in.position() + length);
            if (crc == crc(round)) {
                memory.write(RoundCodec.decode(round));
            } else if (in.hasRemaining()) {
                throw new IOException(path + " is damaged at offset " + at + ": a round");
            }
        }
    }

    private static boolean isZero(ByteBuffer bytes) {
        return bytes.equals(ByteBuffer.allocate(bytes.remaining()));
    }

    private static byte[] record(List<GroupWrite> round) throws IOException {
        byte[] encoded = RoundCodec.encode(round);
        byte[] record = new byte[HEAD_BYTES + encoded.length];
        ByteBuffer out = ByteBuffer.wrap(record);
        out.putInt(encoded.length).putInt(crc(out.slice(0, Integer.BYTES)));
        out.putInt(crc(ByteBuffer.wrap(encoded))).put(encoded);
        return record;
    }

    private static int crc(ByteBuffer bytes) {
        CRC32C crc = new CRC32C();
        crc.update(bytes.duplicate());
        return (int) crc.getValue();
    }

    @Override
    public synchronized void write(List<GroupWrite> round) throws IOException {
        if (broken || !journal.isOpen()) {
            throw new IOException(broken ? "the journal failed earlier" : "the journal is closed");
        }
        RoundPlan.of(round, this::stored); // refuses what does not fit, before anything is written
        broken = true; // until it is durable: a write that failed is never tried again
        ByteBuffer record = ByteBuffer.wrap(record(round));
        while (record.hasRemaining()) {
            journal.write(record);
        }
        journal.force(false);
        memory.write(round);
        broken = false;
    }

    private Optional<StoredGroup> stored(GenesisId genesis) {
        try {
            return memory.read(genesis);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public Set<GenesisId> groups() throws IOException {
        return memory.groups();
    }

    @Override
    public Optional<StoredGroup> read(GenesisId genesis) throws IOException {
        return memory.read(genesis);
    }

    @Override
    public List<Entry> entries(GenesisId genesis, long fromIndex, long toIndexExclusive, int bytesMax)
            throws IOException {
        return memory.entries(genesis, fromIndex, toIndexExclusive, bytesMax);
    }

    @Override
    public @Nullable Bytes get(String table, String key) throws IOException {
        return memory.get(table, key);
    }

    @Override
    public Set<String> tables() throws IOException {
        return memory.tables();
    }

    @Override
    public List<String> keys(String table) throws IOException {
        return memory.keys(table);
    }

    @Override
    public synchronized void close() throws IOException {
        memory.close();
        journal.close();
    }
}
