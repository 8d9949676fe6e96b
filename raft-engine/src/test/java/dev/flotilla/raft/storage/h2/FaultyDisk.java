package dev.flotilla.raft.storage.h2;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.h2.store.fs.FileBase;
import org.h2.store.fs.FilePath;
import org.h2.store.fs.FilePathWrapper;
import org.jspecify.annotations.Nullable;

/**
 * A disk that fails on command and tells what could be on it after a power loss: what was forced, and of what was
 * written later any blocks, in any order. H2 reaches it by names that start with {@link #PREFIX}.
 */
public final class FaultyDisk extends FilePathWrapper {
    static final String PREFIX = "faulty:";
    private static final int BLOCK = 4096;

    /** How the one file of the present test behaves. Tests run one after the other. */
    static final class Control {
        private final List<Write> unforced = new ArrayList<>();
        private byte[] forced = new byte[0];
        private long writesLeft = Long.MAX_VALUE;
        private long forcesLeft = Long.MAX_VALUE;
        private @Nullable Random chance; // of what a failed force wrote; null if the process ends within it
        private boolean lies;

        /** The disk takes that many more writes and is full then. */
        void fullAfter(int writes) {
            writesLeft = writes;
        }

        /**
         * That many more calls of fsync succeed; all later ones fail, and of what they should have forced any blocks are
         * lost though still readable: the page cache takes them for clean, and no later fsync writes them.
         */
        void forceFailsAfter(int forces, Random random) {
            forcesLeft = forces;
            chance = random;
        }

        /** That many more calls of fsync succeed; within the next the process ends, and nothing more is forced. */
        void diesAfter(int forces) {
            forcesLeft = forces;
            chance = null;
        }

        /** Another process goes on, without faults, and sees what was written. */
        void endFaults() {
            writesLeft = Long.MAX_VALUE;
            forcesLeft = Long.MAX_VALUE;
        }

        /** Every fsync returns from now on without having done anything. */
        void lie() {
            lies = true;
        }

        /** Begins with what is in {@code file}, all of it forced. */
        void insert(Path file) throws IOException {
            forced = Files.readAllBytes(file);
            unforced.clear();
        }

        /** Writes to {@code file} what a power loss now could leave: each unforced block is there or not. */
        void loseThePower(Path file, Random random) throws IOException {
            byte[] content = forced.clone();
            List<Write> survivors = new ArrayList<>(unforced);
            survivors.removeIf(write -> random.nextInt(3) == 0);
            for (Write write : survivors) {
                content = write.applyTo(content);
            }
            Files.write(file, content);
        }

        /** Writes to {@code file} what was forced and nothing else. */
        void loseAllUnforced(Path file) throws IOException {
            Files.write(file, forced);
        }

        private void force() throws IOException {
            Random random = chance;
            if (forcesLeft-- <= 0) {
                if (random != null) {
                    unforced.removeIf(write -> random.nextBoolean());
                    persist();
                }
                throw new IOException("Input/output error");
            }
            if (!lies) {
                persist();
            }
        }

        private void persist() {
            for (Write write : unforced) {
                forced = write.applyTo(forced);
            }
            unforced.clear();
        }

        private void write(long position, byte[] bytes) throws IOException {
            if (writesLeft-- <= 0) {
                throw new IOException("No space left on device");
            }
            int from = 0;
            while (from < bytes.length) { // by the blocks that a disk writes as one
                int size = (int) Math.min(BLOCK - (position + from) % BLOCK, bytes.length - from);
                unforced.add(new Write(position + from, ByteBuffer.wrap(bytes, from, size), -1));
                from += size;
            }
        }

        private void truncate(long size) {
            unforced.add(new Write(0, ByteBuffer.allocate(0), size));
        }
    }

    /** One block, or a new size of the file unless {@code newSize} is -1. */
    private record Write(long position, ByteBuffer bytes, long newSize) {
        byte[] applyTo(byte[] content) {
            if (newSize >= 0) {
                return newSize < content.length ? Arrays.copyOf(content, (int) newSize) : content;
            }
            int end = (int) position + bytes.remaining();
            byte[] result = end > content.length ? Arrays.copyOf(content, end) : content;
            bytes.duplicate().get(result, (int) position, bytes.remaining());
            return result;
        }
    }

    private static Control control = new Control();

    public FaultyDisk() {}

    /** A disk without faults, for the next test. */
    static Control reset() {
        FilePath.register(new FaultyDisk());
        control = new Control();
        return control;
    }

    @Override
    public String getScheme() {
        return PREFIX.substring(0, PREFIX.length() - 1);
    }

    @Override
    public FileChannel open(String mode) throws IOException {
        return new Channel(getBase().open(mode), control);
    }

    private static final class Channel extends FileBase {
        private final FileChannel file;
        private final Control control;

        Channel(FileChannel file, Control control) {
            this.file = file;
            this.control = control;
        }

        @Override
        public synchronized int write(ByteBuffer source, long position) throws IOException {
            byte[] bytes = new byte[source.remaining()];
            source.duplicate().get(bytes);
            control.write(position, bytes);
            return file.write(source, position);
        }

        @Override
        public void force(boolean metaData) throws IOException {
            control.force();
        }

        @Override
        public FileChannel truncate(long size) throws IOException {
            control.truncate(size);
            file.truncate(size);
            return this;
        }

        @Override
        public synchronized int read(ByteBuffer target, long position) throws IOException {
            return file.read(target, position);
        }

        @Override
        public long size() throws IOException {
            return file.size();
        }

        @Override
        public @Nullable FileLock tryLock(long position, long size, boolean shared) throws IOException {
            return file.tryLock(position, size, shared);
        }

        @Override
        protected void implCloseChannel() throws IOException {
            file.close();
        }

        @Override
        public int read(ByteBuffer target) throws IOException {
            return file.read(target);
        }

        @Override
        public int write(ByteBuffer source) {
            throw new UnsupportedOperationException("every write names its position");
        }

        @Override
        public long position() throws IOException {
            return file.position();
        }

        @Override
        public FileChannel position(long newPosition) throws IOException {
            file.position(newPosition);
            return this;
        }
    }
}
