package dev.flotilla.raft.storage;

import dev.flotilla.transport.Bytes;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.TreeMap;

/**
 * A disk in memory that loses its power, lies, fills up and breaks on command. What was written and not forced survives a
 * power loss sector by sector, as the given random generator decides; of the changes to directories that were not synced
 * a first part survives, as a journal would have it.
 */
public final class SimulatedDisk implements Disk {
    private static final int SECTOR_BYTES = 512;

    /** What every call throws once the power is gone. */
    public static final class PowerLoss extends IOException {
        @java.io.Serial
        private static final long serialVersionUID = 1;

        PowerLoss() {
            super("the power is gone");
        }
    }

    private static final class Inode {
        byte[] seen = new byte[0]; // by readers
        byte[] durable = new byte[0];
        final List<Sector> pending = new ArrayList<>();

        void write(byte[] bytes, long position) {
            seen = put(seen, position, bytes);
            for (int from = 0; from < bytes.length; ) {
                int size = (int) Math.min(SECTOR_BYTES - (position + from) % SECTOR_BYTES, bytes.length - from);
                pending.add(new Sector(position + from, Bytes.wrap(Arrays.copyOfRange(bytes, from, from + size))));
                from += size;
            }
        }

        void persist(List<Sector> sectors) {
            sectors.forEach(sector -> durable = put(durable, sector.position, sector.bytes.toByteArray()));
        }

        private static byte[] put(byte[] content, long position, byte[] bytes) {
            int end = Math.toIntExact(position + bytes.length);
            byte[] target = end > content.length ? Arrays.copyOf(content, end) : content;
            System.arraycopy(bytes, 0, target, (int) position, bytes.length);
            return target;
        }
    }

    private record Sector(long position, Bytes bytes) {}

    private final TreeMap<Path, Inode> names = new TreeMap<>();
    private TreeMap<Path, Inode> durableNames = new TreeMap<>();
    private final List<TreeMap<Path, Inode>> namesSinceSync = new ArrayList<>();
    private Random random;
    private long operations;
    private long powerLossAt = Long.MAX_VALUE;
    private long liesFrom = Long.MAX_VALUE;
    private long forcesLeft = Long.MAX_VALUE;
    private long bytesMax = Long.MAX_VALUE;
    private int writes;
    private int forces;
    private long bytesRead;
    private int largestRead;
    private int lives; // files that were open before a power loss are not any more
    private boolean powered = true;

    public SimulatedDisk(Random random) {
        this.random = random;
    }

    /** Changes so far: writes, forces, and what happened to directories. */
    public long operations() {
        return operations;
    }

    /** Calls of {@link DiskFile#write} so far. */
    public int writes() {
        return writes;
    }

    /** Calls of {@link DiskFile#force} so far. */
    public int forces() {
        return forces;
    }

    /** What all calls of {@link DiskFile#read} so far gave. */
    public long bytesRead() {
        return bytesRead;
    }

    /** The most that one call of {@link DiskFile#read} gave. */
    public int largestRead() {
        return largestRead;
    }

    /** The power goes within the change of that number. */
    public void losePowerAt(long operation) {
        powerLossAt = operation;
    }

    /** Forces and syncs from that change on return without having done anything. */
    public void lieFrom(long operation) {
        liesFrom = operation;
    }

    /** That many more forces succeed; the next one fails, and what it should have forced is lost though still readable. */
    public void failForceAfter(long count) {
        forcesLeft = count;
    }

    /** All files together get no larger. */
    public void limit(long bytes) {
        bytesMax = bytes;
    }

    public long bytes() {
        return names.values().stream().mapToLong(inode -> inode.seen.length).sum();
    }

    /** The power is back; what was not durable survived or not. All other faults are over. */
    public void restart(Random chance) {
        random = chance;
        int survivors = namesSinceSync.isEmpty() ? 0 : random.nextInt(namesSinceSync.size() + 1);
        if (survivors > 0) {
            durableNames = namesSinceSync.get(survivors - 1);
        }
        for (Inode inode : durableNames.values()) {
            List<Sector> survived = new ArrayList<>(inode.pending);
            int percent = random.nextInt(101);
            survived.removeIf(sector -> random.nextInt(100) >= percent);
            inode.persist(survived);
            inode.pending.clear();
            inode.seen = inode.durable.clone();
        }
        names.clear();
        names.putAll(durableNames);
        namesSinceSync.clear();
        endFaults();
    }

    /** Another process goes on with the same disk; what was not forced is not forced still. */
    public void endFaults() {
        lives++;
        powered = true;
        powerLossAt = Long.MAX_VALUE;
        liesFrom = Long.MAX_VALUE;
        forcesLeft = Long.MAX_VALUE;
        bytesMax = Long.MAX_VALUE;
    }

