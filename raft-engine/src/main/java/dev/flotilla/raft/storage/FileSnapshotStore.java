package dev.flotilla.raft.storage;

import dev.flotilla.raft.message.Configuration;
import dev.flotilla.raft.message.EntryCodec;
import dev.flotilla.raft.message.EntryId;
import dev.flotilla.raft.message.GenesisId;
import dev.flotilla.raft.message.MalformedMessageException;
import dev.flotilla.raft.message.SnapshotMeta;
import dev.flotilla.transport.Bytes;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One file a group in one directory, replaced in one step. Named after the genesis id: {@code .snapshot} is the newest,
 * {@code .saving} is being written, {@code .partial} is being received and {@code .offer} says what it will be; {@code
 * .previous} is one that was being sent when the newest replaced it.
 *
 * <p>The log is shortened behind a snapshot, so that one is believed in only once its name is on the disk. After a
 * directory sync that failed the store answers nothing more but reads of snapshots that are open to others already.
 */
public final class FileSnapshotStore implements SnapshotStore {
    private static final Logger LOG = LoggerFactory.getLogger(FileSnapshotStore.class);
    private static final String NEWEST = ".snapshot";
    private static final String SAVING = ".saving";
    static final String PARTIAL = ".partial";
    static final String OFFER = ".offer";
    private static final String PREVIOUS = ".previous";
    private static final String TEMPORARY = ".tmp";

    private final SyncedDirectory directory;
    private final Compression compression;
    private final RecentReaders readers = new RecentReaders(System::nanoTime);
    private final Object replacing = new Object(); // held while a newest snapshot is compared and replaced

    private FileSnapshotStore(SyncedDirectory directory, Compression compression) {
        this.directory = directory;
        this.compression = compression;
    }

    /** As {@link #open(Path, Compression)}, with zstd where there is a library for it. */
    public static FileSnapshotStore open(Path directory) throws IOException {
        return open(directory, Compression.ZSTD.isAvailable() ? Compression.ZSTD : Compression.NONE);
    }

    /**
     * Opens the store in that directory, which is made if it is not there, and removes what a crash left behind.
     *
     * @param compression of what this store writes itself; it reads, and keeps as it is, what came from elsewhere
     * @throws IOException also if the compression is not available on this platform
     */
    public static FileSnapshotStore open(Path directory, Compression compression) throws IOException {
        if (!compression.isAvailable()) {
            throw new IOException("the native library of " + compression
                    + " cannot be loaded here: have snapshots written with " + Compression.NONE);
        }
        SyncedDirectory synced = SyncedDirectory.open(directory);
        List<Path> files;
        try (Stream<Path> listed = Files.list(directory)) {
            files = listed.toList();
        }
        for (Path file : files) {
            if (isLeftover(file)) {
                Files.deleteIfExists(file);
            }
        }
        for (Path file : files) {
            if (isOutdated(file)) {
                Files.deleteIfExists(sibling(file, OFFER, PARTIAL));
                Files.deleteIfExists(file);
            }
        }
        synced.sync();
        return new FileSnapshotStore(synced, compression);
    }

    /**
     * Whether that is the offer of a snapshot that is older than the newest. Not if that cannot be told: a snapshot that is
     * damaged concerns its group, which names it when it opens, and none of the others.
     */
    private static boolean isOutdated(Path file) throws IOException {
        if (!file.toString().endsWith(OFFER)) {
            return false;
        }
        SnapshotMeta offered = offered(file);
        Path newest = sibling(file, OFFER, NEWEST);
        if (offered == null || !Files.exists(newest)) {
            return false;
        }
        try {
            return SnapshotFile.readMeta(newest).index() >= offered.index();
        } catch (IOException e) {
            LOG.warn("kept what was received of a snapshot, since the newest of its group cannot be read", e);
            return false;
        }
    }

    private static boolean isLeftover(Path file) {
        String name = file.getFileName().toString();
        return name.endsWith(SAVING)
                || name.endsWith(PREVIOUS)
                || name.endsWith(TEMPORARY)
                || (name.endsWith(PARTIAL) && !Files.exists(sibling(file, PARTIAL, OFFER)))
                || (name.endsWith(OFFER) && !Files.exists(sibling(file, OFFER, PARTIAL)));
    }

    private static Path sibling(Path file, String ending, String otherEnding) {
        String name = file.getFileName().toString();
        return file.resolveSibling(name.substring(0, name.length() - ending.length()) + otherEnding);
    }

    private Path file(GenesisId genesis, String ending) {
        return directory.path().resolve(genesis + ending);
    }

    @Override
    public Optional<SnapshotMeta> newest(GenesisId genesis) throws IOException {
        directory.check();
        Path newest = file(genesis, NEWEST);
        return Files.exists(newest) ? Optional.of(SnapshotFile.readMeta(newest)) : Optional.empty();
    }

    @Override
    public InputStream open(GenesisId genesis, SnapshotMeta snapshot) throws IOException {
        synchronized (replacing) {
            return new StateInput(openChunks(genesis, snapshot), snapshot);
        }
    }

    @Override
    public Chunks chunks(GenesisId genesis, SnapshotMeta snapshot, long offset) throws IOException {
        FileChunks file;
        Chunks counted;
        synchronized (replacing) { // whoever replaces it sees that it is in use
            file = openChunks(genesis, snapshot);
            counted = readers.counted(genesis, snapshot, file);
        }
        try {
            file.skipTo(offset);
            return counted;
        } catch (IOException e) {
            counted.close();
            throw e;
        }
    }

