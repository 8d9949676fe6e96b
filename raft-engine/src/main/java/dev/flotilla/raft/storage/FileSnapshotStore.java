package dev.flotilla.raft.storage;

import dev.flotilla.raft.message.Configuration;
import dev.flotilla.raft.message.EntryCodec;
import dev.flotilla.raft.message.EntryId;
import dev.flotilla.raft.message.GenesisId;
import dev.flotilla.raft.message.MalformedMessageException;
import dev.flotilla.raft.message.SnapshotMeta;
import dev.flotilla.transport.Bytes;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * One file a group in one directory, replaced in one step. Named after the genesis id: {@code .snapshot} is the newest,
 * {@code .saving} is being written, {@code .partial} is being received and {@code .offer} says what it will be.
 */
public final class FileSnapshotStore implements SnapshotStore {
    private static final String NEWEST = ".snapshot";
    private static final String SAVING = ".saving";
    static final String PARTIAL = ".partial";
    static final String OFFER = ".offer";
    private static final String TEMPORARY = ".tmp";

    private final Path directory;
    private final Object replacing = new Object(); // held while a newest snapshot is compared and replaced

    private FileSnapshotStore(Path directory) {
        this.directory = directory;
    }

    /** Opens the store in that directory, which is made if it is not there, and removes what a crash left behind. */
    public static FileSnapshotStore open(Path directory) throws IOException {
        DurableFiles.createDirectories(directory);
        List<Path> files;
        try (Stream<Path> listed = Files.list(directory)) {
            files = listed.toList();
        }
        for (Path file : files) {
            if (isLeftover(file)) {
                Files.deleteIfExists(file);
            }
        }
        return new FileSnapshotStore(directory);
    }

    private static boolean isLeftover(Path file) {
        String name = file.getFileName().toString();
        return name.endsWith(SAVING)
                || name.endsWith(TEMPORARY)
                || (name.endsWith(PARTIAL) && !Files.exists(sibling(file, PARTIAL, OFFER)))
                || (name.endsWith(OFFER) && !Files.exists(sibling(file, OFFER, PARTIAL)));
    }

    private static Path sibling(Path file, String ending, String otherEnding) {
        String name = file.getFileName().toString();
        return file.resolveSibling(name.substring(0, name.length() - ending.length()) + otherEnding);
    }

    private Path file(GenesisId genesis, String ending) {
        return directory.resolve(genesis + ending);
    }

    @Override
    public Optional<SnapshotMeta> newest(GenesisId genesis) throws IOException {
        Path newest = file(genesis, NEWEST);
        return Files.exists(newest) ? Optional.of(SnapshotFile.readMeta(newest)) : Optional.empty();
    }

    @Override
    public InputStream open(GenesisId genesis, SnapshotMeta snapshot) throws IOException {
        return SnapshotFile.openState(file(genesis, NEWEST), snapshot);
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
                MessageDigest digest = SnapshotFile.sha256();
                OutputStream out = new BufferedOutputStream(
                        new DigestOutputStream(Channels.newOutputStream(file), digest), 1 << 16);
                state.writeTo(out);
                out.flush();
                meta = new SnapshotMeta(
                        lastIncluded, configuration, configurationId, file.position(), Bytes.wrap(digest.digest()));
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
            DurableFiles.rename(file, file(genesis, NEWEST));
            return meta;
        }
    }

    @Override
    public Receiver receive(GenesisId genesis, SnapshotMeta snapshot) throws IOException {
        Path partial = file(genesis, PARTIAL);
        Path offer = file(genesis, OFFER);
        if (!snapshot.equals(offered(offer))) {
            deletePartial(genesis);
            DurableFiles.replace(offer, EntryCodec.encode(snapshot).toByteArray());
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
            deletePartial(genesis);
            Files.deleteIfExists(file(genesis, SAVING));
            Files.deleteIfExists(file(genesis, NEWEST));
            DurableFiles.syncDirectory(directory);
        }
    }
}