    /** A copy of all that readers see, everything durable, without faults. */
    public SimulatedDisk copy() {
        SimulatedDisk copy = new SimulatedDisk(new Random(1));
        names.forEach((path, inode) -> {
            Inode same = new Inode();
            same.seen = inode.seen.clone();
            same.durable = inode.seen.clone();
            copy.names.put(path, same);
            copy.durableNames.put(path, same);
        });
        return copy;
    }

    public List<Path> files() {
        return List.copyOf(names.keySet());
    }

    public int size(Path path) {
        return inode(path).seen.length;
    }

    private Inode inode(Path path) {
        return Objects.requireNonNull(names.get(path));
    }

    public void flip(Path path, long bit) {
        Inode inode = inode(path);
        inode.seen[(int) (bit / 8)] ^= (byte) (1 << bit % 8);
        inode.durable = inode.seen.clone();
    }

    public void truncate(Path path, int size) {
        Inode inode = inode(path);
        inode.seen = Arrays.copyOf(inode.seen, size);
        inode.durable = inode.seen.clone();
    }

    /** By the file of that name of another disk. */
    public void replace(Path path, SimulatedDisk other) {
        Inode inode = inode(path);
        inode.seen = other.inode(path).seen.clone();
        inode.durable = inode.seen.clone();
    }

    public void lose(Path path) {
        names.remove(path);
        durableNames.remove(path);
    }

    private void operation() throws IOException {
        checkPower();
        operations++;
        if (operations == powerLossAt) {
            powered = false;
        }
    }

    private void checkPower() throws PowerLoss {
        if (!powered) {
            throw new PowerLoss();
        }
    }

    @Override
    public void createDirectory(Path directory) throws IOException {
        operation();
        checkPower();
    }

    @Override
    public List<String> list(Path directory) throws IOException {
        checkPower();
        return names.keySet().stream()
                .filter(path -> directory.equals(path.getParent()))
                .map(path -> String.valueOf(path.getFileName()))
                .sorted()
                .toList();
    }

    @Override
    public DiskFile open(Path file) throws IOException {
        checkPower();
        Inode inode = names.get(file);
        if (inode == null) {
            throw new NoSuchFileException(file.toString());
        }
        return new OpenFile(inode);
    }

    @Override
    public DiskFile create(Path file) throws IOException {
        operation();
        Inode inode = new Inode();
        names.put(file, inode);
        namesChanged();
        checkPower();
        return new OpenFile(inode);
    }

    @Override
    public void rename(Path from, Path to) throws IOException {
        operation();
        Inode inode = names.remove(from);
        if (inode == null) {
            throw new NoSuchFileException(from.toString());
        }
        names.put(to, inode);
        namesChanged();
        checkPower();
    }

    @Override
    public void delete(Path file) throws IOException {
        operation();
        if (names.remove(file) == null) {
            throw new NoSuchFileException(file.toString());
        }
        namesChanged();
        checkPower();
    }

    private void namesChanged() {
        namesSinceSync.add(new TreeMap<>(names));
    }

    @Override
    public void syncDirectory(Path directory) throws IOException {
        operation();
        checkPower(); // the part that survives is drawn at the restart
        if (operations < liesFrom) {
            durableNames = new TreeMap<>(names);
            namesSinceSync.clear();
        }
    }

    private final class OpenFile implements DiskFile {
        private final Inode inode;
        private final int life = lives;
        private boolean closed;

        OpenFile(Inode inode) {
            this.inode = inode;
        }

        private void checkOpen() throws IOException {
            checkPower();
            if (closed || life != lives) {
                throw new ClosedChannelException();
            }
        }

        @Override
        public int read(ByteBuffer target, long position) throws IOException {
            checkOpen();
            int count = (int) Math.max(0, Math.min(target.remaining(), inode.seen.length - position));
            if (count > 0) {
                target.put(inode.seen, (int) position, count);
                bytesRead += count;
                largestRead = Math.max(largestRead, count);
            }
            return count;
        }

        @Override
        public void write(ByteBuffer source, long position) throws IOException {
            checkOpen();
            operation();
            writes++;
            byte[] bytes = new byte[source.remaining()];
            source.get(bytes);
            long growth = position + bytes.length - inode.seen.length;
            if (growth > 0 && bytes() + growth > bytesMax) {
                throw new IOException("No space left on device");
            }
            inode.write(bytes, position);
            checkPower();
        }

        @Override
        public void force(boolean withMetadata) throws IOException {
            checkOpen();
            operation();
            forces++;
            checkPower();
            if (forcesLeft-- <= 0) {
                List<Sector> written = new ArrayList<>(inode.pending);
                written.removeIf(sector -> random.nextBoolean());
                inode.persist(written);
                inode.pending.clear(); // the page cache takes them for clean
                throw new IOException("Input/output error");
            }
            if (operations < liesFrom) {
                inode.persist(inode.pending);
                inode.pending.clear();
            }
        }

        @Override
        public long size() throws IOException {
            checkOpen();
            return inode.seen.length;
        }

        @Override
        public void close() {
            closed = true;
        }
    }
}