    private FileChunks openChunks(GenesisId genesis, SnapshotMeta snapshot) throws IOException {
        Path previous = file(genesis, PREVIOUS);
        if (Files.exists(previous) && SnapshotFile.readMeta(previous).equals(snapshot)) {
            return SnapshotFile.openChunks(previous, snapshot);
        }
        return SnapshotFile.openChunks(file(genesis, NEWEST), snapshot);
    }

    @Override
    public SnapshotMeta save(
            GenesisId genesis,
            EntryId lastIncluded,
            Configuration configuration,
            EntryId configurationId,
            StateWriter state)
            throws IOException {
        Path saving = file(genesis, SAVING);
        try {
            SnapshotMeta meta;
            try (FileChannel file = FileChannel.open(
                    saving,
                    StandardOpenOption.CREATE,
                    StandardOpenOption.TRUNCATE_EXISTING,
                    StandardOpenOption.WRITE)) {
                ChunkOutput out = new ChunkOutput(compression, new ChunkFile(file));
                state.writeTo(out);
                out.end();
                meta = new SnapshotMeta(lastIncluded, configuration, configurationId, out.sizeBytes(), out.hash());
                SnapshotFile.finish(file, meta);
            }
            return replace(genesis, saving, meta);
        } finally {
            Files.deleteIfExists(saving);
        }
    }

    /** Makes {@code file} the newest snapshot unless there is a newer one, and returns the newest. */
    private SnapshotMeta replace(GenesisId genesis, Path file, SnapshotMeta meta) throws IOException {
        synchronized (replacing) {
            Optional<SnapshotMeta> newest = newest(genesis);
            if (newest.isPresent() && newest.get().index() > meta.index()) {
                return newest.get();
            }
            keepIfInUse(genesis, newest.orElse(null));
            directory.rename(file, file(genesis, NEWEST));
            dropOutdatedPartial(genesis, meta);
            return meta;
        }
    }

    /**
     * A snapshot that somebody is coming back for gets a second name before its own is taken away. There is one such: the
     * older of two goes on, since it has waited longer.
     */
    private void keepIfInUse(GenesisId genesis, @Nullable SnapshotMeta replaced) throws IOException {
        Path previous = file(genesis, PREVIOUS);
        if (Files.exists(previous) && readers.isInUse(genesis, SnapshotFile.readMeta(previous))) {
            return;
        }
        Files.deleteIfExists(previous);
        if (replaced != null && readers.isInUse(genesis, replaced)) {
            try {
                Files.createLink(previous, file(genesis, NEWEST));
            } catch (UnsupportedOperationException | FileSystemException e) {
                LOG.debug("no second name for a snapshot that is being sent group={}", genesis, e);
            }
        }
    }

    /** What is older than the newest snapshot is of no use any more. */
    private void dropOutdatedPartial(GenesisId genesis, SnapshotMeta newest) throws IOException {
        SnapshotMeta offered = offered(file(genesis, OFFER));
        if (offered != null && offered.index() <= newest.index()) {
            deletePartial(genesis);
        }
    }

    @Override
    public Receiver receive(GenesisId genesis, SnapshotMeta snapshot) throws IOException {
        directory.check();
        Path partial = file(genesis, PARTIAL);
        Path offer = file(genesis, OFFER);
        if (!snapshot.equals(offered(offer))) {
            deletePartial(genesis);
            directory.replace(offer, EntryCodec.encode(snapshot).toByteArray());
        }
        return new FileReceiver(partial, offer, snapshot);
    }

    /** What the partial file will be; null if that cannot be told. */
    private static @Nullable SnapshotMeta offered(Path offer) throws IOException {
        if (!Files.exists(offer)) {
            return null;
        }
        try {
            return EntryCodec.decodeSnapshotMeta(Bytes.wrap(Files.readAllBytes(offer)));
        } catch (MalformedMessageException e) {
            return null; // damaged: what was received is dropped and received again
        }
    }

    private void deletePartial(GenesisId genesis) throws IOException {
        Files.deleteIfExists(file(genesis, OFFER));
        Files.deleteIfExists(file(genesis, PARTIAL));
    }

    @Override
    public void install(GenesisId genesis, SnapshotMeta snapshot) throws IOException {
        Path partial = file(genesis, PARTIAL);
        Optional<SnapshotMeta> newest = newest(genesis);
        if (newest.isEmpty() || newest.get().index() < snapshot.index()) {
            if (!Files.exists(partial) || !SnapshotFile.readMeta(partial).equals(snapshot)) {
                throw new IOException("snapshot " + snapshot.lastIncluded() + " of group " + genesis
                        + " was not received, so it cannot be installed");
            }
            replace(genesis, partial, snapshot);
        }
        deletePartial(genesis);
    }

    @Override
    public void delete(GenesisId genesis) throws IOException {
        synchronized (replacing) {
            directory.check();
            boolean isGone = false;
            for (String ending : List.of(OFFER, PARTIAL, SAVING, PREVIOUS, NEWEST)) {
                isGone |= Files.deleteIfExists(file(genesis, ending));
            }
            if (isGone) {
                directory.sync();
            }
        }
    }
}
