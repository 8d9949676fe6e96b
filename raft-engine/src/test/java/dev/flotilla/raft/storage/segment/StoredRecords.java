package dev.flotilla.raft.storage.segment;

import dev.flotilla.raft.message.Entry;
import dev.flotilla.raft.message.EntryId;
import dev.flotilla.raft.message.GenesisId;
import dev.flotilla.raft.storage.segment.RecordHead.Kind;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.IntStream;

/** The records in the first segment of a log on a real disk, so that a test can damage them, also beneath who has it open. */
public final class StoredRecords {
    private final Path file;
    private final ByteBuffer content;

    private StoredRecords(Path file, ByteBuffer content) {
        this.file = file;
        this.content = content;
    }

    /** As they are now in the log in that directory. */
    public static StoredRecords of(Path log) throws IOException {
        Path file = new SegmentNames(log).file(1);
        return new StoredRecords(file, ByteBuffer.wrap(Files.readAllBytes(file)));
    }

    public Path file() {
        return file;
    }

    /** The offsets of that group's entries of that kind, in the order in which they were written. */
    public List<Integer> entries(GenesisId genesis, Entry.Kind kind, Predicate<EntryId> which) {
        return find(head -> head.genesis().equals(genesis)
                && head.kind().isEntry()
                && head.entryKind() == kind.number()
                && which.test(head.id()));
    }

    /** The offset of that group's hard state, as it was written last. */
    public int hardState(GenesisId genesis) {
        List<Integer> all = find(head -> head.genesis().equals(genesis) && head.kind() == Kind.GROUP);
        if (all.isEmpty()) {
            throw new AssertionError("no hard state of group " + genesis + " in " + file);
        }
        return all.get(all.size() - 1);
    }

    private List<Integer> find(Predicate<RecordHead> wanted) {
        return IntStream.range(0, content.capacity() / RecordHead.ALIGNMENT)
                .map(number -> number * RecordHead.ALIGNMENT)
                .filter(at -> content.getInt(at) != 0) // most of the file is zeros
                .filter(at -> {
                    RecordHead head = RecordHead.decode(content, at, new Place(1, at));
                    return head != null && wanted.test(head);
                })
                .boxed()
                .toList();
    }

    /** Flips a bit in the head of the record at that offset. */
    public void flipHead(int record) throws IOException {
        flip(record);
    }

    /** Flips a bit at the beginning of what the record at that offset holds. */
    public void flipPayload(int record) throws IOException {
        flip(record + RecordHead.BYTES);
    }

    private void flip(int at) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            channel.write(ByteBuffer.wrap(new byte[] {(byte) (content.get(at) ^ 1)}), at);
        }
    }
}
